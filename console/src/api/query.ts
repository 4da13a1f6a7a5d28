import { QueryClient } from "@tanstack/react-query";

import { ApiError } from "./problems";

const TRIES = 3;

/** What is worth asking again: no answer at all, or a server that says so. */
function isPassing(error: unknown): boolean {
  return error instanceof ApiError && (error.problem.status === 0 || error.problem.status === 503);
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: true,
      retry: (count, error) => isPassing(error) && count < TRIES,
    },
    mutations: { retry: false },
  },
});
