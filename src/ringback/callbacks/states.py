"""The state machine of a callback: the whole of it is `TRANSITIONS`.

`docs/state_machine.md` is generated from this module, and the schema's CHECKs are compared with it, both by tests.
Pure: no I/O, no clock.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    """Where a callback is."""

    SCHEDULED = "SCHEDULED"
    QUEUED = "QUEUED"
    ROUTING = "ROUTING"
    PROCESSING = "PROCESSING"
    COMPLETED = "COMPLETED"


class Result(StrEnum):
    """Why a COMPLETED callback completed."""

    AGENT = "AGENT"
    BUSY = "BUSY"
    NO_ANSWER = "NO_ANSWER"
    UNREACHABLE = "UNREACHABLE"
    ANSWERING_MACHINE = "ANSWERING_MACHINE"
    REJECTED = "REJECTED"
    CUSTOMER_HUNG_UP = "CUSTOMER_HUNG_UP"
    INVALID_NUMBER = "INVALID_NUMBER"
    TELEPHONY_FAILED = "TELEPHONY_FAILED"
    AGENT_UNAVAILABLE = "AGENT_UNAVAILABLE"
    UNKNOWN = "UNKNOWN"
    CANCELLED = "CANCELLED"
    CANCELLED_BY_ADMIN = "CANCELLED_BY_ADMIN"
    BLOCKED_NUMBER = "BLOCKED_NUMBER"
    EXPIRED = "EXPIRED"
    CLAIMED_BY_CALLER = "CLAIMED_BY_CALLER"


class Event(StrEnum):
    """What may happen to a callback."""

    SCHEDULED = "SCHEDULED"
    REQUESTED = "REQUESTED"
    RESCHEDULED = "RESCHEDULED"
    PROMOTED = "PROMOTED"
    CALLED_NOW = "CALLED_NOW"
    AGENT_RESERVED = "AGENT_RESERVED"
    AGENT_LOST = "AGENT_LOST"
    NEXT_AGENT_RESERVED = "NEXT_AGENT_RESERVED"
    JOINED = "JOINED"
    REQUEUED = "REQUEUED"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    BLOCKED = "BLOCKED"
    CLAIMED = "CLAIMED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


UNCOMPLETED = frozenset(State) - {State.COMPLETED}
# No agent has it yet.
CAN_BE_LATE = UNCOMPLETED - {State.PROCESSING}
# Results that somebody should look at.
WORRYING = frozenset({Result.EXPIRED, Result.UNKNOWN, Result.TELEPHONY_FAILED, Result.AGENT_UNAVAILABLE})

# What each event means, for the generated page and for people who read a trace.
MEANING: Mapping[Event, str] = MappingProxyType(
    {
        Event.SCHEDULED: "the customer asked for a call at a chosen time",
        Event.REQUESTED: "the customer asked for a call now",
        Event.RESCHEDULED: "the desired time was changed",
        Event.PROMOTED: "the desired time is near: it waits for an agent now",
        Event.CALLED_NOW: "somebody asked for it to be called now instead of at its desired time",
        Event.AGENT_RESERVED: "an agent was reserved and an attempt opened",
        Event.AGENT_LOST: "the agent did not take it; the customer is on the line and holds for the next",
        Event.NEXT_AGENT_RESERVED: "the next agent was reserved for the customer who holds",
        Event.JOINED: "customer and agent answered and were allowed to be joined",
        Event.REQUEUED: "the attempt did not reach the customer; it waits in its place for the next",
        Event.FINISHED: "the talk is over",
        Event.FAILED: "no further attempt is made",
        Event.BLOCKED: "the number rules of the service no longer allow the number",
        Event.CLAIMED: "the customer rang in and was served",
        Event.CANCELLED: "it was cancelled",
        Event.EXPIRED: "it waited too long after its desired time",
    }
)

# The state machine: (state before, event) -> state after. A new callback has no state before.
TRANSITIONS: Mapping[tuple[State | None, Event], State] = MappingProxyType(
    {
        (None, Event.SCHEDULED): State.SCHEDULED,
        (None, Event.REQUESTED): State.QUEUED,
        (State.SCHEDULED, Event.RESCHEDULED): State.SCHEDULED,
        (State.SCHEDULED, Event.PROMOTED): State.QUEUED,
        (State.SCHEDULED, Event.CALLED_NOW): State.QUEUED,
        (State.SCHEDULED, Event.CLAIMED): State.COMPLETED,
        (State.SCHEDULED, Event.CANCELLED): State.COMPLETED,
        (State.SCHEDULED, Event.EXPIRED): State.COMPLETED,
        (State.QUEUED, Event.AGENT_RESERVED): State.ROUTING,
        (State.QUEUED, Event.BLOCKED): State.COMPLETED,
        (State.QUEUED, Event.CLAIMED): State.COMPLETED,
        (State.QUEUED, Event.CANCELLED): State.COMPLETED,
        (State.QUEUED, Event.EXPIRED): State.COMPLETED,
        (State.ROUTING, Event.AGENT_LOST): State.ROUTING,
        (State.ROUTING, Event.NEXT_AGENT_RESERVED): State.ROUTING,
        (State.ROUTING, Event.JOINED): State.PROCESSING,
        (State.ROUTING, Event.REQUEUED): State.QUEUED,
        (State.ROUTING, Event.FAILED): State.COMPLETED,
        (State.ROUTING, Event.CLAIMED): State.COMPLETED,
        (State.ROUTING, Event.CANCELLED): State.COMPLETED,
        (State.PROCESSING, Event.FINISHED): State.COMPLETED,
        # The only way back: an agent said that the person was not reached.
        (State.PROCESSING, Event.REQUEUED): State.QUEUED,
        (State.PROCESSING, Event.FAILED): State.COMPLETED,
    }
)

# The results that an event may complete a callback with.
RESULTS: Mapping[Event, frozenset[Result]] = MappingProxyType(
    {
        Event.FINISHED: frozenset({Result.AGENT}),
        Event.BLOCKED: frozenset({Result.BLOCKED_NUMBER}),
        Event.CLAIMED: frozenset({Result.CLAIMED_BY_CALLER}),
        Event.CANCELLED: frozenset({Result.CANCELLED, Result.CANCELLED_BY_ADMIN}),
        Event.EXPIRED: frozenset({Result.EXPIRED, Result.TELEPHONY_FAILED}),
        Event.FAILED: frozenset(Result)
        - {
            Result.AGENT,
            Result.CANCELLED,
            Result.CANCELLED_BY_ADMIN,
            Result.EXPIRED,
            Result.BLOCKED_NUMBER,
            Result.CLAIMED_BY_CALLER,
        },
    }
)


def after(state: State | None, event: Event) -> State | None:
    """The state that `event` leads to from `state`; None when the machine has no such transition."""
    return TRANSITIONS.get((state, event))
