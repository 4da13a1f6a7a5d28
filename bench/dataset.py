"""Callbacks by the million for the benchmarks: like those of a contact centre, made in SQL within a minute or two.

    async with temporary_server() as url:
        connection = await asyncpg.connect(url)
        await fill(connection, 3_000_000)

45 days, from 14 days ago to 31 days ahead, of 20 services of different sizes: nine in ten are over and COMPLETED, the
rest are SCHEDULED, and some hundreds are QUEUED, ROUTING or PROCESSING just now. Needs PostgreSQL 18, which is what
`temporary_server` starts.
"""

import shutil
import tempfile
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import msgspec
import structlog

from ringback.database.embedded import EmbeddedPostgres
from ringback.database.migrate import migrate
from ringback.database.pool import Connection
from ringback.database.queries import QueryFile

SERVICES = 20
AGENTS = 200
MOST = 9_000_000  # more would need more telephone numbers than the data set has


class _Index(msgspec.Struct, frozen=True):
    name: str
    definition: str


_sql = QueryFile(__file__, "dataset.sql")
_SERVICES = _sql.command("services")
_AGENTS = _sql.command("agents")
_CALLBACKS = _sql.command("callbacks")
_PHONE_NUMBERS = _sql.command("phone_numbers")
_TRANSITIONS = _sql.command("transitions")
_INDEXES = _sql.query("indexes", _Index)


@asynccontextmanager
async def temporary_server(options: Mapping[str, str] | None = None) -> AsyncGenerator[str]:
    """The URL of an embedded server of its own with the whole schema and nothing in it, removed in the end.

    It has the settings of an installation, but for those of PostgreSQL in `options`.
    """
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    folder = Path(tempfile.mkdtemp(prefix="ringback-bench-"))
    try:
        async with EmbeddedPostgres(folder, options=options) as server:
            connection = await asyncpg.connect(server.url)
            await migrate(connection)
            await connection.close()
            yield server.url
    finally:
        shutil.rmtree(folder)


async def fill(connection: Connection, callbacks: int, *, has_history: bool = False) -> None:
    """Fill an empty, migrated database; `has_history`: with the transitions of each callback, which takes longer.

    Indexes of callbacks are dropped and made again: rows that come one by one would take minutes to enter them.
    """
    if not 1 <= callbacks <= MOST:
        raise ValueError(f"between 1 and {MOST} callbacks can be made; {callbacks} cannot")
    now = datetime.now(UTC)
    await connection.execute("SET synchronous_commit = off; SET maintenance_work_mem = '512MB'; SET work_mem = '256MB'")
    await connection.execute(
        "SET session_replication_role = replica"
    )  # no triggers: nothing to check, and numbers at once
    await _SERVICES.run(connection, services=SERVICES)
    await _AGENTS.run(connection, agents=AGENTS, services=SERVICES)
    indexes = await _INDEXES.all(connection)
    for index in indexes:
        await connection.execute(f"DROP INDEX {index.name}")
    await _CALLBACKS.run(connection, callbacks=callbacks, now=now, services=SERVICES, agents=AGENTS)
    await _PHONE_NUMBERS.run(connection)
    if has_history:
        await _TRANSITIONS.run(connection)
    for index in indexes:
        await connection.execute(index.definition)
    await connection.execute("RESET ALL")
    await connection.execute("VACUUM ANALYZE")
    await connection.execute("CHECKPOINT")
