"""The supervisor of the embedded PostgreSQL: whoever comes first starts it, whoever leaves last stops it."""

import asyncio
import contextlib
import fcntl
import time
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from ringback.database.embedded.account import account_of_server
from ringback.database.embedded.binaries import Binaries, copy_of_binaries, installed_binaries, remove_older_copies
from ringback.database.embedded.cluster import (
    DATABASE,
    START_SECONDS,
    SUPERUSER,
    check_cluster,
    create_cluster,
    is_durable,
    remove_half_made_clusters,
    remove_old_logs,
    remove_stale_files,
    start_postgres,
    stop_postgres,
    write_settings,
)
from ringback.database.embedded.directory import operating_system_errors, usable_directory
from ringback.database.embedded.locks import is_locked, locked
from ringback.database.embedded.processes import is_answered, postmaster_of, wait_for_orphans
from ringback.errors import RingbackError, SetupError

POLL_SECONDS = 0.02
WATCH_SECONDS = 0.2
RETRY_SECONDS = 2.0

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


class EmbeddedPostgres:
    """The PostgreSQL in a data directory, running for as long as any process is inside `async with`.

    Any number of processes may enter at once on one data directory. The first makes the database if need be and
    starts the server, the last to leave stops it; processes that were killed do not count, and a server they left
    running is used by the next who enters. Entering raises SetupError, whose text says what to mend.

    `options` are settings of PostgreSQL that go before ours; for tests and benchmarks. They hold for a server that
    this process starts, not for one that runs already.
    """

    def __init__(self, data_dir: Path, *, options: Mapping[str, str] | None = None) -> None:
        self._path = data_dir
        self._options = dict(options or {})
        self._stay = contextlib.ExitStack()

    async def __aenter__(self) -> Self:
        with operating_system_errors(self._path):
            self._directory = await usable_directory(self._path, await account_of_server())
            with contextlib.ExitStack() as entering:
                self._users_lock = entering.enter_context(self._directory.lock_file("users.lock"))
                async with self._start_lock():
                    await locked(self._users_lock, fcntl.LOCK_SH)
                    await self._start_or_leave()
                self._stay = entering.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._stay, operating_system_errors(self._directory.path):
            async with self._start_lock():
                await self._stop_if_last()

    @property
    def url(self) -> str:
        """Where clients connect, as libpq and asyncpg take it; the same for as long as the data directory stays."""
        return f"postgresql:///{DATABASE}?host={self._directory.socket_dir}&port=5432&user={SUPERUSER}"

    async def ensure_running(self) -> None:
        """Start the server again if it has died; every committed row is there. Raises SetupError if it does not start.

        To be called by a process that is inside; several may at once.
        """
        with operating_system_errors(self._directory.path):
            postmaster = postmaster_of(self._directory.cluster)
            if postmaster is None or not postmaster.is_ready:
                async with self._start_lock():
                    await self._start_if_needed()

    async def keep_running(self) -> None:
        """Watch the server until cancelled, and start it again within a second whenever it has died.

        For a task of a long-lived process. A start that fails is logged and tried again: the disk may be full only
        for a while.
        """
        while True:
            try:
                await self.ensure_running()
                remove_old_logs(self._directory)
                await asyncio.sleep(WATCH_SECONDS)
            except (RingbackError, OSError) as problem:
                log.error("PostgreSQL does not run; trying again", problem=str(problem))
                await asyncio.sleep(RETRY_SECONDS)

    @contextlib.asynccontextmanager
    async def _start_lock(self) -> AsyncGenerator[None]:
        with self._directory.lock_file("start.lock") as handle:
            await locked(handle, fcntl.LOCK_EX)
            yield

    async def _start_or_leave(self) -> None:
        try:
            await self._start_if_needed()
        except asyncio.CancelledError:
            await self._stop_if_last()
            raise

    async def _start_if_needed(self) -> None:
        directory = self._directory
        if await _is_ready(directory.cluster):
            directory.check_socket_dir()
        # Of a server in another container on the same data directory nothing but its answer can be seen.
        elif not is_answered(directory.socket_dir):
            await self._start()

    async def _start(self) -> None:
        directory, binaries = self._directory, await self._binaries()
        is_first_start = not directory.cluster.exists()
        if not is_first_start:
            check_cluster(directory, binaries.major)
            await self._clear_up()
        remove_half_made_clusters(directory)
        for folder in (directory.log, directory.socket_dir):
            directory.make_folder(folder)
        directory.check_socket_dir()
        write_settings(directory, self._options)
        if is_first_start:
            log.info(f"first start: creating the database in {directory.path}")
            await create_cluster(directory, binaries, self._options)
        remove_older_copies(binaries)
        remove_old_logs(directory)
        await self._start_server(binaries)

    async def _clear_up(self) -> None:
        if (self._directory.cluster / "postmaster.pid").exists():
            log.info("PostgreSQL was not shut down cleanly: recovering")
        await wait_for_orphans(self._directory.cluster)
        remove_stale_files(self._directory)

    async def _start_server(self, binaries: Binaries) -> None:
        started_at = time.monotonic()
        log.info(f"starting PostgreSQL {binaries.postgres_version}", data_dir=str(self._directory.path))
        await start_postgres(self._directory, binaries)
        log.info("PostgreSQL is running", seconds=round(time.monotonic() - started_at, 3))

    async def _binaries(self) -> Binaries:
        installed = installed_binaries()
        if self._directory.account.is_other:
            return await copy_of_binaries(installed, self._directory.path, is_durable=is_durable(self._options))
        return installed

    async def _stop_if_last(self) -> None:
        if not is_locked(self._users_lock, fcntl.LOCK_EX) or postmaster_of(self._directory.cluster) is None:
            return
        problem = await stop_postgres(self._directory, await self._binaries())
        if problem is None:
            with contextlib.suppress(OSError):
                self._directory.socket_dir.rmdir()
            log.info("PostgreSQL stopped")
        else:
            log.error("PostgreSQL did not stop", problem=problem)


async def _is_ready(cluster: Path) -> bool:
    """Whether a server runs there; one that is just starting or stopping is waited for."""
    deadline = time.monotonic() + START_SECONDS
    while (postmaster := postmaster_of(cluster)) is not None and not postmaster.is_ready:
        if time.monotonic() > deadline:
            raise SetupError(
                f"PostgreSQL in {cluster} (pid {postmaster.pid}) has been starting or stopping for {START_SECONDS} "
                "seconds. See its log beside it, then start Ringback again."
            )
        await asyncio.sleep(POLL_SECONDS)
    return postmaster is not None
