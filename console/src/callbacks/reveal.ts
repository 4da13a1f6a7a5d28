import { type RefObject, useCallback, useEffect, useState } from "react";

import type { TableHandle } from "./table/CallbackTable";
import { LAST_PAGE } from "../components/Pages";
import type { Rows } from "./rows";
import { type Change, EARLIEST_FIRST, type View } from "./view";

const NONE: ReadonlySet<string> = new Set();

/**
 * Reads the page anew to show callbacks that came, marks them and goes to the first one. With the earliest first they
 * are mostly behind what is shown: where this page has none of them, the last page is tried.
 */
export function useReveal(
  rows: Rows | undefined,
  isFetching: boolean,
  view: View,
  {
    table,
    change,
    refetch,
  }: { table: RefObject<TableHandle | null>; change: (some: Change) => void; refetch: () => Promise<unknown> },
) {
  const [highlighted, setHighlighted] = useState(NONE);
  const [wanted, setWanted] = useState(NONE);
  const show = useCallback(
    (ids: ReadonlySet<string>) => {
      setHighlighted(ids);
      void refetch().then(() => setWanted(ids));
    },
    [refetch],
  );
  useEffect(() => {
    if (wanted.size === 0 || isFetching || !rows) {
      return;
    }
    const found = rows.items.find(({ id }) => wanted.has(id));
    const isBehind = !found && rows.next !== null && view.sort === EARLIEST_FIRST && view.cursor !== LAST_PAGE;
    if (found) {
      table.current?.reveal(found.id);
    } else if (isBehind) {
      change({ cursor: LAST_PAGE });
      return;
    }
    setWanted(NONE); // eslint-disable-line react-hooks/set-state-in-effect -- done, once they are on the page
  }, [wanted, isFetching, rows, view, table, change]);
  return { highlighted, show, forget: useCallback(() => setHighlighted(NONE), []) };
}
