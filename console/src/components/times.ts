import { useMemo } from "react";

import { usePreferences } from "../api/preferences";

// The zone of whoever looks, as their system says.
export const VIEWER_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Shows instants as the user prefers: in their zone or UTC, with 12 or 24 hours. */
export class Times {
  readonly zone: string;
  readonly is24Hour: boolean;
  readonly #minute: Intl.DateTimeFormat;
  readonly #second: Intl.DateTimeFormat;
  readonly #clock: Intl.DateTimeFormat;
  readonly #day: Intl.DateTimeFormat;

  constructor(zone: string, is24Hour: boolean) {
    this.zone = zone;
    this.is24Hour = is24Hour;
    const common = { timeZone: zone, hourCycle: is24Hour ? "h23" : "h12" } as const;
    const hour = is24Hour ? "2-digit" : "numeric";
    const date = { year: "numeric", month: "short", day: "2-digit" } as const;
    this.#minute = new Intl.DateTimeFormat("en-GB", { ...common, ...date, hour, minute: "2-digit" });
    this.#second = new Intl.DateTimeFormat("en-GB", { ...common, ...date, hour, minute: "2-digit", second: "2-digit" });
    this.#clock = new Intl.DateTimeFormat("en-GB", { ...common, hour, minute: "2-digit" });
    this.#day = new Intl.DateTimeFormat("en-GB", { timeZone: zone, weekday: "short", ...date });
  }

  /** Such as 24 Nov 2026, 09:30. */
  minute(instant: string | Date): string {
    return this.#minute.format(new Date(instant));
  }

  /** Such as 24 Nov 2026, 09:30:05. */
  second(instant: string | Date): string {
    return this.#second.format(new Date(instant));
  }

  /** Such as 09:30 or 9:30 am. */
  clock(instant: string | Date): string {
    return this.#clock.format(new Date(instant));
  }

  /** Such as Tue, 24 Nov 2026. */
  day(instant: string | Date): string {
    return this.#day.format(new Date(instant));
  }
}

/** How the user wants to see times, and the other way for a tooltip. */
export function useTimes(): { shown: Times; other: Times; zone: string } {
  const { preferences } = usePreferences();
  const { show_utc: isUtc, show_24_hour: is24Hour } = preferences;
  return useMemo(() => {
    const shown = new Times(isUtc ? "UTC" : VIEWER_ZONE, is24Hour ?? true);
    const other = new Times(isUtc ? VIEWER_ZONE : "UTC", is24Hour ?? true);
    return { shown, other, zone: shown.zone };
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
