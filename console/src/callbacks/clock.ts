import { useSyncExternalStore } from "react";

const TICK_MS = 30_000;

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
