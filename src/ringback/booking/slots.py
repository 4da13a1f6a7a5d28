"""The slots of a service with the seats that are left."""

from collections.abc import Callable, Iterable, Sequence
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

# How far away free slots are looked for, at first and when that was not enough.
DAYS_TRIED = (1, 7, DAYS_AHEAD)
# So far on, one after the other, a service is looked through for any free seat.
_LENGTHS_TRIED = (timedelta(hours=2), timedelta(days=1), timedelta(days=7), timedelta(days=DAYS_AHEAD))
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
    service_id: int
    starts_at: datetime
    booked: int


class _Stretch(msgspec.Struct, frozen=True):
    service: Service
    start: datetime
    end: datetime


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
    return (await _free_slots(connection, [_Stretch(service, max(start, now), end)]))[service.id]


async def with_a_free_slot(connection: Connection, services: Iterable[Service], now: datetime) -> set[int]:
    """The ids of those services that have a slot with a free seat within 31 days, in four queries at most.

    Each is looked at from when it is open on, a little at first: most have one soon.
    """
    latest = now + timedelta(days=DAYS_AHEAD)
    found: set[int] = set()
    starts = [(service, _open_from(service, now)) for service in services]
    for length in _LENGTHS_TRIED:
        ahead = [_Stretch(each, at, min(at + length, latest)) for each, at in starts if at is not None and at < latest]
        slots = await _free_slots(connection, ahead)
        found |= {service_id for service_id, each in slots.items() if any(slot.free != 0 for slot in each)}
        starts = [(each.service, each.end) for each in ahead if each.service.id not in found]
    return found


async def nearest_free(
    connection: Connection, service: Service, at: datetime, now: datetime, *, fitting: Fitting = iter, count: int = 6
) -> list[FreeSlot]:
    """The `count` fitting slots with free seats that begin nearest to `at`, after `now` and within 31 days; by time."""

    def distance(slot: FreeSlot) -> timedelta:
        return abs(slot.starts_at - at)

    latest = now + timedelta(days=DAYS_AHEAD)
    found: list[FreeSlot] = []
    for days in DAYS_TRIED:
        around = timedelta(days=days)
        start, end = max(at - around, now), min(at + around, latest)
        slots = await free_slots(connection, service, start, end, now)
        free = (slot for slot in slots if slot.free != 0 and slot.starts_at > now)
        near = sorted(sorted(free, key=distance)[:_CANDIDATES], key=_by_time)
        found = sorted(fitting(near), key=distance)[:count]
        if len(found) == count:
            break
    return sorted(found, key=_by_time)


def _open_from(service: Service, now: datetime) -> datetime | None:
    plan = plan_of(service)
    if rules.opening_at(plan, now) is not None:
        return now
    opening = rules.next_opening(plan, now, DAYS_AHEAD)
    return None if opening is None else opening.opens_at


async def _free_slots(connection: Connection, stretches: Sequence[_Stretch]) -> dict[int, list[FreeSlot]]:
    """The slots that begin within each service's stretch, by its id, in one query; in none if there are no slots."""
    plans = {each.service.id: plan_of(each.service) for each in stretches}
    slots = {each.service.id: rules.slots(plans[each.service.id], each.start, each.end) for each in stretches}
    asked = [each for each in stretches if slots[each.service.id]]
    booked: dict[tuple[int, datetime], int] = {}
    if asked:
        ids = [each.service.id for each in asked]
        since = [rules.slot_start(plans[service_id], slots[service_id][0].starts_at) for service_id in ids]
        until = [each.end for each in asked]
        seats = await _BOOKED.all(connection, service_ids=ids, since=since, until=until)
        booked = {(seat.service_id, seat.starts_at): seat.booked for seat in seats}
    return {
        service_id: [
            _with_free(slot, booked.get((service_id, rules.slot_start(plans[service_id], slot.starts_at)), 0))
            for slot in of_service
        ]
        for service_id, of_service in slots.items()
    }


def _by_time(slot: FreeSlot) -> datetime:
    return slot.starts_at


def _with_free(slot: rules.Slot, booked: int) -> FreeSlot:
    free = None if slot.capacity is None else max(0, slot.capacity - booked)
    return FreeSlot(slot.starts_at, slot.ends_at, slot.capacity, free)
