import { useMutation, useQueryClient } from "@tanstack/react-query";

import { api, data } from "../api/client";
import { hasCode } from "../api/problems";
import type { components } from "../api/schema";
import { sentenceOf } from "../components/sentences";
import { duration } from "../components/times";
import { DESK, type Presence } from "./data";
import { forget } from "./drafts";

type Finish = components["schemas"]["Finish"];

/** Of what is being said of talks; the attempt comes last. */
export const FINISH = [...DESK, "finish"];

/** What an agent may answer to an offer. */
export type Answer = { kind: "accept" } | { kind: "reject"; reason: string } | { kind: "snooze"; seconds: number };

/** Ask for a presence of one's own. */
export function useAskPresence(agent: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ state, reason }: { state: Presence; reason?: string }) =>
      api.POST("/api/v1/agents/{agent_name}/presence", {
        params: { path: { agent_name: agent } },
        body: { state, reason: reason || null },
      }),
    onSettled: () => client.invalidateQueries({ queryKey: DESK }),
  });
}

/** Answer the offer. What became of it is told by `tell`, because it is not on the page any more then. */
export function useAnswer(attempt: string, who: string, tell: (text: string) => void) {
  const client = useQueryClient();
  const params = { path: { attempt_id: attempt } };
  return useMutation({
    mutationFn: async (answer: Answer): Promise<void> => {
      if (answer.kind === "accept") {
        await api.POST("/api/v1/desk/{attempt_id}/accept", { params });
      } else if (answer.kind === "reject") {
        await api.POST("/api/v1/desk/{attempt_id}/reject", { params, body: { reason: answer.reason.trim() || null } });
      } else {
        await api.POST("/api/v1/desk/{attempt_id}/snooze", { params, body: { seconds: answer.seconds } });
      }
    },
    onSuccess: (_, answer) => {
      if (answer.kind !== "accept") {
        const what =
          answer.kind === "reject" ? "rejected, it goes to the next agent" : `snoozed for ${duration(answer.seconds)}`;
        tell(`${who}: ${what}.`);
      }
    },
    onError: (error) => {
      if (hasCode(error, "offer-over")) {
        tell(sentenceOf(error));
      }
    },
    onSettled: () => client.invalidateQueries({ queryKey: DESK }),
  });
}

/** Say what came of a talk; what follows is told by `onDone`. */
export function useFinish(attempt: string, onDone: (whatFollows: string) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationKey: [...FINISH, attempt],
    mutationFn: (body: Finish) =>
      data(api.POST("/api/v1/desk/{attempt_id}/finish", { params: { path: { attempt_id: attempt } }, body })),
    onSuccess: ({ what_follows }) => {
      forget(attempt);
      onDone(what_follows);
    },
    onSettled: () => client.invalidateQueries({ queryKey: DESK }),
  });
}
