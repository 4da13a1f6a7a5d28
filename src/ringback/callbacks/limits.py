"""What a service takes, and how much of it: the rules on creation before those about time.

A number that waits only once is kept to that by a unique index (`hard_rules`); where it may more often, its requests
are taken one after the other. The limits of a whole service are soft: several requests at the very same moment may each
see room for one.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

import msgspec

from ringback.callbacks import queue
from ringback.database.pool import Connection
from ringback.database.queries import QueryFile
from ringback.errors import ConflictsNow, TooManyRequests
from ringback.services.catalog import ServiceDisabled
from ringback.services.model import Service

# When nobody can tell how fast a full queue moves.
QUEUE_RETRY_SECONDS = 60


class AlreadyWaiting(ConflictsNow):
    """The number waits in this service already; `id` is its callback."""

    code = "already-waiting"


class LimitReached(TooManyRequests):
    """A limit of the service is reached: `limit` names it; ask again after Retry-After seconds."""

    code = "too-many-requests"


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the limits of a service leave room for one more who asks (`to_ask`), and who waits from now on."""

    id: int
    to_ask: bool
    to_wait: bool


class _Reached(msgspec.Struct, frozen=True, kw_only=True):
    oldest_of_number: datetime | None
    oldest_of_service: datetime | None
    waiting: int


_sql = QueryFile(__file__, "limits.sql")
_LOCK_NUMBER = _sql.command("lock_number")
_WAITING_OF_NUMBER = _sql.query("waiting_of_number", UUID)
_LET_ANOTHER_WAIT = _sql.command("let_another_wait")
_REACHED = _sql.query("reached", _Reached)
_ROOMS = _sql.query("rooms", Room)


def require_taken(service: Service, *, is_scheduled: bool) -> None:
    """Raises ServiceDisabled when the service takes no callbacks, or none of this kind."""
    if not service.mode.takes_callbacks:
        text = f"The service {service.name!r} takes no callbacks: it is {service.mode}"
        raise ServiceDisabled(text, service=service.name, mode=service.mode)
    if not takes(service, is_scheduled=is_scheduled):
        kind = "callbacks at a chosen time" if is_scheduled else "callbacks for now"
        text = f"The service {service.name!r} takes no {kind}"
        raise ServiceDisabled(text, service=service.name, mode=service.mode)


def takes(service: Service, *, is_scheduled: bool) -> bool:
    """Whether the service takes callbacks of this kind at all."""
    is_enabled = service.is_scheduled_enabled if is_scheduled else service.is_immediate_enabled
    return service.mode.takes_callbacks and is_enabled


async def take_turn(connection: Connection, service: Service, number: str) -> None:
    """Wait until no other request for this number in this service is under way, so that its limits are exact."""
    if service.max_waiting_per_number != 1:
        await _LOCK_NUMBER.run(connection, service_id=service.id, phone_number=number)


async def require_not_waiting(
    connection: Connection, service: Service, number: str, *, but: UUID | None = None
) -> None:
    """Raises AlreadyWaiting when the number is in the service as often as it may be, SCHEDULED to PROCESSING.

    `but`: a callback that does not count.
    """
    limit = service.max_waiting_per_number
    if limit == 0:
        return
    waiting = await _WAITING_OF_NUMBER.all(connection, service_id=service.id, phone_number=number, but=but, limit=limit)
    if len(waiting) >= limit:
        times = "" if limit == 1 else f" {limit} times, the most that it may"
        text = f"{number} waits in {service.name!r} already{times}: callback {waiting[0]}"
        raise AlreadyWaiting(text, id=waiting[0], phone_number=number, service=service.name, limit=limit)


async def let_another_wait(connection: Connection, callback_id: UUID) -> None:
    """From now on this callback does not keep its number from waiting once more."""
    await _LET_ANOTHER_WAIT.run(connection, id=callback_id)


async def require_room(
    connection: Connection, service: Service, number: str | None, now: datetime, *, is_scheduled: bool
) -> None:
    """Raises LimitReached: `limit` names the field of the service, `retry_after_seconds` when it is over.

    In this order: how often this number asked (None: whichever it is), how much the service was asked, how many are
    QUEUED. The last concerns only who would join the queue now.
    """
    reached = await _REACHED.one(
        connection,
        service_id=service.id,
        phone_number=number,
        number_limit=0 if number is None else service.number_limit,
        number_limit_seconds=service.number_limit_seconds,
        creation_limit=service.creation_limit,
        creation_limit_seconds=service.creation_limit_seconds,
        queue_limit=service.queue_limit,
        now=now,
    )
    if reached.oldest_of_number is not None:
        allowed, seconds = service.number_limit, service.number_limit_seconds
        raise _too_many("number_limit", f"{number}", allowed, seconds, reached.oldest_of_number, now)
    if reached.oldest_of_service is not None:
        allowed, seconds = service.creation_limit, service.creation_limit_seconds
        raise _too_many("creation_limit", repr(service.name), allowed, seconds, reached.oldest_of_service, now)
    if not is_scheduled and 0 < service.queue_limit <= reached.waiting:
        raise await _queue_full(connection, service, now)


async def rooms(connection: Connection, service_ids: Sequence[int], now: datetime) -> dict[int, Room]:
    """What `require_room` allows of a number that never asked, for many services at once, by their ids."""
    found = await _ROOMS.all(connection, service_ids=service_ids, now=now)
    return {room.id: room for room in found}


def _too_many(limit: str, whom: str, value: int, seconds: int, oldest: datetime, now: datetime) -> LimitReached:
    wait = (oldest + timedelta(seconds=seconds) - now).total_seconds()
    text = f"{value} callbacks were asked for {whom} within {seconds} s, the most that {limit} allows"
    return LimitReached(text, retry_after_seconds=max(ceil(wait), 1), limit=limit, value=value, seconds=seconds)


async def _queue_full(connection: Connection, service: Service, now: datetime) -> LimitReached:
    prospect = await queue.prospect(connection, service.id, now)
    text = f"{service.queue_limit} callbacks wait in {service.name!r}, the most that queue_limit allows"
    seconds = ceil(prospect.wait.point / prospect.place) if prospect.wait else QUEUE_RETRY_SECONDS
    return LimitReached(text, retry_after_seconds=max(seconds, 1), limit="queue_limit", value=service.queue_limit)
