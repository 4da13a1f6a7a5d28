"""What the holder of a link commits about its calls.

Every function here is guarded by the link's token: after a takeover the former holder's commits find nothing to
change. Locks are taken in one order everywhere: callback, trunk, link, attempt, service, leg,
agent.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from ringback.actors import ENGINE
from ringback.agents.presence import start_talking
from ringback.callbacks import lifecycle, trace
from ringback.callbacks.rules import (
    AgentAnswer,
    AttemptOutcome,
)
from ringback.callbacks.states import Event, State
from ringback.clock import Clock
from ringback.database.pool import Connection
from ringback.database.queries import QueryFile
from ringback.engine import aftermath
from ringback.engine.permission import objection_to_attempt, share_service
from ringback.engine.steps import Call, Close, Leg, next_step
from ringback.engine.terms import terms_of
from ringback.services.model import Strategy
from ringback.telephony.port import EndedBy, LegRole, Outcome


class _CallRow(msgspec.Struct, frozen=True, kw_only=True):
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
    reserve_timeout_seconds: int
    max_seconds: int
    agent_answer: AgentAnswer | None
    answered_at: datetime | None
    snooze_seconds: int | None
    disposition: str | None


class _LegRow(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    attempt_id: UUID
    role: LegRole
    destination: str
    agent_id: int | None
    created_at: datetime
    dial_permitted_at: datetime | None
    ringing_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    outcome: Outcome | None
    ended_by: EndedBy | None


_sql = QueryFile(__file__)
_OPEN_CALLS = _sql.query("open_calls", _CallRow)
_LOCK_ATTEMPT = _sql.query("lock_attempt", UUID)
_OPEN_CALL = _sql.query("open_call", _CallRow)
_LEGS = _sql.query("legs_of_attempts", _LegRow)
_PERMIT_DIAL = _sql.command("permit_dial")
_PERMIT_BRIDGE = _sql.command("permit_bridge")
_LET_AGENT_OFF = _sql.command("let_agent_off")
_LEG_RANG = _sql.command("leg_rang")
_LEG_ANSWERED = _sql.command("leg_answered")
_LEG_ENDED = _sql.command("leg_ended")
_JOINED = _sql.command("joined")
_END_UNDIALLED_LEGS = _sql.command("end_undialled_legs")
_CLOSE_ATTEMPT = _sql.command("close_attempt")


async def open_calls(connection: Connection, link_id: str, token: int) -> list[Call]:
    """Every open attempt that the holder of this token answers for."""
    rows = await _OPEN_CALLS.all(connection, link_id=link_id, token=token)
    return await _with_legs(connection, rows)


async def permit_dial(connection: Connection, call: Call, leg: Leg, token: int, clock: Clock) -> bool:
    """Commit (b): the leg may ring. False when it may not: taken over, cancelled, or ended meanwhile.

    While the customer was not dialled, the rules of the service are asked once more, as of when all locks are had;
    when they object the leg is over.
    """
    current = await _lock(connection, call, token)
    if current is None or current.state is not State.ROUTING or current.is_offer:
        return False
    await share_service(connection, call.attempt_id)
    now = clock.now()
    if current.customer.dial_permitted_at is None:
        objection = await objection_to_attempt(connection, call.attempt_id, now)
        if objection is not None:
            await leg_ended(connection, leg.id, token, now, outcome=Outcome.CANCELLED, ended_by=EndedBy.US)
            told = f"{leg.role.lower()} not dialled: {objection.reason}"
            await trace.note(connection, call.callback_id, objection.rule, told, now, attempt_id=call.attempt_id)
            return False
    return await _PERMIT_DIAL.run(connection, leg_id=leg.id, now=now) == 1


async def permit_bridge(connection: Connection, call: Call, token: int, now: datetime) -> bool:
    """Commit (c): ROUTING -> PROCESSING, the two may be joined. False when taken over, cancelled, or a leg ended."""
    current = await _lock(connection, call, token)
    if current is None or current.state is not State.ROUTING or current.agent_id is None:
        return False
    if len([leg for leg in current.live_legs if leg.is_up]) < 2:
        return False
    await lifecycle.change(
        connection,
        [call.callback_id],
        State.ROUTING,
        Event.JOINED,
        now=now,
        actor=ENGINE,
        reason="customer and agent are on the line",
        agent_id=current.agent_id,
        attempt_id=call.attempt_id,
    )
    await _PERMIT_BRIDGE.run(connection, attempt_id=call.attempt_id, now=now)
    await start_talking(connection, current.agent_id, now)
    return True


async def lose_agent(connection: Connection, call: Call, token: int, now: datetime) -> None:
    """The agent did not take it: let the agent go and keep the customer, who is on the line, for the next."""
    current = await _lock(connection, call, token)
    if current is None or current.state is not State.ROUTING or current.agent_id is None or current.agent is None:
        return
    if call.agent is None or current.agent.id != call.agent.id or current.agent.may_ring:
        return  # the next agent has come already
    terms = await terms_of(connection, call.attempt_id)
    await _END_UNDIALLED_LEGS.run(connection, attempt_id=call.attempt_id, now=now)
    first_lost_at = min(leg.ended_at for leg in await _agent_legs(connection, call) if leg.ended_at)
    reason = f"the agent did not take it: {aftermath.in_words(current.agent.outcome)}"
    await lifecycle.change(
        connection,
        [call.callback_id],
        State.ROUTING,
        Event.AGENT_LOST,
        now=now,
        actor=ENGINE,
        reason=reason,
        attempt_id=call.attempt_id,
        customer_held_until=first_lost_at + timedelta(seconds=terms.customer_hold_seconds),
    )
    await _LET_AGENT_OFF.run(connection, attempt_id=call.attempt_id)
    await aftermath.release_agent(connection, current, terms, now)


async def close(connection: Connection, call: Call, token: int, now: datetime, *, is_link_up: bool) -> None:
    """Close the attempt, decide what follows for its callback, and let the agent go, all in one commit.

    Whether it is to be closed, and how it ended, is told once more as of now: the agent may have answered or finished,
    or the callback been cancelled, since it was read.
    """
    current = await _lock(connection, call, token)
    step = current and next_step(current, now, is_link_up=is_link_up)
    if current is None or not isinstance(step, Close):
        return
    terms = await terms_of(connection, call.attempt_id)
    await _END_UNDIALLED_LEGS.run(connection, attempt_id=call.attempt_id, now=now)
    await _CLOSE_ATTEMPT.run(connection, attempt_id=call.attempt_id, outcome=step.outcome, now=now)
    if current.state is State.PROCESSING and step.outcome is not AttemptOutcome.NOT_REACHED:
        await aftermath.complete_talk(connection, current, step.outcome, now)
    elif current.state in (State.ROUTING, State.PROCESSING):
        await aftermath.retry_or_give_up(connection, current, terms, now)
    await aftermath.release_agent(connection, current, terms, now, step.outcome)


async def leg_rang(connection: Connection, leg_id: UUID, token: int, now: datetime) -> None:
    """The leg's phone rings."""
    await _LEG_RANG.run(connection, leg_id=leg_id, token=token, now=now)


async def leg_answered(connection: Connection, leg_id: UUID, token: int, now: datetime) -> None:
    """The leg was answered."""
    await _LEG_ANSWERED.run(connection, leg_id=leg_id, token=token, now=now)


async def leg_ended(
    connection: Connection,
    leg_id: UUID,
    token: int,
    now: datetime,
    *,
    outcome: Outcome,
    ended_by: EndedBy | None,
    q850: int | None = None,
    sip_status: int | None = None,
) -> None:
    """The leg is over; only the first report of a leg's end counts."""
    await _LEG_ENDED.run(
        connection,
        leg_id=leg_id,
        token=token,
        now=now,
        outcome=outcome,
        ended_by=ended_by,
        q850=q850,
        sip_status=sip_status,
    )


async def joined(connection: Connection, attempt_id: UUID, token: int, now: datetime) -> None:
    """Customer and agent hear each other."""
    await _JOINED.run(connection, attempt_id=attempt_id, token=token, now=now)


async def _lock(connection: Connection, call: Call, token: int) -> Call | None:
    await lifecycle.lock(connection, call.callback_id)
    await _LOCK_ATTEMPT.one(connection, attempt_id=call.attempt_id)
    row = await _OPEN_CALL.first(connection, attempt_id=call.attempt_id, token=token)
    return (await _with_legs(connection, [row]))[0] if row else None


async def _with_legs(connection: Connection, rows: Sequence[_CallRow]) -> list[Call]:
    legs: dict[UUID, dict[LegRole, Leg]] = {row.attempt_id: {} for row in rows}
    if rows:
        for leg in await _LEGS.all(connection, attempt_ids=list(legs)):
            legs[leg.attempt_id][leg.role] = _leg(leg)
    return [_call(row, legs[row.attempt_id]) for row in rows]


async def _agent_legs(connection: Connection, call: Call) -> list[_LegRow]:
    legs = await _LEGS.all(connection, attempt_ids=[call.attempt_id])
    return [leg for leg in legs if leg.role is LegRole.AGENT]


def _leg(row: _LegRow) -> Leg:
    return Leg(
        id=row.id,
        role=row.role,
        destination=row.destination,
        created_at=row.created_at,
        agent_id=row.agent_id,
        dial_permitted_at=row.dial_permitted_at,
        answered_at=row.answered_at,
        ended_at=row.ended_at,
        outcome=row.outcome,
        ended_by=row.ended_by,
    )


def _call(row: _CallRow, legs: Mapping[LegRole, Leg]) -> Call:
    return Call(
        attempt_id=row.attempt_id,
        callback_id=row.callback_id,
        trunk_id=row.trunk_id,
        calls_per_second=row.calls_per_second,
        strategy=row.strategy,
        state=row.state,
        agent_id=row.agent_id,
        opened_at=row.opened_at,
        bridge_permitted_at=row.bridge_permitted_at,
        joined_at=row.joined_at,
        customer_held_until=row.customer_held_until,
        customer=legs[LegRole.CUSTOMER],
        agent=legs.get(LegRole.AGENT),
        reserve_timeout=timedelta(seconds=row.reserve_timeout_seconds),
        max_duration=timedelta(seconds=row.max_seconds),
        answer=row.agent_answer,
        answered_at=row.answered_at,
        snooze_seconds=row.snooze_seconds,
        disposition=row.disposition,
    )
