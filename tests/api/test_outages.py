"""The database away at the start, lost and back during work: 503 with Retry-After, and nothing half-done."""

from collections.abc import AsyncGenerator, Callable

import httpx
import pytest

from ringback.database.pool import Database
from tests.api.broken_wire import Wire
from tests.api.conftest import Servers

Body = Callable[..., dict[str, object]]
CALLBACKS = "/api/v1/callbacks"
KEY = {"Idempotency-Key": "order-7"}


@pytest.fixture
async def wire(database_url: str) -> AsyncGenerator[Wire]:
    """The server's wire to the database; tests look at the database past it."""
    async with Wire(database_url) as wire:
        yield wire


@pytest.fixture
async def client(wire: Wire, servers: Servers, secret: str) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of a server that reaches the database over the wire."""
    async with Database(wire.url) as database:
        url = await servers.start(database)
        async with httpx.AsyncClient(base_url=url, headers={"X-API-Key": secret}, timeout=30) as client:
            yield client


def is_unavailable(answer: httpx.Response) -> bool:
    told = answer.json()
    return (answer.status_code, told["code"]) == (503, "database-unavailable") and int(
        answer.headers["retry-after"]
    ) > 0


async def count(database: Database, table: str) -> int:
    async with database.connection() as connection:
        return await connection.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608


async def until_ready(client: httpx.AsyncClient) -> None:
    while (answer := await client.get("/readyz")).status_code != 200:
        assert is_unavailable(answer)  # each request lets the server try again


async def test_the_server_starts_without_a_database_and_works_when_it_comes(
    wire: Wire, client: httpx.AsyncClient, request_body: Body
) -> None:
    wire.cut()
    assert (await client.get("/healthz")).status_code == 200
    assert is_unavailable(await client.get("/readyz"))
    assert is_unavailable(await client.get(CALLBACKS))
    assert is_unavailable(await client.post(CALLBACKS, json=request_body()))
    assert "ringback_database_up 0.0" in (await client.get("/metrics")).text
    await wire.mend()
    await until_ready(client)
    assert (await client.post(CALLBACKS, json=request_body())).status_code == 201


@pytest.mark.parametrize("statement", [b"BEGIN", b"INSERT INTO idempotency_keys", b"WITH created AS", b"COMMIT"])
async def test_a_database_lost_in_the_middle_of_a_request_leaves_nothing_half_done(
    wire: Wire, client: httpx.AsyncClient, request_body: Body, database: Database, statement: bytes
) -> None:
    wire.cut_before = statement
    assert is_unavailable(await client.post(CALLBACKS, json=request_body(), headers=KEY))
    assert [await count(database, table) for table in ("callbacks", "transitions", "idempotency_keys")] == [0, 0, 0]
    await wire.mend()
    await until_ready(client)
    assert (await client.post(CALLBACKS, json=request_body(), headers=KEY)).status_code == 201


async def test_when_only_the_answer_to_the_commit_is_lost_the_repeated_request_gets_it(
    wire: Wire, client: httpx.AsyncClient, request_body: Body, database: Database
) -> None:
    wire.cut_after = b"COMMIT"
    assert is_unavailable(await client.post(CALLBACKS, json=request_body(), headers=KEY))
    assert await count(database, "callbacks") == 1
    await wire.mend()
    await until_ready(client)
    answer = await client.post(CALLBACKS, json=request_body(), headers=KEY)
    assert answer.status_code == 201
    assert await count(database, "callbacks") == 1


async def test_connections_that_the_server_ended_are_replaced(
    client: httpx.AsyncClient, request_body: Body, database: Database
) -> None:
    assert (await client.get(CALLBACKS)).status_code == 200
    async with database.connection() as connection:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    await until_ready(client)
    assert (await client.post(CALLBACKS, json=request_body())).status_code == 201


async def test_a_database_without_the_schema_is_told_as_such(servers: Servers, server_url: str) -> None:
    async with Database(server_url) as empty:
        url = await servers.start(empty)
        async with httpx.AsyncClient(base_url=url) as client:
            for path, headers in (("/readyz", {}), (CALLBACKS, {"X-API-Key": "rbk_x"})):
                answer = await client.get(path, headers=headers)
                assert (answer.status_code, answer.json()["code"]) == (503, "schema-missing")
                assert "ringback migrate" in answer.json()["detail"]
