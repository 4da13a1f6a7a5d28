"""How long it takes to remove 100,000 old callbacks of 3 million, and what others notice of it meanwhile.

    python bench/records.py [--callbacks 3000000] [--removed 100000] [--runs 3]

Others create a callback and read one, 40 times a second each, through the same code as the API. Their times are taken
while nothing else is done, and while the cleaner removes. Medians of the runs. Then callbacks are counted, and what was
counted is told: a report of 14 days by the hour, the best of three.
"""

import argparse
import asyncio
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg
from dataset import fill, temporary_server

from ringback.actors import Actor, ActorKind
from ringback.callbacks import requests, views
from ringback.callbacks.requests import CallbackRequest
from ringback.clock import ManualClock, SystemClock
from ringback.database.pool import Database
from ringback.database.queries import QueryFile
from ringback.errors import Refused
from ringback.records import retention
from ringback.reports import counting
from ringback.reports import report as reports

PER_SECOND = 40
QUIET_SECONDS = 10.0
SOMEBODY = Actor(ActorKind.API_KEY, "bench")

_sql = QueryFile(__file__, "records.sql")
_ATTEMPTS_OF_THE_OLDEST = _sql.command("attempts_of_the_oldest")
_DESIRED_TIME_OF = _sql.query("desired_time_of", datetime)
_ANY_IDS = _sql.query("any_ids", UUID)


async def main(callbacks: int, removed: int, runs: int) -> None:
    async with temporary_server() as url:
        connection = await asyncpg.connect(url)
        await fill(connection, callbacks, has_history=True)
        await connection.execute("INSERT INTO links (id, adapter) VALUES ('main', 'simulator')")
        await connection.execute("UPDATE services SET queue_limit = 0")
        await _ATTEMPTS_OF_THE_OLDEST.run(connection, callbacks=removed * runs)
        await connection.execute("VACUUM ANALYZE")
        ids = await _ANY_IDS.all(connection)
        await connection.close()
        async with Database(url) as database:
            others = Others(database, ids)
            report([await one_run(database, others, removed) for _ in range(runs)], removed)
            await count(database, removed)


class Run(NamedTuple):
    """Seconds of a removal; the others' times before it and during it, in ms."""

    seconds: float
    quiet: list[float]
    busy: list[float]


async def one_run(database: Database, others: "Others", removed: int) -> Run:
    """Remove so many."""
    async with database.connection() as connection:
        oldest_kept = await _DESIRED_TIME_OF.one(connection, place=removed)
    clock = ManualClock(oldest_kept + retention.KEPT)
    quiet, _ = await others.times(lambda: asyncio.sleep(QUIET_SECONDS))
    busy, seconds = await others.times(lambda: retention.remove_old(database, clock))
    return Run(seconds, quiet, busy)


class Others:
    """Those who work meanwhile, each at a fixed pace: whoever is late is not waited for."""

    def __init__(self, database: Database, ids: Sequence[UUID]) -> None:
        self._database = database
        self._ids = ids
        self._clock = SystemClock()

    async def times(self, meanwhile: Callable[[], Awaitable[object]]) -> tuple[list[float], float]:
        """How long each of their requests took (ms) while something was done, and how long that took (s)."""
        taken: list[float] = []
        working = [asyncio.create_task(self._work(do, taken)) for do in (self._create, self._read)]
        start = time.perf_counter()
        await meanwhile()
        seconds = time.perf_counter() - start
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        return taken, seconds

    async def _work(self, do: Callable[[], Awaitable[object]], taken: list[float]) -> None:
        async with asyncio.TaskGroup() as tasks:
            while True:
                tasks.create_task(self._timed(do, taken))
                await asyncio.sleep(1 / PER_SECOND)

    async def _timed(self, do: Callable[[], Awaitable[object]], taken: list[float]) -> None:
        start = time.perf_counter()
        await do()
        taken.append((time.perf_counter() - start) * 1_000)

    async def _create(self) -> None:
        number = f"+4930{random.randrange(10_000_000, 99_999_999)}"
        with suppress(Refused):
            request = CallbackRequest(service="service-1", phone_number=number)
            await requests.create(self._database, self._clock, SOMEBODY, request)

    async def _read(self) -> None:
        await views.get(self._database, self._clock, random.choice(self._ids))


async def count(database: Database, callbacks: int) -> None:
    """Count so many callbacks once more."""
    async with database.transaction() as connection:
        statement = "INSERT INTO uncounted SELECT id FROM callbacks WHERE state = 'COMPLETED' LIMIT $1"
        await connection.execute(statement, callbacks)
    start = time.perf_counter()
    while await counting.count_completed(database):
        pass
    print(f"counted              {callbacks / (time.perf_counter() - start):>10,.0f} callbacks a second")
    seconds = [await report_seconds(database) for _ in range(3)]
    print(f"report of 14 days    {min(seconds) * 1_000:>10,.0f} ms")


async def report_seconds(database: Database) -> float:
    """How long a report of the last 14 days by the hour takes."""
    start = time.perf_counter()
    await reports.report(database, SystemClock())
    return time.perf_counter() - start


def report(runs: Sequence[Run], removed: int) -> None:
    """Print the medians."""
    seconds = statistics.median(run.seconds for run in runs)
    print(f"removed              {removed:>10,} callbacks in {seconds:.1f} s, pauses included")
    for name, place in (("p50", 50), ("p99", 99)):
        quiet = statistics.median(percentile(run.quiet, place) for run in runs)
        busy = statistics.median(percentile(run.busy, place) for run in runs)
        print(f"others' {name}          {quiet:>10.2f} ms quiet, {busy:.2f} ms meanwhile: x {busy / quiet:.2f}")


def percentile(values: Sequence[float], place: int) -> float:
    """The value that `place` per cent of the values are below."""
    return statistics.quantiles(values, n=100)[place - 1]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--callbacks", type=int, default=3_000_000)
    parser.add_argument("--removed", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    asyncio.run(main(asked.callbacks, asked.removed, asked.runs))
