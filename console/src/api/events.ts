import { useEffect, useRef, useSyncExternalStore } from "react";

/** What changed: names and ids only. Each kind is left out when nothing of it did. */
export interface Changes {
  callbacks?: string[];
  agents?: string[];
  services?: string[];
  bulk?: string[];
  desk?: boolean;
}

/** How it stands with the stream of changes. */
export type Connection = "connecting" | "live" | "lost";

type Tell = (changes: Changes | "everything") => void;

const AGAIN_MILLISECONDS = 3_000;

const listeners = new Set<Tell>();
const watchers = new Set<() => void>();
let connection: Connection = "connecting";

function tellAll(changes: Changes | "everything"): void {
  for (const tell of listeners) {
    tell(changes);
  }
}

function become(next: Connection): void {
  if (next !== connection) {
    connection = next;
    for (const watch of watchers) {
      watch();
    }
  }
}

/**
 * One stream for all pages. Where a line breaks the browser comes again by itself, and the server then tells to read
 * everything; where it gives up, because something else answered, we do. `onEnd`: we may not listen any more.
 */
export function openEvents(onEnd: () => void): () => void {
  let source: EventSource;
  let again: ReturnType<typeof setTimeout> | undefined;
  const open = () => {
    source = new EventSource("/api/v1/events");
    source.addEventListener("hello", () => become("live"));
    source.addEventListener("changed", (event) => tellAll(JSON.parse(event.data) as Changes));
    source.addEventListener("reset", () => tellAll("everything"));
    source.addEventListener("end", () => {
      close();
      onEnd();
    });
    source.addEventListener("error", () => {
      become("lost");
      if (source.readyState === EventSource.CLOSED) {
        again = setTimeout(reopen, AGAIN_MILLISECONDS);
      }
    });
  };
  const reopen = () => {
    // Nobody told meanwhile what changed.
    open();
    source.addEventListener("hello", () => tellAll("everything"), { once: true });
  };
  const close = () => {
    clearTimeout(again);
    source.close();
    become("lost");
  };
  become("connecting");
  open();
  return close;
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

/** Whether changes arrive by themselves: not yet known, yes, or no. */
export function useConnection(): Connection {
  return useSyncExternalStore(watchLive, () => connection);
}

/** Whether changes arrive by themselves right now. */
export function useIsLive(): boolean {
  return useConnection() === "live";
}
