"""What people and programs ask of callbacks: create, cancel, reschedule, call now, recreate, claim.

Each checks its rules in the documented order, changes the state through `lifecycle` only, and either happens whole
or not at all. None of them touches a call: the holder of the telephony link sees the change and acts on it.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec
from uuid_utils.compat import uuid7

from ringback.actors import Actor
from ringback.audit import journal
from ringback.booking import seats
from ringback.callbacks import creation, follow_ups, idempotency, lifecycle, queue, times, views
from ringback.callbacks.creation import CallbackRequest
from ringback.callbacks.idempotency import IdempotencyKey
from ringback.callbacks.lifecycle import TransitionRefused
from ringback.callbacks.model import Booking, Callback
from ringback.callbacks.promise import in_words
from ringback.callbacks.states import Event, Result, State, after
from ringback.callbacks.views import CallbackView
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.errors import ConflictsNow
from ringback.instants import require_offset
from ringback.services import catalog
from ringback.services.catalog import ServiceDisabled


class CallbackMoved(ConflictsNow):
    """The callback was rescheduled meanwhile: its desired time is not what `instead_of` says, but `desired_at`."""

    code = "callback-moved"


class Created(msgspec.Struct, frozen=True, kw_only=True):
    """A callback that was created, now or by an earlier request with the same idempotency key.

    `answer` is the view as JSON, byte for byte what the first request was answered with.
    """

    callback: CallbackView
    answer: bytes


class _Recreation(msgspec.Struct, frozen=True):
    """What is asked of a completed callback, for its idempotency key."""

    recreated_from: UUID
    desired_at: datetime | None
    time_zone: str | None


class _Made(msgspec.Struct, frozen=True):
    """How a callback is made, and what the audit tells of it."""

    make: Callable[[Connection, UUID, datetime], Awaitable[None]]
    action: str
    details: Mapping[str, object]


async def create(
    database: Database,
    clock: Clock,
    actor: Actor,
    request: CallbackRequest,
    *,
    key: IdempotencyKey | None = None,
) -> Created:
    """Create a callback, QUEUED or SCHEDULED; once per `key`, also while the first request is still under way.

    Raises IdempotencyKeyReused, and what `creation.create` refuses.
    """
    creation.require_shallow(request.user_data)

    async def make(connection: Connection, callback_id: UUID, now: datetime) -> None:
        await creation.create(connection, now, actor, request, callback_id)

    made = _Made(make, "callback.created", {"desired_at": request.desired_at})
    return await _once(database, clock, actor, key, request, made)


async def recreate(
    database: Database,
    clock: Clock,
    actor: Actor,
    callback_id: UUID,
    desired_at: datetime | None = None,
    time_zone: str | None = None,
    *,
    key: IdempotencyKey | None = None,
) -> Created:
    """Create a new callback for the customer of a COMPLETED one, under the same rules; now or at `desired_at`.

    It is linked to the old one (`recreated_from`) and has its customer, priority, user data and, for 4 days, its name
    recording. Raises CallbackNotFound, TransitionRefused, and what `create` does.
    """

    async def make(connection: Connection, new_id: UUID, now: datetime) -> None:
        await _recreate(connection, now, actor, callback_id, new_id, desired_at, time_zone)

    made = _Made(make, "callback.recreated", {"recreated_from": callback_id, "desired_at": desired_at})
    return await _once(database, clock, actor, key, _Recreation(callback_id, desired_at, time_zone), made)


async def recreate_with(
    connection: Connection,
    now: datetime,
    actor: Actor,
    callback_id: UUID,
    desired_at: datetime | None = None,
    time_zone: str | None = None,
) -> UUID:
    """`recreate` within a transaction of the caller, which a refusal leaves as it was; returns the new id."""

    async def make(new_id: UUID) -> None:
        await _recreate(connection, now, actor, callback_id, new_id, desired_at, time_zone)

    return await follow_ups.made(connection, make)


async def cancel(
    database: Database, clock: Clock, actor: Actor, callback_id: UUID, reason: str | None = None
) -> CallbackView:
    """Complete a SCHEDULED, QUEUED or ROUTING callback as CANCELLED, by a user of the console as CANCELLED_BY_ADMIN.

    Of several at once one wins. Raises CallbackNotFound, TransitionRefused.
    """
    result = lifecycle.result_of_cancelling(actor)
    return await _complete(database, clock, actor, callback_id, Event.CANCELLED, result, reason)


async def claim(
    database: Database, clock: Clock, actor: Actor, callback_id: UUID, reason: str | None = None
) -> CallbackView:
    """Complete a SCHEDULED, QUEUED or ROUTING callback as CLAIMED_BY_CALLER: the customer rang in and is served.

    What rings for it is hung up, as for a cancel. Raises CallbackNotFound, TransitionRefused.
    """
    return await _complete(database, clock, actor, callback_id, Event.CLAIMED, Result.CLAIMED_BY_CALLER, reason)


async def reschedule(
    database: Database,
    clock: Clock,
    actor: Actor,
    callback_id: UUID,
    desired_at: datetime,
    time_zone: str | None = None,
    *,
    instead_of: datetime | None = None,
) -> CallbackView:
    """Change the desired time of a SCHEDULED callback, which keeps its id.

    `time_zone`: the one promised before unless given. `instead_of`: the desired time that it must still have. Raises
    CallbackNotFound, TransitionRefused, CallbackMoved and what a time can be refused for: `times.book_at`, SlotFull,
    SlotsChanged.
    """
    require_offset("instead_of", instead_of)
    async with database.transaction() as connection:
        now = clock.now()
        before = await reschedule_with(
            connection, now, actor, callback_id, desired_at, time_zone, instead_of=instead_of
        )
        view = await views.show_one(connection, callback_id, now)
        times_told = {"before": before.desired_at, "after": view.desired_at}
        await _record(connection, now, actor, "callback.rescheduled", view, **times_told)
        return view


async def reschedule_with(
    connection: Connection,
    now: datetime,
    actor: Actor,
    callback_id: UUID,
    desired_at: datetime,
    time_zone: str | None = None,
    *,
    instead_of: datetime | None = None,
) -> Callback:
    """`reschedule` within a transaction of the caller; after a refusal that has to be rolled back.

    Returns the callback as it was.
    """
    callback = await _lock_for(connection, callback_id, Event.RESCHEDULED)
    if instead_of is not None and callback.desired_at != instead_of:
        text = f"Somebody has moved it to {callback.desired_at.isoformat()} meanwhile: look before you move it"
        raise CallbackMoved(text, desired_at=callback.desired_at)
    service = await catalog.with_id(connection, callback.service_id)
    where = times.whereabouts(time_zone, times.promised(callback))
    booking = times.book_at(service, callback.phone_number, desired_at, where, now)
    fitting = times.slots_to_call_in(service, callback.phone_number, where)
    if callback.slot_at is None:
        await seats.take(connection, service, booking.desired_at, now, fitting=fitting)
    else:
        await seats.move(connection, service, callback.slot_at, booking.desired_at, now, fitting=fitting)
    await lifecycle.change(
        connection,
        [callback_id],
        callback.state,
        Event.RESCHEDULED,
        now=now,
        actor=actor,
        reason=f"from {in_words(callback.promised_local, callback.promised_zone)} "
        f"to {in_words(booking.promised_local, booking.promised_zone)}",
        booking=booking,
    )
    return callback


async def call_now(database: Database, clock: Clock, actor: Actor, callback_id: UUID) -> CallbackView:
    """Let a SCHEDULED callback into the queue as if it had been asked for now; it gives its seat back.

    Raises CallbackNotFound, TransitionRefused, ServiceDisabled when the service calls nobody for now,
    OutsideCallingHours, Closed.
    """
    async with database.transaction() as connection:
        now = clock.now()
        callback = await _lock_for(connection, callback_id, Event.CALLED_NOW)
        await lifecycle.change(
            connection,
            [callback_id],
            callback.state,
            Event.CALLED_NOW,
            now=now,
            actor=actor,
            reason=f"instead of {in_words(callback.promised_local, callback.promised_zone)}",
            booking=await _book_now(connection, callback, now),
        )
        if callback.slot_at is not None:
            await seats.give_back(connection, [(callback.service_id, callback.slot_at)])
        view = await views.show_one(connection, callback_id, now)
        await _record(connection, now, actor, "callback.called-now", view)
        return view


async def _once(
    database: Database, clock: Clock, actor: Actor, key: IdempotencyKey | None, request: msgspec.Struct, made: _Made
) -> Created:
    """Let a callback be made and answer with it, or with what the same request was answered before."""
    while True:
        try:
            async with database.transaction() as connection:
                return await _make_or_replay(connection, clock.now(), actor, key, request, made)
        except asyncpg.UniqueViolationError as violation:
            follow_ups.require_retriable(violation)


async def _make_or_replay(
    connection: Connection,
    now: datetime,
    actor: Actor,
    key: IdempotencyKey | None,
    request: msgspec.Struct,
    made: _Made,
) -> Created:
    callback_id = uuid7()
    if key is not None:
        earlier = await idempotency.claim(connection, key, request, callback_id, now)
        if earlier is not None:
            view = msgspec.json.decode(earlier, type=CallbackView)
            return Created(callback=view, answer=earlier)
    await made.make(connection, callback_id, now)
    view = await views.show_one(connection, callback_id, now)
    await _record(connection, now, actor, made.action, view, **made.details)
    answer = msgspec.json.encode(view)
    if key is not None:
        await idempotency.keep(connection, key, answer)
    return Created(callback=view, answer=answer)


async def _recreate(
    connection: Connection,
    now: datetime,
    actor: Actor,
    old_id: UUID,
    new_id: UUID,
    desired_at: datetime | None,
    time_zone: str | None,
) -> None:
    old = await lifecycle.lock(connection, old_id)
    if old.state is not State.COMPLETED:
        text = f"A callback in {old.state} cannot be recreated: only a COMPLETED callback can be"
        raise TransitionRefused(text, state=old.state, event="RECREATED")
    await follow_ups.ask_again(connection, now, actor, old, new_id, desired_at, time_zone)


async def _complete(
    database: Database,
    clock: Clock,
    actor: Actor,
    callback_id: UUID,
    event: Event,
    result: Result,
    reason: str | None,
) -> CallbackView:
    async with database.transaction() as connection:
        callback = await _lock_for(connection, callback_id, event)
        now = clock.now()
        await lifecycle.change(
            connection,
            [callback_id],
            callback.state,
            event,
            now=now,
            actor=actor,
            reason=reason or "",
            result=result,
        )
        view = await views.show_one(connection, callback_id, now)
        await _record(connection, now, actor, f"callback.{event.lower()}", view)
        return view


async def _record(
    connection: Connection, now: datetime, actor: Actor, action: str, view: CallbackView, **details: object
) -> None:
    of_services = [view.service]
    await journal.record(connection, now, actor, action, str(view.id), of_services=of_services, **details)


async def _lock_for(connection: Connection, callback_id: UUID, event: Event) -> Callback:
    callback = await lifecycle.lock(connection, callback_id)
    if after(callback.state, event) is None:
        raise lifecycle.refused(callback.state, event)
    return callback


async def _book_now(connection: Connection, callback: Callback, now: datetime) -> Booking:
    service = await catalog.with_id(connection, callback.service_id)
    if not service.mode.dials:
        text = f"The service {service.name!r} calls nobody for now: it is {service.mode}"
        raise ServiceDisabled(text, service=service.name, mode=service.mode)
    booking = times.book_now(service, callback.phone_number, times.promised(callback), now)
    wait = await queue.expected_wait(connection, service.id, now)
    return times.promised_within(booking, wait and wait.high)
