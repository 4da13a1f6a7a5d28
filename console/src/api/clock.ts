const SECOND_MS = 1_000;

let skew = 0;

/** The server's clock, as far as its answers tell it: the console has no other. Rather too late than too early. */
export function serverNow(): number {
  return Date.now() + skew;
}

/**
 * Take the server's time from an answer to what was asked at `askedAt`, by this machine's clock: it is of a moment between
 * then and now, in whole seconds. Slow answers do not move the clock, as whatever is possible is left as it is.
 */
export function noteTime(response: Response, askedAt: number): void {
  const told = Date.parse(response.headers.get("Date") ?? "");
  const [least, most] = [told - Date.now(), told + SECOND_MS - askedAt];
  if (skew < least || skew > most) {
    skew = most;
  }
}
