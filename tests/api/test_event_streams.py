"""Streams of events as connections: many, slow, gone, broken; and a server that stops."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator

import httpx
import pytest
from structlog.testing import capture_logs

from ringback.api import connection, events
from ringback.api import server as serving
from ringback.bulk.worker import BulkWorker
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.events import listeners
from tests.api.broken_wire import Wire
from tests.api.conftest import Servers
from tests.api.listening import EVENTS, listening
from tests.api.raw_client import RawClient
from tests.api.test_events import filled, made


def tasks(name: str) -> int:
    """How many tasks of that name there are in this process, which is the server's too."""
    return sum(task.get_name() == name for task in asyncio.all_tasks())


async def until_nobody_listens() -> None:
    while tasks("watch for changes") or tasks("send to a client"):  # noqa: ASYNC110
        await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def deaf(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[RawClient]:
    """Somebody who listens and takes nothing, to whom more was sent already than buffers hold."""
    async with RawClient(str(client.base_url)) as deaf:
        with monkeypatch.context() as while_deafened:
            while_deafened.setattr(events, "CHECK_SECONDS", 0.01)
            while_deafened.setattr(events, "KEEP_ALIVE", b": " + b"x" * 30_000_000 + b"\n\n")
            deaf.say(f"GET {EVENTS} HTTP/1.1\nHost: x\nX-API-Key: {client.headers['X-API-Key']}\n\n")
            await deaf.reader.readuntil(b": xxx")
        deaf.writer.transport.pause_reading()  # type: ignore[attr-defined]
        yield deaf


async def until_said(client: RawClient, text: str) -> None:
    """Read until it comes."""
    seen = b""
    while text.encode() not in seen:
        seen = seen[-len(text) :] + await client.reader.read(100_000)


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


async def test_who_takes_nothing_delays_nobody_and_is_told_to_read_everything(
    server: httpx.AsyncClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    half = listeners.MAX_WAITING // 2
    async with deaf(server, monkeypatch) as slow, listening(server) as ear:
        for told in (1, 1 + half, 1 + 2 * half):
            await (made(server) if told == 1 else filled(database, half))
            await ear.until(lambda told=told: len(ear.heard("callbacks")) == told)
        await made(server, "+49301234568")
        await ear.until(lambda: len(ear.heard("callbacks")) == 2 + 2 * half)
        assert "reset" not in ear.names()
        slow.writer.transport.resume_reading()  # type: ignore[attr-defined]
        await until_said(slow, "event: reset")
        await until_said(slow, await made(server, "+49301234569"))


async def test_who_takes_nothing_does_not_hold_up_the_stop(
    servers: Servers, database: Database, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "GRACE_SECONDS", 600)
    monkeypatch.setattr(connection, "STALLED_AT_STOP_SECONDS", 0.1)
    url = await servers.start(database)
    async with (
        httpx.AsyncClient(base_url=url, headers={"X-API-Key": secret}, timeout=30) as client,
        deaf(client, monkeypatch),
        listening(client) as ear,
    ):
        await ear.until_heard("callbacks", await made(client))
        servers.tasks[-1].cancel()
        await asyncio.wait(servers.tasks)
        await until_nobody_listens()


async def test_a_large_bulk_cancellation_is_told_by_resets(
    server: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    await filled(database, 20_000)
    async with listening(server) as ear:
        range_ = {"from": "2026-11-23T00:00:00Z", "to": "2026-11-24T00:00:00Z"}
        asked = await server.post("/api/v1/cancellations", json={"all": True, **range_})
        assert await BulkWorker(database, clock).run_once() == asked.json()["total"] == 20_000
        resets = ear.names().count("reset")
        callback_id = await made(server)
        await ear.until(lambda: callback_id in ear.heard("callbacks") or ear.names().count("reset") > resets)
        assert "reset" in ear.names()
        told = [len(data["callbacks"]) for name, data in ear.events if name == "changed"]
        assert all(number <= listeners.MAX_WAITING for number in told)


async def test_a_server_that_stops_waits_for_no_listener(
    servers: Servers, database: Database, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "GRACE_SECONDS", 600)
    url = await servers.start(database)
    async with httpx.AsyncClient(base_url=url, headers={"X-API-Key": secret}, timeout=30) as client:
        async with listening(client) as ear:
            servers.tasks[-1].cancel()
            await asyncio.wait(servers.tasks)
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
