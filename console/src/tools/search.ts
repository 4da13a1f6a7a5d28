import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { useSearchParams } from "react-router";

import { api, data } from "../api/client";
import { useChanges } from "../api/events";
import { usePolling } from "../api/polling";

const LIMIT = 100;
const LETTER = /[a-z]/i;
const WHOLE_ID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
// The shortest that a number with its country is.
const WHOLE_NUMBER = 8;

/** What is asked for, kept in the address. `cursor` null: the first page. */
export interface Asked {
  text: string;
  cursor: string | null;
}

/** Whether it needs no Enter, as nothing seems to be missing. */
export function isWhole(text: string): boolean {
  const digits = text.replace(/\D/g, "").length;
  return WHOLE_ID.test(text) || (!LETTER.test(text) && digits >= WHOLE_NUMBER);
}

export function useAsked(): { asked: Asked; ask: (asked: Asked) => void } {
  const [params, setParams] = useSearchParams();
  const asked = { text: params.get("q") ?? "", cursor: params.get("page") };
  const ask = useCallback(
    ({ text, cursor }: Asked) =>
      setParams({ ...(text && { q: text }), ...(cursor && { page: cursor }) }, { replace: cursor === null }),
    [setParams],
  );
  return { asked, ask };
}

/** The callbacks of an id, or of a number or a part of it, among all that may be seen: the latest desired time first. */
export function useFound({ text, cursor }: Asked) {
  const found = useQuery({
    queryKey: ["search", text, cursor],
    queryFn: () =>
      data(
        api.GET("/api/v1/callbacks", {
          params: {
            query: {
              search: text,
              search_by: LETTER.test(text) ? "id" : "phone_number",
              sort: "-desired_at",
              limit: LIMIT,
              ...(cursor && { cursor }),
            },
          },
        }),
      ),
    enabled: text !== "",
    placeholderData: keepPreviousData,
    refetchInterval: usePolling(),
  });
  useChanges((changes) => {
    const isShown = (id: string) => found.data?.items.some((each) => each.id === id);
    if (changes === "everything" || changes.callbacks?.some(isShown)) {
      void found.refetch();
    }
  });
  return text === "" ? { ...found, data: undefined } : found;
}
