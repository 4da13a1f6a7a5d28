"""How long the embedded PostgreSQL takes to start, beside a bare `pg_ctl start` of the same programs on this machine.

    python bench/embedded_start.py [--runs 5]

First start (programs copied when root, database made), a later start, a start after kill -9 of the postmaster, and
entering while another process has it running. A later start and a crash start are compared with `pg_ctl start` on the
same database in the same state. Medians.
"""

import argparse
import asyncio
import os
import shutil
import signal
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import asyncpg
import structlog

from ringback.database.embedded import EmbeddedPostgres
from ringback.database.embedded.account import Account, account_of_server
from ringback.database.embedded.binaries import Binaries, copy_of_binaries, installed_binaries
from ringback.database.embedded.processes import postmaster_of, wait_for_orphans

POLL_SECONDS = 0.005
Seconds = dict[str, list[float]]
T = TypeVar("T")


async def main(runs: int) -> None:
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    seconds: Seconds = {}
    for _ in range(runs):
        folder = Path(tempfile.mkdtemp(prefix="ringback-bench-"))
        try:
            await measure(folder, seconds)
        finally:
            shutil.rmtree(folder)
    report(seconds)


async def measure(folder: Path, seconds: Seconds) -> None:
    """One run of everything, on a database of its own."""
    first = await timed(seconds, "first start", EmbeddedPostgres(folder).__aenter__)
    await write_rows(first.url)
    await timed(seconds, "stop", lambda: first.__aexit__(None, None, None))
    later = await timed(seconds, "later start", EmbeddedPostgres(folder).__aenter__)
    other = await timed(seconds, "entering a running one", EmbeddedPostgres(folder).__aenter__)
    await other.__aexit__(None, None, None)
    await crash(folder, later.url)
    await timed(seconds, "start after a crash", later.ensure_running)
    await later.__aexit__(None, None, None)
    await measure_bare(folder, seconds)


async def measure_bare(folder: Path, seconds: Seconds) -> None:
    """The same starts without us: only `pg_ctl start`, as the same user."""
    account = await account_of_server()
    binaries = installed_binaries()
    if account.is_other:
        binaries = await copy_of_binaries(binaries, folder, is_durable=False)
    socket_dir = folder / "socket"
    socket_dir.mkdir(mode=0o700)
    account.own(socket_dir)
    await timed(seconds, "bare later start", lambda: pg_ctl(folder, account, binaries, "start"))
    await crash(folder, f"postgresql:///ringback?host={socket_dir}&port=5432&user=ringback")
    await timed(seconds, "bare start after a crash", lambda: pg_ctl(folder, account, binaries, "start"))
    await pg_ctl(folder, account, binaries, "stop")


async def pg_ctl(folder: Path, account: Account, binaries: Binaries, action: str) -> None:
    log = ("-l", folder / "log/bench.log")
    status, output = await account.run(binaries.program("pg_ctl"), action, "-w", "-D", folder / "data", *log)
    if status != 0:
        raise RuntimeError(output)


async def write_rows(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE IF NOT EXISTS rows (number int, text text)")
    await connection.execute("INSERT INTO rows SELECT n, repeat('x', 100) FROM generate_series(1, 50000) AS s(n)")
    await connection.close()


async def crash(folder: Path, url: str) -> None:
    """Leave 50,000 rows to be recovered, kill -9 the postmaster, and wait until all its processes are gone."""
    await write_rows(url)
    postmaster = postmaster_of(folder / "data")
    assert postmaster is not None, "the server does not run"  # noqa: S101
    os.kill(postmaster.pid, signal.SIGKILL)
    # Until it is no zombie either: bare pg_ctl takes one for a living server.
    while Path(f"/proc/{postmaster.pid}").exists():  # noqa: ASYNC110, ASYNC240 (a process outside has to end)
        await asyncio.sleep(POLL_SECONDS)
    await wait_for_orphans(folder / "data")


async def timed(seconds: Seconds, what: str, act: Callable[[], Awaitable[T]]) -> T:
    started_at = time.perf_counter()
    result = await act()
    seconds.setdefault(what, []).append(time.perf_counter() - started_at)
    return result


def report(seconds: Seconds) -> None:
    medians = {what: statistics.median(values) for what, values in seconds.items()}
    for what, median in medians.items():
        bare = medians.get(f"bare {what}")
        ratio = f"   {median / bare:.2f} x bare pg_ctl" if bare else ""
        print(f"{what:26} {median:6.3f} s   ({min(seconds[what]):.3f} to {max(seconds[what]):.3f}){ratio}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    asyncio.run(main(parser.parse_args().runs))
