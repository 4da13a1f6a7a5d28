import { useState } from "react";

import { useSession } from "../api/session";

/** What an agent has written about a talk and not sent yet. */
export interface Draft {
  disposition: string;
  note: string;
  /** Whether the customer is to be called again at an agreed time; by the clock of whoever looks. */
  again: boolean;
  date: string;
  time: string;
}

/** A draft with what tells of it when its talk is not on the desk any more: who has written it, and of which customer. */
interface Kept extends Draft {
  author: string;
  who: string;
}

/** What was written of a talk that is not on the desk any more, and never sent. */
export type Unsent = Kept & { attempt: string };

const PREFIX = "ringback.desk.";
const EMPTY: Kept = { disposition: "", note: "", again: false, date: "", time: "", author: "", who: "" };

function read(attempt: string): Kept {
  try {
    return { ...EMPTY, ...(JSON.parse(sessionStorage.getItem(PREFIX + attempt) ?? "{}") as Partial<Kept>) };
  } catch {
    return EMPTY;
  }
}

function keep(attempt: string, draft: Kept): void {
  try {
    sessionStorage.setItem(PREFIX + attempt, JSON.stringify(draft));
  } catch {
    // Without storage it is only in the page.
  }
}

/** The draft of a talk with a customer: kept by the tab until it is sent, also when the page is loaded anew. */
export function useDraft(attempt: string, who: string): [Draft, (some: Partial<Draft>) => void] {
  const { name: author } = useSession().user;
  const [draft, setDraft] = useState(() => read(attempt));
  const change = (some: Partial<Draft>) => {
    const changed = { ...draft, ...some, author, who };
    keep(attempt, changed);
    setDraft(changed);
  };
  return [draft, change];
}

/** Forget the draft of a talk: it was sent, or its agent is done with it. */
export function forget(attempt: string): void {
  sessionStorage.removeItem(PREFIX + attempt);
}

/** Those of which there is a draft, but these. */
function othersThan(attempts: ReadonlySet<string>): string[] {
  const kept = Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
  return kept.map((key) => key.slice(PREFIX.length)).filter((attempt) => !attempts.has(attempt));
}

/** What an author has noted and not sent of other talks than these. */
export function unsentBeside(attempts: ReadonlySet<string>, author: string): Unsent[] {
  return othersThan(attempts)
    .map((attempt) => ({ attempt, ...read(attempt) }))
    .filter((draft) => draft.author === author && draft.note.trim());
}

/** Forget the drafts of all talks but these, and but those in which their author has noted something. */
export function forgetOthers(attempts: ReadonlySet<string>, author: string): void {
  const unsent = unsentBeside(attempts, author).map(({ attempt }) => attempt);
  othersThan(new Set([...attempts, ...unsent])).forEach(forget);
}
