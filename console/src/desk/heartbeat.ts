// A worker of its own: browsers slow the clocks of pages that are not looked at down to a beat a minute, which is as
// long as a desk may be silent before it counts as closed.
const BEAT_MS = 15_000;

setInterval(() => postMessage("beat"), BEAT_MS);
