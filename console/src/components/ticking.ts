import { useSyncExternalStore } from "react";

const SECOND_MS = 1_000;

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
    }, SECOND_MS);
  }
  return () => {
    watchers.delete(tell);
    if (watchers.size === 0) {
      clearInterval(ticking);
    }
  };
}

/** The time by this machine's clock, every second: one clock for all that counts seconds on a page. */
export function useSecond(): number {
  return useSyncExternalStore(watch, () => ticked);
}

/** A duration that is watched: 0:42, 12:05, 1:02:05. */
export function stopwatch(milliseconds: number): string {
  const seconds = Math.max(Math.round(milliseconds / SECOND_MS), 0);
  const two = (value: number) => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  const rest = two(seconds % 60);
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${rest}`;
}
