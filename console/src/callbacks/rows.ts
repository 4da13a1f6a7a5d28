import { keepPreviousData, type QueryKey, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { api, data } from "../api/client";
import { serverNow } from "../api/clock";
import { useIsLive } from "../api/events";
import { NOW_AND_THEN_MS } from "../api/polling";
import { usePreferences } from "../api/preferences";
import { ApiError } from "../api/problems";
import { type Times, useTimes } from "../components/times";
import type { Callback } from "./model";
import { listQuery, type ListQuery, rangeQuery, type RangeQuery, type Visible } from "./ranges";
import { useVisible, type View } from "./view";

/** A callback of the page. `lateSince`: since when it is late, by the server's clock (milliseconds); null: it is not. */
export interface Row extends Callback {
  lateSince: number | null;
}

/**
 * A page as it was read and as changes have patched it. `query`: what it was asked with. `readAt`: when, by the server's
 * clock. `left`: ids of rows that match no more. `fresh`: ids of new callbacks that match and are not on the page.
 */
export interface Rows {
  items: Row[];
  next: string | null;
  previous: string | null;
  total: number;
  isExact: boolean;
  query: ListQuery;
  readAt: number;
  left: ReadonlySet<string>;
  fresh: ReadonlySet<string>;
}

// What is of this very moment is in a range that ends now, though this clock and the server's are not quite the same.
export const LEEWAY_MS = 2_000;
const REFUSED = 422;
const NONE: ReadonlySet<string> = new Set();
const TIMES = new Set(["desired_at", "updated_at"]);

/** What is asked of the list: everything but the instant. */
export interface Question {
  view: View;
  visible: Visible;
  times: Pick<Times, "zone" | "is24Hour">;
  pageSize: number;
}

/** What the range and the visible states and services are right now. */
export function rangeNow({ view, visible, times }: Question, leeway = 0): RangeQuery {
  return rangeQuery(view.range, visible, serverNow() + leeway, times.zone);
}

/** What the page restricts to right now, or in a moment: the list's parameters without order and place. */
export function filterNow(question: Question, leeway = 0): ListQuery {
  const { view, times } = question;
  const search = view.search.trim();
  return {
    ...listQuery(rangeNow(question, leeway)),
    ...(search && { search, search_by: view.searchBy }),
    ...(search && TIMES.has(view.searchBy) && { time_zone: times.zone, time_format: times.is24Hour ? "24h" : "12h" }),
  };
}

export function toRow(callback: Callback): Row {
  const late = callback.late_seconds;
  return { ...callback, lateSince: late == null ? null : serverNow() - late * 1000 };
}

/** The page as it is now. */
export async function readPage(question: Question, signal?: AbortSignal): Promise<Rows> {
  const { view, pageSize } = question;
  const query: ListQuery = { ...filterNow(question), sort: view.sort, limit: pageSize };
  const readAt = serverNow() - LEEWAY_MS;
  const read = (place: ListQuery) =>
    data(api.GET("/api/v1/callbacks", { params: { query: { ...query, ...place } }, signal }));
  let page = await (view.cursor ? read({ cursor: view.cursor }).catch(orFirst(() => read({}))) : read({}));
  // Nothing is there any more: what comes before it is shown, or else the first page.
  if (view.cursor && page.items.length === 0) {
    page = await read(page.previous_cursor ? { cursor: page.previous_cursor } : {});
  }
  return {
    items: page.items.map(toRow),
    next: page.next_cursor,
    previous: page.previous_cursor,
    total: page.total,
    isExact: page.total_is_exact,
    query,
    readAt,
    left: NONE,
    fresh: NONE,
  };
}

/** A link may be to a page that never was: the first one is shown instead. */
function orFirst<Page>(readFirst: () => Promise<Page>): (error: unknown) => Promise<Page> {
  return (error) => {
    if (error instanceof ApiError && error.problem.status === REFUSED) {
      return readFirst();
    }
    throw error;
  };
}

function keyOf({ view, visible, times, pageSize }: Question): QueryKey {
  const { range, ...rest } = view;
  const isOfTimes = range.kind === "today" || TIMES.has(view.searchBy);
  return ["callbacks", "page", { range: range.key, ...rest, visible, pageSize, times: isOfTimes ? times : null }];
}

export function useQuestion(view: View): Question {
  const { preferences } = usePreferences();
  const { shown } = useTimes();
  const visible = useVisible();
  const pageSize = preferences.page_size;
  return useMemo(
    () => ({ view, visible, pageSize, times: { zone: shown.zone, is24Hour: shown.is24Hour } }),
    [view, visible, pageSize, shown],
  );
}

/** The page that was asked for; while it is on its way or cannot be had, the one before it. */
export function useRows(question: Question, isReady: boolean) {
  const isLive = useIsLive();
  const key = useMemo(() => keyOf(question), [question]);
  const read = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => readPage(question, signal),
    enabled: isReady,
    placeholderData: keepPreviousData,
    structuralSharing: false,
    staleTime: 0,
    // Rows change by themselves; to read the page again would move them.
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    refetchInterval: ({ state }) => (isLive && !state.error ? false : NOW_AND_THEN_MS),
  });
  const [last, setLast] = useState<Rows>();
  if (read.data && read.data !== last) {
    setLast(read.data);
  }
  const rows = read.data ?? last;
  return {
    rows,
    key,
    error: read.error,
    isFetching: read.isFetching,
    isOld: read.isPlaceholderData,
    refetch: read.refetch,
  };
}
