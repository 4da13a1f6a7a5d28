"""What is removed when it is old.

Everything goes in batches, each a short transaction of its own with a pause behind it, so that nobody who works
meanwhile waits. What is removed is COMPLETED: nothing that is open is ever removed, and nothing stays open for so long
(a service cannot set `expire_after_seconds` to more than `KEPT`).
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from ringback.accounts import api_errors, sessions, throttle
from ringback.callbacks import recordings
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile

# From the desired time (callbacks), the making (offers), the start (slots), the end (bulk work). Fixed, not a setting.
KEPT = timedelta(days=14)
BATCH = 1_000
# Between two batches everybody else has the database.
PAUSE_SECONDS = 0.1

_Remove = Callable[[Connection, datetime, int], Awaitable[int]]

_sql = QueryFile(__file__, "retention.sql")


def _older_than_kept(name: str) -> _Remove:
    query = _sql.command(name)

    async def remove(connection: Connection, now: datetime, batch: int) -> int:
        return await query.run(connection, before=now - KEPT, limit=batch)

    return remove


_KINDS: Sequence[_Remove] = (
    _older_than_kept("remove_callbacks"),
    recordings.remove_expired,
    _older_than_kept("remove_offers"),
    _older_than_kept("remove_slots"),
    _older_than_kept("remove_bulk_items"),
    _older_than_kept("remove_bulk_jobs"),
    sessions.remove_ended,
    throttle.remove_old,
    api_errors.remove_old,
)


async def remove_old(database: Database, clock: Clock) -> int:
    """Remove all whose time is over; returns how many rows, not counting what is beneath them."""
    return sum([await _remove_all(database, clock, remove) for remove in _KINDS])


async def _remove_all(database: Database, clock: Clock, remove: _Remove) -> int:
    removed = 0
    while True:
        async with database.transaction() as connection:
            batch = await remove(connection, clock.now(), BATCH)
        removed += batch
        if batch < BATCH:
            return removed
        await asyncio.sleep(PAUSE_SECONDS)
