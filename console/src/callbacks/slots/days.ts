import type { components } from "../../api/schema";
import { Times } from "../../components/times";

export type Slot = components["schemas"]["BookableSlot"];

/** A date on the clock of whoever looks, with the slots that begin on it; `free` null: without limit. */
export interface Day {
  date: string;
  label: string;
  slots: Slot[];
  free: number | null;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const UTC = new Times("UTC", true);

const offsets = new Map<string, Intl.DateTimeFormat>();

/** Minutes east of UTC of a zone's clock at an instant. */
export function offsetMinutes(instant: number, zone: string): number {
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
export function offsetName(minutes: number): string {
  const rest = Math.abs(minutes) % 60;
  return `UTC${minutes < 0 ? "-" : "+"}${Math.trunc(Math.abs(minutes) / 60)}${rest ? `:${rest}` : ""}`;
}

/** Whether the zone's clock shows this time twice that day, as it does in the night when clocks go back. */
export function comesTwice(instant: number, zone: string): boolean {
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

export const isFree = (slot: Pick<Slot, "free">) => slot.free !== 0;

/** Such as "3 of 4 free", "full", or "free" where there is no limit. */
export function freeName({ capacity, free }: Pick<Slot, "capacity" | "free">): string {
  if (free === null) {
    return "free";
  }
  return free === 0 ? "full" : `${free} of ${capacity ?? free} free`;
}

/** Every date from the first slot's to the last one's, also those without slots. */
export function daysOf(slots: readonly Slot[], times: Times): Day[] {
  const found = new Map<string, Slot[]>();
  for (const slot of slots) {
    const date = times.date(slot.starts_at);
    const sameDay = found.get(date);
    if (sameDay) {
      sameDay.push(slot);
    } else {
      found.set(date, [slot]);
    }
  }
  const dates = [...found.keys()];
  const last = dates.at(-1);
  const days: Day[] = [];
  for (let date = dates[0]; date && last && date <= last; date = following(date)) {
    const own = found.get(date) ?? [];
    days.push({ date, label: UTC.day(`${date}T12:00:00Z`), slots: own, free: freeOf(own) });
  }
  return days;
}

function freeOf(slots: Slot[]): number | null {
  let sum = 0;
  for (const { free } of slots) {
    if (free === null) {
      return null;
    }
    sum += free;
  }
  return sum;
}

function following(date: string): string {
  return new Date(Date.parse(`${date}T12:00:00Z`) + DAY).toISOString().slice(0, 10);
}
