import {
  IconAlertTriangle,
  IconBan,
  IconCalendarTime,
  IconCheck,
  IconClockPause,
  IconHeadset,
  IconPhoneCalling,
  IconPhoneX,
} from "@tabler/icons-react";

import type { components } from "../api/schema";
import classes from "./StateBadge.module.css";

export type State = components["schemas"]["State"];
export type Result = components["schemas"]["Result"];

/** In the order in which a callback has them. */
export const STATES: State[] = ["SCHEDULED", "QUEUED", "ROUTING", "PROCESSING", "COMPLETED"];

const WORRYING: ReadonlySet<string> = new Set<Result>(["EXPIRED", "UNKNOWN", "TELEPHONY_FAILED", "AGENT_UNAVAILABLE"]);
const WITHDRAWN = new Set<Result>(["CANCELLED", "CANCELLED_BY_ADMIN", "CLAIMED_BY_CALLER"]);

const LOOKS = {
  SCHEDULED: { color: "blue", Icon: IconCalendarTime },
  QUEUED: { color: "yellow", Icon: IconClockPause },
  ROUTING: { color: "grape", Icon: IconPhoneCalling },
  PROCESSING: { color: "teal", Icon: IconHeadset },
} as const;

/** Whether a result is one that needs attention. */
export function isWorrying(result: string): boolean {
  return WORRYING.has(result);
}

function look(state: State, result: Result | null | undefined) {
  if (state !== "COMPLETED") {
    return LOOKS[state];
  }
  if (result === "AGENT") {
    return { color: "green", Icon: IconCheck };
  }
  if (result && isWorrying(result)) {
    return { color: "red", Icon: IconAlertTriangle };
  }
  return { color: "gray", Icon: result && WITHDRAWN.has(result) ? IconBan : IconPhoneX };
}

/** A state as it is named everywhere, with its result: never by colour alone. */
export function shownState(state: State, result: Result | null | undefined): string {
  return result ? `${state} (${result})` : state;
}

/** One colour per state with icon and text. Plain elements, as tables show hundreds of them. */
export function StateBadge({ state, result }: { state: State; result?: Result | null }) {
  const { color, Icon } = look(state, result);
  return (
    <span className={`${classes.badge} ${classes[color] ?? ""}`}>
      <Icon size={13} stroke={2} aria-hidden />
      <span>{shownState(state, result)}</span>
    </span>
  );
}
