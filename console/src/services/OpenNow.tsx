import { Tooltip } from "@mantine/core";

import { serverNow } from "../api/clock";
import { type Times, useTimes } from "../components/times";
import type { Status } from "./data";

const DAY_MS = 24 * 3_600_000;

// The day is told where it is not today's.
function when(at: string, times: Times): string {
  const isToday = times.date(at) === times.date(new Date(serverNow()));
  const isSoon = Date.parse(at) - serverNow() < 6 * DAY_MS;
  const time = times.clock(at);
  if (isToday) {
    return time;
  }
  return isSoon ? `${times.day(at).slice(0, 3)} ${time}` : `${times.date(at)} ${time}`;
}

/** Whether a service is open by its hours, and until or from when. `isShort`: for lists. */
export function OpenNow({ status, isShort = false }: { status: Status; isShort?: boolean }) {
  const { shown, other } = useTimes();
  const at = status.is_open ? status.closes_at : status.opens_at;
  if (!at) {
    return <>{status.is_open ? "Always open" : "Closed, no hours ahead"}</>;
  }
  return (
    <Tooltip label={`${shown.day(at)} ${shown.clock(at)} (${shown.zone}), ${other.clock(at)} (${other.zone})`}>
      <time dateTime={at}>
        {status.is_open ? "Open until" : isShort ? "Opens" : "Closed, opens"} {when(at, shown)}
      </time>
    </Tooltip>
  );
}
