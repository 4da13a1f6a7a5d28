import { type RefObject, useCallback, useEffect, useRef, useState } from "react";

import { api, data } from "../api/client";
import { LAST_PAGE } from "../components/Pages";
import type { Hidden } from "./created";
import { filterNow, LEEWAY_MS, type Question, type Rows } from "./rows";
import type { TableHandle } from "./table/CallbackTable";
import type { Change } from "./view";

const NONE: ReadonlySet<string> = new Set();

// By the order in which they were created.
const NEWEST_FIRST: Change = { sort: "-id" };
const ELSEWHERE: Hidden = {
  text: "What is new is on another page of this list.",
  offer: { label: "Show the newest first", change: NEWEST_FIRST },
};

/** Whether the page that a change of the view leads to has one of them. */
async function isThere(ids: ReadonlySet<string>, question: Question, change: Change): Promise<boolean> {
  const { sort, cursor } = { ...question.view, cursor: null, ...change };
  const place = { sort, limit: question.pageSize, ...(cursor && { cursor }) };
  const query = { ...filterNow(question, LEEWAY_MS), ...place };
  const { items } = await data(api.GET("/api/v1/callbacks", { params: { query } }));
  return items.some(({ id }) => ids.has(id));
}

interface Ways {
  table: RefObject<TableHandle | null>;
  change: (some: Change) => void;
  refetch: () => Promise<{ data?: Rows; error: unknown }>;
  setHidden: (hidden: Hidden | null) => void;
}

/**
 * Reads the page anew to show callbacks that came, marks them and goes to the first one. With the earliest first they
 * are mostly behind what is shown: where this page has none of them, the last page is gone to if it has one. Else what
 * would show them is offered.
 */
export function useReveal(
  rows: Rows | undefined,
  isFetching: boolean,
  question: Question,
  { table, change, refetch, setHidden }: Ways,
) {
  const [highlighted, setHighlighted] = useState(NONE);
  const [wanted, setWanted] = useState(NONE);
  const latest = useRef(question);
  useEffect(() => {
    latest.current = question;
  });
  const look = useCallback(
    async (ids: ReadonlySet<string>) => {
      const asked = latest.current;
      const { data: page, error } = await refetch();
      if (error || !page) {
        return;
      }
      if (page.items.some(({ id }) => ids.has(id))) {
        setWanted(ids);
        return;
      }
      const isBehind = page.next !== null && (await isThere(ids, asked, { cursor: LAST_PAGE }));
      const isElsewhere = !isBehind && (await isThere(ids, asked, NEWEST_FIRST));
      // Whoever has gone on meanwhile is left alone.
      if (latest.current !== asked) {
        return;
      }
      if (isBehind) {
        setWanted(ids);
        change({ cursor: LAST_PAGE });
      } else if (isElsewhere) {
        setHidden(ELSEWHERE);
      }
    },
    [refetch, change, setHidden],
  );
  const show = useCallback(
    (ids: ReadonlySet<string>) => {
      setHighlighted(ids);
      setHidden(null);
      look(ids).catch(() => undefined);
    },
    [look, setHidden],
  );
  useEffect(() => {
    const found = isFetching ? undefined : rows?.items.find(({ id }) => wanted.has(id));
    if (found) {
      table.current?.reveal(found.id);
      setWanted(NONE); // eslint-disable-line react-hooks/set-state-in-effect -- done, once they are on the page
    }
  }, [wanted, isFetching, rows, table]);
  return { highlighted, show, forget: useCallback(() => setHighlighted(NONE), []) };
}
