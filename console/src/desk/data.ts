import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { api, data } from "../api/client";
import { useChanges, useIsLive } from "../api/events";
import type { components } from "../api/schema";

type Schemas = components["schemas"];
export type Desk = Schemas["Desk"];
export type Agent = Schemas["AgentAtDesk"];
export type Offer = Schemas["desk_model_Offer"];
export type InHand = Schemas["CallbackInHand"];
export type Unfinished = Schemas["Unfinished"];
export type Presence = Schemas["Presence"];

export const DESK = ["desk"];

const NOT_LIVE_MS = 3_000;

/** All that the desk shows. Reading it tells the server that the desk is open, which it has to be told every minute. */
export function useDesk() {
  const isLive = useIsLive();
  return useQuery({
    queryKey: DESK,
    queryFn: () => data(api.GET("/api/v1/desk")),
    refetchInterval: isLive ? false : NOT_LIVE_MS,
    refetchIntervalInBackground: true,
  });
}

/** Keeps the desk open and what is read of it up to date, on whichever page its agent is. */
export function useOpenDesk(): void {
  const client = useQueryClient();
  useEffect(() => {
    const heart = new Worker(new URL("./heartbeat.ts", import.meta.url), { type: "module" });
    heart.onmessage = () => void client.invalidateQueries({ queryKey: DESK });
    return () => heart.terminate();
  }, [client]);
  useChanges((changes) => {
    if (changes === "everything" || changes.desk) {
      void client.invalidateQueries({ queryKey: DESK });
    }
  });
}
