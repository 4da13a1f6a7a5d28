import { numeral } from "../components/numbers";
import { duration } from "../components/times";
import type { Figures } from "./figures";

export const NOTHING = "-";

export const percent = (rate: number | null) => (rate === null ? NOTHING : `${(rate * 100).toFixed(1)} %`);
export const lasting = (seconds: number | null) => (seconds === null ? NOTHING : duration(seconds));

interface Term {
  label: string;
  means: string;
  of: (figures: Figures) => number | null;
  shown: (value: number) => string;
}

/** The figures of a line, with what each of them means: docs/records.md, in a sentence. */
export const TERMS = {
  asked: {
    label: "Asked",
    means: "Callbacks wanted at this time, whenever they were asked for: those that are open, and all results.",
    of: ({ asked }) => asked,
    shown: numeral,
  },
  scheduled: {
    label: "Scheduled",
    means: "Of those asked for: the customer chose a time.",
    of: ({ scheduled }) => scheduled,
    shown: numeral,
  },
  open: { label: "Open", means: "Not completed yet.", of: ({ open }) => open, shown: numeral },
  kept: { label: "Kept", means: "Joined with an agent.", of: ({ kept }) => kept, shown: numeral },
  withdrawn: {
    label: "Withdrawn",
    means: "Not needed any more: cancelled by the customer or a program, or the customer rang in.",
    of: ({ withdrawn }) => withdrawn,
    shown: numeral,
  },
  kept_rate: {
    label: "Promises kept",
    means: "Kept = joined with an agent; of all that were asked for, without those that are open or withdrawn.",
    of: (figures) => figures.kept_rate,
    shown: percent,
  },
  on_time: {
    label: "On time",
    means: "First dialled within the window after the chosen time, or by the latest time that was estimated.",
    of: (figures) => figures.on_time,
    shown: numeral,
  },
  late: {
    label: "Late",
    means: "First dialled after the time that was promised, or given up after it without a call.",
    of: ({ late }) => late,
    shown: numeral,
  },
  on_time_rate: {
    label: "Called on time",
    means: "On time = first dialled within the window; of all that were on time or late.",
    of: (figures) => figures.on_time_rate,
    shown: percent,
  },
  mean_late: {
    label: "Late by",
    means: "By how much those that were late missed the time that was promised, on average.",
    of: (figures) => figures.mean_late,
    shown: lasting,
  },
  dialled: {
    label: "Dialled",
    means: "The customer's telephone was dialled at least once.",
    of: ({ dialled }) => dialled,
    shown: numeral,
  },
  mean_wait: {
    label: "Wait",
    means: "From the desired time to the first dialling, on average.",
    of: (figures) => figures.mean_wait,
    shown: lasting,
  },
  mean_talk: {
    label: "Talk",
    means: "Customer and agent joined, on average.",
    of: (figures) => figures.mean_talk,
    shown: lasting,
  },
  attempts: { label: "Attempts", means: "Attempts to call.", of: ({ attempts }) => attempts, shown: numeral },
} as const satisfies Record<string, Term>;

export type TermName = keyof typeof TERMS;
export const TERM_NAMES = Object.keys(TERMS) as TermName[];

/** A figure as text; a dash where there is nothing to tell. */
export function told(name: TermName, figures: Figures): string {
  const { of, shown }: Term = TERMS[name];
  const value = of(figures);
  return value === null ? NOTHING : shown(value);
}
