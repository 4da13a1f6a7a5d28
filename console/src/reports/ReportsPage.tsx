import { Button, Text } from "@mantine/core";
import { IconDownload, IconReportAnalytics } from "@tabler/icons-react";
import { useMemo } from "react";

import { api } from "../api/client";
import { useDownload } from "../components/download";
import { Empty } from "../components/Empty";
import { ErrorPage } from "../components/ErrorPage";
import { Failure } from "../components/Failure";
import { Loading } from "../components/Loading";
import { PageHead } from "../components/PageHead";
import { type Times, useTimes } from "../components/times";
import { Charts } from "./charts/Charts";
import { type Period, sumOf, useReport } from "./figures";
import { Filters } from "./Filters";
import { Lines } from "./Lines";
import { Totals } from "./Totals";
import { type Put, queryOf, useView, type View, wrongWith } from "./view";

/** What became of the callbacks of a time: totals, charts, and the same figures as a table and as CSV. */
export default function ReportsPage() {
  const { shown } = useTimes();
  const { view, put } = useView(shown);
  const wrong = wrongWith(view);
  const query = wrong === null ? queryOf(view, shown) : {};
  const { data, error, refetch } = useReport(query, wrong === null);
  const { download, isBusy, error: notSaved } = useDownload();
  const report = wrong === null ? data : undefined;
  return (
    <>
      <PageHead title="Reports" about="What became of callbacks, by their desired time">
        <Button
          size="xs"
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
          disabled={wrong !== null}
          loading={isBusy}
          onClick={() => download(() => api.GET("/api/v1/reports/export", { params: { query }, parseAs: "blob" }))}
        >
          Export CSV
        </Button>
      </PageHead>
      <Failure of={notSaved} />
      <Filters view={view} put={put} wrong={wrong} />
      {report && <Failure of={error} />}
      {report && <Shown periods={report.items} view={view} times={shown} put={put} />}
      {!report &&
        wrong === null &&
        (error ? <ErrorPage order={2} error={error} retry={() => void refetch()} /> : <Loading />)}
    </>
  );
}

interface Props {
  periods: Period[];
  view: View;
  times: Times;
  put: (some: Put) => void;
}

function Shown({ periods, view, times, put }: Props) {
  const totals = useMemo(() => sumOf(periods), [periods]);
  if (periods.length === 0) {
    return (
      <Empty Icon={IconReportAnalytics} title="No callback was wanted in this time">
        A callback is counted at its desired time, from the moment in which it is asked for. Choose another time or
        other services.
      </Empty>
    );
  }
  return (
    <>
      <Clocks periods={periods} view={view} times={times} />
      <Totals of={totals} />
      <Charts periods={periods} totals={totals} view={view} times={times} />
      <Lines periods={periods} totals={totals} view={view} times={times} put={put} />
    </>
  );
}

// Whose hours and days these are.
function Clocks({ periods, view, times }: Omit<Props, "put">) {
  const zones = [...new Set(periods.map(({ time_zone: zone }) => zone))].sort();
  const days =
    zones.length === 1
      ? `Days are those of the services' clock (${zones[0]}).`
      : `Days are those of each service's own clock (${zones.join(", ")}).`;
  const hours = `Hours are shown in ${times.zone}${zones.some((zone) => zone !== times.zone) ? `; the services' clocks: ${zones.join(", ")}` : ""}.`;
  const hasPractice = periods.some(({ is_practice: isPractice }) => isPractice);
  return (
    <Text size="xs" c="dimmed" mb="xs">
      {view.per === "day" ? days : hours}
      {hasPractice && " Callbacks of practice are counted, too."}
    </Text>
  );
}
