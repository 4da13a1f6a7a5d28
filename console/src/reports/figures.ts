import { useQuery } from "@tanstack/react-query";

import { api, data } from "../api/client";
import type { components } from "../api/schema";
import { dayPlus, type Times } from "../components/times";
import { whenName } from "../components/zones";
import type { By, Per, ReportQuery, View } from "./view";

export type Period = components["schemas"]["Period"];

const EVERY_MS = 60_000;

/** A report, read again each minute. */
export function useReport(query: ReportQuery, isWanted: boolean) {
  return useQuery({
    queryKey: ["report", query],
    queryFn: () => data(api.GET("/api/v1/reports", { params: { query } })),
    refetchInterval: EVERY_MS,
    enabled: isWanted,
  });
}

const ADDED = [
  "asked",
  "scheduled",
  "open",
  "kept",
  "withdrawn",
  "on_time",
  "late",
  "late_seconds",
  "dialled",
  "wait_seconds",
  "talk_seconds",
  "attempts",
] as const;
type Added = Record<(typeof ADDED)[number], number>;

/** What several periods come to; rates and means as docs/records.md defines them, null with nothing to divide by. */
export interface Figures extends Added {
  due: number;
  kept_rate: number | null;
  on_time_rate: number | null;
  mean_late: number | null;
  mean_wait: number | null;
  mean_talk: number | null;
  results: Record<string, number>;
}

const ratio = (part: number, whole: number) => (whole ? part / whole : null);

export function sumOf(periods: Period[]): Figures {
  const sum = Object.fromEntries(ADDED.map((name) => [name, 0])) as Added;
  const results: Record<string, number> = {};
  for (const period of periods) {
    for (const name of ADDED) {
      sum[name] += period[name];
    }
    for (const [result, count] of Object.entries(period.results)) {
      results[result] = (results[result] ?? 0) + count;
    }
  }
  const due = sum.asked - sum.open - sum.withdrawn;
  return {
    ...sum,
    due,
    kept_rate: ratio(sum.kept, due),
    on_time_rate: ratio(sum.on_time, sum.on_time + sum.late),
    mean_late: ratio(sum.late_seconds, sum.late),
    mean_wait: ratio(sum.wait_seconds, sum.dialled),
    mean_talk: ratio(sum.talk_seconds, sum.kept),
    results,
  };
}

/** A day of the services' clocks, such as 2026-11-24, or the instant at which an hour begins. */
function startOf(period: Period, per: Per): string {
  return per === "day" ? period.local_start.slice(0, 10) : period.starts_at;
}

const WEEKDAY = new Intl.DateTimeFormat("en-GB", { weekday: "short", timeZone: "UTC" });

/** A period as people read it: Tue 2026-11-24, with the time where it is an hour. */
export function periodName(start: string, per: Per, times: Times): string {
  return per === "day" ? `${WEEKDAY.format(new Date(start))} ${start}` : whenName(start, times);
}

/** A line of the table, of one period, one service or both. `start` null: the whole time. */
export interface Line {
  key: string;
  start: string | null;
  service: string | null;
  isPractice: boolean;
  figures: Figures;
}

function grouped(periods: Period[], keyOf: (period: Period) => string): Map<string, Period[]> {
  const groups = new Map<string, Period[]>();
  for (const period of periods) {
    const key = keyOf(period);
    const group = groups.get(key);
    if (group) {
      group.push(period);
    } else {
      groups.set(key, [period]);
    }
  }
  return groups;
}

export function linesOf(periods: Period[], by: By, per: Per): Line[] {
  const keyOf = (period: Period) => {
    const service = by === "period" ? "" : `${period.service}${period.is_practice ? " practice" : ""}`;
    return `${by === "service" ? "" : startOf(period, per)} ${service}`;
  };
  return [...grouped(periods, keyOf)].map(([key, group]) => {
    const first = group[0]!;
    return {
      key,
      start: by === "service" ? null : startOf(first, per),
      service: by === "period" ? null : first.service,
      isPractice: by !== "period" && first.is_practice,
      figures: sumOf(group),
    };
  });
}

/** A place on the axis of the charts. */
export interface Point {
  start: string;
  figures: Figures;
}

const HOUR_MS = 3_600_000;

function startsIn({ from, to, per }: View, times: Times, first: string | undefined): string[] {
  const starts = [];
  if (per === "day") {
    for (let day = from; day <= to; day = dayPlus(day, 1)) {
      starts.push(day);
    }
    return starts;
  }
  const begins = times.startOf(from).getTime();
  // Where clocks are half an hour off, hours begin at the half.
  const shift = first ? (Date.parse(first) - begins) % HOUR_MS : 0;
  for (let at = begins + shift; at < times.startOf(dayPlus(to, 1)).getTime(); at += HOUR_MS) {
    starts.push(new Date(at).toISOString().replace(".000Z", "Z"));
  }
  return starts;
}

/** Each hour or day of the time, also those in which nothing was asked for: a night of 25 hours has 25. */
export function pointsOf(periods: Period[], view: View, times: Times): Point[] {
  const groups = grouped(periods, (period) => startOf(period, view.per));
  const all = new Set([...startsIn(view, times, periods[0]?.starts_at), ...groups.keys()]);
  return [...all].sort().map((start) => ({ start, figures: sumOf(groups.get(start) ?? []) }));
}
