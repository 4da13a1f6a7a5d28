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
// The server says every ten seconds that it is there. A line may also break without a word.
const SILENT_MILLISECONDS = 30_000;
// On which each tab tells the others that it is seen now.
const SEEN = "ringback-tab-seen";
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

interface Line {
  open: () => void;
  close: () => void;
  isOpen: () => boolean;
}

/**
 * The stream. Where it breaks the browser comes again by itself; where it gives up, because something else answered, or
 * where nothing at all is heard, we do. `onEnd`: we may not listen any more, or not now.
 */
function makeLine(onEnd: () => void): Line {
  let source: EventSource | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let catchingUp: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  // Nobody told what changed before: what is shown is live when it is read after that.
  const catchUp = () => {
    tellAll("everything");
    become("live");
  };
  const catchUpSoon = () => {
    clearTimeout(catchingUp);
    catchingUp = setTimeout(catchUp, LEAST_SPREAD_MILLISECONDS + Math.random() * SPREAD_MILLISECONDS);
  };
  const listen = () => {
    clearTimeout(silence);
    silence = setTimeout(() => {
      close();
      open();
    }, SILENT_MILLISECONDS);
  };
  const open = () => {
    clearTimeout(again);
    const opened = new EventSource("/api/v1/events");
    source = opened;
    listen();
    const on = (name: string, act: (data: string) => void) =>
      opened.addEventListener(name, ({ data }: MessageEvent<string>) => {
        listen();
        act(data);
      });
    on("alive", () => undefined);
    on("hello", () => (connection === "lost" ? catchUpSoon() : catchUp()));
    on("changed", (data) => tellAll(changesOf(JSON.parse(data) as Required<Changes>)));
    on("reset", catchUpSoon);
    on("end", () => {
      close();
      onEnd();
      again = setTimeout(open, MAY_AGAIN_MILLISECONDS);
    });
    opened.addEventListener("error", () => {
      clearTimeout(catchingUp);
      become("lost");
      if (opened.readyState === EventSource.CLOSED) {
        again = setTimeout(open, AGAIN_MILLISECONDS);
      }
    });
  };
  const close = () => {
    [again, catchingUp, silence].forEach(clearTimeout);
    source?.close();
    source = undefined;
    become("lost");
  };
  return { open, close, isOpen: () => !!source && source.readyState !== EventSource.CLOSED };
}

/**
 * One stream for all pages. Browsers have six lines to a server for all their tabs together: a tab that nobody sees gives
 * up its own. `isKept`: not so the one that was seen last, whose user is told of calls wherever they look.
 */
export function openEvents(onEnd: () => void, isKept: boolean): () => void {
  let leaving: ReturnType<typeof setTimeout> | undefined;
  let isSeenLast = false;
  const tabs = new BroadcastChannel(SEEN);
  const line = makeLine(onEnd);
  const leave = () => {
    clearTimeout(leaving);
    leaving = setTimeout(line.close, UNSEEN_MILLISECONDS);
  };
  const look = () => {
    clearTimeout(leaving);
    if (document.visibilityState === "hidden") {
      if (!isKept || !isSeenLast) {
        leave();
      }
      return;
    }
    isSeenLast = true;
    tabs.postMessage("seen");
    if (!line.isOpen()) {
      become("connecting");
      line.open();
    }
  };
  tabs.onmessage = () => {
    isSeenLast = false;
    if (document.visibilityState === "hidden") {
      leave();
    }
  };
  document.addEventListener("visibilitychange", look);
  become("connecting");
  line.open();
  look();
  return () => {
    document.removeEventListener("visibilitychange", look);
    clearTimeout(leaving);
    tabs.close();
    line.close();
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
