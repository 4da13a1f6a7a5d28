import { useQuery, useQueryClient } from "@tanstack/react-query";

import { api, data } from "../api/client";
import { useChanges } from "../api/events";
import { usePolling } from "../api/polling";
import type { Callback } from "./model";

// Its place moves, and its times grow, when nothing of the callback itself changes.
const WAITING_MS = 5_000;

/** What is read of a callback is kept under this key and longer ones: all of it is read again when it changes. */
export const callbackKey = (id: string) => ["callback", id];

/** How often something of a callback is read though nothing tells of a change. */
export function useCallbackPolling({ state }: Callback): number | false {
  const polling = usePolling();
  return state === "QUEUED" || state === "ROUTING" || state === "PROCESSING" ? WAITING_MS : polling;
}

/** The callback as it is now, while it is shown: what the table has until more is known. */
export function useLatest(callback: Callback) {
  const client = useQueryClient();
  const { id } = callback;
  const queryKey = callbackKey(id);
  const readAgain = () => void client.invalidateQueries({ queryKey });
  useChanges((changes) => {
    if (changes === "everything" || changes.callbacks?.includes(id)) {
      readAgain();
    }
  });
  const { data: read, error } = useQuery({
    queryKey,
    queryFn: () => data(api.GET("/api/v1/callbacks/{callback_id}", { params: { path: { callback_id: id } } })),
    placeholderData: callback,
    staleTime: 0,
    refetchInterval: useCallbackPolling(callback),
  });
  const isOlder = !read || Date.parse(read.updated_at) < Date.parse(callback.updated_at);
  return {
    latest: isOlder ? callback : read,
    error,
    /** Show what an answer told. */
    keep: (changed: Callback) => client.setQueryData(queryKey, changed),
    readAgain,
  };
}
