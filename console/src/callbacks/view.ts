import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";

import { type Preferences, usePreferences } from "../api/preferences";
import { type Session, useSession } from "../api/session";
import { STATES } from "../components/StateBadge";
import { defaultRange, type ListQuery, type Range, rangeOfKey, type Visible } from "./ranges";
import { COLUMNS } from "./table/columns";

export type SearchBy = NonNullable<ListQuery["search_by"]>;

/** What the page shows. `sort`: a column, with - before it the greatest first. `cursor` null: the first page. */
export interface View {
  range: Range;
  search: string;
  searchBy: SearchBy;
  sort: string;
  cursor: string | null;
}

export const SEARCHED: { name: SearchBy; label: string }[] = [
  { name: "id", label: "Callback ID" },
  { name: "state", label: "State" },
  { name: "result", label: "Result" },
  { name: "desired_at", label: "Desired Time" },
  { name: "phone_number", label: "Phone Number" },
  { name: "service", label: "Service Name" },
  { name: "updated_at", label: "Time Updated" },
];
const BY_PHONE: SearchBy = "phone_number";
export const EARLIEST_FIRST = "desired_at";

/** What of a view is to be another. Whatever changes the list begins with its first page. */
export type Change = Partial<View>;

// As the server has it.
export const MOST_SEARCHED = 100;

function sortOf(sort: string | null): string | null {
  return COLUMNS.some(({ name }) => sort === name || sort === `-${name}`) ? sort : null;
}

function viewOf(params: URLSearchParams, preferences: Preferences): View {
  const by = params.get("by");
  return {
    range: rangeOfKey(params.get("range") ?? "") ?? defaultRange(preferences),
    search: (params.get("search") ?? "").replaceAll("\0", "").slice(0, MOST_SEARCHED),
    searchBy: SEARCHED.find(({ name }) => name === by)?.name ?? BY_PHONE,
    sort: sortOf(params.get("sort")) ?? EARLIEST_FIRST,
    cursor: params.get("page"),
  };
}

function paramsOf(view: View): URLSearchParams {
  const params = new URLSearchParams({ range: view.range.key });
  const put = (name: string, value: string | null, usual: string | null) => {
    if (value !== usual && value !== null) {
      params.set(name, value);
    }
  };
  put("search", view.search, "");
  put("by", view.searchBy, BY_PHONE);
  put("sort", view.sort, EARLIEST_FIRST);
  put("page", view.cursor, null);
  return params;
}

/** What the page shows, kept in the address: a link shows the same. `isReady`: false until the preferences are read. */
export function useView(): { view: View; change: (some: Change) => void; isReady: boolean } {
  const [params, setParams] = useSearchParams();
  const { preferences, isReady } = usePreferences();
  const view = useMemo(() => viewOf(params, preferences), [params, preferences]);
  const change = useCallback(
    (some: Change) => {
      // While somebody types, the way back does not lead over each letter.
      const isTyping = "search" in some || "searchBy" in some;
      setParams((now) => paramsOf({ ...viewOf(now, preferences), cursor: null, ...some }), { replace: isTyping });
    },
    [setParams, preferences],
  );
  return { view, change, isReady };
}

/** The states and services the user wants to see; services that are no more are dropped. */
function visibleTo(session: Session, { visible_states, visible_services }: Preferences): Visible {
  const known = new Set(session.services.map(({ name }) => name));
  const services = (visible_services ?? []).filter((name) => known.has(name));
  return {
    states: visible_states?.length && visible_states.length < STATES.length ? visible_states : null,
    services: services.length > 0 && services.length < known.size ? services : null,
  };
}

/** What the user wants to see, as it is now. */
export function useVisible(): Visible {
  const session = useSession();
  const { preferences } = usePreferences();
  return useMemo(() => visibleTo(session, preferences), [session, preferences]);
}
