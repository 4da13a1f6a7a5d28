"""What every test may use: a database of its own, made from the migrated template."""

import asyncio
import gc
import signal
from collections.abc import AsyncGenerator, Generator

import asyncpg
import pytest
from hypothesis import settings

from ringback.database.migrate import migrate
from ringback.database.pool import Database
from tests.databases import build_template, create_database, drop_database, shared_server

# How long an example takes depends on what else the machine does.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


def pytest_configure() -> None:
    """Let the processes that tests start end by SIGINT and SIGHUP, however this run was started.

    In the background, or with nohup, a run ignores them, which its processes would inherit. A handler they do not
    inherit, and with one that does nothing the run itself goes on as before.
    """
    for number in (signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, _go_on)


def pytest_collection_finish() -> None:
    """Nothing that is there before the first test becomes garbage: the collector need not look at it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """The PostgreSQL server of this test run."""
    with shared_server(tmp_path_factory) as url:
        yield url


@pytest.fixture(scope="session")
def template(server_url: str) -> str:
    """The name of a database with the whole schema and nothing in it."""
    return asyncio.run(build_template(server_url, "schema", _migrate))


@pytest.fixture
async def database_url(server_url: str, template: str) -> AsyncGenerator[str]:
    """The URL of this test's own database."""
    url = await create_database(server_url, template)
    yield url
    await drop_database(url)


@pytest.fixture
async def database(database_url: str) -> AsyncGenerator[Database]:
    """This test's own database, open."""
    async with Database(database_url) as opened:
        yield opened


def _go_on(*_: object) -> None: ...


async def _migrate(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await migrate(connection)
    finally:
        await connection.close()
