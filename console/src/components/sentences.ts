import { ApiError } from "../api/problems";

// What to do, where the server's own sentence does not say it for somebody at the console.
const SENTENCES: Record<string, string> = {
  "login-refused": "Name and password do not belong together, or the account is disabled.",
  "session-ended": "You have been logged out. Log in again; you come back to this page.",
  "csrf-token-missing": "This page is older than your login. Reload it and try again.",
  "database-unavailable": "The database is away for the moment. Nothing was lost; try again shortly.",
  "internal-error": "Something failed that should not. Try again; if it stays so, give your administrator this number:",
};

/** An error as a sentence that says what happened and what to do. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof ApiError)) {
    return "Something in this page failed. Reload it; nothing was lost on the server.";
  }
  const sentence = SENTENCES[error.code] ?? error.problem.detail;
  return error.problem.status >= 500 && error.correlationId ? `${sentence} (${error.correlationId})` : sentence;
}
