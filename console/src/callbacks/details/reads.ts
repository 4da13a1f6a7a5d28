import { useQuery, useQueryClient } from "@tanstack/react-query";

import { api, data } from "../../api/client";
import { useChanges, useIsLive } from "../../api/events";
import type { components } from "../../api/schema";
import type { Callback } from "../model";

export type Trace = components["schemas"]["CallbackTrace"];

const POLL_MS = 30_000;
// Its place moves, and its times grow, when nothing of the callback itself changes.
const WAITING_MS = 5_000;

/** How often something of a callback is read though nothing tells of a change; never when it is over. */
function useInterval({ state }: Callback): number | false {
  const isLive = useIsLive();
  if (state === "QUEUED" || state === "ROUTING" || state === "PROCESSING") {
    return WAITING_MS;
  }
  return isLive ? false : POLL_MS;
}

/** The callback as it is now: what the table has until more is known. Reads what is shown of it when it changes. */
export function useLatest(callback: Callback) {
  const { id } = callback;
  const client = useQueryClient();
  useChanges((changes) => {
    if (changes === "everything" || changes.callbacks?.includes(id)) {
      void client.invalidateQueries({ queryKey: ["callback", id] });
    }
  });
  const read = useQuery({
    queryKey: ["callback", id],
    queryFn: () => data(api.GET("/api/v1/callbacks/{callback_id}", { params: { path: { callback_id: id } } })),
    placeholderData: callback,
    staleTime: 0,
    refetchInterval: useInterval(callback),
  });
  const isOlder = !read.data || Date.parse(read.data.updated_at) < Date.parse(callback.updated_at);
  return { latest: isOlder ? callback : read.data!, error: read.error };
}

/** Everything that is known of the callback. */
export function useTrace(callback: Callback) {
  const { id } = callback;
  return useQuery({
    queryKey: ["callback", id, "metrics"],
    queryFn: () => data(api.GET("/api/v1/callbacks/{callback_id}/metrics", { params: { path: { callback_id: id } } })),
    staleTime: 0,
    refetchInterval: useInterval(callback),
  });
}

/** How the service stands: what places are among, and why a wait cannot be told. Only while the callback waits. */
export function useStatus({ service, position_in_queue: position }: Callback) {
  return useQuery({
    queryKey: ["services", service, "status"],
    queryFn: () => data(api.GET("/api/v1/services/{service_name}/status", { params: { path: { service_name: service } } })),
    enabled: position !== null,
  }).data;
}
