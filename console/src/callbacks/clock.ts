import { useSyncExternalStore } from "react";

const TICK_MS = 30_000;
// The Date of an answer is in whole seconds: less than this is no difference. More than the other is no drift of a clock.
const TOLERATED_MS = 1_500;
const BELIEVED_MS = 10 * 60_000;

let skew = 0;

/** The server's clock, as far as its answers tell it: ranges begin and end by it. */
export function serverNow(): number {
  return Date.now() + skew;
}

/** Take the server's time from an answer. */
export function noteTime(response: Response): void {
  const difference = Date.parse(response.headers.get("Date") ?? "") + 500 - Date.now();
  if (Math.abs(difference) < BELIEVED_MS && Math.abs(difference - skew) > TOLERATED_MS) {
    skew = Math.abs(difference) > TOLERATED_MS ? difference : 0;
  }
}

const watchers = new Set<() => void>();
let ticking: ReturnType<typeof setInterval> | undefined;
let ticked = Date.now();

function watch(tell: () => void): () => void {
  watchers.add(tell);
  if (watchers.size === 1) {
    ticked = Date.now();
    ticking = setInterval(() => {
      ticked = Date.now();
      for (const each of watchers) {
        each();
      }
    }, TICK_MS);
  }
  return () => {
    watchers.delete(tell);
    if (watchers.size === 0) {
      clearInterval(ticking);
    }
  };
}

/** The time by this machine's clock, every half a minute: one clock for everything that grows late on a page. */
export function useNow(): number {
  return useSyncExternalStore(watch, () => ticked);
}
