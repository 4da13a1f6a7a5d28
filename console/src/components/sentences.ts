import { ApiError } from "../api/problems";

// What to do, where the server's own sentence does not say it for somebody at the console.
const SENTENCES: Record<string, string> = {
  "login-refused": "Name and password do not belong together, or the account is disabled.",
  "session-ended": "You have been logged out. Log in again; you come back to this page.",
  "csrf-token-missing": "You have logged in again meanwhile, in another tab. Try again.",
  "database-unavailable": "The database is away for the moment. Nothing was lost; try again shortly.",
  "internal-error": "Something failed that should not. Try again; if it stays so, tell your administrator.",
  // Callbacks: creating, changing.
  "already-waiting": "This number waits in this service already. Change or cancel that callback instead.",
  "callback-not-found": "This callback is not there any more, or its service is not among yours.",
  "callback-completed": "This callback is COMPLETED meanwhile. It can be recreated.",
  "hard-rule-broken": "Something else happened to it at the very same moment. Look again, then try again.",
  "idempotency-key-reused":
    "What you sent first was stored after all, before you changed it: it is in the list. Send this only if you want it as well.",
  "in-the-past": "This time is over. Choose a later one.",
  "no-such-local-time": "The clocks skip this time that night. Choose another slot.",
  "offer-expired":
    "What the customer was told is more than an hour old. It has been asked for again: look, then create.",
  "rate-limit-reached": "That was too much in a minute. Wait a moment, then try again.",
  "role-missing": "You may not do this, or not any more. Ask your administrator.",
  "service-not-found": "This service is not there any more, or not among yours.",
  "slot-full": "This slot has no free seat any more. Choose another one.",
  "slots-changed": "The service's slots were changed at this very moment. Choose again.",
  "url-too-long":
    "This is too much to ask for at once. If you have chosen many services, choose fewer of them, or all.",
  "too-far-ahead": "Callbacks can be booked at most 31 days ahead. Choose an earlier date.",
};

/** An error as a sentence that says what happened and what to do. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof ApiError)) {
    return "Something in this page failed. Reload it; nothing was lost on the server.";
  }
  const sentence = SENTENCES[error.code] ?? error.problem.detail;
  return error.problem.status >= 500 && error.correlationId
    ? `${sentence} Its number in the logs: ${error.correlationId}`
    : sentence;
}
