import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { hasCode } from "../../api/problems";
import { type Choices, readService, refreshLists, saveService, serviceKey, type Stored } from "../data";
import type { Key, Settings } from "./kinds";

// Whatever the order in which a record's keys were written.
function plain(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part && typeof part === "object" && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).sort()) : part,
  );
}

const isSame = (one: unknown, other: unknown) => plain(one) === plain(other);

function differing(keys: Key[], one: Settings, other: Settings): Key[] {
  return keys.filter((key) => !isSame(one[key], other[key]));
}

/** What is typed into a section, over the service as it was when that began. */
export function useDraft(stored: Stored, keys: Key[]) {
  const client = useQueryClient();
  const { name } = stored.service;
  const [begun, setBegun] = useState(stored);
  const [typed, setTyped] = useState<Partial<Settings>>({});
  const wanted: Settings = { ...begun.service, ...typed };
  const changed = differing(keys, wanted, begun.service);
  const isDirty = changed.length > 0;
  const theirs = isDirty ? differing(keys, stored.service, begun.service) : [];
  // What somebody else changes elsewhere in the service does not concern what is typed here.
  const base = theirs.length > 0 ? begun : stored;
  if (base !== begun) {
    setBegun(base);
  }
  const save = useMutation({
    mutationFn: async () => {
      const choices = Object.fromEntries(changed.map((key) => [key, wanted[key]])) as Choices;
      try {
        return await saveService(name, choices, base.etag);
      } catch (error) {
        if (!hasCode(error, "service-changed")) {
          throw error;
        }
        const now = await readService(name);
        client.setQueryData(serviceKey(name), now);
        if (differing(keys, now.service, base.service).length > 0) {
          throw error;
        }
        return saveService(name, choices, now.etag);
      }
    },
    onSuccess: (now) => {
      client.setQueryData(serviceKey(name), now);
      setBegun(now);
      setTyped({});
      refreshLists(client);
    },
  });
  const set = (some: Partial<Settings>) => {
    if (save.isSuccess) {
      save.reset();
    }
    setTyped((before) => ({ ...before, ...some }));
  };
  const take = (isTheirs: boolean) => {
    setBegun(stored);
    save.reset();
    if (isTheirs) {
      setTyped({});
    }
  };
  return { values: wanted, was: base.service, changed, isDirty, theirs, set, save, discard: () => take(true), take };
}

export type Draft = ReturnType<typeof useDraft>;
