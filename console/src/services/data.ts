import { type QueryClient, type QueryKey, useQuery } from "@tanstack/react-query";

import { api, data } from "../api/client";
import type { Changes } from "../api/events";
import { useKeptFresh } from "../api/fresh";
import { NOW_AND_THEN_MS } from "../api/polling";
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

/** How things stand in every service that the user is given. */
export function useStatuses() {
  return useQuery({
    queryKey: STATUSES,
    queryFn: async () => (await data(api.GET("/api/v1/service-statuses"))).items,
    // They open and close by themselves, and estimates change while nothing happens.
    refetchInterval: NOW_AND_THEN_MS,
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
    refetchInterval: NOW_AND_THEN_MS,
  });
}

/** What lists show of services is read again. */
export function refreshLists(client: QueryClient): void {
  for (const queryKey of [STATUSES, SERVICES, TRUNKS]) {
    void client.invalidateQueries({ queryKey });
  }
}
