import type { Times } from "./times";

const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)/g;

/** A sentence of the server's with its instants as the user wants to see times. */
export function withTimes(sentence: string, shown: Times): string {
  return sentence.replace(INSTANT, (instant) => shown.minute(instant));
}
