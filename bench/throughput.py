"""How many callbacks one machine takes, and how many calls it carries through, in a second.

    python bench/throughput.py [--seconds 10] [--clients 16] [--agents 400] [--runs 3]

Customers ask over the API (`ringback serve`) with as many requests at once as there are clients, for different numbers
and in several services; told is the median rate, also as a share of what the database alone can do: one row inserted
and committed by each of as many connections, in the same run. Then an engine carries the queue through: agents
reserved, both sides dialled on a simulated exchange that answers at once, joined for two seconds, finished. Each call
is about ten commits.
"""

import argparse
import asyncio
import itertools
import statistics
import time
from collections.abc import Awaitable, Callable

import asyncpg
import httpx
from dataset import temporary_server
from processes import api, process

SERVICES = 20
EXCHANGE = "main=simulator:?ring_seconds=0.01&talk_seconds=2"


async def main(seconds: float, clients: int, agents: int, runs: int) -> None:
    rates = [await measure(seconds, clients, agents) for _ in range(runs)]
    for what in rates[0]:
        print(f"median of {what}: {statistics.median(run[what] for run in rates):.2f}")


async def measure(seconds: float, clients: int, agents: int) -> dict[str, float]:
    async with temporary_server() as url:
        await set_up(url, agents)
        ceiling = await bare_commits(url, seconds, clients)
        async with api("serve", url) as (client, _):
            created = await creations(client, seconds, clients)
        calls = await calls_carried_through(url, seconds)
    print(f"{created:.0f} created/s of {ceiling:.0f} bare commits/s; {calls:.0f} calls/s", flush=True)
    return {"created/s": created, "created/s by bare commits/s": created / ceiling, "calls/s": calls}


async def set_up(url: str, agents: int) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE bare (id bigint GENERATED ALWAYS AS IDENTITY, at timestamptz, number text)")
    await connection.execute(
        """
        INSERT INTO services (name, display_name, trunk_id, wrap_up_seconds, queue_limit)
        SELECT 'service-' || n, 'Service ' || n, t.id, 0, 0 FROM generate_series(1, $1::int) AS n, trunks AS t
        """,
        SERVICES,
    )
    await connection.execute(
        """
        INSERT INTO agents (name, display_name, endpoint, presence, idle_since)
        SELECT 'agent-' || n, 'Agent ' || n, 'agent-' || n, 'READY', clock_timestamp()
        FROM generate_series(1, $1::int) AS n
        """,
        agents,
    )
    await connection.execute(
        """
        INSERT INTO agent_services
        SELECT a.id, s.id
        FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM agents) AS a
        JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM services) AS s ON s.n = 1 + a.n % $1::int
        """,
        SERVICES,
    )
    await connection.close()


async def bare_commits(url: str, seconds: float, clients: int) -> float:
    async with asyncpg.create_pool(url, min_size=clients, max_size=clients) as pool:

        async def commit(number: int) -> None:
            await pool.execute("INSERT INTO bare (at, number) VALUES (clock_timestamp(), $1)", str(number))

        return await rate(commit, seconds, clients)


async def creations(client: httpx.AsyncClient, seconds: float, clients: int) -> float:
    async def create(number: int) -> None:
        body = {"service": f"service-{1 + number % SERVICES}", "phone_number": f"+4915{number:09}"}
        (await client.post("/api/v1/callbacks", json=body)).raise_for_status()

    return await rate(create, seconds, clients)


async def calls_carried_through(url: str, seconds: float) -> float:
    """How many callbacks an engine completes in a second, while there are more than enough."""
    connection = await asyncpg.connect(url)
    async with process("engine", url, links=EXCHANGE):
        while not await completed(connection):  # noqa: ASYNC110 (another process has to get there)
            await asyncio.sleep(0.1)
        before, started_at = await completed(connection), time.perf_counter()
        await asyncio.sleep(seconds)
        done, took = await completed(connection) - before, time.perf_counter() - started_at
        if not await connection.fetchval("SELECT EXISTS (SELECT FROM callbacks WHERE state = 'QUEUED')"):
            raise RuntimeError("the queue ran empty: ask for fewer seconds")
    await connection.close()
    return done / took


async def completed(connection: "asyncpg.Connection[asyncpg.Record]") -> int:
    return await connection.fetchval("SELECT count(*) FROM callbacks WHERE result = 'AGENT'")


async def rate(act: Callable[[int], Awaitable[None]], seconds: float, at_once: int) -> float:
    """How often in a second `act` is done, by so many at once."""
    numbers, done, ends_at = itertools.count(1), 0, time.perf_counter() + seconds

    async def work() -> None:
        nonlocal done
        while time.perf_counter() < ends_at:
            await act(next(numbers))
            done += 1

    await asyncio.gather(*(work() for _ in range(at_once)))
    return done / seconds


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--agents", type=int, default=400)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    asyncio.run(main(arguments.seconds, arguments.clients, arguments.agents, arguments.runs))
