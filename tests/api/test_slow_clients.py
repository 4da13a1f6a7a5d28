"""Clients that send or take too slowly, or are too many, hold nothing of the server for ever."""

import asyncio
import contextlib

import httpx
import pytest

from ringback.api import connection
from ringback.api.security import HEADERS
from ringback.database.pool import Database
from tests.api.conftest import Servers
from tests.api.raw_client import RawClient

CALLBACKS = "/api/v1/callbacks"
HEAD = "GET /healthz HTTP/1.1\nHost: x\n"


@pytest.fixture
async def url(servers: Servers, database: Database) -> str:
    """A server."""
    return await servers.start(database)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The times that clients are waited for are short."""
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.3)
    monkeypatch.setattr(connection, "BODY_SECONDS", 0.3)
    monkeypatch.setattr(connection, "STALLED_SECONDS", 0.3)


@pytest.fixture
def rather_impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are shorter than in life, but long enough for a client of a machine that has much to do."""
    monkeypatch.setattr(connection, "HEAD_SECONDS", 5.0)
    monkeypatch.setattr(connection, "STALLED_SECONDS", 5.0)


async def refused_as_slow(client: RawClient) -> None:
    status, headers, problem = await client.answer()
    assert (status, problem["status"], problem["code"]) == (408, 408, "request-too-slow")
    assert {name: headers[name.lower()] for name in HEADERS} == HEADERS
    assert await client.is_ended()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("said", ["", "GET", "GET /healthz HTTP/1.1\nHost: x\nX-Half: "])
async def test_a_head_that_does_not_end_is_not_waited_for(url: str, said: str) -> None:
    async with RawClient(url) as client:
        client.say(said)
        await refused_as_slow(client)


@pytest.mark.usefixtures("impatient")
async def test_a_head_that_comes_byte_by_byte_gets_no_more_time(url: str) -> None:
    async with RawClient(url) as client:
        client.say(HEAD)
        answer = asyncio.create_task(client.answer())
        while not answer.done():
            client.say("X-A: b\n")
            await asyncio.sleep(0.02)
        assert (await answer)[0] == 408


@pytest.mark.usefixtures("impatient")
async def test_the_second_request_of_a_connection_has_the_same_time(url: str) -> None:
    async with RawClient(url) as client:
        client.say(f"{HEAD}\n")
        assert (await client.answer())[0] == 200
        client.say(HEAD)
        await refused_as_slow(client)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("framing", ["Content-Length: 50", "Transfer-Encoding: chunked"])
async def test_a_body_that_does_not_end_is_not_waited_for(url: str, secret: str, framing: str) -> None:
    async with RawClient(url) as client:
        client.say(f"POST {CALLBACKS} HTTP/1.1\nHost: x\nX-API-Key: {secret}\n{framing}\n\n")
        client.say('{"service":' if "Length" in framing else '5\n{"ser\n')
        await refused_as_slow(client)


async def test_a_body_may_take_longer_the_more_of_it_comes(
    url: str, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BODY_SECONDS", 0.3)
    monkeypatch.setattr(connection, "BODY_BYTES_A_SECOND", 10)
    async with RawClient(url) as client:
        client.say(f"POST {CALLBACKS} HTTP/1.1\nHost: x\nX-API-Key: {secret}\nContent-Length: 1002\n\n")
        for _ in range(10):
            client.say(b" " * 100)
            await asyncio.sleep(0.1)
        client.say("{}")
        assert (await client.answer())[0] == 422


async def test_an_idle_connection_is_ended_in_time(
    servers: Servers, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ringback.api.server.IDLE_SECONDS", 0.1)
    async with RawClient(await servers.start(database)) as client:
        client.say(f"{HEAD}\n")
        assert (await client.answer())[0] == 200
        assert await client.is_ended()


async def test_what_is_no_http_is_refused_as_such(url: str) -> None:
    async with RawClient(url) as client:
        client.say("\x16\x03\x01 hello\n\n")
        status, headers, problem = await client.answer()
        assert (status, headers["content-type"]) == (400, "application/problem+json")
        assert problem["code"] == "malformed-request"
        assert await client.is_ended()


async def test_a_request_with_two_lengths_is_refused_for_a_proxy_may_have_gone_by_the_other(url: str) -> None:
    hidden = f"{HEAD}\n"
    async with RawClient(url) as client:
        lengths = "Content-Length: 5\nTransfer-Encoding: chunked\n"
        client.say(f"POST /api/v1/session HTTP/1.1\nHost: x\n{lengths}\n0\n\n{hidden}")
        status, _, problem = await client.answer()
        assert (status, problem["code"]) == (400, "malformed-request")
        assert await client.is_ended()


async def status_of(url: str) -> int:
    async with httpx.AsyncClient() as client:
        return (await client.get(f"{url}/healthz")).status_code


async def until_served(url: str) -> None:
    """Wait until there is room for a connection."""
    while await status_of(url) != 200:
        pass


async def test_one_connection_too_many_is_told_so_and_the_others_go_on(servers: Servers, database: Database) -> None:
    url = await servers.start(database, connection_limit=2)
    async with contextlib.AsyncExitStack() as stack:
        await until_served(url)
        first, second = [await stack.enter_async_context(RawClient(url)) for _ in range(2)]
        async with httpx.AsyncClient() as client:
            refused = await client.get(f"{url}/healthz")
        assert (refused.status_code, refused.json()["code"]) == (503, "too-many-connections")
        assert refused.headers["retry-after"] == "2"
        for client in (first, second):
            client.say(f"{HEAD}\n")
            assert (await client.answer())[0] == 200
    await until_served(url)


@pytest.mark.usefixtures("rather_impatient")
async def test_who_says_nothing_does_not_keep_others_out(servers: Servers, database: Database) -> None:
    url = await servers.start(database, connection_limit=1)
    await until_served(url)
    async with RawClient(url):
        assert await status_of(url) == 503
        await until_served(url)


@pytest.mark.usefixtures("rather_impatient")
async def test_who_takes_no_answers_does_not_keep_others_out(servers: Servers, database: Database) -> None:
    url = await servers.start(database, connection_limit=1)
    await until_served(url)
    async with RawClient(url) as client:
        client.writer.transport.pause_reading()  # type: ignore[attr-defined]
        client.say("GET /api/openapi.json HTTP/1.1\nHost: x\n\n" * 200)
        assert await status_of(url) == 503
        await until_served(url)
