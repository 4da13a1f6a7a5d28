import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { api, data } from "../api/client";
import { useChanges, useIsLive } from "../api/events";
import type { components } from "../api/schema";
import { useSecond } from "../components/ticking";

type Schemas = components["schemas"];
export type Desk = Schemas["Desk"];
export type Agent = Schemas["AgentAtDesk"];
export type Offer = Schemas["desk_model_Offer"];
export type InHand = Schemas["CallbackInHand"];
export type Unfinished = Schemas["Unfinished"];
export type Presence = Schemas["Presence"];

export const DESK = ["desk"];

const NOT_LIVE_MS = 3_000;
// As exactly as clocks of two machines are compared by when an answer comes.
const TOLERATED_MS = 1_500;

/** All that the desk shows. Reading it tells the server that the desk is open, which it has to be told every minute. */
export function useDesk() {
  const isLive = useIsLive();
  return useQuery({
    queryKey: DESK,
    queryFn: () => data(api.GET("/api/v1/desk")),
    refetchInterval: isLive ? false : NOT_LIVE_MS,
    refetchIntervalInBackground: true,
    networkMode: "always",
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

/** How far the server's clock is ahead of this machine's, in milliseconds; what is no more than the way of an answer is none. */
export function skewOf(desk: Desk, readAt: number): number {
  const skew = Date.parse(desk.at) - readAt;
  return Math.abs(skew) > TOLERATED_MS ? skew : 0;
}

/** The server's time, every second. */
export function useServerSecond(skew: number): number {
  return useSecond() + skew;
}
