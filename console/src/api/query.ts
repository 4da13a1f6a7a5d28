import { notifyManager, QueryClient } from "@tanstack/react-query";

import { ApiError } from "./problems";

const TRIES = 3;

/** What is worth asking again: no answer at all, or a server that says so. */
function isPassing(error: unknown): boolean {
  return error instanceof ApiError && (error.problem.status === 0 || error.problem.status === 503);
}

// At once, and not in a task of its own: the second click of two finds the button inactive already.
notifyManager.setScheduler(queueMicrotask);

// Whether the server can be had is told by asking it: what a browser holds for offline may well reach it. And what was asked
// for and cannot be done now is said so, and not done unasked when the line is back.
const networkMode = "always";

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      networkMode,
      refetchOnReconnect: true,
      staleTime: 5_000,
      refetchOnWindowFocus: true,
      retry: (count, error) => isPassing(error) && count < TRIES,
    },
    mutations: { networkMode, retry: false },
  },
});
