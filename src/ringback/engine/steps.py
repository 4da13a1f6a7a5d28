"""What a call needs next: one pure function of what the database knows of it.

There is no other memory of a call. Whoever holds the link reads its open attempts and does for each what `next_step`
says; after a crash, a takeover or a lost connection the next holder does just the same. Pure: no I/O, no clock.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from ringback.callbacks.rules import AgentAnswer, AttemptOutcome
from ringback.callbacks.states import State
from ringback.services.model import PERSON_NOT_REACHED, Strategy
from ringback.telephony.port import EndedBy, HangupReason, LegRole, Outcome


@dataclass(frozen=True, kw_only=True)
class Leg:
    """One side of a call. It may ring or talk from its dial permit until its end."""

    id: UUID
    role: LegRole
    destination: str
    created_at: datetime
    agent_id: int | None = None
    dial_permitted_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    ended_by: EndedBy | None = None

    @property
    def may_ring(self) -> bool:
        """Permitted and not known to have ended."""
        return self.dial_permitted_at is not None and self.ended_at is None

    @property
    def is_up(self) -> bool:
        """Answered and not known to have ended."""
        return self.answered_at is not None and self.ended_at is None


@dataclass(frozen=True, kw_only=True)
class Call:
    """An open attempt with its legs.

    `agent_id`: who is reserved now, None while the next agent is sought. `agent`: the newest agent leg.
    `calls_per_second`: how fast its trunk takes customers' calls, None: as fast as they come. `answer`: what the agent
    answered to the offer (PREVIEW). `disposition`: what the agent says came of the talk, which is to end then.
    """

    attempt_id: UUID
    callback_id: UUID
    trunk_id: int
    calls_per_second: float | None
    strategy: Strategy
    state: State
    agent_id: int | None
    opened_at: datetime
    bridge_permitted_at: datetime | None
    joined_at: datetime | None
    customer_held_until: datetime | None
    customer: Leg
    agent: Leg | None
    reserve_timeout: timedelta
    max_duration: timedelta
    answer: AgentAnswer | None = None
    answered_at: datetime | None = None
    snooze_seconds: int | None = None
    disposition: str | None = None

    @property
    def is_offer(self) -> bool:
        """Whether nothing may ring before the agent has accepted, which did not happen yet."""
        return self.strategy is Strategy.PREVIEW and self.answer is not AgentAnswer.ACCEPTED

    @property
    def live_legs(self) -> list[Leg]:
        """Those not known to have ended, dialled or not."""
        return [leg for leg in (self.customer, self.agent) if leg is not None and leg.ended_at is None]

    def is_beyond_hope(self, now: datetime) -> bool:
        """Whether nothing is left to wait for once its link is away: only a whole talk may go on without it."""
        if self.bridge_permitted_at is None or len(self.live_legs) < 2:
            return True
        return now >= self.bridge_permitted_at + self.max_duration


@dataclass(frozen=True)
class Wait:
    """Nothing to do until something happens."""


@dataclass(frozen=True)
class Dial:
    """Prepare the leg, commit its dial permit, let it ring."""

    leg: Leg


@dataclass(frozen=True)
class LoseAgent:
    """Let the agent go; the customer, who is on the line, holds for the next."""


@dataclass(frozen=True)
class LetCustomerGo:
    """Apologise to the customer who held too long, then hang up."""


@dataclass(frozen=True)
class Join:
    """Commit PROCESSING and the bridge permit, then bridge."""


@dataclass(frozen=True)
class Bridge:
    """Bridge what is permitted already (again: the first time may have failed)."""


@dataclass(frozen=True)
class HangUp:
    """End what may still ring or talk."""

    legs: tuple[Leg, ...]
    reason: HangupReason


@dataclass(frozen=True)
class Close:
    """No leg can ring or talk any more: close the attempt."""

    outcome: AttemptOutcome


# Two who answered and cannot be bridged for so long are let go.
BRIDGE_TIMEOUT = timedelta(seconds=30)

# The outcomes of a leg that the telephone system had nothing to say about.
_NOTHING_SAID = (None, Outcome.CANCELLED, Outcome.UNKNOWN)

Step: TypeAlias = Wait | Dial | LoseAgent | LetCustomerGo | Join | Bridge | HangUp | Close


def next_step(call: Call, now: datetime, *, is_link_up: bool = True) -> Step:
    """What to do for the call now.

    While the link is down only the database can be acted upon: what never rang is given back, the rest waits.
    """
    step = _next_step(call, now)
    if is_link_up or isinstance(step, Close | LoseAgent):
        return step
    never_rang = not any(leg and leg.dial_permitted_at for leg in (call.customer, call.agent))
    return Close(AttemptOutcome.NOT_DIALLED) if never_rang else Wait()


def _next_step(call: Call, now: datetime) -> Step:
    if call.state is State.PROCESSING:
        return _talk(call, now)
    if call.state is not State.ROUTING:
        return _wind_down(call, AttemptOutcome.CANCELLED, HangupReason.CANCELLED)
    if not any(leg.dial_permitted_at for leg in (call.customer, call.agent) if leg):
        return _begin(call, now)
    return _customer_first(call, now) if call.strategy is Strategy.CUSTOMER_FIRST else _agent_first(call)


def attempt_outcome(call: Call) -> AttemptOutcome:
    """How an attempt ended that did not come to a bridge permit, told from its customer leg."""
    leg = call.customer
    if leg.dial_permitted_at is None and leg.outcome in _NOTHING_SAID:
        return AttemptOutcome.NOT_DIALLED
    if leg.outcome in (None, Outcome.UNKNOWN):
        return AttemptOutcome.UNKNOWN
    if leg.ended_by is EndedBy.US and leg.outcome in (Outcome.NORMAL, Outcome.CANCELLED):
        return AttemptOutcome.AGENT_UNAVAILABLE
    if leg.outcome is Outcome.CANCELLED:
        return AttemptOutcome.NO_ANSWER
    return AttemptOutcome.CUSTOMER_HUNG_UP if leg.outcome is Outcome.NORMAL else AttemptOutcome(leg.outcome)


def talk_outcome(call: Call) -> AttemptOutcome:
    """How an attempt ended that had its bridge permit. UNKNOWN: the call went away while nobody watched.

    NOT_REACHED only if the agent said so of a call whose end is known.
    """
    legs = [leg for leg in (call.customer, call.agent) if leg is not None]
    is_heard = any(leg.ended_by in (EndedBy.REMOTE, EndedBy.TIMEOUT) for leg in legs)
    if any(leg.outcome is Outcome.UNKNOWN for leg in legs) and not (call.joined_at and is_heard):
        return AttemptOutcome.UNKNOWN
    if call.joined_at is not None:
        is_reached = call.disposition != PERSON_NOT_REACHED
        return AttemptOutcome.JOINED if is_reached else AttemptOutcome.NOT_REACHED
    if call.customer.ended_by is EndedBy.US:
        return AttemptOutcome.AGENT_UNAVAILABLE
    return AttemptOutcome.CUSTOMER_HUNG_UP


def _begin(call: Call, now: datetime) -> Step:
    first = call.customer if call.strategy is Strategy.CUSTOMER_FIRST else call.agent
    if call.customer.ended_at is not None:
        return Close(attempt_outcome(call))
    is_late = now >= (call.answered_at or call.opened_at) + call.reserve_timeout
    if call.is_offer:
        return _offer(call, is_late=is_late)
    if first is None or first.ended_at is not None or is_late:
        return Close(AttemptOutcome.NOT_DIALLED)
    return Dial(first)


def _offer(call: Call, *, is_late: bool) -> Step:
    match call.answer:
        case AgentAnswer.SNOOZED:
            return Close(AttemptOutcome.SNOOZED)
        case AgentAnswer.REJECTED:
            return Close(AttemptOutcome.DECLINED)
        case _:
            return Close(AttemptOutcome.DECLINED) if is_late else Wait()


def _customer_first(call: Call, now: datetime) -> Step:
    if call.customer.ended_at is not None:
        return _wind_down(call, attempt_outcome(call), HangupReason.FINISHED)
    if call.customer.answered_at is None:
        return Wait()
    if call.agent is not None and call.agent.ended_at is None:
        is_late = call.agent.dial_permitted_at is None and now >= call.agent.created_at + _patience(call)
        return LoseAgent() if is_late else _reach(call.agent)
    if call.agent_id is not None:
        return LoseAgent()
    is_over = call.customer_held_until is not None and now >= call.customer_held_until
    return LetCustomerGo() if is_over else Wait()


def _agent_first(call: Call) -> Step:
    agent = call.agent
    if agent is None or agent.ended_at is not None or call.customer.ended_at is not None:
        return _wind_down(call, attempt_outcome(call), HangupReason.FINISHED)
    return Wait() if agent.answered_at is None else _reach(call.customer)


def _reach(second: Leg) -> Step:
    """The first side is on the line: dial the second, and join them when it answers."""
    if second.dial_permitted_at is None:
        return Dial(second)
    return Join() if second.answered_at else Wait()


def _patience(call: Call) -> timedelta:
    """For so long the second side may stay undialled; it was reserved when the first was still to be rung."""
    return call.reserve_timeout + ((call.customer.answered_at or call.opened_at) - call.opened_at)


def _talk(call: Call, now: datetime) -> Step:
    is_waiting = call.joined_at is not None or now < (call.bridge_permitted_at or now) + BRIDGE_TIMEOUT
    if len(call.live_legs) == 2 and is_waiting and call.disposition is None:
        return Wait() if call.joined_at else Bridge()
    return _wind_down(call, talk_outcome(call), HangupReason.FINISHED)


def _wind_down(call: Call, outcome: AttemptOutcome, reason: HangupReason) -> Step:
    ringing = tuple(leg for leg in call.live_legs if leg.may_ring)
    return HangUp(ringing, reason) if ringing else Close(outcome)
