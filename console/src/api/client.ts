import createClient, { type Middleware } from "openapi-fetch";

import { noteTime } from "./clock";
import { errorOf, noAnswer } from "./problems";
import type { paths } from "./schema";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

let csrfToken = "";
let whenSessionEnds: () => void = () => undefined;
let whenSessionIsAnother: () => void = () => undefined;

/** What the session's login told; whatever changes something is sent with it. */
export function keepCsrfToken(token: string): void {
  csrfToken = token;
}

/** Called when the server does not know us any more. */
export function onSessionEnd(tell: () => void): void {
  whenSessionEnds = tell;
}

/** Called when the server knows us by another session: somebody has logged in again, in another tab. */
export function onOtherSession(tell: () => void): void {
  whenSessionIsAnother = tell;
}

// When it was asked, and in which session.
const asked = new WeakMap<Request, { at: number; inSession: string }>();

const guard: Middleware = {
  onRequest({ request }) {
    asked.set(request, { at: Date.now(), inSession: csrfToken });
    if (!SAFE.has(request.method)) {
      request.headers.set("X-CSRF-Token", csrfToken);
    }
    return request;
  },
  async onResponse({ request, response }) {
    const { at = Date.now(), inSession } = asked.get(request) ?? {};
    noteTime(response, at);
    if (response.ok) {
      return response;
    }
    const error = await errorOf(response);
    // What was asked in a session before this one says nothing of it.
    if (response.status === 401 && error.code !== "login-refused" && inSession === csrfToken) {
      whenSessionEnds();
    }
    if (error.code === "csrf-token-missing") {
      whenSessionIsAnother();
    }
    throw error;
  },
  onError({ request }) {
    return noAnswer(SAFE.has(request.method), request.headers.has("Idempotency-Key"));
  },
};

/** The public API, with the types of its OpenAPI document. Every refusal is thrown as an ApiError. */
export const api = createClient<paths>({
  baseUrl: "",
  credentials: "same-origin",
  querySerializer: { array: { style: "form", explode: true } },
});
api.use(guard);

/** The data of an answer that has some. */
export async function data<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T;
}
