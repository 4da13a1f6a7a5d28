"""Everything that is known of one callback: what happened to it, when, why and by whom."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from ringback.actors import Actor
from ringback.callbacks import views
from ringback.callbacks.model import Transition
from ringback.callbacks.rules import AgentAnswer, AttemptOutcome
from ringback.callbacks.states import Event, State
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile
from ringback.services.model import Strategy
from ringback.telephony.port import EndedBy, LegRole, Outcome


class LegTrace(msgspec.Struct, frozen=True, kw_only=True):
    """One side of a call. Durations in seconds, up to now while they last; null for what did not happen."""

    id: UUID
    role: LegRole
    agent: str | None
    created_at: datetime
    dial_permitted_at: datetime | None
    ringing_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    outcome: Outcome | None
    ended_by: EndedBy | None
    q850: int | None
    sip_status: int | None
    ring_seconds: float | None
    talk_seconds: float | None


class AttemptTrace(msgspec.Struct, frozen=True, kw_only=True):
    """One try to join customer and agent, with its legs.

    `agent_answer`, at `answered_at`: to a PREVIEW. `disposition` and `note`: what the agent said came of the talk;
    `finished_at`: when that had ended the call, or was said after it.
    """

    id: UUID
    number: int
    link: str
    strategy: Strategy
    agent: str | None
    opened_at: datetime
    bridge_permitted_at: datetime | None
    joined_at: datetime | None
    closed_at: datetime | None
    outcome: AttemptOutcome | None
    agent_answer: AgentAnswer | None
    answered_at: datetime | None
    snooze_seconds: int | None
    disposition: str | None
    note: str | None
    finished_at: datetime | None
    joined_seconds: float | None
    legs: list[LegTrace]


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """Why something was done or not done."""

    at: datetime
    rule: str
    detail: str
    attempt_id: UUID | None


class Actors(msgspec.Struct, frozen=True, kw_only=True):
    """Who created, last rescheduled and cancelled the callback."""

    created_by: Actor | None
    rescheduled_by: Actor | None
    cancelled_by: Actor | None


class OfferTrace(msgspec.Struct, frozen=True, kw_only=True):
    """What the customer was told before asking; the wait in seconds, null when it could not be told."""

    id: UUID
    made_at: datetime
    offers_immediate: bool
    offers_scheduled: bool
    place_of_new_caller: int
    wait_low_seconds: int | None
    wait_point_seconds: int | None
    wait_high_seconds: int | None


class CallbackTrace(msgspec.Struct, frozen=True, kw_only=True):
    """The whole trace, in order. `seconds_in_state` counts up to now in the present state, unless COMPLETED.

    `promised_by`: dialled for the first time by then, it is on time. `slot_at`: the start of the slot in which it has,
    or had, a seat. `recreated_from` and `recreated_as`: the callbacks before and after it. `offer`: what it was
    created from, while that is kept.
    """

    id: UUID
    recreated_from: UUID | None
    recreated_as: list[UUID]
    promised_by: datetime | None
    slot_at: datetime | None
    offer: OfferTrace | None
    transitions: list[Transition]
    attempts: list[AttemptTrace]
    seconds_in_state: dict[State, float]
    actors: Actors
    decisions: list[Decision]


class _Origin(msgspec.Struct, frozen=True, kw_only=True):
    recreated_from: UUID | None
    recreated_as: list[UUID]
    promised_by: datetime | None
    slot_at: datetime | None


class _Attempt(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    number: int
    link: str
    strategy: Strategy
    agent: str | None
    opened_at: datetime
    bridge_permitted_at: datetime | None
    joined_at: datetime | None
    closed_at: datetime | None
    outcome: AttemptOutcome | None
    agent_answer: AgentAnswer | None
    answered_at: datetime | None
    snooze_seconds: int | None
    disposition: str | None
    note: str | None
    finished_at: datetime | None


class _Leg(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    attempt_id: UUID
    role: LegRole
    agent: str | None
    created_at: datetime
    dial_permitted_at: datetime | None
    ringing_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    outcome: Outcome | None
    ended_by: EndedBy | None
    q850: int | None
    sip_status: int | None


_sql = QueryFile(__file__, "trace.sql")
_TRANSITIONS = _sql.query("transitions", Transition)
_ATTEMPTS = _sql.query("attempts", _Attempt)
_LEGS = _sql.query("legs", _Leg)
_ORIGIN = _sql.query("origin", _Origin)
_OFFER = _sql.query("offer", OfferTrace)
_DECISIONS = _sql.query("decisions", Decision)
_NOTE = _sql.command("note")


async def trace(database: Database, clock: Clock, callback_id: UUID) -> CallbackTrace:
    """Everything known of a callback. Raises CallbackNotFound."""
    async with database.connection() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        now = clock.now()
        transitions = await _TRANSITIONS.all(connection, id=callback_id)
        if not transitions:
            raise views.not_found(callback_id)
        return CallbackTrace(
            id=callback_id,
            **msgspec.structs.asdict(await _ORIGIN.one(connection, id=callback_id)),
            offer=await _OFFER.first(connection, id=callback_id),
            transitions=transitions,
            attempts=await _attempts(connection, callback_id, now),
            seconds_in_state=seconds_in_state(transitions, now),
            actors=_actors(transitions),
            decisions=await _DECISIONS.all(connection, id=callback_id),
        )


async def note(
    connection: Connection, callback_id: UUID, rule: str, detail: str, now: datetime, *, attempt_id: UUID | None = None
) -> None:
    """Add to the callback's trace why something was done or not done."""
    await _NOTE.run(connection, callback_id=callback_id, attempt_id=attempt_id, now=now, rule=rule, detail=detail)


def seconds_in_state(transitions: Sequence[Transition], now: datetime) -> dict[State, float]:
    """How long the callback was in each state, in the order in which it came to them; COMPLETED does not count."""
    seconds: dict[State, float] = {}
    ends = [later.at for later in transitions[1:]] + [now]
    for transition, end in zip(transitions, ends, strict=True):
        if transition.to_state is not State.COMPLETED:
            spent = (end - transition.at).total_seconds()
            seconds[transition.to_state] = seconds.get(transition.to_state, 0.0) + max(spent, 0.0)
    return seconds


async def _attempts(connection: Connection, callback_id: UUID, now: datetime) -> list[AttemptTrace]:
    legs: dict[UUID, list[LegTrace]] = {}
    for leg in await _LEGS.all(connection, id=callback_id):
        legs.setdefault(leg.attempt_id, []).append(_leg_trace(leg, now))
    return [
        AttemptTrace(
            **msgspec.structs.asdict(attempt),
            joined_seconds=_seconds(attempt.joined_at, attempt.closed_at or now),
            legs=legs.get(attempt.id, []),
        )
        for attempt in await _ATTEMPTS.all(connection, id=callback_id)
    ]


def _leg_trace(leg: _Leg, now: datetime) -> LegTrace:
    fields = msgspec.structs.asdict(leg)
    del fields["attempt_id"]
    end = leg.ended_at or now
    return LegTrace(
        **fields,
        ring_seconds=_seconds(leg.ringing_at, leg.answered_at or end),
        talk_seconds=_seconds(leg.answered_at, end),
    )


def _seconds(start: datetime | None, end: datetime) -> float | None:
    return None if start is None else (end - start).total_seconds()


def _actors(transitions: Sequence[Transition]) -> Actors:
    by = {change.event: Actor(change.actor_kind, change.actor_name) for change in transitions}
    return Actors(
        created_by=by.get(Event.REQUESTED) or by.get(Event.SCHEDULED),
        rescheduled_by=by.get(Event.RESCHEDULED),
        cancelled_by=by.get(Event.CANCELLED),
    )
