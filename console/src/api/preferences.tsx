import { type QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, data } from "./client";
import type { components } from "./schema";

export type Preferences = components["schemas"]["Preferences"];

const KEY = ["preferences"];

export const USUAL_COLUMNS = ["state", "desired_at", "phone_number", "service"];
// As the server's own defaults, for the moment until they are read.
const DEFAULTS: Preferences = {
  columns: USUAL_COLUMNS,
  show_24_hour: true,
  show_utc: false,
  custom_ranges: [],
  visible_states: null,
  visible_services: null,
  theme: "SYSTEM",
  default_range: "LAST_14_DAYS",
  page_size: 250,
  advanced_metrics: false,
};

const read = () => data(api.GET("/api/v1/session/preferences"));

export const PREFERENCES = { queryKey: KEY, queryFn: read, staleTime: Infinity };

const KEEPING = {
  // One after the other, so that none is undone by one that began before it.
  scope: { id: "preferences" },
  mutationFn: async (some: Partial<Preferences>) => {
    await api.PUT("/api/v1/session/preferences", { body: { ...(await read()), ...some } });
  },
};

/** What the user prefers, and a way to change some of it: at once here, and kept on the server. */
export function usePreferences(): {
  preferences: Preferences;
  change: (some: Partial<Preferences>) => void;
  isReady: boolean;
} {
  const client = useQueryClient();
  const stored = useQuery(PREFERENCES);
  // It is shown already: shown once more when it is kept, it would undo what was chosen after it.
  const keep = useMutation(KEEPING);
  const change = (some: Partial<Preferences>) => {
    show(client, some);
    keep.mutate(some, { onError: () => void client.invalidateQueries({ queryKey: KEY }) });
  };
  return { preferences: stored.data ?? DEFAULTS, change, isReady: stored.data !== undefined };
}

/** Changes some preferences, and shows them once the server has them. What was changed elsewhere meanwhile stays. */
export function useSavePreferences() {
  const client = useQueryClient();
  return useMutation({ ...KEEPING, onSuccess: (_, some) => show(client, some) });
}

function show(client: QueryClient, some: Partial<Preferences>): void {
  client.setQueryData<Preferences>(KEY, (now) => now && { ...now, ...some });
}
