"""What people and programs ask of callbacks: create, cancel, reschedule.

Each checks its rules in the documented order, changes the state through `lifecycle` only, and either happens whole
or not at all. None of them touches a call: the holder of the telephony link sees the change and acts on it.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import msgspec
from uuid_utils.compat import uuid7

from ringback.callbacks import lifecycle, views
from ringback.callbacks.hard_rules import ONE_WAITING
from ringback.callbacks.model import Actor, ActorKind, Booking, Callback, Channel
from ringback.callbacks.promise import Promise, promise_at, promise_now
from ringback.callbacks.states import Event, Result, State, after
from ringback.callbacks.views import CallbackView
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile
from ringback.errors import ConflictsNow, NeverPossible
from ringback.numbers import phone
from ringback.services import catalog
from ringback.services.model import Service

MAX_PRIORITY = 1_000
MAX_TEXT = 200
MAX_KEY = 255
MAX_LEVELS = 50


class AlreadyWaiting(ConflictsNow):
    """The number waits in this service already; `id` is its callback."""

    code = "already-waiting"


class IdempotencyKeyReused(ConflictsNow):
    """This Idempotency-Key was used before, with another request."""

    code = "idempotency-key-reused"


class UserDataTooDeep(NeverPossible):
    """The user data has more than 50 levels of objects and arrays within each other."""

    code = "user-data-too-deep"


class CallbackRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A customer asks to be called.

    Without `desired_at` it is as soon as an agent is free. `time_zone` (IANA) is the customer's; left out, the
    service's. `priority`: each step counts like a time waited already, which the service sets.
    """

    service: str
    phone_number: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]
    desired_at: datetime | None = None
    time_zone: str | None = None
    customer_name: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)] | None = None
    language: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)] | None = None
    channel: Channel | None = None
    priority: Annotated[int, msgspec.Meta(ge=-MAX_PRIORITY, le=MAX_PRIORITY)] = 0
    user_data: Mapping[str, Any] = {}


class IdempotencyKey(msgspec.Struct, frozen=True):
    """What makes a repeated request the same request: the client's own key, per API key."""

    api_key_id: int
    value: str


class Created(msgspec.Struct, frozen=True, kw_only=True):
    """A callback that was created, now or (`is_replay`) by an earlier request with the same idempotency key.

    `answer` is the view as JSON, byte for byte what the first request was answered with.
    """

    callback: CallbackView
    answer: bytes
    is_replay: bool


class _Answer(msgspec.Struct, frozen=True):
    request_hash: bytes
    answer: bytes


_sql = QueryFile(__file__, "requests.sql")
_WAITING_OF_NUMBER = _sql.query("waiting_of_number", UUID)
_CLAIM_KEY = _sql.command("claim_key")
_ANSWER_OF_KEY = _sql.query("answer_of_key", _Answer)
_KEEP_ANSWER = _sql.command("keep_answer")


async def create(
    database: Database,
    clock: Clock,
    actor: Actor,
    request: CallbackRequest,
    *,
    key: IdempotencyKey | None = None,
) -> Created:
    """Create a callback, QUEUED or SCHEDULED; once per `key`, also while the first request is still under way.

    Raises UserDataTooDeep, ServiceNotFound, ServiceDisabled, InvalidNumber, NumberRefused, AlreadyWaiting,
    UnknownTimeZone, TimeWithoutOffset, TooFarAhead, InThePast, NoSuchLocalTime, IdempotencyKeyReused.
    """
    _require_shallow(request.user_data)
    while True:
        try:
            async with database.transaction() as connection:
                return await _create(connection, clock.now(), actor, request, key)
        except asyncpg.UniqueViolationError as violation:
            # Another request for this number committed first. The next round names it, or finds it completed.
            if violation.constraint_name != ONE_WAITING:
                raise


async def cancel(
    database: Database, clock: Clock, actor: Actor, callback_id: UUID, reason: str | None = None
) -> CallbackView:
    """Complete a SCHEDULED, QUEUED or ROUTING callback as CANCELLED, by a user of the console as CANCELLED_BY_ADMIN.

    Of several at once one wins. Raises CallbackNotFound, TransitionRefused.
    """
    result = Result.CANCELLED_BY_ADMIN if actor.kind is ActorKind.USER else Result.CANCELLED
    async with database.transaction() as connection:
        callback = await _lock_for(connection, callback_id, Event.CANCELLED)
        now = clock.now()
        await lifecycle.change(
            connection,
            [callback_id],
            callback.state,
            Event.CANCELLED,
            now=now,
            actor=actor,
            reason=reason or "",
            result=result,
        )
        return await views.show_one(connection, callback_id, now)


async def reschedule(
    database: Database,
    clock: Clock,
    actor: Actor,
    callback_id: UUID,
    desired_at: datetime,
    time_zone: str | None = None,
) -> CallbackView:
    """Change the desired time of a SCHEDULED callback, which keeps its id.

    `time_zone`: the one promised before unless given. Raises CallbackNotFound, TransitionRefused and what the time
    can be refused for (`promise_at`).
    """
    async with database.transaction() as connection:
        callback = await _lock_for(connection, callback_id, Event.RESCHEDULED)
        now = clock.now()
        promise = promise_at(desired_at, callback.promised_zone if time_zone is None else time_zone, now)
        await lifecycle.change(
            connection,
            [callback_id],
            callback.state,
            Event.RESCHEDULED,
            now=now,
            actor=actor,
            reason=f"from {_words(callback.promised_local, callback.promised_zone)} "
            f"to {_words(promise.local, promise.zone)}",
            booking=Booking(
                desired_at=promise.at,
                promised_local=promise.local,
                promised_zone=promise.zone,
                zone_is_stated=callback.zone_is_stated or time_zone is not None,
                slot_at=None,
                promised_by=None,
            ),
        )
        return await views.show_one(connection, callback_id, now)


async def _lock_for(connection: Connection, callback_id: UUID, event: Event) -> Callback:
    callback = await lifecycle.lock(connection, callback_id)
    if after(callback.state, event) is None:
        raise lifecycle.refused(callback.state, event)
    return callback


async def _create(
    connection: Connection, now: datetime, actor: Actor, request: CallbackRequest, key: IdempotencyKey | None
) -> Created:
    callback_id = uuid7()
    if key is not None:
        earlier = await _claim(connection, key, _hashed(request), callback_id, now)
        if earlier is not None:
            view = msgspec.json.decode(earlier.answer, type=CallbackView)
            return Created(callback=view, answer=earlier.answer, is_replay=True)
    service, number, promise = await _accept(connection, request, now)
    callback = _callback(callback_id, request, service, number, promise, now)
    await lifecycle.create(connection, callback, actor=actor, reason=_reason(request, promise))
    view = await views.show_one(connection, callback_id, now)
    answer = msgspec.json.encode(view)
    if key is not None:
        await _KEEP_ANSWER.run(connection, answer=answer, api_key_id=key.api_key_id, idempotency_key=key.value)
    return Created(callback=view, answer=answer, is_replay=False)


async def _claim(
    connection: Connection, key: IdempotencyKey, request_hash: bytes, callback_id: UUID, now: datetime
) -> _Answer | None:
    """Claim the key, waiting for a request that is under way with it; returns what that one was answered."""
    its_key = {"api_key_id": key.api_key_id, "idempotency_key": key.value}
    if await _CLAIM_KEY.run(connection, **its_key, request_hash=request_hash, callback_id=callback_id, now=now):
        return None
    earlier = await _ANSWER_OF_KEY.one(connection, **its_key)
    if earlier.request_hash != request_hash:
        raise IdempotencyKeyReused(
            f"The Idempotency-Key {key.value!r} was used before, with another request", idempotency_key=key.value
        )
    return earlier


async def _accept(connection: Connection, request: CallbackRequest, now: datetime) -> tuple[Service, str, Promise]:
    """The rules on creation, in their documented order."""
    service = await catalog.enabled(connection, request.service)
    number = phone.parse(request.phone_number, service.default_region)
    await _require_not_waiting(connection, service, number)
    zone = service.time_zone if request.time_zone is None else request.time_zone
    if request.desired_at is None:
        return service, number, promise_now(now, zone)
    return service, number, promise_at(request.desired_at, zone, now)


async def _require_not_waiting(connection: Connection, service: Service, number: str) -> None:
    limit = service.max_waiting_per_number
    if limit == 0:
        return
    waiting = await _WAITING_OF_NUMBER.all(connection, service_id=service.id, phone_number=number, limit=limit)
    if len(waiting) >= limit:
        times = "" if limit == 1 else f" {limit} times, the most that it may"
        text = f"{number} waits in {service.name!r} already{times}: callback {waiting[0]}"
        raise AlreadyWaiting(text, id=waiting[0], phone_number=number, service=service.name, limit=limit)


def _callback(
    callback_id: UUID, request: CallbackRequest, service: Service, number: str, promise: Promise, now: datetime
) -> Callback:
    is_scheduled = request.desired_at is not None
    place_at = now - timedelta(seconds=request.priority * service.priority_step_seconds)
    return Callback(
        id=callback_id,
        service_id=service.id,
        phone_number=number,
        state=State.SCHEDULED if is_scheduled else State.QUEUED,
        result=None,
        is_scheduled=is_scheduled,
        desired_at=promise.at,
        promised_local=promise.local,
        promised_zone=promise.zone,
        zone_is_stated=request.time_zone is not None,
        slot_at=None,
        promised_by=None,
        offer_id=None,
        recreated_from=None,
        priority=request.priority,
        customer_name=request.customer_name,
        language=request.language,
        channel=request.channel,
        user_data=request.user_data,
        waits_alone=service.max_waiting_per_number == 1,
        created_at=now,
        updated_at=now,
        queued_at=None if is_scheduled else now,
        place_at=None if is_scheduled else place_at,
        eligible_at=None if is_scheduled else now,
        customer_held_until=None,
        agent_id=None,
        last_agent_id=None,
        attempts=0,
        completed_at=None,
    )


def _require_shallow(user_data: Mapping[str, Any]) -> None:
    """What nests deeper than every reader's stack would be stored, and then break each list that shows it."""
    level: list[Mapping[str, Any] | list[Any]] = [user_data]
    for _ in range(MAX_LEVELS):
        level = [inner for value in level for inner in _within(value) if isinstance(inner, dict | list)]
        if not level:
            return
    text = f"user_data has more than {MAX_LEVELS} levels of objects and arrays within each other"
    raise UserDataTooDeep(text, field="user_data", limit=MAX_LEVELS)


def _within(value: Mapping[str, Any] | list[Any]) -> Iterable[Any]:
    return value.values() if isinstance(value, Mapping) else value


def _hashed(request: CallbackRequest) -> bytes:
    return hashlib.sha256(msgspec.json.encode(request, order="sorted")).digest()


def _reason(request: CallbackRequest, promise: Promise) -> str:
    return "for now" if request.desired_at is None else f"for {_words(promise.local, promise.zone)}"


def _words(local: datetime, zone: str) -> str:
    return f"{local:%Y-%m-%d %H:%M} {zone}"
