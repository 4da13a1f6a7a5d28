"""What follows from a call's end for its callback and for its agent."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

from ringback.actors import ENGINE
from ringback.agents.presence import Release, release
from ringback.callbacks import lifecycle
from ringback.callbacks.rules import AttemptOutcome, GiveUp, TryAgain, after_attempt
from ringback.callbacks.states import Event, Result, State
from ringback.database.pool import Connection
from ringback.database.queries import QueryFile
from ringback.engine.steps import Call
from ringback.engine.terms import Terms
from ringback.engine.trunk import numbers_failing_alike
from ringback.services.model import Strategy
from ringback.telephony.port import EndedBy, Outcome

_sql = QueryFile(__file__)
_OUTCOMES = _sql.query("outcomes_of_callback", str)
_HAS_ANOTHER_AGENT = _sql.query("has_another_agent", bool)

_AFTER_BRIDGE_PERMIT: Mapping[AttemptOutcome, tuple[Result, str]] = {
    AttemptOutcome.JOINED: (Result.AGENT, "customer and agent have talked"),
    AttemptOutcome.CUSTOMER_HUNG_UP: (Result.CUSTOMER_HUNG_UP, "the customer hung up as the two were being joined"),
    AttemptOutcome.AGENT_UNAVAILABLE: (Result.AGENT_UNAVAILABLE, "the agent hung up as the two were being joined"),
    AttemptOutcome.UNKNOWN: (
        Result.UNKNOWN,
        "the call went away while no engine watched; they may have talked, so nobody is rung again",
    ),
}


async def complete_talk(connection: Connection, call: Call, outcome: AttemptOutcome, now: datetime) -> None:
    """Complete the callback of a talk, by how its attempt ended."""
    finished = outcome is AttemptOutcome.JOINED
    result, reason = _AFTER_BRIDGE_PERMIT[outcome]
    await lifecycle.change(
        connection,
        [call.callback_id],
        State.PROCESSING,
        Event.FINISHED if finished else Event.FAILED,
        now=now,
        actor=ENGINE,
        reason=reason,
        result=result,
        attempt_id=call.attempt_id,
    )


async def retry_or_give_up(connection: Connection, call: Call, terms: Terms, now: datetime) -> None:
    """Let the callback of an attempt just closed wait for the next one, or complete it."""
    outcomes = [AttemptOutcome(past) for past in await _OUTCOMES.all(connection, callback_id=call.callback_id)]
    decision = after_attempt(
        outcomes,
        numbers_failing_alike=await numbers_failing_alike(connection, terms.trunk_id, outcomes[-1], now),
        dial_attempts=terms.dial_attempts,
        settings=terms.retry_settings,
        ring_timeout_seconds=terms.ring_timeout_seconds,
        has_another_agent=await _HAS_ANOTHER_AGENT.one(connection, callback_id=call.callback_id),
        snooze_seconds=call.snooze_seconds,
    )
    change = partial(
        lifecycle.change,
        connection,
        [call.callback_id],
        call.state,
        now=now,
        actor=ENGINE,
        attempt_id=call.attempt_id,
    )
    match decision:
        case GiveUp(result, reason):
            await change(event=Event.FAILED, result=result, reason=_agent_missed(call) + reason)
        case TryAgain(delay_seconds, reason):
            eligible_at = now + timedelta(seconds=delay_seconds)
            await change(event=Event.REQUEUED, reason=_agent_missed(call) + reason, eligible_at=eligible_at)


async def release_agent(
    connection: Connection, call: Call, terms: Terms, now: datetime, outcome: AttemptOutcome | None = None
) -> None:
    """Let the agent go, by what the agent has done in the call; `outcome`: how the attempt ended, if it did."""
    if call.agent_id is None:
        return
    how, missed = _how_released(call), f"did not take a call: {in_words(call.agent.outcome)}" if call.agent else None
    if outcome is AttemptOutcome.DECLINED:
        how = Release.MISSED if call.answer is None else Release.REJECTED
        missed = "did not answer an offered callback"
    await release(connection, call.agent_id, how, terms.release_terms, now, missed_reason=missed)


def in_words(outcome: Outcome | None) -> str:
    """How a leg ended, for people."""
    return (outcome or Outcome.UNKNOWN).lower().replace("_", " ")


def _agent_missed(call: Call) -> str:
    """Agent first: what the agent has to do with it, to stand before the reason."""
    if call.strategy is Strategy.CUSTOMER_FIRST or _how_released(call) is not Release.MISSED or call.agent is None:
        return ""
    return f"the agent did not take it ({in_words(call.agent.outcome)}); "


def _how_released(call: Call) -> Release:
    leg = call.agent
    if leg is None or (leg.dial_permitted_at is None and leg.ended_by is not EndedBy.REMOTE):
        return Release.FREE
    if call.joined_at is not None:
        return Release.TALKED if call.disposition is None else Release.FINISHED
    if leg.outcome is Outcome.UNKNOWN:
        return Release.MAYBE_RINGING
    return Release.MISSED if leg.ended_by in (EndedBy.REMOTE, EndedBy.TIMEOUT) else Release.FREE
