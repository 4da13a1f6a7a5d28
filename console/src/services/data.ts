import { useQuery, useQueryClient, type QueryClient, type QueryKey } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";

import { api, data } from "../api/client";
import { type Changes, useChanges, useIsLive } from "../api/events";
import type { components } from "../api/schema";

export type Status = components["schemas"]["ServiceStatus"];
export type Service = components["schemas"]["Service"];
export type Choices = components["schemas"]["ServiceChoices"];
export type Mode = components["schemas"]["Mode"];
export type Trunk = components["schemas"]["Trunk"];

/** A service with the revision that it is in. */
export interface Stored {
  service: Service;
  etag: string;
}

export const STATUSES = ["service-statuses"];
export const SERVICES = ["services"];
export const TRUNKS = ["trunks"];
export const serviceKey = (name: string): QueryKey => ["service", name];

// Services open and close by themselves, and estimates change while nothing happens: a look now and then.
const EVERY_MS = 30_000;
// However much changes, all statuses are read so often at most.
const PACE_MS = 1_000;

/** Reads these again when something changes that concerns them: soon, and not more often than once a second. */
export function useKeptFresh(keys: QueryKey[], concerns: (changes: Changes) => boolean): void {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const wanted = useRef(keys);
  useEffect(() => {
    wanted.current = keys;
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  const soon = useCallback(() => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      for (const queryKey of wanted.current) {
        void client.invalidateQueries({ queryKey });
      }
    }, PACE_MS);
  }, [client]);
  useChanges((changes) => {
    if (changes === "everything" || concerns(changes)) {
      soon();
    }
  });
  const isLive = useIsLive();
  useEffect(soon, [isLive, soon]);
}

/** How things stand in every service that the user is given. */
export function useStatuses() {
  return useQuery({
    queryKey: STATUSES,
    queryFn: async () => (await data(api.GET("/api/v1/service-statuses"))).items,
    refetchInterval: EVERY_MS,
  });
}

export const concernsStatuses = ({ services, callbacks, agents }: Changes) => Boolean(services ?? callbacks ?? agents);

export async function readService(name: string): Promise<Stored> {
  const { data: service, response } = await api.GET("/api/v1/services/{service_name}", {
    params: { path: { service_name: name } },
  });
  return { service: service!, etag: response.headers.get("ETag") ?? "" };
}

/** Change what is given of a service, if it is still as `etag` says. */
export async function saveService(name: string, choices: Choices, etag?: string): Promise<Stored> {
  const { data: service, response } = await api.PUT("/api/v1/services/{service_name}", {
    params: { path: { service_name: name }, header: etag ? { "If-Match": etag } : {} },
    body: choices,
  });
  return { service: service as Service, etag: response.headers.get("ETag") ?? "" };
}

/** A service with its settings, as they are now. */
export function useService(name: string) {
  useKeptFresh([serviceKey(name)], ({ services }) => services?.includes(name) ?? false);
  return useQuery({ queryKey: serviceKey(name), queryFn: () => readService(name) });
}

/** Every trunk that there is. */
export function useTrunks() {
  return useQuery({
    queryKey: TRUNKS,
    queryFn: async () => (await data(api.GET("/api/v1/trunks"))).items,
    refetchInterval: EVERY_MS,
  });
}

/** What lists show of services is read again. */
export function refreshLists(client: QueryClient): void {
  for (const queryKey of [STATUSES, SERVICES, TRUNKS]) {
    void client.invalidateQueries({ queryKey });
  }
}
