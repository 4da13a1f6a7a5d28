import type { Times } from "./times";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const offsets = new Map<string, Intl.DateTimeFormat>();

/** Minutes east of UTC of a zone's clock at an instant. */
function offsetMinutes(instant: number, zone: string): number {
  let format = offsets.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
    offsets.set(zone, format);
  }
  const name = format.formatToParts(instant).find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, sign, hours, minutes] = /([+-])(\d\d):?(\d\d)?/.exec(name) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0));
}

/** Such as UTC+2, UTC-3:30, UTC+0. */
function offsetName(minutes: number): string {
  const rest = Math.abs(minutes) % 60;
  return `UTC${minutes < 0 ? "-" : "+"}${Math.trunc(Math.abs(minutes) / 60)}${rest ? `:${rest}` : ""}`;
}

/** Whether the zone's clock shows this time twice that day, as it does in the night when clocks go back. */
function comesTwice(instant: number, zone: string): boolean {
  const offset = offsetMinutes(instant, zone);
  return [instant - DAY, instant + DAY].some((near) => {
    const other = offsetMinutes(near, zone);
    return other !== offset && offsetMinutes(instant + (offset - other) * MINUTE, zone) === other;
  });
}

/** The time of day, with the offset where the clock shows it twice: 02:30 (UTC+2). */
export function clockName(instant: string, times: Times): string {
  const at = Date.parse(instant);
  const clock = times.clock(instant);
  return comesTwice(at, times.zone) ? `${clock} (${offsetName(offsetMinutes(at, times.zone))})` : clock;
}

/** Day and time of day, unmistakably: Sun 2026-10-25 02:30 (UTC+2). */
export function whenName(instant: string, times: Times): string {
  return `${times.day(instant)} ${clockName(instant, times)}`;
}

/** Whether two zones show another time at this instant. */
export function differs(instant: string, zone: string, other: string): boolean {
  const at = Date.parse(instant);
  return zone !== other && offsetMinutes(at, zone) !== offsetMinutes(at, other);
}

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

/** The place that a zone is named for: New York of America/New_York. */
export function cityOf(zone: string): string {
  return zone.slice(zone.lastIndexOf("/") + 1).replaceAll("_", " ");
}
