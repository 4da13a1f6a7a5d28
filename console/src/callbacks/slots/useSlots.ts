import { useThrottledCallback } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";

import { api, data } from "../../api/client";
import { useChanges } from "../../api/events";
import { NOW_AND_THEN_MS, usePolling } from "../../api/polling";
import type { components } from "../../api/schema";

export type Slots = components["schemas"]["BookableSlots"];

// As far as any service takes bookings.
const DAYS_AHEAD = 31;
const AT_MOST_EVERY = 2_000;

/** The slots of a service as they are now: read again whenever a seat may have been taken or given back. */
export function useSlots(service: string | null) {
  const client = useQueryClient();
  const key = ["slots", service];
  const readAgain = useThrottledCallback(() => void client.invalidateQueries({ queryKey: key }), AT_MOST_EVERY);
  useChanges((changes) => {
    if (changes === "everything" || changes.callbacks?.length || (service && changes.services?.includes(service))) {
      readAgain();
    }
  });
  const polling = usePolling();
  return useQuery({
    queryKey: key,
    enabled: service !== null,
    queryFn: () =>
      data(
        api.GET("/api/v1/services/{service_name}/slots", {
          params: { path: { service_name: service ?? "" }, query: { days: DAYS_AHEAD } },
        }),
      ),
    refetchInterval: ({ state }) => (state.error ? NOW_AND_THEN_MS : polling),
  });
}
