import type { Mode, Status } from "./data";

/** What a service does in a mode, in a few words. */
export const MODE_MEANINGS: Record<Mode, string> = {
  RUNNING: "Takes callbacks and calls them.",
  PAUSED: "Takes callbacks, calls nobody: what is asked for waits.",
  DRAINING: "Takes no new callbacks; what waits is still called.",
  CLOSED: "Takes no callbacks and calls nobody.",
};

/** What keeps a service from calling although it should: each as a sentence. */
export function problemsOf({ link, paused_trunk: paused }: Status, clock: (at: string) => string): string[] {
  const problems: string[] = [];
  if (paused) {
    problems.push(`Trunk ${paused.name} is paused until ${clock(paused.paused_until)}: ${paused.reason}`);
  }
  if (!link.is_held) {
    problems.push(`No engine holds the link ${link.name}: nobody is called`);
  } else if (!link.is_up) {
    problems.push(`The link ${link.name} is down${link.problem ? `: ${link.problem}` : ""}`);
  }
  return problems;
}

/** Agents who are there and cannot take a call this moment. */
export function busyAgents({ agents }: Status): number {
  return Object.entries(agents).reduce(
    (sum, [presence, count]) => (["READY", "NOT_READY", "OFFLINE"].includes(presence) ? sum : sum + count),
    0,
  );
}

/** What a new caller may be offered now. */
export function offered(status: Status): string {
  const kinds = [status.offer_immediate && "now", status.offer_scheduled && "later"].filter(Boolean);
  return kinds.length > 0 ? kinds.join(", ") : "nothing";
}
