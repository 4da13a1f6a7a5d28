import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";

import { serverNow } from "../api/clock";
import type { components, operations } from "../api/schema";
import { numeral } from "../components/numbers";
import { dayPlus, IS_DAY, type Times } from "../components/times";

export type Per = components["schemas"]["Per"];
export type ReportQuery = NonNullable<operations["ApiV1ReportsShow"]["parameters"]["query"]>;
/** What a line of the table is. */
export type By = "period" | "service" | "both";
/** What the columns of the table are. */
export type Shows = "figures" | "results";

/** What the page shows. `from` and `to` are days, such as 2026-11-24, the last included. No services: all. */
export interface View {
  range: string;
  from: string;
  to: string;
  per: Per;
  services: string[];
  by: By;
  shows: Shows;
  sort: string | null;
}

// How many days ago they begin and end.
export const RANGES = [
  { key: "today", label: "Today", begins: 0, ends: 0 },
  { key: "yesterday", label: "Yesterday", begins: 1, ends: 1 },
  { key: "7", label: "Last 7 days", begins: 6, ends: 0 },
  { key: "14", label: "Last 14 days", begins: 13, ends: 0 },
  { key: "30", label: "Last 30 days", begins: 29, ends: 0 },
  { key: "90", label: "Last 90 days", begins: 89, ends: 0 },
];
export const OWN = "own";
const USUAL = "14";

// More hours than these nobody can read, and the API tells no more than twice as many.
export const MOST_DAYS_PER_HOUR = 31;
const MOST_DAYS = 3_660;

const DAY_MS = 86_400_000;

export function daysIn(from: string, to: string): number {
  return (Date.parse(`${to}T00:00Z`) - Date.parse(`${from}T00:00Z`)) / DAY_MS + 1;
}

function one<T extends string>(value: string | null, all: readonly T[], usual: T): T {
  return all.find((each) => each === value) ?? usual;
}

function viewOf(params: URLSearchParams, today: string): View {
  const asked = params.get("range") ?? USUAL;
  const known = RANGES.find(({ key }) => key === asked);
  const usual = RANGES.find(({ key }) => key === USUAL)!;
  const { begins, ends } = known ?? usual;
  const isOwn = asked === OWN;
  const from = isOwn ? (params.get("from") ?? "") : dayPlus(today, -begins);
  const to = isOwn ? (params.get("to") ?? "") : dayPlus(today, -ends);
  return {
    range: isOwn ? OWN : (known ?? usual).key,
    from,
    to,
    per: one(params.get("per"), ["hour", "day"], from === to ? "hour" : "day"),
    services: params.getAll("service"),
    by: one(params.get("by"), ["period", "service", "both"], "period"),
    shows: one(params.get("show"), ["figures", "results"], "figures"),
    sort: params.get("sort"),
  };
}

export type Put = Record<string, string | string[] | null>;

/** What the page shows, kept in the address: a link shows the same. Null takes something out of it. */
export function useView(times: Times): { view: View; put: (some: Put) => void } {
  const [params, setParams] = useSearchParams();
  const today = times.date(new Date(serverNow()));
  const view = useMemo(() => viewOf(params, today), [params, today]);
  const put = useCallback(
    (some: Put) =>
      setParams((was) => {
        const now = new URLSearchParams(was);
        for (const [name, value] of Object.entries(some)) {
          now.delete(name);
          for (const each of value === null ? [] : [value].flat()) {
            now.append(name, each);
          }
        }
        return now;
      }),
    [setParams],
  );
  return { view, put };
}

/** Why there is no such report; null: there is. */
export function wrongWith({ from, to, per }: View): string | null {
  if (!IS_DAY.test(from) || !IS_DAY.test(to) || Number.isNaN(daysIn(from, to))) {
    return "Choose the first and the last day.";
  }
  if (to < from) {
    return "The last day is before the first.";
  }
  const most = per === "hour" ? MOST_DAYS_PER_HOUR : MOST_DAYS;
  return daysIn(from, to) > most ? `Per ${per} there are at most ${numeral(most)} days at once.` : null;
}

// An instant at which clocks show the same date almost everywhere, from Honolulu to Auckland. A day belongs to the
// clock of its service, and whichever overlaps with what is asked for is told.
const SAME_DATE = "T10:00:00Z";
const A_MINUTE_LATER = "T10:01:00Z";

/** The parameters of the call: days of each service's clock, or hours of the days of whoever looks. */
export function queryOf({ from, to, per, services }: View, times: Times): ReportQuery {
  const service = services.length ? { service: services } : {};
  if (per === "day") {
    return { per, from: from + SAME_DATE, to: to + A_MINUTE_LATER, ...service };
  }
  const ends = times.startOf(dayPlus(to, 1));
  return { per, from: times.startOf(from).toISOString(), to: ends.toISOString(), ...service };
}
