import { useQuery } from "@tanstack/react-query";

import { api, data } from "../api/client";
import { NOW_AND_THEN_MS } from "../api/polling";
import type { components } from "../api/schema";

export type User = components["schemas"]["User"];
export type Role = components["schemas"]["Role"];

export const USERS = ["users"];

// From who may change least, with what each is for.
export const ROLES: { role: Role; label: string; about: string }[] = [
  { role: "MONITOR", label: "Monitor", about: "Sees callbacks, services, agents and reports; changes nothing" },
  { role: "SUPERVISOR", label: "Supervisor", about: "Creates, changes and exports callbacks, steers agents" },
  { role: "ADMINISTRATOR", label: "Administrator", about: "Sets up services, agents, users and keys" },
  { role: "DEVELOPER", label: "Developer", about: "Keeps API keys and looks into API errors" },
  { role: "AGENT", label: "Agent", about: "Has a desk of their own and takes calls" },
];

/** The roles as they are named to people. */
export function roleLabels(roles: Role[]): string {
  return ROLES.filter(({ role }) => roles.includes(role))
    .map(({ label }) => label)
    .join(", ");
}

/** All users whom one may see, by name. */
export function useUsers() {
  return useQuery({
    queryKey: USERS,
    queryFn: async () => (await data(api.GET("/api/v1/users"))).items,
    refetchInterval: NOW_AND_THEN_MS,
  });
}

/** A user with the revision that a change of theirs has to name. */
export async function readUser(name: string): Promise<{ user: User; etag: string }> {
  const { data: user, response } = await api.GET("/api/v1/users/{user_name}", {
    params: { path: { user_name: name } },
  });
  return { user: user as User, etag: response.headers.get("ETag") ?? "" };
}
