"""The seats that are taken, when a service's slots become others."""

from ringback.database.pool import Connection
from ringback.database.queries import QueryFile
from ringback.services.model import Service

_sql = QueryFile(__file__, "grid.sql")
_LOCK_GRID = _sql.command("lock_grid")
_LOCK_SEATED = _sql.command("lock_seated")
_MOVE_SEATS = _sql.command("move_seats")
_FORGET_SLOTS = _sql.command("forget_slots")
_COUNT_SEATS = _sql.command("count_seats")


async def follow(connection: Connection, before: Service, after: Service) -> None:
    """Give every callback that waits its seat in the slots as they are `after`, when they are others than `before`.

    A slot may then have more seats taken than it has: nobody loses one, and none is free until some are given back.
    The service's row is locked and `after` is stored, in the same transaction.
    """
    if (before.slot_minutes, before.time_zone) == (after.slot_minutes, after.time_zone):
        return
    await _LOCK_GRID.run(connection, service_id=after.id)
    await _LOCK_SEATED.run(connection, service_id=after.id)
    await _MOVE_SEATS.run(connection, service_id=after.id)
    await _FORGET_SLOTS.run(connection, service_id=after.id)
    await _COUNT_SEATS.run(connection, service_id=after.id)
