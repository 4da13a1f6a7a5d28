"""What bulk work did, as CSV: the callbacks that were changed, and a summary with a line for each that was asked for.

The summary tells of callbacks as they were; it stays when they are removed, as long as the work itself is kept. Each
file shows what is `within` the services that whoever reads it is given (None: all), whoever asked for the work.
"""

from collections.abc import Collection
from uuid import UUID

from ringback.actors import Actor
from ringback.audit import journal
from ringback.bulk import jobs
from ringback.bulk.jobs import RECENT
from ringback.bulk.model import Kind
from ringback.clock import Clock
from ringback.database.pool import Database
from ringback.database.queries import Query, QueryFile, Write

_sql = QueryFile(__file__, "files.sql")
_DONE_CALLBACKS = _sql.command("done_callbacks")
_SUMMARY = _sql.command("summary")
_RECENTLY_CANCELLED = _sql.command("recently_cancelled")
_RECENT_SUMMARY = _sql.command("recent_summary")

Within = Collection[int] | None


async def callbacks(
    database: Database, clock: Clock, actor: Actor, kind: Kind, job_id: UUID, within: Within, write: Write
) -> None:
    """The callbacks that were changed so far, as they are now; of a recreation the new ones. Raises BulkJobNotFound."""
    await _of_job(_DONE_CALLBACKS, database, clock, actor, kind, job_id, within, write)


async def summary(
    database: Database, clock: Clock, actor: Actor, kind: Kind, job_id: UUID, within: Within, write: Write
) -> None:
    """What became of each callback asked for, so far. Raises BulkJobNotFound."""
    await _of_job(_SUMMARY, database, clock, actor, kind, job_id, within, write)


async def recently_cancelled(database: Database, clock: Clock, actor: Actor, within: Within, write: Write) -> None:
    """The callbacks that the actor cancelled within the last 24 hours, in bulk or one by one."""
    await _of_actor(_RECENTLY_CANCELLED, database, clock, actor, within, write)


async def recent_summary(database: Database, clock: Clock, actor: Actor, within: Within, write: Write) -> None:
    """What became of each that the actor asked to cancel within the last 24 hours, in bulk or one by one."""
    await _of_actor(_RECENT_SUMMARY, database, clock, actor, within, write)


async def _of_job(
    query: Query[None],
    database: Database,
    clock: Clock,
    actor: Actor,
    kind: Kind,
    job_id: UUID,
    within: Within,
    write: Write,
) -> None:
    await jobs.get(database, kind, job_id)
    async with database.stream() as connection:
        await _record(database, clock, actor, str(job_id))
        await query.copy_csv(connection, write, job_id=job_id, within=within)


async def _of_actor(
    query: Query[None], database: Database, clock: Clock, actor: Actor, within: Within, write: Write
) -> None:
    whose = {"actor_kind": actor.kind, "actor_name": actor.name, "since": clock.now() - RECENT}
    async with database.stream() as connection:
        await _record(database, clock, actor, "recent cancellations")
        await query.copy_csv(connection, write, **whose, within=within)


async def _record(database: Database, clock: Clock, actor: Actor, subject: str) -> None:
    async with database.transaction() as connection:
        await journal.record(connection, clock.now(), actor, "callbacks.exported", subject)
