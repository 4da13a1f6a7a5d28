import { IconAlertTriangle, IconCalendar } from "@tabler/icons-react";

import { withTimes } from "../../components/instants";
import { StateBadge } from "../../components/StateBadge";
import { useHalfMinute } from "../../components/ticking";
import { duration } from "../../components/times";
import { cityOf } from "../../components/zones";
import classes from "./CallbackTable.module.css";
import type { Shown } from "./columns";
import type { Row } from "../rows";

/** The state with its result, whether it began as scheduled, and how late it is. */
export function StateCell({ row, times, tabIndex }: { row: Row; times: Shown; tabIndex: number }) {
  return (
    <span className={classes.state}>
      <StateBadge state={row.state} result={row.result} />
      {row.is_scheduled && (
        <span className={classes.mark} role="img" aria-label="Scheduled" data-hint="Asked for at a chosen time">
          <IconCalendar size={15} stroke={1.8} aria-hidden />
        </span>
      )}
      {row.lateSince !== null && <Late row={row} since={row.lateSince} {...{ times, tabIndex }} />}
    </span>
  );
}

// It can be focused, as why it is late is shown nowhere else in the row.
function Late({ row, since, times, tabIndex }: { row: Row; since: number; times: Shown; tabIndex: number }) {
  const now = useHalfMinute();
  const late = `${duration(Math.max(0, now - since) / 1000)} late`;
  const why = row.waiting_for ? `${late}. ${withTimes(row.waiting_for, times.shown)}` : late;
  return (
    <span className={classes.late} role="note" aria-label={why} data-hint={why} tabIndex={tabIndex}>
      {row.state === "SCHEDULED" && <IconAlertTriangle size={15} stroke={2} aria-hidden />}
      {late}
    </span>
  );
}

/** The desired time, and the customer's own wall clock where it shows another time. */
export function DesiredTime({ row, times }: { row: Row; times: Shown }) {
  const { shown, other, wall } = times;
  const [here, there] = [shown.minute(row.desired_at), wall.minute(`${row.promised_local}Z`)];
  const isElsewhere = here !== there;
  const elsewhere = other.minute(row.desired_at);
  const customers = isElsewhere ? `. The customer's clock: ${there} (${row.promised_zone})` : "";
  const isSameDay = here.slice(0, DATE) === there.slice(0, DATE);
  return (
    <time dateTime={row.desired_at} data-hint={`${elsewhere} (${other.zone})${customers}`}>
      {here}
      {isElsewhere && (
        <span className={classes.there}>
          {isSameDay ? there.slice(DATE + 1) : there.slice(YEAR)} {cityOf(row.promised_zone)}
        </span>
      )}
    </time>
  );
}

export function PlainTime({ at, times }: { at: string; times: Shown }) {
  return (
    <time dateTime={at} data-hint={`${times.other.minute(at)} (${times.other.zone})`}>
      {times.shown.minute(at)}
    </time>
  );
}

const DATE = "2026-11-24".length;
const YEAR = "2026-".length;
