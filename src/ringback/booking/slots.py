"""The slots of a service with the seats that are left."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TypeAlias

import msgspec

from ringback.booking import rules
from ringback.booking.plan import plan_of
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile
from ringback.services import catalog
from ringback.services.model import Service

DAYS_AHEAD = 31

# How far from the wanted time free slots are looked for, at first and when that was not enough.
_DAYS_AROUND = (1, 7, DAYS_AHEAD)
# So many of the nearest are asked whether they fit: more than two days of the shortest slots.
_CANDIDATES = 600


class FreeSlot(msgspec.Struct, frozen=True):
    """A slot and how many seats are left in it; `capacity` and `free` None: no limit."""

    starts_at: datetime
    ends_at: datetime
    capacity: int | None
    free: int | None


# Picks, from slots that come by time, those that fit a customer.
Fitting: TypeAlias = Callable[[Iterable[FreeSlot]], Iterable[FreeSlot]]


class _Booked(msgspec.Struct, frozen=True):
    starts_at: datetime
    booked: int


_sql = QueryFile(__file__)
_BOOKED = _sql.query("booked", _Booked)


async def bookable(
    database: Database, clock: Clock, name: str, start: datetime | None, days: int
) -> tuple[Service, list[FreeSlot]]:
    """A service with its slots of so many days from `start` on (None: from now on), at most 31 days ahead.

    There are none while it takes no scheduled callbacks. Raises ServiceNotFound.
    """
    async with database.connection() as connection:
        service = await catalog.named(connection, name)
        if not (service.mode.takes_callbacks and service.is_scheduled_enabled):
            return service, []
        now = clock.now()
        latest = now + timedelta(days=DAYS_AHEAD)
        since = now if start is None else min(max(start, now), latest)
        until = min(since + timedelta(days=days), latest)
        return service, await free_slots(connection, service, since, until, now)


async def free_slots(
    connection: Connection, service: Service, start: datetime, end: datetime, now: datetime
) -> list[FreeSlot]:
    """The slots that begin from `start` until just before `end`, none before `now`, the full ones with `free` 0.

    Raises InvalidService as `plan_of` does.
    """
    plan = plan_of(service)
    found = rules.slots(plan, max(start, now), end)
    if not found:
        return []
    since = rules.slot_start(plan, found[0].starts_at)
    taken = await _BOOKED.all(connection, service_id=service.id, since=since, until=end)
    booked = {seat.starts_at: seat.booked for seat in taken}
    return [_with_free(slot, booked.get(rules.slot_start(plan, slot.starts_at), 0)) for slot in found]


async def nearest_free(
    connection: Connection, service: Service, at: datetime, now: datetime, *, fitting: Fitting = iter, count: int = 6
) -> list[FreeSlot]:
    """The `count` fitting slots with free seats that begin nearest to `at`, after `now` and within 31 days; by time."""

    def distance(slot: FreeSlot) -> timedelta:
        return abs(slot.starts_at - at)

    latest = now + timedelta(days=DAYS_AHEAD)
    found: list[FreeSlot] = []
    for days in _DAYS_AROUND:
        around = timedelta(days=days)
        start, end = max(at - around, now), min(at + around, latest)
        slots = await free_slots(connection, service, start, end, now)
        free = (slot for slot in slots if slot.free != 0 and slot.starts_at > now)
        near = sorted(sorted(free, key=distance)[:_CANDIDATES], key=_by_time)
        found = sorted(fitting(near), key=distance)[:count]
        if len(found) == count:
            break
    return sorted(found, key=_by_time)


def _by_time(slot: FreeSlot) -> datetime:
    return slot.starts_at


def _with_free(slot: rules.Slot, booked: int) -> FreeSlot:
    free = None if slot.capacity is None else max(0, slot.capacity - booked)
    return FreeSlot(slot.starts_at, slot.ends_at, slot.capacity, free)
