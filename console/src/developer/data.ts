import { useInfiniteQuery, useQuery } from "@tanstack/react-query";

import { api, data } from "../api/client";
import { NOW_AND_THEN_MS } from "../api/polling";
import { conflict } from "../api/problems";
import type { components } from "../api/schema";
import type { Times } from "../components/times";

export type ApiKey = components["schemas"]["ApiKey"];
export type ApiErrorLine = components["schemas"]["ApiError"];
export type KeyScope = components["schemas"]["Scope"];

export const KEYS = ["api-keys"];

export const SCOPES: { scope: KeyScope; about: string }[] = [
  { scope: "create", about: "Ask for callbacks; slots and offers" },
  { scope: "read", about: "Read callbacks, services, agents, reports" },
  { scope: "manage", about: "Change and cancel callbacks, set up services" },
  { scope: "agents", about: "Keep agents and their presence, report the live queue" },
];

/** Every key, also revoked ones, by name. */
export function useKeys() {
  return useQuery({
    queryKey: KEYS,
    queryFn: async () => (await data(api.GET("/api/v1/api-keys"))).items,
    refetchInterval: NOW_AND_THEN_MS,
  });
}

function changedSince(before: ApiKey, now: ApiKey, shown: Times): string[] {
  const changes = [
    String(before.scopes) !== String(now.scopes) && `the scopes are ${now.scopes.join(", ")}`,
    JSON.stringify(before.services) !== JSON.stringify(now.services) &&
      `the services are ${now.services?.join(", ") ?? "all"}`,
    before.expires_at !== now.expires_at &&
      (now.expires_at ? `it expires at ${shown.minute(now.expires_at)}` : "it never expires"),
  ];
  return changes.filter((change) => change !== false);
}

/** Refuses to go on with a key that somebody has changed since it was read: keys have no revision to save by. */
export async function requireSame(before: ApiKey, shown: Times): Promise<void> {
  const keys = (await data(api.GET("/api/v1/api-keys"))).items;
  const now = keys.find(({ name }) => name === before.name);
  const changes = now ? changedSince(before, now, shown) : [];
  if (changes.length > 0) {
    throw conflict(
      "api-key-changed",
      `Somebody has changed ${before.name} meanwhile: ${changes.join(", ")}. Close and open it again to go on.`,
    );
  }
}

/** Which errors; what is empty does not restrict. */
export interface ErrorFilter {
  api_key: string;
  code: string;
  correlation_id: string;
}

/** Calls that were refused or failed, the newest first, a page more each time. */
export function useApiErrors({ api_key, code, correlation_id }: ErrorFilter) {
  const query = {
    api_key: api_key.trim() || undefined,
    code: code.trim() || undefined,
    correlation_id: correlation_id.trim() || undefined,
  };
  return useInfiniteQuery({
    queryKey: ["api-errors", query],
    queryFn: ({ pageParam }) =>
      data(api.GET("/api/v1/api-errors", { params: { query: { ...query, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: (before) => before,
    refetchInterval: NOW_AND_THEN_MS,
  });
}
