import { useSyncExternalStore } from "react";

// Work that this tab has seen at work: its end is told, also after a reload, until somebody has taken note.
const NAME = "ringback.bulk";
const tellers = new Set<() => void>();
let known: ReadonlySet<string> = read();

function read(): ReadonlySet<string> {
  try {
    return new Set(JSON.parse(sessionStorage.getItem(NAME) ?? "[]") as string[]);
  } catch {
    return new Set();
  }
}

function keep(ids: ReadonlySet<string>): void {
  known = ids;
  try {
    sessionStorage.setItem(NAME, JSON.stringify([...ids]));
  } catch {
    // A browser that keeps nothing: until the page is left.
  }
  for (const tell of tellers) {
    tell();
  }
}

export function watchWork(id: string): void {
  if (!known.has(id)) {
    keep(new Set([...known, id]));
  }
}

/** Somebody has taken note of how it ended. */
export function forgetWork(id: string): void {
  keep(new Set([...known].filter((other) => other !== id)));
}

function listen(tell: () => void): () => void {
  tellers.add(tell);
  return () => {
    tellers.delete(tell);
  };
}

export function useWatchedWork(): ReadonlySet<string> {
  return useSyncExternalStore(listen, () => known);
}
