"""The database as commands use it: the one that the settings name, or the embedded one, started when nobody has."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator, Sequence
from typing import Any, TypeVar
from urllib.parse import urlsplit

import asyncpg
import structlog

from ringback.clock import SystemClock
from ringback.database import migrate
from ringback.database.embedded import EmbeddedPostgres
from ringback.database.migrate import Migration
from ringback.database.pool import CONNECT_SECONDS, DATABASE_IS_AWAY, Connection, Database
from ringback.errors import DatabaseUnavailable, SetupError
from ringback.settings import InvalidSetting, Settings

T = TypeVar("T")
RETRY_SECONDS = 1.0
SAY_AGAIN_SECONDS = 30.0

log = structlog.get_logger(__name__)


class SchemaPending(SetupError):
    """The database lacks tables that this version of Ringback works with."""


class DatabaseRefuses(SetupError):
    """The database is there and does not let us in: a wrong password, a user without rights."""


@contextlib.asynccontextmanager
async def open_database(settings: Settings) -> AsyncGenerator[Database]:
    """The installation's database, which need not be up unless it is the embedded one; that is kept running meanwhile.

    Raises SetupError when the embedded one cannot be started, InvalidSetting for a URL that names no database.
    """
    async with contextlib.AsyncExitStack() as stack:
        url = settings.database_url
        if url is None:
            server = await stack.enter_async_context(EmbeddedPostgres(settings.data_dir))
            await stack.enter_async_context(in_background(server.keep_running()))
            url = server.url
        check_url(url)
        yield await stack.enter_async_context(Database(url, max_connections=settings.database_connections))


def check_url(url: str) -> None:
    """Raises InvalidSetting for what can be no URL of a PostgreSQL."""
    parts = urlsplit(url)
    try:
        is_possible = parts.scheme in ("postgresql", "postgres") and parts.port != 0
    except ValueError:
        is_possible = False  # its port is no port
    if not is_possible:
        raise InvalidSetting("RINGBACK_DATABASE_URL is a URL such as postgresql://user:password@host:5432/ringback")


@contextlib.contextmanager
def refusals_explained() -> Generator[None]:
    """Turns what no waiting can mend into DatabaseRefuses."""
    try:
        yield
    except (
        asyncpg.InvalidAuthorizationSpecificationError,
        asyncpg.InsufficientPrivilegeError,
        asyncpg.ClientConfigurationError,
    ) as problem:
        raise DatabaseRefuses(f"The database refuses Ringback: {problem}. Mend RINGBACK_DATABASE_URL") from None


async def require_schema(database: Database) -> None:
    """Raises SchemaPending, SchemaMismatch, DatabaseRefuses, DatabaseUnavailable."""
    with refusals_explained():
        async with database.connection() as connection:
            pending = await migrate.pending(connection)
    if pending:
        raise SchemaPending(f"The database lacks {names_of(pending)}: run `ringback migrate`")


async def migrate_database(database: Database) -> list[Migration]:
    """Apply what is missing, over a connection that may take its time.

    Raises SchemaMismatch, DatabaseRefuses, DatabaseUnavailable.
    """
    with refusals_explained():
        try:
            connection: Connection = await asyncpg.connect(database.url, timeout=CONNECT_SECONDS)
        except ValueError:
            raise
        except DATABASE_IS_AWAY as problem:
            raise DatabaseUnavailable(f"The database is not available: {problem or type(problem).__name__}") from None
        try:
            return await migrate.migrate(connection)
        finally:
            await connection.close()


async def wait_until_ready(database: Database, clock: SystemClock, *, migrates: bool) -> None:
    """Return when the database is there, with its whole schema, and the clock set by it; say what is waited for.

    `migrates`: make the schema instead of waiting until somebody does. Raises SchemaMismatch, DatabaseRefuses.
    """
    prepare = migrate_database if migrates else require_schema
    await until_done(lambda: prepare(database), clock)
    await until_done(lambda: database.set_clock(clock), clock)


async def until_done(step: Callable[[], Awaitable[T]], clock: SystemClock) -> T:
    """Do it, again and again while the database is away or lacks its schema; say what is waited for."""
    said, said_at = "", float("-inf")
    while True:
        try:
            return await step()
        except (DatabaseUnavailable, SchemaPending) as problem:
            if str(problem) != said or clock.monotonic() - said_at > SAY_AGAIN_SECONDS:
                said, said_at = str(problem), clock.monotonic()
                log.warning("waiting", problem=said)
            await clock.sleep(RETRY_SECONDS)


def names_of(migrations: Sequence[Migration]) -> str:
    """Migrations by number and name, for people."""
    listed = ", ".join(f"{migration.number} ({migration.name})" for migration in migrations)
    return f"migration{'s' if len(migrations) > 1 else ''} {listed}"


@contextlib.asynccontextmanager
async def in_background(work: Coroutine[Any, Any, None]) -> AsyncGenerator[None]:
    """Run endless work for as long as the block lasts."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
