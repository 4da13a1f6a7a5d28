import { useInfiniteQuery } from "@tanstack/react-query";

import { api, data } from "../api/client";
import type { components } from "../api/schema";
import { dayPlus, IS_DAY, type Times } from "../components/times";

export type Entry = components["schemas"]["Entry"];

/** Which entries; what is empty does not restrict. `from` and `to` are days as times are shown, `to` included. */
export interface AuditFilter {
  actor: string;
  action: string;
  subject: string;
  from: string;
  to: string;
}

export const EVERYTHING: AuditFilter = { actor: "", action: "", subject: "", from: "", to: "" };

/** The parameters of the call. */
export function parametersOf({ actor, action, subject, from, to }: AuditFilter, times: Times) {
  return {
    actor: actor.trim() || undefined,
    action: action.trim() || undefined,
    subject: subject.trim() || undefined,
    from: IS_DAY.test(from) ? times.startOf(from).toISOString() : undefined,
    // The day that is named last belongs to it.
    to: IS_DAY.test(to) ? times.startOf(dayPlus(to, 1)).toISOString() : undefined,
  };
}

/** Entries, the newest first, a page more each time. */
export function useEntries(query: ReturnType<typeof parametersOf>) {
  return useInfiniteQuery({
    queryKey: ["audit", query],
    queryFn: ({ pageParam }) => data(api.GET("/api/v1/audit", { params: { query: { ...query, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: (before) => before,
  });
}
