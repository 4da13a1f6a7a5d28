import { useMemo } from "react";

import { usePreferences } from "../api/preferences";

// The zone of whoever looks, as their system says.
export const VIEWER_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

type Parts = Record<Intl.DateTimeFormatPartTypes, string>;

/** Shows instants as the user prefers: in a zone (IANA), with 12 or 24 hours, in the form that searches find them by. */
export class Times {
  readonly zone: string;
  readonly is24Hour: boolean;
  readonly #parts: Intl.DateTimeFormat;
  readonly #weekday: Intl.DateTimeFormat;

  constructor(zone: string, is24Hour: boolean) {
    this.zone = zone;
    this.is24Hour = is24Hour;
    const two = "2-digit";
    this.#parts = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: is24Hour ? "h23" : "h12",
      year: "numeric",
      month: two,
      day: two,
      hour: two,
      minute: two,
      second: two,
    });
    this.#weekday = new Intl.DateTimeFormat("en-GB", { timeZone: zone, weekday: "short" });
  }

  /** Such as 2026-11-24 09:30, or 2026-11-24 09:30 AM. */
  minute(instant: string | Date): string {
    const parts = this.#of(instant);
    return `${date(parts)} ${parts.hour}:${parts.minute}${this.#half(parts)}`;
  }

  /** Such as 2026-11-24 09:30:05. */
  second(instant: string | Date): string {
    const parts = this.#of(instant);
    return `${date(parts)} ${parts.hour}:${parts.minute}:${parts.second}${this.#half(parts)}`;
  }

  /** Such as 09:30, or 09:30 AM. */
  clock(instant: string | Date): string {
    const parts = this.#of(instant);
    return `${parts.hour}:${parts.minute}${this.#half(parts)}`;
  }

  /** The date alone, such as 2026-11-24. */
  date(instant: string | Date): string {
    return date(this.#of(instant));
  }

  /** Such as Tue 2026-11-24. */
  day(instant: string | Date): string {
    return `${this.#weekday.format(new Date(instant))} ${this.date(instant)}`;
  }

  /** When a day, such as 2026-11-24, begins. */
  startOf(day: string): Date {
    return new Date(this.zone === VIEWER_ZONE ? `${day}T00:00` : `${day}T00:00Z`);
  }

  #of(instant: string | Date): Parts {
    const parts = this.#parts.formatToParts(new Date(instant));
    return Object.fromEntries(parts.map(({ type, value }) => [type, value])) as Parts;
  }

  #half(parts: Parts): string {
    return this.is24Hour ? "" : ` ${parts.dayPeriod}`;
  }
}

function date({ year, month, day }: Parts): string {
  return `${year}-${month}-${day}`;
}

/** What was promised, by the customer's own clock; null: the times as they are shown say the same. */
export function customersMinute(promise: { desired_at: string; promised_local: string }, shown: Times): string | null {
  // A wall clock is shown as it is: as if it were one of UTC.
  const theirs = new Times("UTC", shown.is24Hour).minute(`${promise.promised_local}Z`);
  return theirs === shown.minute(promise.desired_at) ? null : theirs;
}

/** A day such as 2026-11-24; whoever types one may be in the middle of its year. */
export const IS_DAY = /^\d{4}-\d\d-\d\d$/;

/** The day so many days after one such as 2026-11-24, or before it. */
export function dayPlus(day: string, days: number): string {
  const date = new Date(`${day}T00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

/** How the user wants to see times, and the other way for a tooltip. */
export function useTimes(): { shown: Times; other: Times } {
  const { preferences } = usePreferences();
  const { show_utc: isUtc, show_24_hour: is24Hour } = preferences;
  return useMemo(() => {
    const shown = new Times(isUtc ? "UTC" : VIEWER_ZONE, is24Hour ?? true);
    const other = new Times(isUtc ? VIEWER_ZONE : "UTC", is24Hour ?? true);
    return { shown, other };
  }, [isUtc, is24Hour]);
}

/** A duration in seconds for people: 42 s, 5 min, 2 h 10 min, 3 days 4 h. */
export function duration(seconds: number): string {
  const whole = Math.round(Math.abs(seconds));
  if (whole < 90) {
    return `${whole} s`;
  }
  const minutes = Math.round(whole / 60);
  if (minutes < 90) {
    return `${minutes} min`;
  }
  const hours = Math.floor(minutes / 60);
  if (hours < 48) {
    return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  }
  const days = Math.floor(hours / 24);
  return hours % 24 ? `${days} days ${hours % 24} h` : `${days} days`;
}
