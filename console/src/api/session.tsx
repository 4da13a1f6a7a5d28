import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo } from "react";

import { api, data, keepCsrfToken, onOtherSession, onSessionEnd } from "./client";
import { NOW_AND_THEN_MS } from "./polling";
import { ApiError } from "./problems";
import type { components } from "./schema";

export type Session = components["schemas"]["Session"];
export type Permission = components["schemas"]["Permission"];

/** Who is logged in. `isOver`: the session has run out meanwhile; what is on the page stays until they log in again. */
export interface Login {
  session: Session | null;
  isOver: boolean;
}

const KEY = ["session"];
const NOBODY: Login = { session: null, isOver: false };

const isOther = ({ queryKey }: { queryKey: readonly unknown[] }) => queryKey[0] !== KEY[0];

async function readLogin({ client, signal }: { client: QueryClient; signal: AbortSignal }): Promise<Login> {
  const before = client.getQueryData<Login>(KEY);
  try {
    const session = await data(api.GET("/api/v1/session", { signal }));
    signal.throwIfAborted();
    keepCsrfToken(session.csrf_token);
    if (before?.session && before.session.user.name !== session.user.name) {
      // Somebody else has logged in, in another tab.
      client.removeQueries({ predicate: isOther });
    }
    return { session, isOver: false };
  } catch (error) {
    if (error instanceof ApiError && error.problem.status === 401) {
      return before?.session ? { ...before, isOver: true } : NOBODY;
    }
    throw error;
  }
}

export const LOGIN = { queryKey: KEY, queryFn: readLogin, staleTime: Infinity };

/** Whether somebody is logged in; no data while that is being asked. */
export function useLogin() {
  const client = useQueryClient();
  useEffect(() => {
    onSessionEnd(() => client.setQueryData<Login>(KEY, (login) => login && { ...login, isOver: !!login.session }));
    onOtherSession(() => void client.invalidateQueries({ queryKey: KEY }));
  }, [client]);
  return useQuery(LOGIN);
}

/** Ask now and then who is logged in and what they may do: for whoever is told of no changes, or not any more. */
export function useLoginPolling(isNeeded: boolean): void {
  useQuery({
    ...LOGIN,
    refetchInterval: isNeeded && NOW_AND_THEN_MS,
    refetchOnWindowFocus: isNeeded && "always",
  });
}

/** From now on this is so: an answer that is still on its way tells of the time before. */
async function keepLogin(client: QueryClient, login: Login): Promise<void> {
  await client.cancelQueries({ queryKey: KEY });
  client.setQueryData<Login>(KEY, login);
}

/** Keep a session that has just begun. What was read for somebody else is forgotten. */
export function useBegin(): (session: Session) => Promise<void> {
  const client = useQueryClient();
  return async (session) => {
    const isSame = client.getQueryData<Login>(KEY)?.session?.user.name === session.user.name;
    keepCsrfToken(session.csrf_token);
    await keepLogin(client, { session, isOver: false });
    if (isSame) {
      // What is still being read is asked in the session before: its answer would be a refusal that stays on the page.
      await client.cancelQueries({ predicate: isOther });
      void client.invalidateQueries({ predicate: isOther });
    } else {
      client.removeQueries({ predicate: isOther });
    }
  };
}

/** Ask again who is logged in, and what they may do by now. */
export function useRefreshSession(): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: KEY });
}

/** Log out, and forget all that was read. */
export function useLogOut(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    await api.DELETE("/api/v1/session").catch((error: unknown) => {
      if (!(error instanceof ApiError && error.problem.status === 401)) {
        throw error;
      }
    });
    // What was written and not sent, such as a note of a talk, is for nobody who comes after.
    sessionStorage.clear();
    await keepLogin(client, NOBODY);
    client.removeQueries({ predicate: isOther });
  };
}

const SessionContext = createContext<Session | null>(null);
const IsOverContext = createContext(false);

export function SessionProvider({ session, isOver, children }: Login & { session: Session; children: ReactNode }) {
  return (
    <SessionContext value={session}>
      <IsOverContext value={isOver}>{children}</IsOverContext>
    </SessionContext>
  );
}

/** Whether the session is over, or needs another password, and they are asked for that over the page as it stands. */
export function useIsOver(): boolean {
  return useContext(IsOverContext);
}

/** Who is logged in. Only beneath a SessionProvider. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) {
    throw new Error("useSession is for pages of somebody who is logged in");
  }
  return session;
}

/** Whether whoever is logged in may do this: for what is shown, while the server decides. */
export function useMay(): (permission: Permission) => boolean {
  const { user } = useSession();
  return useMemo(() => {
    const granted = new Set(user.permissions);
    return (permission) => granted.has(permission);
  }, [user]);
}
