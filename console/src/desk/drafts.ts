import { useState } from "react";

/** What an agent has written about a talk and not sent yet. */
export interface Draft {
  disposition: string;
  note: string;
  /** Whether the customer is to be called again at an agreed time; by the clock of whoever looks. */
  again: boolean;
  date: string;
  time: string;
}

const PREFIX = "ringback.desk.";
const EMPTY: Draft = { disposition: "", note: "", again: false, date: "", time: "" };

function read(attempt: string): Draft {
  try {
    return { ...EMPTY, ...(JSON.parse(sessionStorage.getItem(PREFIX + attempt) ?? "{}") as Partial<Draft>) };
  } catch {
    return EMPTY;
  }
}

function keep(attempt: string, draft: Draft): void {
  try {
    sessionStorage.setItem(PREFIX + attempt, JSON.stringify(draft));
  } catch {
    // Without storage it is only in the page.
  }
}

/** The draft of a talk: kept by the tab until it is sent, also when the page is loaded anew. */
export function useDraft(attempt: string): [Draft, (some: Partial<Draft>) => void] {
  const [draft, setDraft] = useState(() => read(attempt));
  const change = (some: Partial<Draft>) => {
    const changed = { ...draft, ...some };
    keep(attempt, changed);
    setDraft(changed);
  };
  return [draft, change];
}

/** Forget the drafts of all talks but these. */
export function forgetOthers(attempts: ReadonlySet<string>): void {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX) && !attempts.has(key.slice(PREFIX.length))) {
      sessionStorage.removeItem(key);
    }
  }
}
