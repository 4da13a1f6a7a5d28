import type { Preferences } from "../../api/preferences";
import type { Session } from "../../api/session";
import type { State } from "../../components/StateBadge";
import { COLUMNS, columnsOf } from "../table/columns";
import { BUILT_IN, LAST_14_DAYS } from "../ranges";

const UNITS = { days: 1440, hours: 60, minutes: 1 } as const;
export type Unit = keyof typeof UNITS;

/** So much before or after now. `amount` is as it was typed. */
export interface Offset {
  amount: number | string;
  unit: Unit;
  side: "before" | "after";
}

/** A range being edited. `key`: what it is known by while its name changes. */
export interface RangeDraft {
  key: string;
  name: string;
  start: Offset;
  end: Offset;
}

export interface ColumnDraft {
  name: string;
  label: string;
  isShown: boolean;
}

/** The options as they are being edited. `defaultRange`: the key of a range, built in or one of `ranges`. */
export interface Draft {
  columns: ColumnDraft[];
  is24Hour: boolean;
  isUtc: boolean;
  theme: NonNullable<Preferences["theme"]>;
  ranges: RangeDraft[];
  defaultRange: string;
  /** Null: all. */
  states: State[] | null;
  services: string[] | null;
}

// A year, as the server has it.
const MOST_MINUTES = 527_040;
const MOST_NAME = 64;
const TAKEN = new Set(BUILT_IN.flat().flatMap(({ key, label }) => [key.toLowerCase(), label.toLowerCase()]));

const keyAt = (index: number) => `own-${index}`;

export function draftOf(preferences: Preferences, session: Session): Draft {
  const shown = columnsOf(preferences.columns);
  const others = COLUMNS.filter((column) => !shown.includes(column));
  const own = preferences.custom_ranges.findIndex(({ name }) => name === preferences.default_range);
  const given = new Set(session.services.map(({ name }) => name));
  const services = preferences.visible_services?.filter((name) => given.has(name)) ?? null;
  return {
    columns: [...shown, ...others].map((column) => ({
      name: column.name,
      label: column.label,
      isShown: shown.includes(column),
    })),
    is24Hour: preferences.show_24_hour,
    isUtc: preferences.show_utc,
    theme: preferences.theme ?? "SYSTEM",
    ranges: preferences.custom_ranges.map(({ name, start_minutes, end_minutes }, index) => ({
      key: keyAt(index),
      name,
      start: offsetOf(start_minutes),
      end: offsetOf(end_minutes),
    })),
    defaultRange: own >= 0 ? keyAt(own) : preferences.default_range,
    states: preferences.visible_states?.length ? preferences.visible_states : null,
    services: services?.length ? services : null,
  };
}

/** What is to be stored. */
export function preferencesOf({ ranges, ...draft }: Draft): Partial<Preferences> {
  const own = ranges.find(({ key }) => key === draft.defaultRange);
  const isBuiltIn = BUILT_IN.flat().some(({ key }) => key === draft.defaultRange);
  return {
    columns: draft.columns.filter(({ isShown }) => isShown).map(({ name }) => name),
    show_24_hour: draft.is24Hour,
    show_utc: draft.isUtc,
    theme: draft.theme,
    custom_ranges: ranges.map(({ name, start, end }) => ({
      name: name.trim(),
      start_minutes: minutesOf(start)!,
      end_minutes: minutesOf(end)!,
    })),
    default_range: own?.name.trim() ?? (isBuiltIn ? draft.defaultRange : LAST_14_DAYS.key),
    visible_states: draft.states,
    visible_services: draft.services,
  };
}

function offsetOf(minutes: number): Offset {
  const size = Math.abs(minutes);
  const unit = (Object.keys(UNITS) as Unit[]).find((each) => size % UNITS[each] === 0) ?? "minutes";
  return { amount: size / UNITS[unit], unit, side: minutes > 0 ? "after" : "before" };
}

/** In minutes after now; null while it is none. */
function minutesOf({ amount, unit, side }: Offset): number | null {
  const size = typeof amount === "number" ? amount * UNITS[unit] : NaN;
  if (!Number.isInteger(size)) {
    return null;
  }
  return side === "before" && size > 0 ? -size : size;
}

/** A range that nobody has named yet: the last day. */
export function newRange(ranges: RangeDraft[]): RangeDraft {
  const greatest = Math.max(-1, ...ranges.map(({ key }) => Number(key.slice("own-".length))));
  return {
    key: keyAt(greatest + 1),
    name: "",
    start: { amount: 1, unit: "days", side: "before" },
    end: { amount: 0, unit: "days", side: "after" },
  };
}

/** What is wrong with a range's name, and with when it is. */
export function rangeProblems(range: RangeDraft, all: RangeDraft[]): { name?: string; offsets?: string } {
  return { name: nameProblem(range, all), offsets: offsetsProblem(range) };
}

function nameProblem({ key, name }: RangeDraft, all: RangeDraft[]): string | undefined {
  const wanted = name.trim().toLowerCase();
  if (!wanted) {
    return "A range needs a name.";
  }
  if (wanted.length > MOST_NAME) {
    return `A name has at most ${MOST_NAME} characters.`;
  }
  if (TAKEN.has(wanted)) {
    return "There is a range of this name already.";
  }
  const isDouble = all.some((other) => other.key !== key && other.name.trim().toLowerCase() === wanted);
  return isDouble ? "Another range has this name." : undefined;
}

function offsetsProblem({ start, end }: RangeDraft): string | undefined {
  const [from, to] = [minutesOf(start), minutesOf(end)];
  if (from === null || to === null) {
    return "Start and end are whole numbers.";
  }
  if (Math.max(Math.abs(from), Math.abs(to)) > MOST_MINUTES) {
    return "Start and end are at most 366 days from now.";
  }
  return from < to ? undefined : "The start must be before the end.";
}

/** Whether all of it can be stored. */
export function isSound({ columns, ranges, states, services }: Draft): boolean {
  return (
    columns.some(({ isShown }) => isShown) &&
    states?.length !== 0 &&
    services?.length !== 0 &&
    ranges.every((range) => Object.values(rangeProblems(range, ranges)).every((problem) => !problem))
  );
}
