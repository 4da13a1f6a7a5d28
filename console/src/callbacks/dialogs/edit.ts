import { useQuery, useQueryClient } from "@tanstack/react-query";

import { api, data } from "../../api/client";
import { useChanges, useIsLive } from "../../api/events";
import type { Callback } from "../model";

/** The callback as it is now, while it is shown. */
export function useCallbackNow(callback: Callback) {
  const client = useQueryClient();
  const isLive = useIsLive();
  const key = ["callback", callback.id];
  useChanges((changes) => {
    if (changes === "everything" || changes.callbacks?.includes(callback.id)) {
      void client.invalidateQueries({ queryKey: key });
    }
  });
  const now = useQuery({
    queryKey: key,
    queryFn: () => data(api.GET("/api/v1/callbacks/{callback_id}", { params: { path: { callback_id: callback.id } } })),
    placeholderData: callback,
    refetchInterval: isLive ? false : 30_000,
  });
  return {
    now: now.data ?? callback,
    error: now.error,
    /** Show what an answer told. */
    keep: (changed: Callback) => client.setQueryData(key, changed),
    readAgain: () => void client.invalidateQueries({ queryKey: key }),
  };
}

export const mayCancel = ({ state }: Callback) => state === "SCHEDULED" || state === "QUEUED" || state === "ROUTING";
export const mayReschedule = ({ state }: Callback) => state === "SCHEDULED";

/** Why it cannot be changed as it could be in another state; null: it can be. */
export function whyNotChangeable({ state, agent }: Callback): string | null {
  switch (state) {
    case "PROCESSING":
      return `It is with ${agent ? `the agent ${agent}` : "an agent"} now: it cannot be cancelled or changed any more.`;
    case "COMPLETED":
      return "It is completed: it cannot be cancelled or changed any more. It can be recreated.";
    case "QUEUED":
      return "It waits for an agent already: its time cannot be changed. It can be cancelled.";
    case "ROUTING":
      return "It is being called: its time cannot be changed. It can be cancelled, and what rings is then hung up.";
    default:
      return null;
  }
}
