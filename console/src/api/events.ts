import { useEffect, useRef, useSyncExternalStore } from "react";

/** What changed: names and ids only. Each kind is left out when nothing of it did. */
export interface Changes {
  callbacks?: string[];
  agents?: string[];
  services?: string[];
  bulk?: string[];
  desk?: boolean;
}

type Tell = (changes: Changes | "everything") => void;

const listeners = new Set<Tell>();
const watchers = new Set<() => void>();
let source: EventSource | null = null;
let isLive = false;

function tellAll(changes: Changes | "everything"): void {
  for (const tell of listeners) {
    tell(changes);
  }
}

function setLive(live: boolean): void {
  if (live !== isLive) {
    isLive = live;
    for (const watch of watchers) {
      watch();
    }
  }
}

/** One stream for all pages; the browser opens it again by itself, and the server then tells to read everything. */
export function openEvents(): () => void {
  source = new EventSource("/api/v1/events");
  source.addEventListener("hello", () => setLive(true));
  source.addEventListener("changed", (event) => tellAll(JSON.parse(event.data) as Changes));
  source.addEventListener("reset", () => tellAll("everything"));
  source.addEventListener("error", () => setLive(false));
  return () => {
    source?.close();
    source = null;
    setLive(false);
  };
}

/** Be told what changes, as long as the component is shown. */
export function useChanges(tell: Tell): void {
  const latest = useRef(tell);
  useEffect(() => {
    latest.current = tell;
  });
  useEffect(() => {
    const own: Tell = (changes) => latest.current(changes);
    listeners.add(own);
    return () => {
      listeners.delete(own);
    };
  }, []);
}

function watchLive(watch: () => void): () => void {
  watchers.add(watch);
  return () => {
    watchers.delete(watch);
  };
}

/** Whether changes arrive by themselves right now. */
export function useIsLive(): boolean {
  return useSyncExternalStore(watchLive, () => isLive);
}
