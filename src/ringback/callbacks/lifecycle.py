"""The one place that changes a callback's state.

`create` and `change` are the only writers of `callbacks.state`; each change and its row in `transitions` are one
statement. The caller holds the transaction. Who is CANCELLED or CLAIMED gives the seat back here, whoever asked for it;
a new time or CALLED_NOW moves it, which the use case does (`booking.seats`).
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from ringback.actors import Actor, ActorKind
from ringback.booking import seats
from ringback.callbacks.model import Booking, Callback
from ringback.callbacks.states import RESULTS, Event, Result, State, after
from ringback.database.pool import Connection
from ringback.database.queries import QueryFile
from ringback.errors import ConflictsNow, NotFound


class Changed(msgspec.Struct, frozen=True):
    """What is told of a callback that was changed: little, because thousands are changed at once."""

    id: UUID
    service_id: int
    phone_number: str
    slot_at: datetime | None


_sql = QueryFile(__file__, "lifecycle.sql")
_CREATE = _sql.query("create", Callback)
_CHANGE = _sql.query("change", Changed)
_LOCK = _sql.query("lock", Callback)
_NOT_AT_FIRST = {"result", "agent_id", "last_agent_id", "attempts", "customer_held_until", "completed_at"}
_CREATED_WITH = frozenset(Callback.__struct_fields__) - _NOT_AT_FIRST
_GIVES_SEAT_BACK = frozenset({Event.CANCELLED, Event.CLAIMED})
_NO_BOOKING = dict.fromkeys(Booking.__struct_fields__)


class TransitionRefused(ConflictsNow):
    """The state machine has no such transition; `state` and `event` are in the details."""

    code = "transition-refused"


class CallbackNotFound(NotFound):
    """There is no callback of this id, or none that the asker may see."""

    code = "callback-not-found"


async def create(connection: Connection, callback: Callback, *, actor: Actor, reason: str) -> Callback:
    """Insert a new callback, which is SCHEDULED or QUEUED, and its first transition.

    Raises asyncpg.UniqueViolationError when the number may wait only once and waits already.
    """
    event = Event.SCHEDULED if callback.state is State.SCHEDULED else Event.REQUESTED
    fields = {name: getattr(callback, name) for name in _CREATED_WITH}
    return await _CREATE.one(
        connection, **fields, event=event, actor_kind=actor.kind, actor_name=actor.name, reason=reason
    )


async def lock(connection: Connection, callback_id: UUID) -> Callback:
    """The callback, locked until the transaction ends. Raises CallbackNotFound."""
    callback = await _LOCK.first(connection, id=callback_id)
    if callback is None:
        raise CallbackNotFound(f"There is no callback {callback_id}")
    return callback


async def change(
    connection: Connection,
    ids: Sequence[UUID],
    from_state: State,
    event: Event,
    *,
    now: datetime,
    actor: Actor,
    reason: str,
    result: Result | None = None,
    agent_id: int | None = None,
    attempt_id: UUID | None = None,
    customer_held_until: datetime | None = None,
    eligible_at: datetime | None = None,
    booking: Booking | None = None,
) -> list[Changed]:
    """Apply one event to callbacks that are in `from_state`; returns those that were, changed.

    A callback that has left `from_state` meanwhile is left alone: the caller sees it missing from the answer.
    `agent_id` is the agent afterwards; `eligible_at` and `booking` replace what is stored unless they are None.
    Raises TransitionRefused when the machine has no such transition, ValueError for a result that does not fit.
    """
    to_state = after(from_state, event)
    if to_state is None:
        raise refused(from_state, event)
    if (result in RESULTS.get(event, ())) != (to_state is State.COMPLETED):
        raise ValueError(f"{event} cannot have the result {result}")
    changed = await _CHANGE.all(
        connection,
        ids=ids,
        from_state=from_state,
        event=event,
        to_state=to_state,
        now=now,
        actor_kind=actor.kind,
        actor_name=actor.name,
        reason=reason,
        result=result,
        agent_id=agent_id,
        attempt_id=attempt_id,
        customer_held_until=customer_held_until,
        eligible_at=eligible_at,
        **_NO_BOOKING if booking is None else msgspec.structs.asdict(booking),
    )
    if event in _GIVES_SEAT_BACK:
        await seats.give_back(connection, ((row.service_id, row.slot_at) for row in changed if row.slot_at is not None))
    return changed


def result_of_cancelling(actor: Actor) -> Result:
    """The result of a callback that the actor cancels."""
    return Result.CANCELLED_BY_ADMIN if actor.kind is ActorKind.USER else Result.CANCELLED


def refused(state: State, event: Event) -> TransitionRefused:
    """The error for an event that this state does not allow."""
    rule = _RULES.get(event, "the state machine allows it in no such state")
    done = event.lower().replace("_", " ")
    return TransitionRefused(f"A callback in {state} cannot be {done}: {rule}", state=state, event=event)


_RULES = {
    Event.RESCHEDULED: "only a SCHEDULED callback can be rescheduled",
    Event.CALLED_NOW: "only a SCHEDULED callback can be called now",
    Event.CLAIMED: "only a SCHEDULED, QUEUED or ROUTING callback can be claimed",
    Event.CANCELLED: "only a SCHEDULED, QUEUED or ROUTING callback can be cancelled",
}
