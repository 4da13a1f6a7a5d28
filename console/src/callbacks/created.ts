import { notifications } from "@mantine/notifications";
import { useCallback } from "react";

import { api, data } from "../api/client";
import { serverNow } from "../api/clock";
import type { Callback } from "./model";
import { BUILT_IN, LAST_24_HOURS, OPEN, type Range, rangeQuery } from "./ranges";
import { filterNow, LEEWAY_MS, type Question, rangeNow } from "./rows";
import type { Change } from "./view";

/** Why a callback that came is not on the page, and what of the view would show it; null: nothing would. */
export interface Hidden {
  text: string;
  offer: { label: string; change: Change } | null;
}

const EVERYTHING = { states: null, services: null };

function isWithin(range: Range, callback: Callback, zone: string): boolean {
  const { from, to } = rangeQuery(range, EVERYTHING, serverNow(), zone);
  const at = Date.parse(callback.desired_at);
  return !from || !to || (at >= Date.parse(from) && at < Date.parse(to));
}

function rangeFor(callback: Callback, zone: string): Range {
  if (!callback.is_scheduled) {
    return LAST_24_HOURS;
  }
  const next = BUILT_IN.flat().filter((range) => range.key.startsWith("NEXT_"));
  return next.find((range) => isWithin(range, callback, zone)) ?? OPEN;
}

/** What to say of a callback that was created and that the list does not show. */
function whyHidden(callback: Callback, question: Question): Hidden {
  const { view, times } = question;
  const what = `The callback for ${callback.phone_number_formatted} was created`;
  const { states, services } = rangeNow(question);
  const isVisible = (!states || states.includes(callback.state)) && (!services || services.includes(callback.service));
  if (!isVisible) {
    return { text: `${what}. It is in a state or service that your Advanced Options hide.`, offer: null };
  }
  if (isWithin(view.range, callback, times.zone) && view.range.key !== "NEEDS_ATTENTION" && view.search) {
    const offer = { label: "Clear the search", change: { search: "" } };
    return { text: `${what}. What you search for does not find it.`, offer };
  }
  const range = rangeFor(callback, times.zone);
  const offer = { label: `Show ${range.label}`, change: { range, search: "" } };
  return { text: `${what}. It is not in “${view.range.label}”.`, offer };
}

async function isListed(callback: Callback, question: Question): Promise<boolean> {
  const query = { ...filterNow(question, LEEWAY_MS), id: [callback.id] };
  return (await data(api.GET("/api/v1/callbacks", { params: { query } }))).items.length > 0;
}

/** What follows when a callback was created: it is shown, or it is said why the list does not show it. */
export function useCreated(
  question: Question,
  show: (ids: ReadonlySet<string>) => void,
  setHidden: (hidden: Hidden | null) => void,
) {
  return useCallback(
    (callback: Callback) => {
      void isListed(callback, question)
        .catch(() => true)
        .then((listed) => {
          setHidden(listed ? null : whyHidden(callback, question));
          if (listed) {
            notifications.show({ message: `The callback for ${callback.phone_number_formatted} was created.` });
            show(new Set([callback.id]));
          }
        });
    },
    [question, show, setHidden],
  );
}
