"""The schema is made by plain SQL files, `migrations/NNNN_name.sql`, applied in order, each in one transaction.

Several processes may migrate at once: one does it, the others wait for it and find nothing left to do. A file that
was applied is never changed; its checksum is kept and compared.
"""

import hashlib
from pathlib import Path

import asyncpg
import msgspec
import structlog

from ringback.database.pool import Connection
from ringback.errors import SetupError

MIGRATIONS = Path(__file__).with_name("migrations")
ADVISORY_LOCK = 7_464_222  # any number that nobody else uses on this database
MINIMUM_VERSION = 150_000

_CREATE_HISTORY = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    number int PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
"""

log = structlog.get_logger(__name__)


class Migration(msgspec.Struct, frozen=True):
    """One file of SQL; `checksum` is the SHA-256 of its text."""

    number: int
    name: str
    sql: str
    checksum: str


class SchemaMismatch(SetupError):
    """The database's schema and this version of Ringback do not belong together; the text says what to do."""


def migrations() -> list[Migration]:
    """Every migration of this version, in order."""
    found: list[Migration] = []
    for path in sorted(MIGRATIONS.glob("*.sql")):
        number, _, name = path.stem.partition("_")
        sql = path.read_text(encoding="utf-8")
        found.append(Migration(int(number), name, sql, hashlib.sha256(sql.encode()).hexdigest()))
    return found


async def migrate(connection: Connection) -> list[Migration]:
    """Apply what is missing and return it. Raises SchemaMismatch when the history is not ours or newer than we are."""
    _require_version(connection)
    await connection.execute("SELECT pg_advisory_lock($1)", ADVISORY_LOCK)
    try:
        await connection.execute(_CREATE_HISTORY)
        missing = await _missing(connection)
        for migration in missing:
            await _apply(connection, migration)
        return missing
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", ADVISORY_LOCK)


async def pending(connection: Connection) -> list[Migration]:
    """What `migrate` would apply. Raises SchemaMismatch as it does."""
    if await connection.fetchval("SELECT to_regclass('schema_migrations')") is None:
        return migrations()
    return await _missing(connection)


def _require_version(connection: Connection) -> None:
    version = connection.get_server_version()
    if version.major * 10_000 < MINIMUM_VERSION:
        raise SchemaMismatch(f"PostgreSQL {version.major} is too old for Ringback, which needs 15 or newer")


async def _missing(connection: Connection) -> list[Migration]:
    applied = {
        row["number"]: row for row in await connection.fetch("SELECT number, name, checksum FROM schema_migrations")
    }
    known = migrations()
    unknown = set(applied) - {migration.number for migration in known}
    if unknown:
        raise SchemaMismatch(f"The database has migrations {sorted(unknown)} of a newer Ringback: upgrade this one")
    for migration in known:
        row = applied.get(migration.number)
        if row is not None and row["checksum"] != migration.checksum:
            raise SchemaMismatch(
                f"Migration {migration.number} ({migration.name}) was changed after it was applied to this database"
            )
    return [migration for migration in known if migration.number not in applied]


async def _apply(connection: Connection, migration: Migration) -> None:
    try:
        async with connection.transaction():
            await connection.execute("SET LOCAL lock_timeout = '10s'")
            await connection.execute(migration.sql)
            await connection.execute(
                "INSERT INTO schema_migrations (number, name, checksum) VALUES ($1, $2, $3)",
                migration.number,
                migration.name,
                migration.checksum,
            )
    except asyncpg.LockNotAvailableError:
        raise SchemaMismatch(
            f"Migration {migration.number} waited 10 s for a lock that others hold: stop the other processes, try again"
        ) from None
    log.info("schema migrated", number=migration.number, name=migration.name)
