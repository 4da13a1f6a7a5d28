import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useSearchParams } from "react-router";

import { api, data } from "../api/client";
import { useKeptFresh } from "../api/fresh";
import { NOW_AND_THEN_MS } from "../api/polling";
import { conflict, orNull } from "../api/problems";
import type { components } from "../api/schema";
import { PRESENCES, type Presence, presenceLabel } from "../components/PresenceBadge";

export type Agent = components["schemas"]["AgentView"];
export type AgentChoices = components["schemas"]["AgentChoices"];

export const AGENTS = ["agents"];
const LIST = [...AGENTS, "list"];

/** Every agent whom one may see, by name. */
export function useAgents() {
  useKeptFresh([AGENTS], ({ agents }) => agents !== undefined && agents.length > 0);
  return useQuery({
    queryKey: LIST,
    queryFn: async () => (await data(api.GET("/api/v1/agents"))).items,
    refetchInterval: NOW_AND_THEN_MS,
  });
}

/** Ask for a presence of an agent; in a call it takes effect afterwards. */
export function useAskPresence(agent: string, onDone: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ state, reason }: { state: Presence; reason: string }) =>
      api.POST("/api/v1/agents/{agent_name}/presence", {
        params: { path: { agent_name: agent } },
        body: { state, reason: reason.trim() || null },
      }),
    onSuccess: onDone,
    onSettled: () => client.invalidateQueries({ queryKey: AGENTS }),
  });
}

const readAgent = (name: string) =>
  data(api.GET("/api/v1/agents/{agent_name}", { params: { path: { agent_name: name } } }));

/** What of an agent somebody else has changed since it was read; null: nothing that is set here. */
function changedSince(before: Agent, now: Agent): string | null {
  const changes = [
    before.endpoint !== now.endpoint && `the telephone is ${now.endpoint}`,
    before.display_name !== now.display_name && `the display name is ${now.display_name}`,
    String(before.services) !== String(now.services) && `the services are ${now.services.join(", ") || "none"}`,
  ].filter(Boolean);
  return changes.length ? changes.join(", ") : null;
}

/** Creates an agent (`before` null), or changes one who is still as they were read. */
export function useSaveAgent(before: Agent | null, onDone: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ name, ...body }: AgentChoices) => {
      if (before) {
        const changes = changedSince(before, await readAgent(name));
        if (changes) {
          throw conflict(
            "agent-changed",
            `Somebody has changed ${name} meanwhile: ${changes}. Close and open it again to go on.`,
          );
        }
      } else if (await orNull(readAgent(name))) {
        throw conflict("agent-there", `There is an agent ${name} already. Choose another name, or edit that one.`);
      }
      await api.PUT("/api/v1/agents/{agent_name}", { params: { path: { agent_name: name } }, body });
    },
    onSuccess: onDone,
    onSettled: () => client.invalidateQueries({ queryKey: AGENTS }),
  });
}

/** What is shown: kept in the address, so that a link shows the same. */
export interface Filter {
  text: string;
  service: string | null;
  presence: Presence | null;
}

export function useFilter(): [Filter, (some: Partial<Filter>) => void] {
  const [params, setParams] = useSearchParams();
  const presence = PRESENCES.find((each) => each === params.get("presence")) ?? null;
  const filter = { text: params.get("q") ?? "", service: params.get("service"), presence };
  const change = (some: Partial<Filter>) => {
    const { text, service, presence: wanted } = { ...filter, ...some };
    setParams(
      { ...(text && { q: text }), ...(service && { service }), ...(wanted && { presence: wanted }) },
      { replace: true },
    );
  };
  return [filter, change];
}

/** The agents that fit all of the filter but the presence, by which they are counted. */
export function fitting(agents: Agent[], { text, service }: Filter): Agent[] {
  const sought = text.trim().toLowerCase();
  return agents.filter(
    ({ name, display_name, endpoint, services }) =>
      (!service || services.includes(service)) && `${name} ${display_name} ${endpoint}`.toLowerCase().includes(sought),
  );
}

/** How many there are of each presence, such as "Ready". */
export function countsOf(agents: Agent[]): { presence: Presence; label: string; count: number }[] {
  return PRESENCES.map((presence) => ({
    presence,
    label: presenceLabel(presence),
    count: agents.filter((agent) => agent.presence === presence).length,
  }));
}
