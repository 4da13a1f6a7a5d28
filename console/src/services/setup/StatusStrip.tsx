import { Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";

import { api, data } from "../../api/client";
import { useKeptFresh } from "../../api/fresh";
import { NOW_AND_THEN_MS } from "../../api/polling";
import { orNull } from "../../api/problems";
import { Instant } from "../../components/Instant";
import { duration, useTimes } from "../../components/times";
import { concernsStatuses, STATUSES, useStatuses } from "../data";
import { ModeBadge } from "../ModeBadge";
import { OpenNow } from "../OpenNow";
import { busyAgents, problemsOf } from "../words";
import classes from "./setup.module.css";

/** How the service stands now, above its settings. */
export function StatusStrip({ name }: { name: string }) {
  useKeptFresh([STATUSES, ["live-queue", name]], concernsStatuses);
  const { shown } = useTimes();
  const { data: statuses } = useStatuses();
  const status = statuses?.find(({ service }) => service === name);
  if (!status) {
    return null;
  }
  const { estimated_wait: wait, agents } = status;
  return (
    <section aria-label="How it stands now">
      <div className={classes.strip}>
        <ModeBadge mode={status.mode} />
        <OpenNow status={status} />
        <span>
          <b>{status.waiting}</b> waiting, <b>{status.routing}</b> calling, <b>{status.processing}</b> talking,{" "}
          <b>{status.scheduled}</b> scheduled
        </span>
        <span>
          Agents: <b>{agents.READY ?? 0}</b> ready, <b>{busyAgents(status)}</b> busy, <b>{agents.NOT_READY ?? 0}</b> not
          ready
        </span>
        <span>
          A new caller: place <b>{status.place_of_new_caller}</b>,{" "}
          {wait ? `${duration(wait.low)} to ${duration(wait.high)}` : "wait not known"}
        </span>
        <LiveQueue name={name} />
      </div>
      {problemsOf(status, (at) => shown.clock(at)).map((problem) => (
        <Text key={problem} size="sm" className={classes.problem}>
          <IconAlertTriangle size={14} aria-hidden /> {problem}
        </Text>
      ))}
    </section>
  );
}

/** Whether the telephone system tells of callers who hold on the line. */
function LiveQueue({ name }: { name: string }) {
  const { data: report } = useQuery({
    queryKey: ["live-queue", name],
    queryFn: () =>
      orNull(data(api.GET("/api/v1/services/{service_name}/live-queue", { params: { path: { service_name: name } } }))),
    refetchInterval: NOW_AND_THEN_MS,
  });
  if (report === undefined) {
    return null;
  }
  if (!report) {
    return <span>Places among callbacks only: no live feed</span>;
  }
  return report.counts ? (
    <span>
      <b>{report.waiting}</b> hold on the line (reported <Instant at={report.reported_at} precise />)
    </span>
  ) : (
    <span>
      Places among callbacks only: the last live report was <Instant at={report.reported_at} precise />
    </span>
  );
}
