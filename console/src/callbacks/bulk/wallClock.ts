import { offsetMinutes } from "../slots/days";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** The instant at which a zone's clock shows a time such as 2026-11-24T09:00; null: it never does that night. Of two the first. */
export function instantOf(shown: string, zone: string): string | null {
  const asUtc = Date.parse(`${shown}Z`);
  if (Number.isNaN(asUtc)) {
    return null;
  }
  const possible = [asUtc - DAY, asUtc + DAY].map((near) => asUtc - offsetMinutes(near, zone) * MINUTE);
  const right = possible.filter((at) => at + offsetMinutes(at, zone) * MINUTE === asUtc);
  return right.length > 0 ? new Date(Math.min(...right)).toISOString() : null;
}
