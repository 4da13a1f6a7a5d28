import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";

import { type Changes, useChanges } from "./events";

// However much changes, what it concerns is read so often at most.
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
}
