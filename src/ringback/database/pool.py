"""The connections to PostgreSQL.

`connection()` is for reading, `stream()` for reading at length, `transaction()` for every change: after a commit that
wrote something it tells `changes`, which wakes the loops of this process at once and those of the others through a
coalesced NOTIFY.
"""

from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from datetime import datetime
from types import MappingProxyType, TracebackType
from typing import Any, Self, TypeAlias

import asyncpg
import msgspec
from asyncpg.pool import PoolConnectionProxy

from ringback.clock import SystemClock
from ringback.database.changes import Changes
from ringback.errors import DatabaseUnavailable, TooManyRequests

Connection: TypeAlias = "asyncpg.Connection[Any] | PoolConnectionProxy[Any]"

CONNECT_SECONDS = 5.0
STATEMENT_SECONDS = 15.0
URGENT_SECONDS = 2.0
URGENT_CONNECTIONS = 2
# A process that freezes within a transaction holds its locks for at most this long.
IDLE_IN_TRANSACTION_SECONDS = 5.0
CLOCK_SECONDS = 60.0
STREAMS = 4
# As long as one may take: what it reads is kept from being cleaned up meanwhile.
STREAM_SECONDS = 3_600.0
RETRY_STREAM_SECONDS = 10
# Texts of times come in the same form, whatever the server's own settings are.
STREAM_SETTINGS = {"TimeZone": "UTC", "DateStyle": "ISO"}
# What asyncpg and the network raise when the database is away or leaves in the middle of our work.
DATABASE_IS_AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InsufficientResourcesError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InternalClientError,
    asyncpg.InterfaceError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InvalidAuthorizationSpecificationError,
)


class TooManyStreams(TooManyRequests):
    """As many exports as this server makes at once are under way."""

    code = "too-many-exports"


class Database:
    """One PostgreSQL. It need not be up yet: each use connects when it must and raises DatabaseUnavailable else."""

    def __init__(self, url: str, *, max_connections: int = 20) -> None:
        self.url = url
        self.changes = Changes(url)
        self._max_connections = max_connections
        self._pool: asyncpg.Pool[Any] | None = None
        self._urgent_pool: asyncpg.Pool[Any] | None = None
        self._stream_pool: asyncpg.Pool[Any] | None = None

    async def __aenter__(self) -> Self:
        self._pool = await self._create_pool(self._max_connections, STATEMENT_SECONDS)
        self._urgent_pool = await self._create_pool(URGENT_CONNECTIONS, URGENT_SECONDS)
        self._stream_pool = await self._create_pool(STREAMS, STATEMENT_SECONDS, STREAM_SETTINGS)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            await self.changes.close()
            for pool in (self._pool, self._urgent_pool, self._stream_pool):
                if pool is not None:
                    pool.terminate()
            self._pool = self._urgent_pool = self._stream_pool = None

    @asynccontextmanager
    async def connection(self) -> AsyncGenerator[Connection]:
        """A connection for reading. Raises DatabaseUnavailable, also when it goes away while it is used."""
        with _away_means_unavailable():
            async with _open(self._pool).acquire(timeout=CONNECT_SECONDS * 2) as connection:
                yield connection

    @asynccontextmanager
    async def urgent_connection(self) -> AsyncGenerator[Connection]:
        """A connection for what must not wait behind anybody else's work, and takes `URGENT_SECONDS` at most.

        Raises DatabaseUnavailable as `connection` does.
        """
        with _away_means_unavailable():
            async with _open(self._urgent_pool).acquire(timeout=URGENT_SECONDS) as connection:
                yield connection

    @asynccontextmanager
    async def stream(self) -> AsyncGenerator[Connection]:
        """A read-only transaction for what is read for as long as its reader takes.

        There are `STREAMS` of them in a process, beside the other connections. Raises TooManyStreams when all are
        in use, and DatabaseUnavailable as `connection` does.
        """
        pool = _open(self._stream_pool)
        if pool.get_idle_size() == 0 and pool.get_size() >= pool.get_max_size():
            text = f"{STREAMS} exports are under way here already; ask again when one of them is done"
            raise TooManyStreams(text, retry_after_seconds=RETRY_STREAM_SECONDS, limit=STREAMS)
        with _away_means_unavailable():
            async with pool.acquire(timeout=CONNECT_SECONDS * 2) as connection, connection.transaction(readonly=True):
                yield connection

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Connection]:
        """A transaction for changes, committed at the end of the block, rolled back by any exception in it.

        DatabaseUnavailable at the commit itself leaves open whether it happened; every caller must bear both.
        """
        written = _Written()
        token = _written.set(written)
        try:
            async with self.connection() as connection, connection.transaction():
                yield connection
        finally:
            _written.reset(token)
        if written.anything:
            self.changes.announce()

    @asynccontextmanager
    async def rehearsal(self) -> AsyncGenerator[Connection]:
        """A transaction that is rolled back in any case: to see what a change would do, and whether it is refused."""
        async with self.connection() as connection:
            transaction = connection.transaction()
            await transaction.start()
            try:
                yield connection
            finally:
                await transaction.rollback()

    async def _create_pool(
        self, size: int, statement_seconds: float, settings: Mapping[str, str] = MappingProxyType({})
    ) -> "asyncpg.Pool[Any]":
        return await asyncpg.create_pool(
            self.url,
            min_size=0,
            max_size=size,
            init=prepare_connection,
            timeout=min(CONNECT_SECONDS, statement_seconds),
            command_timeout=statement_seconds,
            server_settings={
                "idle_in_transaction_session_timeout": f"{IDLE_IN_TRANSACTION_SECONDS:.0f}s",
                **settings,
            },
        )

    async def keep_clock_set(self, clock: SystemClock) -> None:
        """Set the clock by the database, now and every minute, for ever."""
        while True:
            try:
                await self.set_clock(clock)
                await clock.sleep(CLOCK_SECONDS)
            except DatabaseUnavailable:
                await clock.sleep(1.0)

    async def set_clock(self, clock: SystemClock) -> None:
        """Set the clock by the database once."""
        async with self.connection() as connection:
            sent_at = clock.monotonic()
            database_time: datetime = await connection.fetchval("SELECT clock_timestamp()")
            clock.set(database_time, (sent_at + clock.monotonic()) / 2)


def note_write() -> None:
    """Called by every query that changed rows: the transaction it is in will be announced."""
    written = _written.get()
    if written is not None:
        written.anything = True


def _open(pool: "asyncpg.Pool[Any] | None") -> "asyncpg.Pool[Any]":
    if pool is None:
        raise RuntimeError("Database is used outside its `async with`")
    return pool


class _Written:
    anything = False


_written: ContextVar[_Written | None] = ContextVar("written", default=None)


async def prepare_connection(connection: Connection) -> None:
    """Make a new connection read and write jsonb as Python values."""
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: b"\x01" + msgspec.json.encode(value),
        decoder=lambda data: msgspec.json.decode(data[1:]),
        format="binary",
    )


@contextmanager
def _away_means_unavailable() -> Generator[None]:
    try:
        yield
    except ValueError:
        raise  # asyncpg.DataError: an argument of ours is wrong, the database is there
    except DATABASE_IS_AWAY as error:
        raise DatabaseUnavailable(f"The database is not available: {error or type(error).__name__}") from error
