/** What the server refuses with (RFC 9457). `code` is stable; `detail` is for people; `details` are values to go on with. */
export interface Problem {
  title: string;
  status: number;
  detail: string;
  code: string;
  details: Record<string, unknown>;
}

/** A refusal, or no answer at all (status 0). `correlationId` is what the server's log has it under. */
export class ApiError extends Error {
  readonly problem: Problem;
  readonly correlationId: string | null;

  constructor(problem: Problem, correlationId: string | null = null) {
    super(problem.detail);
    this.problem = problem;
    this.correlationId = correlationId;
  }

  get code(): string {
    return this.problem.code;
  }
}

/** Whether it is the refusal of this code. */
export function hasCode(error: unknown, code: string): error is ApiError {
  return error instanceof ApiError && error.code === code;
}

/** What is asked for; null where there is none. */
export async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.problem.status === 404) {
      return null;
    }
    throw error;
  }
}

/** The console's own refusal: what is to be changed, or made, is not as it was believed to be. */
export function conflict(code: string, detail: string): ApiError {
  return new ApiError({ title: "Conflict", status: 409, detail, code, details: {} });
}

const AWAY: Problem = {
  title: "No answer",
  status: 0,
  detail: "The server does not answer. Nothing was lost; it is asked again by itself.",
  code: "no-answer",
  details: {},
};

// Whoever reads is asked again by the page itself. Who acts must know whether they can act again without harm.
const NOT_KNOWN = "The server does not answer, and whether this was done is not known.";

/** The error for a request that got no answer. `reads`: it changes nothing; `isKeyed`: with the same key it is done once. */
export function noAnswer(reads: boolean, isKeyed: boolean): ApiError {
  if (reads) {
    return new ApiError(AWAY);
  }
  const next = isKeyed ? "Try again: it is not done twice." : "See how it stands, then try again.";
  return new ApiError({ ...AWAY, detail: `${NOT_KNOWN} ${next}` });
}

/** The error that an answer tells of, whatever its body is. */
export async function errorOf(response: Response): Promise<ApiError> {
  const correlationId = response.headers.get("X-Correlation-Id");
  try {
    const problem = (await response.clone().json()) as Partial<Problem> | null;
    // What is between us and the server may answer as well.
    if (typeof problem?.code === "string" && typeof problem.detail === "string") {
      return new ApiError(problem as Problem, correlationId);
    }
  } catch {
    // It is no JSON at all.
  }
  const detail = `The server answered with ${response.status}. Try again; if it stays so, tell your administrator.`;
  const unknown = { ...AWAY, title: response.statusText, status: response.status, detail, code: "unknown" };
  return new ApiError(unknown, correlationId);
}
