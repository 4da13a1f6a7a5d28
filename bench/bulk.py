"""How long it takes to cancel 100,000 callbacks over the API, and what others who use it meanwhile feel of it.

    python bench/bulk.py [--callbacks 3100000] [--cancelled 100000] [--runs 3] [--apart]

The others list a page, ask for a callback and look at it, a few times a second each: first in quiet, then while the
work goes on. Each run cancels the next ones; told are the runs and their medians. Server and engine are one process
(`ringback run`), or with --apart two.
"""

import argparse
import asyncio
import contextlib
import itertools
import random
import statistics
import time
from collections.abc import AsyncGenerator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
from dataset import fill, temporary_server
from processes import api, process

QUIET_SECONDS = 20.0
BETWEEN_SECONDS = 0.05
POLL_SECONDS = 0.1

Seconds = dict[str, list[float]]


async def main(callbacks: int, cancelled: int, runs: int, *, is_apart: bool) -> None:
    async with temporary_server() as url:
        print(f"filling in {callbacks:,} callbacks ...", flush=True)
        connection = await asyncpg.connect(url)
        await fill(connection, callbacks, has_history=True)
        async with contextlib.AsyncExitStack() as processes:
            client, _ = await processes.enter_async_context(api("serve" if is_apart else "run", url))
            if is_apart:
                await processes.enter_async_context(process("engine", url))
            measured = [await measure(client, await after_the_next(connection, cancelled)) for _ in range(runs)]
        await connection.close()
    for what in measured[0]:
        print(f"median of {what}: {statistics.median(run[what] for run in measured):.2f}")


async def after_the_next(connection: "asyncpg.Connection[Any]", scheduled: int) -> datetime:
    """The desired time before which as many are SCHEDULED."""
    end = await connection.fetchval(
        "SELECT desired_at FROM callbacks WHERE state = 'SCHEDULED' ORDER BY desired_at OFFSET $1 LIMIT 1", scheduled
    )
    if end is None:
        raise RuntimeError(f"fewer than {scheduled:,} are SCHEDULED: ask for more callbacks")
    return end


async def measure(client: httpx.AsyncClient, end: datetime) -> dict[str, float]:
    """The seconds that it took, and how many times the quiet p99 the others' p99 was."""
    customers = (f"+4915{number:09}" for number in itertools.count(random.randrange(10**8)))
    async with others(client, customers):
        await asyncio.sleep(QUIET_SECONDS / 4)  # warm
    async with others(client, customers) as quiet:
        await asyncio.sleep(QUIET_SECONDS)
    async with others(client, customers) as busy:
        job, accepted, took = await cancel(client, end)
    print(f"{job['succeeded']:,} of {job['total']:,} cancelled in {took:.1f} s; accepted after {accepted:.2f} s")
    figures = {"seconds": took}
    for what in quiet:
        before, during = quiet[what], busy[what]
        factor = figures[f"{what}, p99 in times of its quiet one"] = p99(during) / p99(before)
        print(
            f"{what:8} median {statistics.median(before):6.1f} -> {statistics.median(during):6.1f} ms,"
            f" p99 {p99(before):6.1f} -> {p99(during):6.1f} ms ({factor:.1f} x), {len(during)} requests",
            flush=True,
        )
    return figures


async def cancel(client: httpx.AsyncClient, end: datetime) -> tuple[dict[str, Any], float, float]:
    """The finished work, and the seconds until it was accepted and until it was finished."""
    started_at = time.perf_counter()
    tomorrow = datetime.now(UTC).isoformat()
    body = {"all": True, "from": tomorrow, "to": end.isoformat(), "state": ["SCHEDULED"]}
    answer = (await client.post("/api/v1/cancellations", json=body)).raise_for_status()
    accepted = time.perf_counter() - started_at
    job = answer.json()
    while not job["is_finished"]:
        await asyncio.sleep(POLL_SECONDS)
        job = (await client.get(answer.headers["location"])).raise_for_status().json()
    return job, accepted, time.perf_counter() - started_at


@contextlib.asynccontextmanager
async def others(client: httpx.AsyncClient, customers: Iterator[str]) -> AsyncGenerator[Seconds]:
    """Others use the API as long as the block lasts; how many milliseconds each of their requests took."""
    took: Seconds = {"list": [], "create": [], "show": []}
    using = [asyncio.create_task(lists(client, took)), asyncio.create_task(creates(client, took, customers))]
    try:
        yield took
    finally:
        for task in using:
            task.cancel()
        for problem in await asyncio.gather(*using, return_exceptions=True):
            if not isinstance(problem, asyncio.CancelledError):
                raise RuntimeError from problem


async def lists(client: httpx.AsyncClient, took: Seconds) -> None:
    now = datetime.now(UTC)
    while True:
        start = now - timedelta(days=random.uniform(1, 13))
        parameters = {"from": start.isoformat(), "to": now.isoformat(), "service": f"service-{random.randint(1, 20)}"}
        await timed(took["list"], client, "GET", "/api/v1/callbacks", params=parameters)
        await asyncio.sleep(BETWEEN_SECONDS)


async def creates(client: httpx.AsyncClient, took: Seconds, customers: Iterator[str]) -> None:
    wanted = (datetime.now(UTC) + timedelta(days=20)).isoformat()
    while True:
        service = f"service-{random.randint(1, 20)}"
        body = {"service": service, "phone_number": next(customers), "desired_at": wanted}
        made = await timed(took["create"], client, "POST", "/api/v1/callbacks", json=body)
        await timed(took["show"], client, "GET", f"/api/v1/callbacks/{made.json()['id']}")
        await asyncio.sleep(BETWEEN_SECONDS)


async def timed(
    milliseconds: list[float], client: httpx.AsyncClient, method: str, path: str, **request: Any
) -> httpx.Response:
    started_at = time.perf_counter()
    answer = await client.request(method, path, **request)
    milliseconds.append((time.perf_counter() - started_at) * 1000)
    return answer.raise_for_status()


def p99(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--callbacks", type=int, default=3_100_000)
    parser.add_argument("--cancelled", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--apart", action="store_true")
    arguments = parser.parse_args()
    asyncio.run(main(arguments.callbacks, arguments.cancelled, arguments.runs, is_apart=arguments.apart))
