import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, data } from "./client";
import type { components } from "./schema";

export type Preferences = components["schemas"]["Preferences"];

const KEY = ["preferences"];

// As the server's own defaults, for the moment until they are read.
export const DEFAULTS: Preferences = {
  columns: ["state", "desired_at", "phone_number", "service"],
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

/** What the user prefers, and a way to change some of it: at once here, and kept on the server. */
export function usePreferences(): { preferences: Preferences; change: (some: Partial<Preferences>) => void; isReady: boolean } {
  const client = useQueryClient();
  const read = useQuery({
    queryKey: KEY,
    queryFn: () => data(api.GET("/api/v1/session/preferences")),
    staleTime: Infinity,
  });
  const preferences = read.data ?? DEFAULTS;
  const save = useMutation({
    mutationFn: (wanted: Preferences) => api.PUT("/api/v1/session/preferences", { body: wanted }),
    onError: () => void client.invalidateQueries({ queryKey: KEY }),
  });
  const change = (some: Partial<Preferences>) => {
    const wanted = { ...preferences, ...some };
    client.setQueryData(KEY, wanted);
    save.mutate(wanted);
  };
  return { preferences, change, isReady: read.data !== undefined };
}
