"""Creating a callback: the rules in their documented order, and the row that follows from them."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec

from ringback.actors import Actor
from ringback.booking import seats
from ringback.booking.slots import Fitting
from ringback.callbacks import lifecycle, limits, offers, queue, times
from ringback.callbacks.model import MAX_TEXT, Booking, Callback, Channel
from ringback.callbacks.offers import Announced
from ringback.callbacks.promise import in_words
from ringback.callbacks.states import State
from ringback.callbacks.times import Whereabouts
from ringback.database.pool import Connection
from ringback.errors import NeverPossible
from ringback.numbers import phone, screening
from ringback.services import catalog
from ringback.services.model import Service

MAX_PRIORITY = 1_000
MAX_LEVELS = 50


class UserDataTooDeep(NeverPossible):
    """The user data has more than 50 levels of objects and arrays within each other."""

    code = "user-data-too-deep"


class CallbackRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A customer asks to be called.

    Without `desired_at` it is as soon as an agent is free. `time_zone` (IANA) is the customer's; left out, the
    service's. `priority`: each step counts like a time waited already, which the service sets; left out, the service's
    own. `offer_id`: the offer that the customer was made within the last hour.
    """

    service: str
    phone_number: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]
    desired_at: datetime | None = None
    time_zone: str | None = None
    customer_name: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)] | None = None
    language: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)] | None = None
    channel: Channel | None = None
    priority: Annotated[int, msgspec.Meta(ge=-MAX_PRIORITY, le=MAX_PRIORITY)] | None = None
    user_data: Mapping[str, Any] = {}
    offer_id: UUID | None = None


class _Accepted(msgspec.Struct, frozen=True):
    service: Service
    number: str
    booking: Booking
    fitting: Fitting


async def create(
    connection: Connection,
    now: datetime,
    actor: Actor,
    request: CallbackRequest,
    callback_id: UUID,
    *,
    recreated_from: UUID | None = None,
    beside: UUID | None = None,
) -> None:
    """Create the callback, QUEUED or SCHEDULED with its seat, within a transaction of the caller.

    `beside`: a callback of the number that is about to complete, and does not count as waiting.

    Raises UserDataTooDeep, ServiceNotFound, OfferExpired, ServiceDisabled, InvalidNumber, NumberRefused,
    AlreadyWaiting, LimitReached, UnknownTimeZone, TimeWithoutOffset, TooFarAhead, InThePast, NoSuchLocalTime,
    OutsideCallingHours, Closed, SlotFull, SlotsChanged, CannotKeepPromise; and asyncpg.UniqueViolationError when
    another request for the number, which may wait only once, committed at this very moment.
    """
    require_shallow(request.user_data)
    accepted = await _accept(connection, request, now, beside)
    callback = _callback(callback_id, request, accepted, now, recreated_from)
    await lifecycle.create(connection, callback, actor=actor, reason=_reason(callback))
    if callback.slot_at is not None:
        # Locks go callback, then slot: whoever waits for the seat holds no other seat.
        await seats.take(connection, accepted.service, callback.desired_at, now, fitting=accepted.fitting)


def require_shallow(user_data: Mapping[str, Any]) -> None:
    """Raises UserDataTooDeep for what nests deeper than the stack of every reader: each list with it would break."""
    level: list[Mapping[str, Any] | list[Any]] = [user_data]
    for _ in range(MAX_LEVELS):
        level = [inner for value in level for inner in _within(value) if isinstance(inner, dict | list)]
        if not level:
            return
    text = f"user_data has more than {MAX_LEVELS} levels of objects and arrays within each other"
    raise UserDataTooDeep(text, field="user_data", limit=MAX_LEVELS)


async def _accept(connection: Connection, request: CallbackRequest, now: datetime, beside: UUID | None) -> _Accepted:
    """The rules on creation, in their documented order; the seat, which comes last, is taken after the insertion."""
    service = await catalog.named(connection, request.service)
    is_scheduled = request.desired_at is not None
    limits.require_taken(service, is_scheduled=is_scheduled)
    offer = None
    if request.offer_id is not None:
        offer = await offers.announced(connection, request.offer_id, service, now)
    number = phone.parse(request.phone_number, service.default_region)
    screening.require_permitted(number, service.number_rules)
    await limits.take_turn(connection, service, number)
    await limits.require_not_waiting(connection, service, number, but=beside)
    await limits.require_room(connection, service, number, now, is_scheduled=is_scheduled)
    where = times.whereabouts(request.time_zone, Whereabouts(service.time_zone, is_stated=False))
    fitting = times.slots_to_call_in(service, number, where)
    if request.desired_at is not None:
        booking = times.book_at(service, number, request.desired_at, where, now)
    else:
        booking = await _book_now(connection, service, number, where, offer, now, fitting)
    return _Accepted(service, number, booking, fitting)


async def _book_now(
    connection: Connection,
    service: Service,
    number: str,
    where: Whereabouts,
    offer: Announced | None,
    now: datetime,
    fitting: Fitting,
) -> Booking:
    booking = times.book_now(service, number, where, now)
    wait = await queue.expected_wait(connection, service.id, now)
    await times.require_kept_before_closing(connection, service, wait, now, fitting)
    told = None if offer is None else offer.wait_high_seconds
    return times.promised_within(booking, wait.high if told is None and wait is not None else told)


def _callback(
    callback_id: UUID, request: CallbackRequest, accepted: _Accepted, now: datetime, recreated_from: UUID | None
) -> Callback:
    service = accepted.service
    is_scheduled = request.desired_at is not None
    priority = service.default_priority if request.priority is None else request.priority
    place_at = now - timedelta(seconds=priority * service.priority_step_seconds)
    return Callback(
        id=callback_id,
        service_id=service.id,
        phone_number=accepted.number,
        state=State.SCHEDULED if is_scheduled else State.QUEUED,
        result=None,
        is_scheduled=is_scheduled,
        **msgspec.structs.asdict(accepted.booking),
        offer_id=request.offer_id,
        recreated_from=recreated_from,
        priority=priority,
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


def _reason(callback: Callback) -> str:
    when = f"for {in_words(callback.promised_local, callback.promised_zone)}" if callback.is_scheduled else "for now"
    return when if callback.recreated_from is None else f"{when}, recreated from {callback.recreated_from}"


def _within(value: Mapping[str, Any] | list[Any]) -> Iterable[Any]:
    return value.values() if isinstance(value, Mapping) else value
