"""Seats of slots: taken and given back so that a slot never has more of them taken than it has.

Each is taken within the transaction that books the callback, after the callback's row was written: locks go callback,
service, slots. A seat is counted where there is no limit too, so that a limit set later knows it.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from ringback.booking import rules
from ringback.booking.plan import plan_of
from ringback.booking.slots import Fitting, nearest_free
from ringback.database.pool import Connection
from ringback.database.queries import QueryFile
from ringback.errors import ConflictsNow
from ringback.services.model import Service

_sql = QueryFile(__file__)
_HOLD_GRID = _sql.command("hold_grid")
_HAS_GRID = _sql.query("has_grid", bool)
_TAKE = _sql.query("take", int)
_MAKE_SLOT = _sql.command("make_slot")
_LOCK_SLOTS = _sql.command("lock_slots")
_GIVE_BACK = _sql.command("give_back")


class SlotFull(ConflictsNow):
    """No seat is left in the slot of the desired time; `slots` are the nearest with free seats."""

    code = "slot-full"


class SlotsChanged(ConflictsNow):
    """The service's slot length or time zone was changed at this very moment: ask again."""

    code = "slots-changed"


async def take(
    connection: Connection, service: Service, at: datetime, now: datetime, *, fitting: Fitting = iter
) -> datetime:
    """Take a seat in the slot that `at` is in, for a callback that has none yet; returns the start of the slot.

    The callback's row is written before, in the same transaction. Raises SlotFull, which tells of `fitting` slots, and
    SlotsChanged when `service` is out of date.
    """
    await _HOLD_GRID.run(connection, service_id=service.id)
    if not await _HAS_GRID.first(connection, **_grid(service)):
        raise _changed(service)
    return await _take(connection, service, at, now, fitting)


async def move(
    connection: Connection, service: Service, seat: datetime, at: datetime, now: datetime, *, fitting: Fitting = iter
) -> datetime:
    """Give back the seat in the slot that starts at `seat` and take one in the slot of `at`; raises as `take` does.

    Within one slot the seat is kept, also where there are fewer than are taken. The callback's row is locked before.
    Both slots are locked in one order, so that two moves in opposite directions do not wait for each other for ever.
    """
    # A change of the grid waits for the locked callback, which has a seat: waiting for it here would be a deadlock.
    if not await _HAS_GRID.first(connection, **_grid(service)):
        raise _changed(service)
    wanted = rules.slot_start(plan_of(service), at)
    if wanted == seat:
        return seat
    await _MAKE_SLOT.run(connection, service_id=service.id, starts_at=wanted)
    await _LOCK_SLOTS.run(connection, service_id=service.id, starts=[seat, wanted])
    await give_back(connection, [(service.id, seat)])
    return await _take(connection, service, at, now, fitting)


async def give_back(connection: Connection, seats: Iterable[tuple[int, datetime]]) -> None:
    """Give back seats, each a service's id and the start of the slot. The callbacks' rows are locked before."""
    given = Counter(seats)
    if given:
        ids, starts = zip(*given, strict=True)
        await _GIVE_BACK.run(connection, service_ids=ids, starts=starts, counts=list(given.values()))


async def _take(connection: Connection, service: Service, at: datetime, now: datetime, fitting: Fitting) -> datetime:
    plan = plan_of(service)
    slot_at = rules.slot_start(plan, at)
    capacity = rules.capacity_at(plan, slot_at)
    if capacity != 0 and await _TAKE.first(connection, service_id=service.id, starts_at=slot_at, capacity=capacity):
        return slot_at
    free = await nearest_free(connection, service, at, now, fitting=fitting)
    local = slot_at.astimezone(plan.zone)
    text = f"The slot {local:%Y-%m-%d %H:%M} {plan.zone.key} of {service.name!r} is full (capacity {capacity})"
    slots = [{"starts_at": slot.starts_at, "free": slot.free} for slot in free]
    raise SlotFull(text, service=service.name, slot_at=slot_at, capacity=capacity, slots=slots)


def _grid(service: Service) -> dict[str, object]:
    return {"service_id": service.id, "slot_minutes": service.slot_minutes, "time_zone": service.time_zone}


def _changed(service: Service) -> SlotsChanged:
    text = f"The slots of {service.name!r} were changed at this very moment: ask again"
    return SlotsChanged(text, service=service.name)
