"""How long it takes from a commit until listeners to events hear of it, and what that costs the server.

    python bench/events.py [--listeners 200] [--changes 400] [--rate 20]

`ringback serve` on a database of its own, removed in the end. Changes are committed past the server, one every 1/rate
seconds, and announced as other processes announce theirs. The first line, with one listener, is the ceiling of the run.
"""

import argparse
import asyncio
import hashlib
import json
import os
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx
from dataset import fill, temporary_server
from processes import api, memory_mb

from ringback.database.changes import CHANNEL

CALLBACKS = 20_000
OF_ONE = 20  # listeners with the same key
NO_LIMITS = httpx.Limits(max_connections=None)


@dataclass
class Heard:
    """When which callback was committed, and how long each listener waited for it."""

    committed_at: dict[str, float] = field(default_factory=dict[str, float])
    seconds: list[float] = field(default_factory=list[float])
    resets: int = 0


async def main(listeners: int, changes: int, rate: float) -> None:
    async with temporary_server() as url:
        connection = await asyncpg.connect(url)
        await fill(connection, CALLBACKS)
        ids = [str(row["id"]) for row in await connection.fetch("SELECT id FROM callbacks LIMIT $1", changes)]
        for number in (1, listeners):
            await measure(url, connection, number, ids, rate)
        await connection.close()


async def measure(
    url: str, connection: "asyncpg.Connection[asyncpg.Record]", number: int, ids: list[str], rate: float
) -> None:
    """Let so many listen, change so much, and tell."""
    heard = Heard()
    keys = [await new_key(connection) for _ in range(-(-number // OF_ONE))]
    async with (
        api("serve", url) as (client, pid),
        httpx.AsyncClient(base_url=client.base_url, limits=NO_LIMITS) as ears,
    ):
        begun = [asyncio.Event() for _ in range(number)]
        tasks = [asyncio.create_task(listen(ears, keys[n // OF_ONE], begun[n], heard)) for n in range(number)]
        await asyncio.gather(*(event.wait() for event in begun))
        cpu, started = cpu_seconds(pid), time.monotonic()
        for callback_id in ids:
            await connection.execute("UPDATE callbacks SET updated_at = clock_timestamp() WHERE id = $1", callback_id)
            heard.committed_at[callback_id] = time.monotonic()
            await connection.execute(f"NOTIFY {CHANNEL}")
            await asyncio.sleep(1 / rate)
        while len(heard.seconds) < number * len(ids) and not heard.resets:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        report(number, heard, (cpu_seconds(pid) - cpu) / (time.monotonic() - started), memory_mb(pid))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def new_key(connection: "asyncpg.Connection[asyncpg.Record]") -> str:
    """The secret of a new key that reads everything."""
    secret = os.urandom(16).hex()
    await connection.execute(
        "INSERT INTO api_keys (name, key_hash, scopes, sees_all_services, created_at)"
        " VALUES ($1, $2, '{read}', true, now())",
        f"bench-{secret[:8]}",
        hashlib.sha256(secret.encode()).digest(),
    )
    return secret


async def listen(client: httpx.AsyncClient, key: str, begun: asyncio.Event, heard: Heard) -> None:
    """Note when what is heard."""
    name = ""
    async with client.stream("GET", "/api/v1/events", headers={"X-API-Key": key}, timeout=60) as answer:
        answer.raise_for_status()
        async for line in answer.aiter_lines():
            field_name, _, value = line.partition(": ")
            if field_name == "event":
                name = value
                begun.set()
                heard.resets += name == "reset"
            elif field_name == "data" and name == "changed":
                now = time.monotonic()
                told = (heard.committed_at.get(each) for each in json.loads(value)["callbacks"])
                heard.seconds += [now - at for at in told if at is not None]


def report(number: int, heard: Heard, cpu: float, memory: float) -> None:
    """One line of figures."""
    milliseconds = sorted(seconds * 1000 for seconds in heard.seconds)
    median, p95 = statistics.median(milliseconds), milliseconds[int(len(milliseconds) * 0.95)]
    print(
        f"{number:4} listeners: median {median:6.0f} ms, p95 {p95:6.0f} ms, {len(milliseconds):,} told,"
        f" {heard.resets} resets, {cpu:5.1%} of a core, {memory:.0f} MB",
        flush=True,
    )


def cpu_seconds(pid: int) -> float:
    """What a process has used of a processor so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listeners", type=int, default=200)
    parser.add_argument("--changes", type=int, default=400)
    parser.add_argument("--rate", type=float, default=20)
    given = parser.parse_args()
    asyncio.run(main(given.listeners, given.changes, given.rate))
