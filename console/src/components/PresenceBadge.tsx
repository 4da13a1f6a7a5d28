import {
  IconBell,
  IconCircleCheck,
  IconClockPause,
  IconHeadset,
  IconPlayerPause,
  IconPlugConnectedX,
  IconWritingSign,
} from "@tabler/icons-react";

import type { components } from "../api/schema";
import classes from "./StateBadge.module.css";

export type Presence = components["schemas"]["Presence"];

const LOOKS = {
  READY: { color: "green", Icon: IconCircleCheck, label: "Ready" },
  RESERVED: { color: "grape", Icon: IconBell, label: "Reserved" },
  TALKING: { color: "teal", Icon: IconHeadset, label: "Talking" },
  WRAP_UP: { color: "blue", Icon: IconWritingSign, label: "Wrap-up" },
  BUSY_ELSEWHERE: { color: "blue", Icon: IconClockPause, label: "Busy elsewhere" },
  NOT_READY: { color: "yellow", Icon: IconPlayerPause, label: "Not ready" },
  OFFLINE: { color: "", Icon: IconPlugConnectedX, label: "Offline" },
} as const;

/** In the order in which they are counted and offered for filtering. */
export const PRESENCES = Object.keys(LOOKS) as Presence[];

/** A presence as people read it. */
export function presenceLabel(presence: Presence): string {
  return LOOKS[presence].label;
}

/** Whether a callback has the agent: what is asked for then takes effect afterwards. */
export function isInCall(presence: Presence): boolean {
  return presence === "RESERVED" || presence === "TALKING";
}

/** Whether an agent can be called, with icon and text. `isLarge`: as the heading of a desk. */
export function PresenceBadge({ presence, isLarge = false }: { presence: Presence; isLarge?: boolean }) {
  const { color, Icon, label } = LOOKS[presence];
  return (
    <span className={`${classes.badge} ${color ? (classes[color] ?? "") : ""} ${isLarge ? (classes.large ?? "") : ""}`}>
      <Icon size={isLarge ? 22 : 13} stroke={2} aria-hidden />
      <span>{label}</span>
    </span>
  );
}
