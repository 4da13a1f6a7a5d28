import { useCallback, useMemo, useRef, useState } from "react";

import type { Row } from "./rows";

/** The callbacks that are selected, also those that are not on this page any more. */
export interface Selection {
  count: number;
  /** How many of them are not on the page that is shown. */
  elsewhere: number;
  isAll: boolean;
  has: (id: string) => boolean;
  /** Select a row or not any more; with `isRange` like the last one, and all between the two. */
  select: (id: string, isRange: boolean) => void;
  selectAll: () => void;
  toggleAll: () => void;
  clear: () => void;
  /** As they were last read. */
  callbacks: () => Row[];
}

type Selected = ReadonlyMap<string, Row>;

function withRows(selected: Selected, rows: Row[], isSelected: boolean): Selected {
  const now = new Map(selected);
  for (const row of rows) {
    if (isSelected) {
      now.set(row.id, row);
    } else {
      now.delete(row.id);
    }
  }
  return now;
}

function between(rows: Row[], one: string | null, other: string): Row[] {
  const [from, to] = [rows.findIndex(({ id }) => id === one), rows.findIndex(({ id }) => id === other)];
  return from < 0 ? rows.slice(to, to + 1) : rows.slice(Math.min(from, to), Math.max(from, to) + 1);
}

export function useSelection(rows: Row[]): Selection {
  const [selected, setSelected] = useState<Selected>(new Map());
  const last = useRef<string | null>(null);
  const latest = useRef(rows);
  latest.current = rows; // eslint-disable-line react-hooks/refs -- read by handlers only, which stay the same

  const select = useCallback((id: string, isRange: boolean) => {
    setSelected((now) => {
      const isSelected = !now.has(id);
      const touched = between(latest.current, isRange ? last.current : id, id);
      return withRows(now, touched, isSelected);
    });
    queueMicrotask(() => (last.current = id));
  }, []);
  const selectAll = useCallback(() => setSelected((now) => withRows(now, latest.current, true)), []);
  const clear = useCallback(() => setSelected(new Map()), []);

  return useMemo(() => {
    const onPage = rows.filter(({ id }) => selected.has(id));
    const isAll = rows.length > 0 && onPage.length === rows.length;
    const byId = new Map(onPage.map((row) => [row.id, row]));
    return {
      count: selected.size,
      elsewhere: selected.size - onPage.length,
      isAll,
      has: (id) => selected.has(id),
      select,
      selectAll,
      toggleAll: () => setSelected((now) => withRows(now, rows, !isAll)),
      clear,
      callbacks: () => [...selected.values()].map((row) => byId.get(row.id) ?? row),
    };
  }, [rows, selected, select, selectAll, clear]);
}
