"""How fast a million callbacks leave as CSV over HTTP, beside PostgreSQL's plain COPY of the same rows in the same run.

    python bench/export.py [--callbacks 1000000] [--runs 3]

The peers, which are read from PostgreSQL and thrown away: COPY of the very query of the export, and COPY of the same
columns as they are stored, in no order. Told are also the time until the first byte, and how much the memory of the
server has grown at most. Medians; the runs take turns.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Awaitable
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
from dataset import fill, temporary_server
from processes import api, memory_mb

from ringback.actors import ENGINE
from ringback.callbacks.export import export
from ringback.callbacks.filters import CallbackFilter
from ringback.clock import SystemClock
from ringback.database.pool import Database

PATH = "/api/v1/callbacks/export"
PLAIN = """
SELECT
    c.id, c.state, c.result, s.name, c.phone_number, c.customer_name, c.desired_at, c.created_at, c.completed_at,
    s.time_zone, c.promised_local, c.promised_zone, c.is_scheduled, c.priority, c.language, c.channel, c.attempts,
    a.name AS agent, c.recreated_from, c.user_data
FROM callbacks AS c
JOIN services AS s ON s.id = c.service_id
LEFT JOIN agents AS a ON a.id = c.last_agent_id
"""


async def main(callbacks: int, runs: int) -> None:
    async with temporary_server() as url:
        print(f"filling in {callbacks:,} callbacks ...", flush=True)
        connection = await asyncpg.connect(url)
        await fill(connection, callbacks)
        async with api("serve", url) as (client, pid), Database(url) as database:
            await compare(client, pid, database, connection, runs)
        await connection.close()


async def compare(
    client: httpx.AsyncClient, pid: int, database: Database, connection: "asyncpg.Connection[Any]", runs: int
) -> None:
    seconds: dict[str, list[float]] = {"over HTTP": [], "COPY of the same query": [], "COPY of plain columns": []}
    first_bytes: list[float] = []
    growths: list[float] = []
    sizes: set[int] = set()
    for _ in range(runs):
        took, first, growth, size = await over_http(client, pid)
        seconds["over HTTP"].append(took)
        first_bytes.append(first)
        growths.append(growth)
        sizes.add(size)
        same = export(database, SystemClock(), ENGINE, CallbackFilter(), thrown_away)
        seconds["COPY of the same query"].append(await timed(same))
        plain = connection.copy_from_query(PLAIN, output=thrown_away, format="csv", timeout=600)
        seconds["COPY of plain columns"].append(await timed(plain))
    medians = {what: statistics.median(values) for what, values in seconds.items()}
    print(f"{max(sizes) / 1e6:.0f} MB of CSV")
    for what, values in seconds.items():
        speed = medians[what] / medians["over HTTP"]
        print(
            f"{what:24} {medians[what]:6.2f} s ({min(values):.2f} to {max(values):.2f})   HTTP is {speed:.2f} x as fast"
        )
    print(f"first byte {statistics.median(first_bytes) * 1000:.0f} ms; memory of the server +{max(growths):.0f} MB")


async def over_http(client: httpx.AsyncClient, pid: int) -> tuple[float, float, float, int]:
    """Seconds until the end and until the first byte, memory grown (MB), bytes. Reads as quickly as a client can."""
    address = urlsplit(str(client.base_url))
    before, peak, size = memory_mb(pid), 0.0, 0
    reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=1 << 20)
    started_at = time.perf_counter()
    key = client.headers["X-API-Key"]
    writer.write(f"GET {PATH} HTTP/1.1\r\nHost: bench\r\nX-API-Key: {key}\r\nConnection: close\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(head.decode())
    first = 0.0
    while piece := await reader.read(1 << 20):
        first = first or time.perf_counter() - started_at
        size += len(piece)
        peak = max(peak, memory_mb(pid))
    took = time.perf_counter() - started_at
    writer.close()
    return took, first, peak - before, size


async def thrown_away(_: bytes) -> None:
    pass


async def timed(act: Awaitable[object]) -> float:
    started_at = time.perf_counter()
    await act
    return time.perf_counter() - started_at


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--callbacks", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    asyncio.run(main(arguments.callbacks, arguments.runs))
