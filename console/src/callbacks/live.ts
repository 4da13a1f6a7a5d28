import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";

import { api, data } from "../api/client";
import { useChanges, useIsLive } from "../api/events";
import { ApiError } from "../api/problems";
import { useHalfMinute } from "../components/ticking";
import type { Callback } from "./model";
import type { ListQuery } from "./ranges";
import { filterNow, LEEWAY_MS, type Question, readPage, type Row, type Rows, toRow } from "./rows";

// As many ids as the list takes at once.
const MOST_IDS = 100;
const AGAIN_MS = 5_000;
// Refusals that pass: of a session that has run out, of what took too long, of too much in a minute.
const PASSING = new Set([401, 408, 429]);

async function read(query: ListQuery): Promise<Callback[]> {
  return (await data(api.GET("/api/v1/callbacks", { params: { query: { ...query, limit: MOST_IDS } } }))).items;
}

/** What became of callbacks: those that match the filter of the page, and those of its rows that do not any more. */
interface Became {
  matching: Callback[];
  others: Callback[];
}

async function ask(ids: string[], rows: Rows, question: Question): Promise<Became> {
  // Beside the ids there is no room in an address for the names of many services.
  const { service: services, ...filter } = filterNow(question, LEEWAY_MS);
  const fitting = await read({ ...filter, id: ids });
  const matching = services ? fitting.filter(({ service }) => services.includes(service)) : fitting;
  const found = new Set(matching.map(({ id }) => id));
  const missing = rows.items.filter(({ id }) => ids.includes(id) && !found.has(id)).map(({ id }) => id);
  return { matching, others: missing.length > 0 ? await read({ id: missing }) : [] };
}

function isSame(former: Row, now: Row): boolean {
  const grown = Math.abs((former.lateSince ?? 0) - (now.lateSince ?? 0));
  const plain = (row: Row) => JSON.stringify({ ...row, lateSince: 0, late_seconds: 0 });
  return grown < 2_000 && plain(former) === plain(now);
}

/** The page with what became of some callbacks: each row stays where it is, and those that did not change as they are. */
function patched(rows: Rows, ids: string[], { matching, others }: Became): Rows {
  const changed = new Map([...matching, ...others].map((each) => [each.id, toRow(each)]));
  const onPage = new Set(rows.items.map(({ id }) => id));
  const left = new Set(rows.left);
  const fresh = new Set(rows.fresh);
  const matches = new Set(matching.map(({ id }) => id));
  for (const id of ids) {
    const set = onPage.has(id) ? left : fresh;
    const isIn = onPage.has(id) ? !matches.has(id) : matches.has(id) && isNew(changed.get(id)!, rows);
    if (isIn) {
      set.add(id);
    } else {
      set.delete(id);
    }
  }
  const items = rows.items.map((row) => {
    const now = changed.get(row.id);
    const isOlder = now && Date.parse(now.updated_at) < Date.parse(row.updated_at);
    return now && !isOlder && !isSame(row, now) ? now : row;
  });
  return { ...rows, items, left, fresh };
}

/** Whether a callback that matches cannot have been on another page of the list when it was read. */
function isNew(callback: Callback, { query, readAt, next, previous }: Rows): boolean {
  const isWhole = next === null && previous === null;
  const wasAhead = !!query.to && Date.parse(callback.desired_at) >= Date.parse(query.to);
  return isWhole || wasAhead || Date.parse(callback.created_at) >= readAt;
}

/** Whether the same would be refused again, however often it is asked. */
function isRefused(error: unknown): boolean {
  const status = error instanceof ApiError ? error.problem.status : 0;
  return status >= 400 && status < 500 && !PASSING.has(status);
}

function take(gathered: Set<string>): string[] {
  const ids = [...gathered].slice(0, MOST_IDS);
  for (const id of ids) {
    gathered.delete(id);
  }
  return ids;
}

/**
 * Keeps the page as the callbacks are: reads what is told to have changed, one request at a time (what is told meanwhile
 * is gathered), and the whole page where that is said. `refresh` reads the page anew. Returns a way to tell what changed.
 */
export function useLive(question: Question, key: QueryKey, isFetching: boolean, refresh: () => void) {
  const client = useQueryClient();
  const gathered = useRef(new Set<string>());
  const isAsking = useRef(false);
  const isShown = useRef(true);
  useEffect(() => {
    isShown.current = true;
    return () => {
      isShown.current = false;
    };
  }, []);
  const shown = useRef(key);
  const goOn = useRef<() => void>(() => undefined);
  useEffect(() => {
    shown.current = key;
  });

  const work = useCallback(async () => {
    // A page that is being read may have been read before what is told: it is patched when it has come.
    const isBusy = () =>
      isAsking.current || shown.current !== key || client.isFetching({ queryKey: key, exact: true }) > 0;
    while (gathered.current.size > 0 && isShown.current && !isBusy()) {
      const rows = client.getQueryData<Rows>(key);
      if (!rows) {
        return;
      }
      isAsking.current = true;
      const ids = take(gathered.current);
      try {
        const became = await ask(ids, rows, question);
        if (shown.current === key) {
          client.setQueryData<Rows>(key, (now) => now && patched(now, ids, became));
        } else {
          ids.forEach((id) => gathered.current.add(id));
        }
      } catch (error) {
        if (isRefused(error)) {
          continue;
        }
        ids.forEach((id) => gathered.current.add(id));
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      } finally {
        isAsking.current = false;
      }
    }
    // Another page is shown meanwhile: what is left is its own to ask for.
    if (gathered.current.size > 0 && shown.current !== key) {
      goOn.current();
    }
  }, [client, key, question]);
  useEffect(() => {
    goOn.current = () => void work();
  }, [work]);

  const tell = useCallback(
    (ids: string[]) => {
      ids.forEach((id) => gathered.current.add(id));
      void work();
    },
    [work],
  );

  const refreshSoon = useAfter(isFetching, refresh);
  useChanges((changes) => {
    if (changes === "everything") {
      refreshSoon();
    } else if (changes.callbacks) {
      tell(changes.callbacks);
    }
  });
  useEffect(() => {
    if (!isFetching) {
      void work();
    }
  }, [isFetching, work]);
  useComparing(question, key, tell);
  return tell;
}

/** Calls once, however often it is asked to; not before what is under way is over, which may have begun too early. */
function useAfter(isBusy: boolean, call: () => void): () => void {
  const [isDue, setDue] = useState(false);
  useEffect(() => {
    if (isDue && !isBusy) {
      setDue(false); // eslint-disable-line react-hooks/set-state-in-effect -- it is done
      call();
    }
  }, [isDue, isBusy, call]);
  return useCallback(() => setDue(true), []);
}

/**
 * Time alone brings callbacks into a list, takes them out of it and makes them late, and what they wait for changes
 * without them: nobody is told. Now and then the page is compared with what it would be.
 */
function useComparing(question: Question, key: QueryKey, tell: (ids: string[]) => void): void {
  const client = useQueryClient();
  const now = useHalfMinute();
  const isLive = useIsLive();
  useEffect(() => {
    if (!isLive || !client.getQueryData<Rows>(key)) {
      return;
    }
    void readPage(question)
      .then(({ items }) => tell(differing(client.getQueryData<Rows>(key), items)))
      .catch(() => undefined); // in half a minute it is compared again
  }, [now]); // eslint-disable-line react-hooks/exhaustive-deps -- once a tick, whatever is shown then
}

/** The ids of what a page has otherwise than it would be. */
function differing(rows: Rows | undefined, page: Row[]): string[] {
  const would = new Map(page.map((row) => [row.id, row]));
  const has = new Map(rows?.items.map((row) => [row.id, row]));
  const gone = [...has.keys()].filter((id) => !would.has(id) && !rows?.left.has(id));
  const others = page.filter((row) => {
    const former = has.get(row.id);
    return former ? !isSame(former, row) : !rows?.fresh.has(row.id);
  });
  return [...gone, ...others.map(({ id }) => id)];
}
