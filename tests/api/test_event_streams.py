"""Streams of events as connections: many, slow, gone, broken; and a server that stops."""

import asyncio
import contextlib

import httpx
import pytest
from structlog.testing import capture_logs

from ringback.api.server import GRACE_SECONDS
from ringback.database.pool import Database
from ringback.events import listeners
from tests.api.broken_wire import Wire
from tests.api.conftest import Servers
from tests.api.listening import EVENTS, listening
from tests.api.test_events import made


def tasks(name: str) -> int:
    """How many tasks of that name there are in this process, which is the server's too."""
    return sum(task.get_name() == name for task in asyncio.all_tasks())


async def until_nobody_listens() -> None:
    while tasks("watch for changes") or tasks("send to a client"):  # noqa: ASYNC110
        await asyncio.sleep(0.01)


async def test_a_client_that_goes_leaves_nothing_behind(server: httpx.AsyncClient) -> None:
    async with listening(server), listening(server):
        assert (tasks("watch for changes"), tasks("send to a client")) == (1, 2)
    await until_nobody_listens()
    async with listening(server) as ear:
        callback_id = await made(server)
        await ear.until_heard("callbacks", callback_id)


async def test_head_tells_the_headers_and_ends(server: httpx.AsyncClient) -> None:
    answer = await server.head(EVENTS)
    assert (answer.status_code, answer.headers["x-accel-buffering"], answer.headers["cache-control"]) == (
        200,
        "no",
        "no-store",
    )


async def test_there_is_an_end_to_how_many_listen(server: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listeners, "MAX_OF_ONE", 2)
    async with listening(server), listening(server):
        refusal = await server.get(EVENTS)
        assert (refusal.status_code, refusal.json()["code"], refusal.json()["details"]) == (
            429,
            "too-many-listeners",
            {"limit": 2},
        )
        assert int(refusal.headers["retry-after"]) > 0
    monkeypatch.setattr(listeners, "MAX_LISTENERS", 0)
    assert (await server.get(EVENTS)).status_code == 429


async def test_two_hundred_hear_every_change(server: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listeners, "MAX_OF_ONE", 200)
    limits = httpx.Limits(max_connections=None)
    headers = {"X-API-Key": server.headers["X-API-Key"]}
    async with (
        httpx.AsyncClient(base_url=server.base_url, headers=headers, timeout=30, limits=limits) as client,
        contextlib.AsyncExitStack() as stack,
    ):
        ears = await asyncio.gather(*(stack.enter_async_context(listening(client)) for _ in range(200)))
        ids = [await made(server, f"+49301234{n:03}") for n in range(5)]
        await asyncio.gather(*(ear.until_heard("callbacks", *ids) for ear in ears))
        assert {name for ear in ears for name in ear.names()} == {"hello", "changed"}
    await until_nobody_listens()


async def test_a_server_that_stops_waits_for_no_listener(servers: Servers, database: Database, secret: str) -> None:
    url = await servers.start(database)
    async with httpx.AsyncClient(base_url=url, headers={"X-API-Key": secret}, timeout=30) as client:
        async with listening(client) as ear:
            began = asyncio.get_running_loop().time()
            servers.tasks[-1].cancel()
            await asyncio.wait(servers.tasks)
            assert asyncio.get_running_loop().time() - began < GRACE_SECONDS
            await ear.until(lambda: ear.is_over)
            assert ear.names() == ["hello"]
        with pytest.raises(httpx.ConnectError):
            await client.get(EVENTS)


async def test_when_the_database_was_away_everything_is_to_be_read_anew(
    servers: Servers, database_url: str, secret: str
) -> None:
    async with Wire(database_url) as wire, Database(wire.url) as database:
        url = await servers.start(database)
        async with (
            httpx.AsyncClient(base_url=url, headers={"X-API-Key": secret}, timeout=30) as client,
            listening(client) as ear,
        ):
            with capture_logs() as lines:
                wire.cut()
                while not any(line["event"] == "cannot look for changes" for line in lines):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            assert not ear.is_over
            await wire.mend()
            await ear.until_told("reset")
            callback_id = await made(client)
            await ear.until_heard("callbacks", callback_id)
