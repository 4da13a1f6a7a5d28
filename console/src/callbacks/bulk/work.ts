import type { components } from "../../api/schema";
import { counted, numeral } from "../../components/numbers";
import type { State } from "../../components/StateBadge";
import type { RangeQuery } from "../ranges";

export type BulkKind = "cancel" | "reschedule" | "recreate";
export type BulkJob = components["schemas"]["BulkJob"];
export type BulkItem = components["schemas"]["BulkItem"];

/** Which callbacks are meant, as the API takes it: by ids, or all of a range whose instants stay what they are. */
export interface Selection {
  ids?: string[];
  all: boolean;
  from?: string;
  to?: string;
  state: State[];
  service: string[];
  needs_attention: boolean;
}

interface Words {
  title: string;
  confirmation: string;
  box: string;
  verb: string;
  doing: string;
  done: string;
  callbacksFile: string;
  summaryFile: string;
  /** The states in which it can be done. */
  possible: readonly State[];
}

export const WORDS: Record<BulkKind, Words> = {
  cancel: {
    title: "Cancel Callbacks",
    confirmation: "Cancel Callbacks Confirmation",
    box: "Cancel All Callbacks In Current Time Range",
    verb: "cancel",
    doing: "Cancelling",
    done: "cancelled",
    callbacksFile: "Cancelled callbacks (CSV)",
    summaryFile: "Cancellation Summary Report (CSV)",
    possible: ["SCHEDULED", "QUEUED", "ROUTING"],
  },
  reschedule: {
    title: "Reschedule Callbacks",
    confirmation: "Reschedule Callbacks Confirmation",
    box: "Reschedule All Callbacks In Current Time Range",
    verb: "reschedule",
    doing: "Rescheduling",
    done: "rescheduled",
    callbacksFile: "Rescheduled callbacks (CSV)",
    summaryFile: "Rescheduling Summary Report (CSV)",
    possible: ["SCHEDULED"],
  },
  recreate: {
    title: "Recreate Callbacks",
    confirmation: "Recreate Callbacks Confirmation",
    box: "Recreate All Callbacks In Current Time Range",
    verb: "recreate",
    doing: "Recreating",
    done: "recreated",
    callbacksFile: "New callbacks (CSV)",
    summaryFile: "Recreation Summary Report (CSV)",
    possible: ["COMPLETED"],
  },
};

export const callbacks = (number: number) => counted(number, "callback");

/** What finished work came to, in a sentence. */
export function outcomeOf(kind: BulkKind, { succeeded, refused }: Pick<BulkJob, "succeeded" | "refused">): string {
  const were = succeeded === 1 ? "was" : "were";
  const rest = refused > 0 ? `, ${numeral(refused)} left alone` : "";
  return `${callbacks(succeeded)} ${were} ${WORDS[kind].done}${rest}`;
}

// The API wants both ends. Ranges that have none are of what there is now, and no callback lives as long.
const BEGINNING = "2000-01-01T00:00:00Z";
const END = "2100-01-01T00:00:00Z";

/** All of the range as it is at this moment; null where it has none to which this could be done. */
export function wholeRange(kind: BulkKind, range: RangeQuery): Selection | null {
  const states = range.states ?? [];
  const { possible } = WORDS[kind];
  const isEmpty =
    (kind === "recreate" && range.open) || (states.length > 0 && !states.some((state) => possible.includes(state)));
  return isEmpty
    ? null
    : {
        all: true,
        from: range.from ?? BEGINNING,
        to: range.to ?? END,
        state: states,
        service: range.services ?? [],
        needs_attention: range.needs_attention ?? false,
      };
}

/** Those that were selected. What cannot be changed is asked for too, so that the report tells of it. */
export function chosen(kind: BulkKind, selected: readonly { id: string; state: State }[]): Selection {
  // Unlike the others, what is not COMPLETED could still become so, and was not to be recreated.
  const meant = kind === "recreate" ? selected.filter(({ state }) => state === "COMPLETED") : selected;
  return { ids: meant.map(({ id }) => id), all: false, state: [], service: [], needs_attention: false };
}
