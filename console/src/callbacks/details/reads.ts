import { useQuery } from "@tanstack/react-query";

import { api, data } from "../../api/client";
import type { components } from "../../api/schema";
import { callbackKey, useCallbackPolling } from "../latest";
import type { Callback } from "../model";

export type Trace = components["schemas"]["CallbackTrace"];

/** Everything that is known of the callback. */
export function useTrace(callback: Callback) {
  const { id } = callback;
  return useQuery({
    queryKey: [...callbackKey(id), "metrics"],
    queryFn: () => data(api.GET("/api/v1/callbacks/{callback_id}/metrics", { params: { path: { callback_id: id } } })),
    staleTime: 0,
    refetchInterval: useCallbackPolling(callback),
  });
}

/** How the service stands: what places are among, and why a wait cannot be told. Only while the callback waits. */
export function useStatus(callback: Callback) {
  const { service, position_in_queue: position } = callback;
  return useQuery({
    queryKey: ["services", service, "status"],
    queryFn: () =>
      data(api.GET("/api/v1/services/{service_name}/status", { params: { path: { service_name: service } } })),
    enabled: position !== null,
    refetchInterval: useCallbackPolling(callback),
  }).data;
}
