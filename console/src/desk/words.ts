import type { components } from "../api/schema";
import type { Offer } from "./data";

const LEGS: Record<string, string> = {
  "no answer": "it rang, and nobody picked up",
  busy: "it was busy",
  rejected: "the call was rejected",
  unreachable: "it could not be reached",
};

/** Why an agent was made not ready by Ringback, and what to do; null when they, or somebody else, asked for it. */
export function whyForced(reason: string | null): { what: string; then: string } | null {
  if (reason === "the desk was closed") {
    return {
      what: "You closed the desk, or this machine slept, for more than a minute.",
      then: "Nobody is called for you meanwhile. Choose Ready when you are back.",
    };
  }
  if (reason === "did not answer an offered callback") {
    return {
      what: "You did not answer an offered call.",
      then: "It went to the next agent. Choose Ready when you can answer again.",
    };
  }
  if (reason === "logged out") {
    return { what: "You logged out.", then: "Choose Ready to be called again." };
  }
  const missed = /^did not take a call: (.*)$/.exec(reason ?? "")?.[1];
  if (missed) {
    return {
      what: `Your telephone did not take a call: ${LEGS[missed] ?? missed}.`,
      then: "See that it is connected and rings, then choose Ready.",
    };
  }
  return null;
}

const DONE = new Set(["ANSWERED", "ENDED"]);
const CALLED = new Set(["DIALLED", "RINGING"]);

/** What happens while the two are being connected: of the telephone system nothing but how far each side is. */
export function connecting({ agent_leg: agent, customer_leg: customer }: Offer): string {
  if (agent === "ENDED" || customer === "ENDED") {
    return "The call is over";
  }
  if (CALLED.has(agent)) {
    return customer === "ANSWERED"
      ? "Your telephone rings: the customer waits on the line"
      : "Your telephone rings: pick it up";
  }
  if (agent === "ANSWERED" && customer === "ANSWERED") {
    return "You are being connected";
  }
  if (customer === "RINGING") {
    return "The customer's telephone rings";
  }
  if (customer === "DIALLED" || agent === "ANSWERED") {
    return "The customer is being called";
  }
  return "The call is being made";
}

interface Step {
  name: string;
  is: "over" | "now" | "ahead";
}

/** The way from an accepted offer to the talk, in the order in which the service rings. */
export function stepsOf({ strategy, agent_leg: agent, customer_leg: customer }: Offer): Step[] {
  const own = { name: "Your telephone rings", isDone: DONE.has(agent) };
  const other = { name: "The customer is called", isDone: DONE.has(customer) };
  const order = strategy === "CUSTOMER_FIRST" ? [other, own] : [own, other];
  const steps = [...order, { name: "You talk", isDone: false }];
  const now = steps.findIndex(({ isDone }) => !isDone);
  return steps.map(({ name }, index) => ({ name, is: index < now ? "over" : index === now ? "now" : "ahead" }));
}

const CHANNELS = { IVR: "in the telephone menu", WEB: "on the web site", MOBILE: "in the app", UNKNOWN: null } as const;

/** How it was asked for, when that is known. */
export function channelName(channel: components["schemas"]["Channel"] | null): string | null {
  return channel && CHANNELS[channel];
}

/** How an attempt ended, such as "no answer". */
export function outcomeName(outcome: components["schemas"]["AttemptOutcome"] | null): string {
  return outcome ? outcome.toLowerCase().replaceAll("_", " ") : "under way";
}

/** A disposition as it is chosen. */
export function dispositionName(disposition: string): string {
  return disposition === "PERSON_NOT_REACHED" ? "Person not reached" : disposition;
}

/** A value of the user data in one line. */
export function valueText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
