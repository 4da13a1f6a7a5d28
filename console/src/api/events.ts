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
type Connection = "connecting" | "live" | "lost";

type Tell = (changes: Changes | "everything") => void;

const AGAIN_MILLISECONDS = 3_000;
// Whoever may not listen is asked again seldom: rights are given back, too.
const MAY_AGAIN_MILLISECONDS = 30_000;
const UNSEEN_MILLISECONDS = 10_000;
// Everybody comes again at once after an interruption: not everybody reads at once.
const LEAST_SPREAD_MILLISECONDS = 100;
const SPREAD_MILLISECONDS = 1_000;

const listeners = new Set<Tell>();
const watchers = new Set<() => void>();
let connection: Connection = "connecting";

function tellAll(changes: Changes | "everything"): void {
  for (const tell of listeners) {
    tell(changes);
  }
}

function changesOf({ callbacks, agents, services, bulk, desk }: Required<Changes>): Changes {
  return {
    ...(callbacks.length > 0 && { callbacks }),
    ...(agents.length > 0 && { agents }),
    ...(services.length > 0 && { services }),
    ...(bulk.length > 0 && { bulk }),
    ...(desk && { desk }),
  };
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
 * One stream for all pages. Where a line breaks the browser comes again by itself; where it gives up, because something
 * else answered, we do. `onEnd`: we may not listen any more, or not now. `isKept`: also while nobody sees the page.
 * Browsers have six lines to a server for all their tabs together.
 */
export function openEvents(onEnd: () => void, isKept: boolean): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let catchingUp: ReturnType<typeof setTimeout> | undefined;
  // Nobody told what changed before: what is shown is live when it is read after that.
  const catchUp = () => {
    tellAll("everything");
    become("live");
  };
  const catchUpSoon = () => {
    clearTimeout(catchingUp);
    catchingUp = setTimeout(catchUp, LEAST_SPREAD_MILLISECONDS + Math.random() * SPREAD_MILLISECONDS);
  };
  const open = () => {
    const opened = new EventSource("/api/v1/events");
    source = opened;
    opened.addEventListener("hello", () => (connection === "lost" ? catchUpSoon() : catchUp()));
    opened.addEventListener("changed", (event) => tellAll(changesOf(JSON.parse(event.data) as Required<Changes>)));
    opened.addEventListener("reset", catchUpSoon);
    opened.addEventListener("end", () => {
      close();
      onEnd();
      timer = setTimeout(open, MAY_AGAIN_MILLISECONDS);
    });
    opened.addEventListener("error", () => {
      clearTimeout(catchingUp);
      become("lost");
      if (opened.readyState === EventSource.CLOSED) {
        timer = setTimeout(open, AGAIN_MILLISECONDS);
      }
    });
  };
  const close = () => {
    clearTimeout(catchingUp);
    clearTimeout(timer);
    source?.close();
    source = undefined;
    become("lost");
  };
  const look = () => {
    if (document.visibilityState === "hidden") {
      clearTimeout(timer);
      timer = setTimeout(close, UNSEEN_MILLISECONDS);
    } else {
      clearTimeout(timer);
      if (!source || source.readyState === EventSource.CLOSED) {
        become("connecting");
        open();
      }
    }
  };
  become("connecting");
  open();
  if (!isKept) {
    look();
    document.addEventListener("visibilitychange", look);
  }
  return () => {
    document.removeEventListener("visibilitychange", look);
    close();
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

/** Whether changes arrive by themselves: not yet known, yes, or no. */
export function useConnection(): Connection {
  return useSyncExternalStore(watchLive, () => connection);
}

/** Whether changes arrive by themselves right now. */
export function useIsLive(): boolean {
  return useConnection() === "live";
}
