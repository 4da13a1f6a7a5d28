"""Callbacks as they are shown: one, or a page of a list."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from ringback.callbacks import queue
from ringback.callbacks.lifecycle import CallbackNotFound
from ringback.callbacks.model import Channel
from ringback.callbacks.queue import Situation
from ringback.callbacks.states import CAN_BE_LATE, Result, State
from ringback.callbacks.waiting import Progress, why_waiting
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile
from ringback.numbers import phone
from ringback.routing.estimate import WaitEstimate
from ringback.telephony.port import LegRole

# A date-time of JSON Schema has an offset, and a wall clock has none.
LocalTime = Annotated[datetime, msgspec.Meta(extra_json_schema={"extra": {"format": "date-time-local"}})]


class CallbackView(msgspec.Struct, frozen=True, kw_only=True):
    """A callback as the API, the console and the command line show it.

    `phone_number` is in E.164, `phone_number_formatted` as people read it. `promised_local` is the customer's wall
    clock in `promised_zone` at `desired_at`. `agent`: the one reserved or talking; of a COMPLETED callback the one of
    the last attempt. `position_in_queue` (1: the next; 0: being routed) and `estimated_wait` in seconds while QUEUED or
    ROUTING, the latter null when it cannot be told.
    `waiting_for`: why it waits right now, for people. `promised_by`: dialled for the first time by then, it is on time;
    null when the wait could not be told. `recreated_from`: the COMPLETED callback that it follows. `late_seconds`: for
    how long the window in which it was wanted has been over, while no agent has it yet; null when it is not late.
    `caller_id`: the number that the customer sees ("": the link's own), as the service has it now. `trunk`: over which
    it was last called; before that, over which its service calls.
    """

    id: UUID
    service: str
    phone_number: str
    state: State
    result: Result | None
    is_scheduled: bool
    desired_at: datetime
    promised_local: LocalTime
    promised_zone: str
    customer_name: str | None
    language: str | None
    channel: Channel | None
    priority: int
    user_data: dict[str, Any]
    agent: str | None
    attempts: int
    created_at: datetime
    updated_at: datetime
    queued_at: datetime | None
    eligible_at: datetime | None
    completed_at: datetime | None
    position_in_queue: int | None
    estimated_wait: WaitEstimate | None
    waiting_for: str | None
    # What came later has a default, so that an answer kept before that is still read.
    promised_by: datetime | None = None
    recreated_from: UUID | None = None
    late_seconds: int | None = None
    has_name_recording: bool = False
    phone_number_formatted: str = ""
    caller_id: str = ""
    trunk: str = ""


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    service_id: int
    service: str
    phone_number: str
    state: State
    result: Result | None
    is_scheduled: bool
    desired_at: datetime
    promised_local: datetime
    promised_zone: str
    customer_name: str | None
    language: str | None
    channel: Channel | None
    priority: int
    user_data: dict[str, Any]
    has_name_recording: bool
    caller_id: str
    trunk: str
    created_at: datetime
    updated_at: datetime
    queued_at: datetime | None
    place_at: datetime | None
    eligible_at: datetime | None
    completed_at: datetime | None
    promised_by: datetime | None
    recreated_from: UUID | None
    agent: str | None
    attempts: int
    window_seconds: int
    is_offered: bool
    rung: tuple[LegRole, ...]
    answered: tuple[LegRole, ...]


_sql = QueryFile(__file__, "views.sql")
_SHOWN = _sql.query("shown", _Row)
_SERVICE_OF = _sql.query("service_of", int)
_SHARED = tuple(set(CallbackView.__struct_fields__) & set(_Row.__struct_fields__))


async def get(database: Database, clock: Clock, callback_id: UUID) -> CallbackView:
    """One callback. Raises CallbackNotFound."""
    async with database.connection() as connection:
        return await show_one(connection, callback_id, clock.now())


async def show_one(connection: Connection, callback_id: UUID, now: datetime) -> CallbackView:
    """One callback as this connection sees it. Raises CallbackNotFound."""
    views = await show(connection, [callback_id], now)
    if not views:
        raise not_found(callback_id)
    return views[0]


async def service_of(connection: Connection, callback_id: UUID) -> int | None:
    """The id of the service that a callback is of; None when there is no such callback."""
    return await _SERVICE_OF.first(connection, id=callback_id)


def not_found(callback_id: UUID) -> CallbackNotFound:
    """The error for an id that no callback has."""
    return CallbackNotFound(f"There is no callback {callback_id}", id=callback_id)


async def show(connection: Connection, ids: Sequence[UUID], now: datetime) -> list[CallbackView]:
    """Callbacks in the order of their ids here, in three queries however many there are; in one if none is queued."""
    rows = await _SHOWN.all(connection, ids=list(ids))
    in_queues = {row.service_id for row in rows if row.state in (State.QUEUED, State.ROUTING)}
    situations = await queue.situations(connection, in_queues, now)
    positions = await queue.positions(connection, [row.id for row in rows if row.state is State.QUEUED])
    return [_view(row, situations.get(row.service_id), positions.get(row.id), now) for row in rows]


def _view(row: _Row, situation: Situation | None, position: int | None, now: datetime) -> CallbackView:
    place = _place(row, situation, position)
    return CallbackView(
        **{name: getattr(row, name) for name in _SHARED},
        phone_number_formatted=phone.as_read(row.phone_number),
        position_in_queue=place,
        estimated_wait=None if situation is None or place is None else _estimate(row, situation, place, now),
        waiting_for=why_waiting(_progress(row, position), situation, now),
        late_seconds=_late_seconds(row, now),
    )


def _late_seconds(row: _Row, now: datetime) -> int | None:
    late = int((now - row.desired_at).total_seconds()) - row.window_seconds
    return late if late > 0 and row.state in CAN_BE_LATE else None


def _place(row: _Row, situation: Situation | None, position: int | None) -> int | None:
    """Its place in the queue with the callers on the line who came before, if anything tells of them."""
    if row.state is State.ROUTING:
        return 0
    if situation is None or position is None or row.place_at is None:
        return None
    return situation.place(position, row.place_at)


def _estimate(row: _Row, situation: Situation, place: int, now: datetime) -> WaitEstimate | None:
    pause = 0.0 if row.eligible_at is None else (row.eligible_at - now).total_seconds()
    return situation.estimate(place, not_before_seconds=pause)


def _progress(row: _Row, position: int | None) -> Progress:
    return Progress(
        state=row.state,
        desired_at=row.desired_at,
        eligible_at=row.eligible_at,
        attempts=row.attempts,
        agent=row.agent,
        is_offered=row.is_offered,
        rung=row.rung,
        answered=row.answered,
        position=position,
    )
