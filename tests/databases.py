"""Databases for tests: one embedded server for a whole run, and a database of its own for each test.

In `tests/conftest.py`:

    @pytest.fixture(scope="session")
    def server_url(tmp_path_factory):
        with shared_server(tmp_path_factory) as url:
            yield url

    @pytest.fixture(scope="session")
    def template(server_url):
        return asyncio.run(build_template(server_url, "schema", migrate))

    @pytest.fixture
    async def database_url(server_url, template):
        url = await create_database(server_url, template)
        yield url
        await drop_database(url)

The workers of pytest-xdist share one server and one template. `data_folder` is for tests of the supervisor itself.
"""

import asyncio
import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
import uuid
from collections.abc import Awaitable, Callable, Generator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from ringback.database.embedded import EmbeddedPostgres

# What is lost in a crash is of no interest here, and small buffers let several servers fit on one machine.
FAST: Mapping[str, str] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "autovacuum": "off",
    # Each test brings some thirty, and a run is many tests at once.
    "max_connections": "500",
}

MEMORY_NEEDED_BYTES = 2 * 1024**3


@contextlib.contextmanager
def shared_server(run: pytest.TempPathFactory) -> Generator[str]:
    """The URL of the run's server, the same in each of its workers; the last to leave removes it with its data."""
    folder = run.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else run.getbasetemp()
    key = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    # Not in pytest's own folder: PostgreSQL, which does not run as root, could not enter it.
    data_dir = _quick_folder() / f"ringback-tests-{os.getuid()}-{key}"
    server = EmbeddedPostgres(data_dir, options=FAST)
    with (folder / "database-users.lock").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        asyncio.run(server.__aenter__())
        try:
            yield server.url
        finally:
            asyncio.run(server.__aexit__(None, None, None))
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(data_dir)


async def build_template(server_url: str, name: str, build: Callable[[str], Awaitable[None]]) -> str:
    """The name of a database that `build`, given its URL, has filled; done by the first worker that asks for it."""
    connection = await asyncpg.connect(server_url)
    try:
        # Held by the session: a worker that dies in the middle gives it up, and the next begins again.
        await connection.execute("SELECT pg_advisory_lock(hashtext($1))", name)
        if await connection.fetchval("SELECT datistemplate FROM pg_database WHERE datname = $1", name):
            return name
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await connection.execute(f'CREATE DATABASE "{name}"')
        await build(url_of(server_url, name))
        await connection.execute(f'ALTER DATABASE "{name}" IS_TEMPLATE true')
    finally:
        await connection.close()
    return name


async def create_database(server_url: str, template: str = "template0") -> str:
    """The URL of a new database, a copy of the template."""
    name = f"test_{uuid.uuid4().hex}"
    # Without fsync copying the files takes half the work of writing each of their pages to the log as well.
    await _execute(server_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
    return url_of(server_url, name)


async def drop_database(url: str) -> None:
    """Drop what `create_database` made, whoever is still connected to it."""
    name = urlsplit(url).path.removeprefix("/")
    await _execute(url_of(url, "ringback"), f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def url_of(server_url: str, database: str) -> str:
    """The URL of another database of the same server."""
    server = urlsplit(server_url)
    return f"{server.scheme}://{server.netloc}/{database}?{server.query}"


@contextlib.contextmanager
def data_folder() -> Generator[Path]:
    """A new empty folder that PostgreSQL's account can reach (pytest's `tmp_path` is closed to it when we are root)."""
    folder = Path(tempfile.mkdtemp(prefix="ringback-test-", dir=_quick_folder()))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _quick_folder() -> Path:
    """Memory, where a new database takes 0.02 s (0.3 s on a slow disk), if it has room and lets programs run."""
    memory = Path("/dev/shm")  # noqa: S108 (our folders in it have names of their own)
    try:
        space = os.statvfs(memory)
    except OSError:
        return Path(tempfile.gettempdir())
    has_room = space.f_bavail * space.f_frsize > MEMORY_NEEDED_BYTES
    return memory if has_room and not space.f_flag & os.ST_NOEXEC else Path(tempfile.gettempdir())


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
