import { useIsLive } from "./events";

/** How often something is read of which no change tells. */
export const NOW_AND_THEN_MS = 30_000;

/** The `refetchInterval` of what changes tell of: while they do not arrive it is read as often as the page says. */
export function usePolling(): number | false {
  return useIsLive() ? false : NOW_AND_THEN_MS;
}
