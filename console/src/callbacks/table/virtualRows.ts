import { defaultRangeExtractor, type Range, useVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";

import type { Row, Rows } from "../rows";
import type { View } from "../view";

/** A line of the table: a callback, or the details beneath one. */
interface Line {
  row: Row;
  isDetails: boolean;
}

const ROW_HEIGHT = 35;
const HEAD_HEIGHT = 33;
const DETAILS_HEIGHT = 180;
const OVERSCAN = 10;
const PAGE_STEP = 10;

function linesOf(rows: Row[], expanded: ReadonlySet<string>): Line[] {
  return rows.flatMap((row) =>
    expanded.has(row.id)
      ? [
          { row, isDetails: false },
          { row, isDetails: true },
        ]
      : [{ row, isDetails: false }],
  );
}

/**
 * Which lines are in the document: those in sight, and the active row with its details, so that focus is not lost when it
 * is scrolled away. `gap`: pixels of lines left out before a line; `rest`: after the last one.
 */
export function useVirtualRows(
  rows: Row[],
  expanded: ReadonlySet<string>,
  activeId: string | null,
  scroll: RefObject<HTMLDivElement | null>,
) {
  const lines = useMemo(() => linesOf(rows, expanded), [rows, expanded]);
  const kept = useMemo(
    () => lines.flatMap(({ row }, index) => (row.id === activeId ? [index] : [])),
    [lines, activeId],
  );
  // eslint-disable-next-line react-hooks/incompatible-library -- nothing here is compiled by React's compiler
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroll.current,
    estimateSize: (index) => (lines[index]?.isDetails ? DETAILS_HEIGHT : ROW_HEIGHT),
    getItemKey: (index) => {
      const line = lines[index];
      return line ? `${line.row.id}${line.isDetails ? ":details" : ""}` : index;
    },
    rangeExtractor: (range: Range) => withKept(defaultRangeExtractor(range), kept),
    overscan: OVERSCAN,
    // The head stays above the rows.
    scrollPaddingEnd: HEAD_HEIGHT,
  });
  const shown = virtualizer.getVirtualItems();
  const end = shown.at(-1)?.end ?? 0;
  return {
    lines,
    shown: shown.map(({ index, start }, at) => ({ line: lines[index], index, gap: start - (shown[at - 1]?.end ?? 0) })),
    rest: virtualizer.getTotalSize() - end,
    measure: virtualizer.measureElement,
    scrollTo: (index: number) => virtualizer.scrollToIndex(index),
  };
}

function withKept(indexes: number[], kept: number[]): number[] {
  return kept.length === 0 ? indexes : [...new Set([...indexes, ...kept])].sort((one, other) => one - other);
}

/** Another list, or another page of it, is seen from its top once it is there; what changes in it moves nothing. */
export function useFromTheTop(
  { range, search, searchBy, sort, cursor }: View,
  rows: Rows,
  isOld: boolean,
  scroll: RefObject<HTMLDivElement | null>,
): void {
  const which = JSON.stringify([range.key, search, searchBy, sort, cursor]);
  const seen = useRef({ which, rows });
  useLayoutEffect(() => {
    const isOther = seen.current.which !== which;
    // What could not be read leaves what was there.
    if (isOther && (isOld || seen.current.rows === rows)) {
      return;
    }
    if (isOther) {
      scroll.current?.scrollTo({ top: 0 });
    }
    seen.current = { which, rows };
  }, [which, rows, isOld, scroll]);
}

/** The row that keys are for; the first one until another is chosen. */
export function useActiveRow(rows: Row[]) {
  const [chosen, activate] = useState<string | null>(null);
  const isThere = useMemo(() => rows.some(({ id }) => id === chosen), [rows, chosen]);
  const activeId = isThere ? chosen : (rows[0]?.id ?? null);
  return { activeId, activate };
}

/** Moves focus to rows, which may have to be scrolled into the document first. */
export function useRowFocus(
  lines: Line[],
  activate: (id: string) => void,
  scrollTo: (index: number) => void,
  scroll: RefObject<HTMLDivElement | null>,
): (id: string) => void {
  const wanted = useRef<string | null>(null);
  const latest = useRef({ lines, scrollTo });
  useEffect(() => {
    latest.current = { lines, scrollTo };
  });
  useEffect(() => {
    const row = wanted.current && scroll.current?.querySelector<HTMLElement>(`tr[data-id="${wanted.current}"]`);
    if (row) {
      wanted.current = null;
      row.focus({ preventScroll: true });
    }
  });
  return useCallback(
    (id: string) => {
      const index = latest.current.lines.findIndex(({ row, isDetails }) => row.id === id && !isDetails);
      if (index >= 0) {
        wanted.current = id;
        activate(id);
        latest.current.scrollTo(index);
        // Where it was active already nothing is shown anew.
        scroll.current?.querySelector<HTMLElement>(`tr[data-id="${id}"]`)?.focus({ preventScroll: true });
      }
    },
    [activate, scroll],
  );
}

/** The row that a key leads to from another; null: the key leads nowhere. */
export function rowAfterKey(key: string, rows: Row[], activeId: string | null): string | null {
  const at = rows.findIndex(({ id }) => id === activeId);
  const to: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + PAGE_STEP,
    PageUp: at - PAGE_STEP,
    Home: 0,
    End: rows.length - 1,
  };
  const index = to[key];
  return index === undefined ? null : (rows[Math.max(0, Math.min(rows.length - 1, index))]?.id ?? null);
}
