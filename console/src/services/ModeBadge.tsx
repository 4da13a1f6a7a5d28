import { IconCircleX, IconPlayerPause, IconPlayerPlay, IconProgressDown } from "@tabler/icons-react";

import classes from "../components/StateBadge.module.css";
import type { Mode } from "./data";

const LOOKS = {
  RUNNING: { color: "green", Icon: IconPlayerPlay },
  PAUSED: { color: "yellow", Icon: IconPlayerPause },
  DRAINING: { color: "blue", Icon: IconProgressDown },
  CLOSED: { color: "", Icon: IconCircleX },
} as const;

/** What a service does, by the name that settings have for it. */
export function ModeBadge({ mode }: { mode: Mode }) {
  const { color, Icon } = LOOKS[mode];
  return (
    <span className={`${classes.badge} ${color ? (classes[color] ?? "") : ""}`}>
      <Icon size={13} stroke={2} aria-hidden />
      <span>{mode}</span>
    </span>
  );
}
