import { ApiError } from "../../api/problems";
import { withTimes } from "../../components/instants";
import { sentenceOf } from "../../components/sentences";
import type { Times } from "../../components/times";
import { whenName } from "../../components/zones";

export interface NearSlot {
  starts_at: string;
  free: number | null;
}

/** What of a dialog a refusal is about: it is shown there. */
export type Place = "service" | "number" | "time" | "form";

const PLACES: Record<string, Place> = {
  "service-disabled": "service",
  "service-not-found": "service",
  "already-waiting": "number",
  "invalid-number": "number",
  "number-refused": "number",
  "cannot-keep-promise": "time",
  closed: "time",
  "in-the-past": "time",
  "no-such-local-time": "time",
  "outside-calling-hours": "time",
  "slot-full": "time",
  "slots-changed": "time",
  "too-far-ahead": "time",
};

// What stands in the way of a call now, and not of one at another time.
const ONLY_NOW = new Set(["cannot-keep-promise", "closed", "outside-calling-hours", "too-many-requests"]);

function placeOf(error: unknown): Place {
  return (error instanceof ApiError && PLACES[error.code]) || "form";
}

/** The error, if it is about this place. */
export function refusedAt(place: Place, error: unknown): unknown {
  return error && placeOf(error) === place ? error : null;
}

export function isOnlyNow(code: string): boolean {
  return ONLY_NOW.has(code);
}

/** The free slots that a refusal tells of. */
export function nearSlots(error: unknown): NearSlot[] {
  const slots = error instanceof ApiError ? error.problem.details.slots : undefined;
  return Array.isArray(slots) ? (slots as NearSlot[]) : [];
}

/** A refusal in a sentence, with its instants as the user wants to see times. */
export function refusalOf(error: unknown, shown: Times): string {
  if (!(error instanceof ApiError)) {
    return sentenceOf(error);
  }
  const { code, problem } = error;
  const { details } = problem;
  const at = (name: string) => (typeof details[name] === "string" ? whenName(details[name], shown) : null);
  switch (code) {
    case "closed": {
      const opens = at("next_opening");
      return `The service is closed then${opens ? `, and opens again ${opens}` : " and has no hours ahead"}. Choose another time.`;
    }
    case "cannot-keep-promise":
      return `The service closes ${at("closes_at") ?? "before"}, sooner than the call is expected to come about. Choose a time.`;
    case "outside-calling-hours": {
      const allowed = at("next_allowed_at");
      return allowed
        ? `The customer may not be called at that hour of their day. The next time is ${allowed}.`
        : "It is not known when this customer may be called: the number does not tell their time zone.";
    }
    case "transition-refused":
      return transitionSentence(String(details.state));
    default:
      return withTimes(sentenceOf(error), shown);
  }
}

function transitionSentence(state: string): string {
  switch (state) {
    case "PROCESSING":
      return "It is with an agent now (PROCESSING), so that it cannot be changed or cancelled any more.";
    case "COMPLETED":
      return "It is COMPLETED meanwhile. It can be recreated.";
    case "QUEUED":
      return "It is QUEUED meanwhile: its time has come, so that it cannot be changed any more. It can still be cancelled.";
    case "SCHEDULED":
      return "It is SCHEDULED again meanwhile. Look at what it is now, then try again.";
    default:
      return `It is ${state} meanwhile: it is being called, so that its time cannot be changed any more. It can still be cancelled.`;
  }
}
