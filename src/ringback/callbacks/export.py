"""Callbacks as a table for people and their spreadsheets: those of any filter, however many, as CSV.

The view `callback_lines` says what a line looks like; docs/api.md tells its readers.
"""

import msgspec

from ringback.actors import Actor
from ringback.audit import journal
from ringback.callbacks.filters import CallbackFilter, Restriction, Source, restriction
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile, Write

# States that the filter leaves out are not looked at.
_FOR_THIS_FILTER = "SET LOCAL constraint_exclusion = on; SET LOCAL jit = off"
# The first line comes at once, and none is kept to be sorted: the indexes have the order.
_IN_ORDER = "SET LOCAL enable_sort = off; SET LOCAL enable_incremental_sort = off"

_sql = QueryFile(__file__, "pages.sql")
_EXPORTS = {source: _sql.query("export", type(None), source=source, rows="lines") for source in Source}

# Of the filter, what an audit entry tells.
_TOLD = ("ids", "from_at", "to_at", "states", "services", "results", "is_open", "needs_attention")


async def export(database: Database, clock: Clock, actor: Actor, wanted: CallbackFilter, write: Write) -> None:
    """Write the callbacks wanted as CSV, the earliest desired time first, as they were at one moment.

    Raises what `pages.find` raises, and TooManyStreams, before anything is written.
    """
    async with database.stream() as connection:
        kept = await restriction(connection, wanted, clock.now())
        await _plan_for(connection, kept)
        await _record(database, clock, actor, wanted)
        query = _EXPORTS[kept.source]
        values = {name: value for name, value in msgspec.structs.asdict(kept).items() if name in query.parameters}
        await query.copy_csv(connection, write, **values)


async def _record(database: Database, clock: Clock, actor: Actor, wanted: CallbackFilter) -> None:
    # What is searched for may be a telephone number.
    filters = {name: value for name in _TOLD if (value := getattr(wanted, name)) not in (None, (), [], False)}
    searched_by = {"searched_by": wanted.search_by} if wanted.search else {}
    of_services, told = wanted.services, {"filters": {**filters, **searched_by}}
    async with database.transaction() as connection:
        now = clock.now()
        await journal.record(connection, now, actor, "callbacks.exported", "callbacks", of_services=of_services, **told)


async def _plan_for(connection: Connection, kept: Restriction) -> None:
    await connection.execute(_FOR_THIS_FILTER)
    if kept.source is Source.EVERY_CALLBACK and kept.first_id is None:
        await connection.execute(_IN_ORDER)
