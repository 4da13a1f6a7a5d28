import { useMutation } from "@tanstack/react-query";
import { useRef } from "react";

import { ApiError } from "./problems";

const KEY_BYTES = 16;

/** A new Idempotency-Key. (crypto.randomUUID is there on https and localhost only.) */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(KEY_BYTES)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

// It may have been done although no answer said so.
function isUncertain(error: unknown): boolean {
  return error instanceof ApiError && (error.problem.status === 0 || error.problem.status >= 500);
}

/**
 * Creates something once, however often it is asked for. `asked`: what the user asks for, in one string. As long as that
 * is the same, and it is not known whether it was stored, the very same request is repeated.
 */
export function useCreation<Body, Made>(
  send: (body: Body, key: string) => Promise<Made>,
  onMade: (made: Made) => void,
) {
  const key = useRef<string>(null);
  const last = useRef<{ asked: string; body: Body }>(null);
  const isBusy = useRef(false);
  const creation = useMutation({
    mutationFn: (body: Body) => send(body, (key.current ??= newKey())),
    onSuccess: (made) => {
      key.current = null;
      onMade(made);
    },
    onError: (error) => {
      if (error instanceof ApiError && error.code === "idempotency-key-reused") {
        key.current = null;
      }
    },
    onSettled: () => {
      isBusy.current = false;
    },
  });
  const create = (asked: string, body: Body) => {
    if (isBusy.current) {
      return;
    }
    isBusy.current = true;
    const repeats = last.current?.asked === asked && isUncertain(creation.error);
    const sent = repeats && last.current ? last.current.body : body;
    last.current = { asked, body: sent };
    creation.mutate(sent);
  };
  return { create, error: creation.error, isPending: creation.isPending, forget: creation.reset };
}
