// As docs/state_machine.md has them: how an attempt may end, and what follows unless a service says otherwise. `limit`
// null: as often as the attempts in all allow, or, where it does not count against the customer, without limit.
export const REGULAR = [
  { outcome: "BUSY", means: "the line is engaged", limit: null, delay: 300, counts: true },
  { outcome: "NO_ANSWER", means: "it rang and nobody answered", limit: null, delay: 300, counts: true },
  { outcome: "UNREACHABLE", means: "switched off or out of range", limit: null, delay: 300, counts: true },
  { outcome: "ANSWERING_MACHINE", means: "a machine answered", limit: null, delay: 300, counts: true },
  { outcome: "REJECTED", means: "the call was declined", limit: 0, delay: 300, counts: true },
  { outcome: "REDIRECTED", means: "the number wants to be called elsewhere", limit: 0, delay: 300, counts: true },
  { outcome: "CUSTOMER_HUNG_UP", means: "before the agent came", limit: 1, delay: 300, counts: true },
  {
    outcome: "NOT_REACHED",
    means: "the agent says that the person was not there",
    limit: null,
    delay: 300,
    counts: true,
  },
  { outcome: "INVALID_NUMBER", means: "there is no such number", limit: 0, delay: 300, counts: true },
  { outcome: "AGENT_UNAVAILABLE", means: "no agent took it", limit: null, delay: 300, counts: true },
  { outcome: "CONGESTION", means: "the network has no room", limit: null, delay: 60, counts: false },
  { outcome: "TRUNK_ERROR", means: "our own trunk refuses, or is away", limit: null, delay: 60, counts: false },
  { outcome: "DECLINED", means: "the agent rejected the offer, or let it pass", limit: 5, delay: 0, counts: false },
  { outcome: "SNOOZED", means: "the agent put it off", limit: null, delay: 300, counts: false },
  { outcome: "UNKNOWN", means: "nobody can say how it ended", limit: 2, delay: 300, counts: false },
] as const;
