import { useSyncExternalStore } from "react";

import { serverNow } from "../api/clock";

const SECOND_MS = 1_000;

/** The server's time, every so often: one clock for all that look at it, which stands while nobody does. */
function clockEvery(milliseconds: number): () => number {
  const watchers = new Set<() => void>();
  let ticking: ReturnType<typeof setInterval> | undefined;
  let ticked = serverNow();
  const watch = (tell: () => void) => {
    watchers.add(tell);
    if (watchers.size === 1) {
      ticked = serverNow();
      ticking = setInterval(() => {
        ticked = serverNow();
        for (const each of watchers) {
          each();
        }
      }, milliseconds);
    }
    return () => {
      watchers.delete(tell);
      if (watchers.size === 0) {
        clearInterval(ticking);
      }
    };
  };
  return function useClock() {
    return useSyncExternalStore(watch, () => ticked);
  };
}

/** The time, for what counts seconds. */
export const useSecond = clockEvery(SECOND_MS);

/** The time, for what grows late. */
export const useHalfMinute = clockEvery(30 * SECOND_MS);

/** A duration that is watched: 0:42, 12:05, 1:02:05. */
export function stopwatch(milliseconds: number): string {
  const seconds = Math.max(Math.round(milliseconds / SECOND_MS), 0);
  const two = (value: number) => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  const rest = two(seconds % 60);
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${rest}`;
}
