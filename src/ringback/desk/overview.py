"""What an agent's desk shows: read in one go, because hundreds of agents ask for it every few seconds.

Whoever asks has the desk open. That is noted beside, every 10 s at most, and wakes nobody.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from ringback.agents import presence
from ringback.agents.model import Presence
from ringback.agents.presence import DESK_NOTED_EVERY, AgentNotFound
from ringback.callbacks.agents_word import FINISH_WITHIN
from ringback.callbacks.model import Channel
from ringback.callbacks.rules import AgentAnswer
from ringback.callbacks.states import State
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile
from ringback.desk.model import (
    AgentAtDesk,
    CallbackInHand,
    Desk,
    LegState,
    Offer,
    PastAttempt,
    PastCallback,
    Phase,
    Queue,
    Today,
    Unfinished,
)
from ringback.numbers import phone
from ringback.services import crm_url
from ringback.services.model import PERSON_NOT_REACHED, Strategy
from ringback.telephony.port import LegRole

HISTORY = 10
MOST_COUNTED = 100


class _Agent(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    name: str
    display_name: str
    presence: Presence
    presence_since: datetime
    presence_reason: str | None
    wanted_presence: Presence | None
    wanted_reason: str | None
    wrap_up_ends_at: datetime | None
    desk_seen_at: datetime | None
    queue: tuple[Queue, ...]
    today_since: datetime


class _Call(msgspec.Struct, frozen=True, kw_only=True):
    attempt_id: UUID
    callback_id: UUID
    strategy: Strategy
    opened_at: datetime
    agent_answer: AgentAnswer | None
    joined_at: datetime | None
    closed_at: datetime | None
    disposition: str | None
    state: State
    phone_number: str
    customer_name: str | None
    promised_zone: str
    service: str
    dispositions: tuple[str, ...]
    reserve_timeout_seconds: int

    @property
    def finish_by(self) -> datetime | None:
        return self.closed_at and self.closed_at + FINISH_WITHIN

    @property
    def phase(self) -> Phase:
        if self.closed_at is not None:
            return Phase.WRAP_UP
        if self.joined_at is not None:
            return Phase.TALKING
        is_offered = self.strategy is Strategy.PREVIEW and self.agent_answer is None
        return Phase.OFFERED if is_offered else Phase.CONNECTING

    def is_in_hand(self, agent: _Agent) -> bool:
        """Whether it is what the agent is busy with, and not left behind, declined, or cancelled meanwhile."""
        if self.closed_at is not None:
            return agent.presence is Presence.WRAP_UP and agent.presence_since == self.closed_at
        is_declined = self.agent_answer in (AgentAnswer.REJECTED, AgentAnswer.SNOOZED)
        return not is_declined and self.state in (State.ROUTING, State.PROCESSING)


class _InHand(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    service: str
    service_display_name: str
    phone_number: str
    customer_name: str | None
    language: str | None
    channel: Channel | None
    desired_at: datetime
    promised_local: datetime
    promised_zone: str
    is_scheduled: bool
    created_at: datetime
    priority: int
    user_data: dict[str, Any]
    has_name_recording: bool
    recreated_from: UUID | None
    attempts: tuple[PastAttempt, ...]
    crm_template: str


class _Leg(msgspec.Struct, frozen=True, kw_only=True):
    role: LegRole
    dial_permitted_at: datetime | None
    ringing_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None

    @property
    def state(self) -> LegState:
        if self.ended_at is not None:
            return LegState.ENDED
        if self.answered_at is not None:
            return LegState.ANSWERED
        if self.ringing_at is not None:
            return LegState.RINGING
        return LegState.NOT_DIALLED if self.dial_permitted_at is None else LegState.DIALLED


_sql = QueryFile(__file__, "overview.sql")
_AGENT = _sql.query("agent", _Agent)
_CALLS = _sql.query("calls", _Call)
_TODAY = _sql.query("today", Today)
_IN_HAND = _sql.query("in_hand", _InHand)
_LEGS = _sql.query("legs", _Leg)
_HISTORY = _sql.query("history", PastCallback)
_SHARED = tuple(set(CallbackInHand.__struct_fields__) & set(_InHand.__struct_fields__))


async def look(database: Database, clock: Clock, agent_name: str) -> Desk:
    """All that the agent's desk shows now; it is noted that the desk is open. Raises AgentNotFound."""
    async with database.connection() as connection:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            now = clock.now()
            agent = await _AGENT.first(connection, name=agent_name, now=now, most_counted=MOST_COUNTED)
            if agent is None:
                raise AgentNotFound(f"There is no agent {agent_name!r}", agent=agent_name)
            desk = await _desk(connection, agent, now)
        if agent.desk_seen_at is None or now - agent.desk_seen_at >= DESK_NOTED_EVERY:
            await presence.note_desk(connection, agent.id, now)
    return desk


async def _desk(connection: Connection, agent: _Agent, now: datetime) -> Desk:
    calls = await _CALLS.all(connection, agent_id=agent.id, ended_after=now - FINISH_WITHIN)
    in_hand = next((call for call in calls if call.is_in_hand(agent)), None)
    return Desk(
        at=now,
        agent=_at_desk(agent),
        offer=None if in_hand is None else await _offer(connection, agent, in_hand, now),
        unfinished=[_unfinished(call, call.closed_at) for call in calls if call is not in_hand and call.closed_at],
        today=await _TODAY.one(connection, agent_id=agent.id, since=agent.today_since, now=now),
        queue=agent.queue,
    )


def _at_desk(agent: _Agent) -> AgentAtDesk:
    return AgentAtDesk(
        name=agent.name,
        display_name=agent.display_name,
        presence=agent.presence,
        presence_since=agent.presence_since,
        presence_reason=agent.presence_reason,
        wanted_presence=agent.wanted_presence,
        wanted_reason=agent.wanted_reason,
        wrap_up_ends_at=agent.wrap_up_ends_at,
        services=tuple(each.service for each in agent.queue),
    )


async def _offer(connection: Connection, agent: _Agent, call: _Call, now: datetime) -> Offer:
    legs = {leg.role: leg.state for leg in await _LEGS.all(connection, attempt_id=call.attempt_id)}
    answer_by = call.opened_at + timedelta(seconds=call.reserve_timeout_seconds)
    return Offer(
        attempt_id=call.attempt_id,
        phase=call.phase,
        strategy=call.strategy,
        opened_at=call.opened_at,
        answer_by=answer_by if call.phase is Phase.OFFERED else None,
        answer=call.agent_answer,
        customer_leg=legs.get(LegRole.CUSTOMER, LegState.NOT_DIALLED),
        agent_leg=legs.get(LegRole.AGENT, LegState.NOT_DIALLED),
        joined_at=call.joined_at,
        finish_by=call.finish_by,
        disposition=call.disposition,
        dispositions=_dispositions(call),
        callback=await _callback(connection, agent, call, now),
    )


async def _callback(connection: Connection, agent: _Agent, call: _Call, now: datetime) -> CallbackInHand:
    row = await _IN_HAND.one(connection, attempt_id=call.attempt_id)
    history = await _HISTORY.all(connection, phone_number=row.phone_number, but=row.id, agent_id=agent.id, most=HISTORY)
    since = row.desired_at if row.is_scheduled else row.created_at
    return CallbackInHand(
        **{name: getattr(row, name) for name in _SHARED},
        phone_number_formatted=phone.as_read(row.phone_number),
        waited_seconds=max(int((now - since).total_seconds()), 0),
        crm_url=crm_url.filled(row.crm_template, _places(row), row.user_data) or None,
        history=history,
    )


def _places(row: _InHand) -> Mapping[str, str | None]:
    return {
        "phone_number": row.phone_number,
        "callback_id": str(row.id),
        "customer_name": row.customer_name,
        "service": row.service,
    }


def _dispositions(call: _Call) -> Sequence[str]:
    return (*call.dispositions, PERSON_NOT_REACHED)


def _unfinished(call: _Call, ended_at: datetime) -> Unfinished:
    return Unfinished(
        attempt_id=call.attempt_id,
        callback_id=call.callback_id,
        service=call.service,
        phone_number=call.phone_number,
        phone_number_formatted=phone.as_read(call.phone_number),
        customer_name=call.customer_name,
        promised_zone=call.promised_zone,
        ended_at=ended_at,
        finish_by=ended_at + FINISH_WITHIN,
        dispositions=_dispositions(call),
    )
