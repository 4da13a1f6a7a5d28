"""When a customer may be promised a call: the rules about time, shared by creation, rescheduling and calling now."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

import msgspec

from ringback.booking.plan import plan_of
from ringback.booking.rules import Opening, Plan, next_opening, opening_at, slot_start
from ringback.booking.slots import Fitting, FreeSlot, nearest_free
from ringback.callbacks.model import Booking, Callback
from ringback.callbacks.promise import Promise, promise_at, promise_now
from ringback.database.pool import Connection
from ringback.errors import ConflictsNow
from ringback.numbers import calling_hours
from ringback.routing.estimate import WaitEstimate
from ringback.services.model import Service


class Closed(ConflictsNow):
    """The service is closed at that time; `next_opening` is when it opens again."""

    code = "closed"


class CannotKeepPromise(ConflictsNow):
    """The service closes before the call is expected to come about; `slots` are the next with free seats."""

    code = "cannot-keep-promise"


class Whereabouts(msgspec.Struct, frozen=True):
    """The time zone (IANA) of a promise, and whether the customer stated it; else the service's."""

    zone: str
    is_stated: bool

    @property
    def stated_zone(self) -> str | None:
        """What the calling hours go by; None: by the number."""
        return self.zone if self.is_stated else None


def whereabouts(stated: str | None, otherwise: Whereabouts) -> Whereabouts:
    """The zone just stated, or what was known before."""
    return otherwise if stated is None else Whereabouts(stated, True)


def promised(callback: Callback) -> Whereabouts:
    """The zone that the customer of this callback was promised the call in."""
    return Whereabouts(callback.promised_zone, callback.zone_is_stated)


def book_at(service: Service, number: str, desired_at: datetime, where: Whereabouts, now: datetime) -> Booking:
    """A call at a chosen time, whose seat is still to be taken.

    Raises, in this order, what `promise_at` does, OutsideCallingHours, Closed.
    """
    promise = promise_at(desired_at, where.zone, now)
    require_callable(service, number, where, promise.at)
    return _booking(
        promise,
        where,
        slot_at=slot_start(plan_of(service), promise.at),
        promised_by=promise.at + timedelta(seconds=service.window_seconds),
    )


def book_now(service: Service, number: str, where: Whereabouts, now: datetime) -> Booking:
    """A call as soon as an agent is free. Raises UnknownTimeZone, OutsideCallingHours, Closed."""
    promise = promise_now(now, where.zone)
    require_callable(service, number, where, now)
    return _booking(promise, where, slot_at=None, promised_by=None)


def promised_within(booking: Booking, seconds: int | None) -> Booking:
    """The booking with the wait that was announced at most; None: none was."""
    if seconds is None:
        return booking
    return msgspec.structs.replace(booking, promised_by=booking.desired_at + timedelta(seconds=seconds))


def require_callable(service: Service, number: str, where: Whereabouts, at: datetime) -> None:
    """Raises OutsideCallingHours, Closed: nobody could be called then."""
    calling_hours.require_allowed(number, where.stated_zone, service.calling_hours, at)
    require_open(service, at)


def slots_to_call_in(service: Service, number: str, where: Whereabouts) -> Fitting:
    """Picks the slots at whose start the customer may be called."""
    return partial(_callable, service, number, where)


def require_open(service: Service, at: datetime) -> Opening:
    """The opening that this instant is in. Raises Closed."""
    plan = plan_of(service)
    opening = opening_at(plan, at)
    if opening is None:
        raise _closed(service, plan, at)
    return opening


def is_kept_before_closing(service: Service, wait: WaitEstimate | None, now: datetime) -> bool:
    """Whether the service is open, and `require_kept_before_closing` has nothing against a call now."""
    opening = opening_at(plan_of(service), now)
    return opening is not None and (wait is None or now + timedelta(seconds=wait.point) < opening.closes_at)


async def require_kept_before_closing(
    connection: Connection, service: Service, wait: WaitEstimate | None, now: datetime, fitting: Fitting = iter
) -> None:
    """Raises CannotKeepPromise when a call now is expected at or after closing; an unknown wait is not refused.

    It holds whatever becomes of who waits at closing: to be carried over the night is not what was asked for. The
    error tells of `fitting` slots.
    """
    closes_at = require_open(service, now).closes_at
    if wait is None or is_kept_before_closing(service, wait, now):
        return
    slots = await nearest_free(connection, service, now, now, fitting=fitting)
    text = (
        f"{service.name!r} closes at {closes_at.isoformat(timespec='seconds')}, and the wait is expected to be "
        f"{wait.point} s: choose a time"
    )
    raise CannotKeepPromise(
        text, service=service.name, closes_at=closes_at, estimated_wait_seconds=wait.point, slots=_shown(slots)
    )


def _booking(promise: Promise, where: Whereabouts, slot_at: datetime | None, promised_by: datetime | None) -> Booking:
    return Booking(
        desired_at=promise.at,
        promised_local=promise.local,
        promised_zone=promise.zone,
        zone_is_stated=where.is_stated,
        slot_at=slot_at,
        promised_by=promised_by,
    )


def _closed(service: Service, plan: Plan, at: datetime) -> Closed:
    opening = next_opening(plan, at)
    opens_at = None if opening is None else opening.opens_at
    when = "and has no hours ahead" if opens_at is None else f"and opens at {opens_at.isoformat(timespec='seconds')}"
    text = f"{service.name!r} is closed at {at.isoformat(timespec='seconds')}, {when}"
    return Closed(text, service=service.name, at=at, next_opening=opens_at)


def _callable(service: Service, number: str, where: Whereabouts, slots: Iterable[FreeSlot]) -> Iterator[FreeSlot]:
    """It goes from one hour that is allowed to the next: many slots are passed over in one step."""
    allowed: datetime | None = None
    for slot in slots:
        if allowed is None or allowed < slot.starts_at:
            allowed = calling_hours.allowed_at(number, where.stated_zone, service.calling_hours, slot.starts_at)
            if allowed is None:
                return
        if allowed == slot.starts_at:
            yield slot


def _shown(slots: Sequence[FreeSlot]) -> list[dict[str, object]]:
    return [{"starts_at": slot.starts_at, "free": slot.free} for slot in slots]
