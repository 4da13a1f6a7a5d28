"""How long a page of a list takes over HTTP, with millions of callbacks, by filter, order and search.

    python bench/lists.py [--callbacks 3000000] [--runs 40]

A server of its own on a database of its own, both removed in the end; `bench/dataset.py` says what is in it. Beside
each median stands its ratio to a ceiling of the same run: 100 rows read in the same order straight from PostgreSQL by a
prepared statement, not decoded. A page has 100 rows here, and 250 where it says so. Each run searches something else.
"""

import argparse
import asyncio
import contextlib
import os
import random
import socket
import statistics
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import asyncpg
import httpx
from dataset import fill, temporary_server

from ringback.accounts import api_keys
from ringback.accounts.rules import Scope
from ringback.actors import ENGINE
from ringback.clock import SystemClock
from ringback.database.pool import Database

PATH = "/api/v1/callbacks"
PAGE = 100
WARM_UPS = 3
START_SECONDS = 30
CEILING = "SELECT * FROM callbacks WHERE state = 'COMPLETED' AND desired_at >= $1 ORDER BY desired_at, id LIMIT 100"
KNOWN = "SELECT id FROM callbacks WHERE created_at > now() - interval '14 days' ORDER BY random() LIMIT 5000"

Parameters = Mapping[str, object]
Ask = Callable[[], Awaitable[object]]


async def main(callbacks: int, runs: int) -> None:
    async with temporary_server() as url:
        print(f"filling in {callbacks:,} callbacks ...", flush=True)
        connection = await asyncpg.connect(url)
        await fill(connection, callbacks)
        async with Database(url) as database:
            secret = (await api_keys.create(database, SystemClock(), ENGINE, "bench", [Scope.READ])).secret
        async with server(url) as address:
            headers = {"X-API-Key": secret}
            async with httpx.AsyncClient(base_url=address, headers=headers, timeout=60) as client:
                await measure(client, connection, runs)
        await connection.close()


async def measure(client: httpx.AsyncClient, connection: "asyncpg.Connection[asyncpg.Record]", runs: int) -> None:
    now = datetime.now(UTC)
    statement = await connection.prepare(CEILING)
    ceiling = statistics.median(await timed(lambda: statement.fetch(now - timedelta(days=7)), runs))
    print(f"{'ceiling: rows from PostgreSQL':44} median {ceiling:7.1f} ms")
    known = [str(row["id"]) for row in await connection.fetch(KNOWN)]
    for name, parameters in cases(now, known).items():
        await report(name, lambda given=parameters: page(client, given()), runs, ceiling)
    wanted = {"from": now - timedelta(days=14), "to": now, "state": "COMPLETED"}
    hundredth = await walk(client, wanted, 100)
    await report("page 100 of a filtered list", lambda: page(client, {**wanted, "cursor": hundredth}), runs, ceiling)
    await report("last page", lambda: page(client, {**wanted, "cursor": "last"}), runs, ceiling)
    slow = max(runs // 8, 3)
    for column in (
        "state",
        "phone_number",
        "service",
        "id",
        "updated_at",
        "customer_name",
        "agent",
        "attempts",
        "result",
    ):
        await report(f"sorted by -{column}, everything", sorted_by(client, f"-{column}"), slow, ceiling)
        for days in (2, 14):
            given = {"from": now - timedelta(days=days), "to": now, "sort": column}
            await report(f"sorted by {column}, {days} days", lambda given=given: page(client, given), slow, ceiling)
    await report("exact total of everything", lambda: page(client, {"total": "exact"}), slow, ceiling)
    await report("exact total, 14 days", lambda: page(client, {**wanted, "total": "exact"}), slow, ceiling)


def cases(now: datetime, known: Sequence[str]) -> dict[str, Callable[[], Parameters]]:
    """What is asked for, by name; a new value in each run where there is a choice. `known`: ids of callbacks."""
    last = {"from": now - timedelta(days=14), "to": now}

    def last_days() -> Parameters:
        start = now - timedelta(days=random.uniform(1, 14))
        services = [f"service-{number}" for number in random.sample(range(1, 21), 5)]
        return {"from": start, "to": now, "state": ["COMPLETED", "QUEUED"], "service": services}

    def digits(count: int) -> Callable[[], Parameters]:
        return lambda: {**last, "search": "".join(random.choices("0123456789", k=count))}

    def time_of_day() -> str:
        return f"{random.randint(8, 18):02}:{random.randint(0, 59):02}"

    def beginning_of_id() -> str:
        made_at = now - timedelta(days=random.uniform(1, 12))
        return f"{int(made_at.timestamp() * 1000):012x}"[:8]  # about a minute of UUIDs of version 7

    return {
        "page 1: range, states, services": last_days,
        "page 1: the same, 250 rows": lambda: {**last_days(), "limit": 250},
        "page 1: one service": lambda: {**last, "service": f"service-{random.randint(1, 20)}"},
        "20 ids": lambda: {"id": random.sample(known, 20)},
        "100 ids, exact total": lambda: {"id": random.sample(known, 100), "total": "exact"},
        "20 ids of a filtered list": lambda: {**last_days(), "id": random.sample(known, 20)},
        "20 ids, sorted by agent, number, 3 digits": lambda: {
            **digits(3)(),
            "id": random.sample(known, 20),
            "sort": "agent",
        },
        "20 ids, time updated, a time of day": lambda: {
            **last,
            "id": random.sample(known, 20),
            "search_by": "updated_at",
            "search": time_of_day(),
        },
        "open": lambda: {"open": True},
        "needs attention": lambda: {"needs_attention": True},
        "a rare result": lambda: {**last, "result": "UNKNOWN"},
        "number, 1 digit": digits(1),
        "number, 2 digits": digits(2),
        "number, 3 digits": digits(3),
        "number, 4 digits": digits(4),
        "number, 5 digits": digits(5),
        "number, 7 digits": digits(7),
        "number, 4 digits that a seventh begin with": lambda: {**last, "search": "+49 30"},
        "number, 4 digits, 250 rows": lambda: {**digits(4)(), "limit": 250},
        "number, 5 digits, open": lambda: {"open": True, "search": str(random.randint(10000, 99999))},
        "id, beginning": lambda: {"search_by": "id", "search": beginning_of_id()},
        "service": lambda: {**last, "search_by": "service", "search": f"ice {random.randint(1, 20)}"},
        "state": lambda: {**last, "search_by": "state", "search": "unk"},
        "desired time, a day": lambda: {"search_by": "desired_at", "search": f"{now - timedelta(days=3):%Y-%m-%d}"},
        "desired time, a time of day": lambda: {**last, "search_by": "desired_at", "search": time_of_day()},
        "desired time, ':30'": lambda: {**last, "search_by": "desired_at", "search": ":30"},
        "desired time, '1'": lambda: {**last, "search_by": "desired_at", "search": "1"},
        "time updated, a time of day": lambda: {**last, "search_by": "updated_at", "search": time_of_day()},
        "time updated, '1'": lambda: {**last, "search_by": "updated_at", "search": "1"},
        "id, its end (read through)": lambda: {
            **last,
            "search_by": "id",
            "search": f"{random.randint(0, 0xFFFFFF):06x}",
        },
    }


async def page(client: httpx.AsyncClient, parameters: Parameters) -> httpx.Response:
    given = {name: each.isoformat() if isinstance(each, datetime) else each for name, each in parameters.items()}
    answer = await client.get(PATH, params={"limit": PAGE, **given})  # pyright: ignore[reportArgumentType]
    return answer.raise_for_status()


def sorted_by(client: httpx.AsyncClient, order: str) -> Ask:
    return lambda: page(client, {"sort": order})


async def walk(client: httpx.AsyncClient, parameters: Parameters, pages: int) -> str:
    """The cursor of that page."""
    cursor = None
    for _ in range(pages - 1):
        answer = await page(client, {**parameters, **({"cursor": cursor} if cursor else {})})
        cursor = answer.json()["next_cursor"]
    return str(cursor)


async def report(name: str, ask: Ask, runs: int, ceiling: float) -> None:
    took = await timed(ask, runs)
    least, median, p95 = min(took), statistics.median(took), sorted(took)[int(len(took) * 0.95)]
    ratio = f"{median / ceiling:6.1f} x ceiling"
    print(f"{name:44} least {least:7.1f}   median {median:7.1f}   p95 {p95:7.1f} ms   {ratio}", flush=True)


async def timed(ask: Ask, runs: int) -> list[float]:
    """Milliseconds of each run, in no order."""
    took: list[float] = []
    for number in range(WARM_UPS + runs):
        started_at = time.perf_counter()
        await ask()
        if number >= WARM_UPS:
            took.append((time.perf_counter() - started_at) * 1000)
    return took


@contextlib.asynccontextmanager
async def server(url: str) -> AsyncGenerator[str]:
    """A `ringback serve` over that database; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {
        **os.environ,
        "RINGBACK_DATABASE_URL": url,
        "RINGBACK_PORT": str(port),
        "RINGBACK_LOG_LEVEL": "error",
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "ringback", "serve", env=environment)
    try:
        address = f"http://127.0.0.1:{port}"
        async with asyncio.timeout(START_SECONDS), httpx.AsyncClient() as client:
            while True:
                with contextlib.suppress(httpx.TransportError):
                    if (await client.get(f"{address}/readyz")).is_success:
                        break
                await asyncio.sleep(0.05)
        yield address
    finally:
        process.terminate()
        await process.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--callbacks", type=int, default=3_000_000)
    parser.add_argument("--runs", type=int, default=40)
    arguments = parser.parse_args()
    asyncio.run(main(arguments.callbacks, arguments.runs))
