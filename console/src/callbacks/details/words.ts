import type { components } from "../../api/schema";
import type { Callback } from "../model";

type Schemas = components["schemas"];
type Transition = Schemas["Transition"];
type Status = Schemas["ServiceStatus"];
type Estimate = Schemas["WaitEstimate"];

/** What is shown for a value; `why`: what is behind it, or why it cannot be told. */
export interface Told {
  text: string;
  why?: string;
}

const NOT_QUEUED: Record<Schemas["State"], string> = {
  SCHEDULED: "not in the queue before its desired time",
  QUEUED: "",
  ROUTING: "",
  PROCESSING: "the customer talks with the agent",
  COMPLETED: "it is over",
};

/** The place in the queue, with what it is among. */
export function placeOf({ state, position_in_queue: position }: Callback, status: Status | undefined): Told {
  if (position === null) {
    return { text: "-", why: NOT_QUEUED[state] || "not known right now" };
  }
  if (position === 0) {
    return { text: "0", why: "an agent is reserved" };
  }
  return { text: `${position}`, why: status ? `among ${status.places_among}` : undefined };
}

/** The wait that is still ahead, as an interval. */
export function waitOf({ state, estimated_wait: estimate }: Callback, status: Status | undefined): Told {
  if (estimate) {
    return { text: interval(estimate), why: "8 of 10 waits are in it if the pace stays" };
  }
  if (NOT_QUEUED[state]) {
    return { text: "-", why: NOT_QUEUED[state] };
  }
  if (status && loggedIn(status) === 0) {
    return { text: "-", why: "no agent of the service is logged in" };
  }
  return { text: "-", why: "too few calls of the service so far to tell" };
}

function loggedIn({ agents }: Status): number {
  return Object.entries(agents).reduce((sum, [presence, count]) => (presence === "OFFLINE" ? sum : sum + count), 0);
}

const UNITS = [
  { name: "s", seconds: 1, most: 90 },
  { name: "min", seconds: 60, most: 90 * 60 },
  { name: "h", seconds: 3600, most: Infinity },
];

/** Such as "about 4 min (2 to 7)". */
export function interval({ low, point, high }: Estimate): string {
  const { name, seconds } = UNITS.find(({ most }) => point < most)!;
  const [least, middle, greatest] = [Math.floor(low / seconds), Math.round(point / seconds), Math.ceil(high / seconds)];
  return `about ${middle} ${name} (${least} to ${greatest})`;
}

const EVENTS: Record<Schemas["Event"], string> = {
  SCHEDULED: "Asked for, at a chosen time",
  REQUESTED: "Asked for, as soon as possible",
  RESCHEDULED: "Rescheduled",
  PROMOTED: "Came into the queue",
  CALLED_NOW: "Call now",
  AGENT_RESERVED: "Agent reserved",
  AGENT_LOST: "Agent lost, the customer holds",
  NEXT_AGENT_RESERVED: "Next agent reserved",
  JOINED: "Customer and agent joined",
  REQUEUED: "Back in the queue",
  FINISHED: "Talk ended",
  FAILED: "Given up",
  BLOCKED: "Number blocked",
  CLAIMED: "Customer rang in and was served",
  CANCELLED: "Cancelled",
  EXPIRED: "Expired",
};

export function eventOf({ event, from_state: from }: Transition, isRecreated: boolean): string {
  return isRecreated && from === null ? EVENTS[event].replace("Asked for", "Recreated") : EVENTS[event];
}

/** Who did it. */
export function actorOf(kind: Schemas["ActorKind"], name: string): string {
  switch (kind) {
    case "USER":
      return name;
    case "API_KEY":
      return `API key ${name}`;
    case "CUSTOMER":
      return `customer (${name})`;
    case "ENGINE":
      return "engine";
  }
}

/** A name of the API for people: NO_ANSWER is "no answer". */
export function plain(name: string): string {
  return name.toLowerCase().replaceAll("_", " ").replaceAll("-", " ");
}
