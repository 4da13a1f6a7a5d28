"""Callbacks that completed are added to the hourly counts, each exactly once.

`lifecycle.change` notes a callback in `uncounted` in the commit that completes it; counting takes the note away in the
commit that adds it to `hourly_counts`. What is measured of a callback is said once, by the view `measures`.
"""

from collections.abc import Sequence
from uuid import UUID

from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile

BATCH = 250

_sql = QueryFile(__file__, "counting.sql")
_COUNT_COMPLETED = _sql.query("count_completed", UUID)
_UNCOUNTED = _sql.query("uncounted", int)


async def count_completed(database: Database, batch: int = BATCH) -> int:
    """Count up to `batch` callbacks that completed; returns how many. Any number of processes may do so at once."""
    async with database.transaction() as connection:
        return len(await _COUNT_COMPLETED.all(connection, ids=None, limit=batch))


async def count_with(connection: Connection, ids: Sequence[UUID]) -> int:
    """Count those of these callbacks that completed and nobody counts just now, within the caller's transaction."""
    return len(await _COUNT_COMPLETED.all(connection, ids=list(ids), limit=None))


async def uncounted(connection: Connection) -> int:
    """How many callbacks completed and wait to be counted; few, unless no engine runs."""
    return await _UNCOUNTED.one(connection)
