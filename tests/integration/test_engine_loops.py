"""A running engine has every loop at work, the slow ones too."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from ringback.clock import ManualClock, SystemClock
from ringback.database.pool import Database
from ringback.engine.runner import POLL_SECONDS, Engine
from ringback.settings import Settings
from tests.integration.past import NUMBER, add_callback, add_service, number_of


@asynccontextmanager
async def running_engine(database: Database) -> AsyncGenerator[None]:
    """An engine that can call nobody."""
    stop = asyncio.Event()
    running = asyncio.create_task(Engine(database, SystemClock(), Settings(links={})).run(stop))
    yield
    stop.set()
    await running


async def until_there_are(database: Database, rows: int, table: str) -> None:
    async with asyncio.timeout(60):
        while True:
            if await number_of(database, table) == rows:
                return
            await asyncio.sleep(0.02)


def test_every_loop_has_its_pause(database: Database) -> None:
    assert set(Engine(database, ManualClock(), Settings(links={})).loops) == set(POLL_SECONDS)


async def test_what_completes_is_counted(database: Database) -> None:
    await add_service(database)
    async with running_engine(database):
        await add_callback(database, desired_at=datetime.now(UTC))
        await until_there_are(database, 1, "hourly_counts")
    assert await number_of(database, "uncounted") == 0


async def test_an_erasure_is_gone_on_with(database: Database) -> None:
    now = datetime.now(UTC)
    await add_service(database)
    await add_callback(database, desired_at=now)
    async with running_engine(database):
        async with database.transaction() as connection:
            await connection.execute("INSERT INTO erasures VALUES ($1, $2, 'API_KEY', 'tester')", NUMBER, now)
        await until_there_are(database, 0, "erasures")
    assert await number_of(database, "callbacks") == 0


async def test_what_is_old_is_removed(database: Database) -> None:
    await add_service(database)
    await add_callback(database, desired_at=datetime.now(UTC) - timedelta(days=15))
    async with database.transaction() as connection:
        await connection.execute("DELETE FROM uncounted")
    async with running_engine(database):
        await until_there_are(database, 0, "callbacks")
