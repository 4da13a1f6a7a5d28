import type { Preferences } from "../api/preferences";
import type { operations } from "../api/schema";
import type { State } from "../components/StateBadge";
import { VIEWER_ZONE } from "../components/times";

/** The list's parameters, exactly as they are sent. */
export type ListQuery = NonNullable<operations["ApiV1CallbacksFind"]["parameters"]["query"]>;

type CustomRange = Preferences["custom_ranges"][number];

/** A range of desired times, or what else the range menu offers. `key`: its name in preferences and in links. */
export type Range =
  | { kind: "hours"; key: string; label: string; start: number; end: number }
  | { kind: "today" | "open" | "attention"; key: string; label: string }
  | { kind: "own"; key: string; label: string; start_minutes: number; end_minutes: number };

/** What a range and the visible states and services restrict at an instant, with the words for it; no search. */
export interface RangeQuery {
  label: string;
  from?: string;
  to?: string;
  open?: true;
  needs_attention?: true;
  states?: State[];
  services?: string[];
}

/** The states and services that the user wants to see; null shows all. */
export interface Visible {
  states: State[] | null;
  services: string[] | null;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24;

const hours = (key: string, label: string, start: number, end: number): Range => ({
  kind: "hours",
  key,
  label,
  start,
  end,
});

const TODAY: Range = { kind: "today", key: "TODAY", label: "Today" };
export const OPEN: Range = { kind: "open", key: "OPEN", label: "Open" };
export const NEEDS_ATTENTION: Range = { kind: "attention", key: "NEEDS_ATTENTION", label: "Needs attention" };
export const LAST_24_HOURS = hours("LAST_24_HOURS", "Last 24 Hours", -DAY, 0);
export const NEXT_7_DAYS = hours("NEXT_7_DAYS", "Next 7 Days", 0, 7 * DAY);
export const LAST_14_DAYS = hours("LAST_14_DAYS", "Last 14 Days", -14 * DAY, 0);

/** Those of the range menu, in its order and groups. */
export const BUILT_IN: Range[][] = [
  [
    TODAY,
    LAST_24_HOURS,
    hours("LAST_7_DAYS", "Last 7 Days", -7 * DAY, 0),
    LAST_14_DAYS,
    hours("LAST_30_DAYS", "Last 30 Days", -30 * DAY, 0),
  ],
  [
    hours("NEXT_24_HOURS", "Next 24 Hours", 0, DAY),
    NEXT_7_DAYS,
    hours("NEXT_14_DAYS", "Next 14 Days", 0, 14 * DAY),
    hours("NEXT_30_DAYS", "Next 30 Days", 0, 30 * DAY),
  ],
  [OPEN, NEEDS_ATTENTION],
];

const BY_KEY = new Map(BUILT_IN.flat().map((range) => [range.key, range]));
const OWN = /^own:(-?\d{1,6}):(-?\d{1,6}):(.+)$/;

/** A range of the user's own. Its key has all of it, so that a link shows the same to others, who do not have it. */
export function ownRange({ name, start_minutes, end_minutes }: CustomRange): Range {
  return { kind: "own", key: `own:${start_minutes}:${end_minutes}:${name}`, label: name, start_minutes, end_minutes };
}

/** The range of a key; null: there is none. */
export function rangeOfKey(key: string): Range | null {
  const own = OWN.exec(key);
  const [start_minutes, end_minutes] = [Number(own?.[1]), Number(own?.[2])];
  if (own && start_minutes < end_minutes) {
    return ownRange({ name: own[3]!, start_minutes, end_minutes });
  }
  return BY_KEY.get(key) ?? null;
}

/** The range that the page begins with. */
export function defaultRange({ default_range: wanted, custom_ranges: own }: Preferences): Range {
  const custom = own.find(({ name }) => name === wanted);
  return BY_KEY.get(wanted) ?? (custom ? ownRange(custom) : LAST_14_DAYS);
}

/** What a range is at an instant (milliseconds). `zone`: whose day Today is, that of the viewer or UTC. */
export function rangeQuery(range: Range, visible: Visible, now: number, zone: string): RangeQuery {
  const { label } = range;
  const shown = { label, ...restrictions(visible) };
  switch (range.kind) {
    case "hours":
      return { ...shown, ...between(now + range.start * HOUR, now + range.end * HOUR) };
    case "own":
      return { ...shown, ...between(now + range.start_minutes * MINUTE, now + range.end_minutes * MINUTE) };
    case "today":
      return { ...shown, ...between(...dayOf(now, zone === VIEWER_ZONE ? "local" : "utc")) };
    case "open":
      return { ...shown, open: true };
    case "attention":
      return { ...shown, needs_attention: true };
  }
}

/** The list's parameters for a range. */
export function listQuery({ from, to, open, needs_attention, states, services }: RangeQuery): ListQuery {
  return {
    ...(from && { from }),
    ...(to && { to }),
    ...(open && { open }),
    ...(needs_attention && { needs_attention }),
    ...(states && { state: states }),
    ...(services && { service: services }),
  };
}

function restrictions({ states, services }: Visible): Pick<RangeQuery, "states" | "services"> {
  return { ...(states && { states }), ...(services && { services }) };
}

// Whole seconds, rounded up: what was asked for at this very moment is in a range that ends now, and in none that starts.
function between(from: number, to: number): { from: string; to: string } {
  return { from: instant(Math.ceil(from / 1000)), to: instant(Math.floor(to / 1000) + 1) };
}

function instant(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}

function dayOf(now: number, whose: "local" | "utc"): [number, number] {
  const at = new Date(now);
  if (whose === "utc") {
    const start = Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate());
    return [start, start + DAY * HOUR - 1];
  }
  const [year, month, day] = [at.getFullYear(), at.getMonth(), at.getDate()];
  return [new Date(year, month, day).getTime(), new Date(year, month, day + 1).getTime() - 1];
}
