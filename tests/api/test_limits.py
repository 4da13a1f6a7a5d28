"""How often somebody may ask, how large a request may be, and who it is that asks behind proxies."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
import pytest

from ringback.accounts import api_keys
from ringback.accounts.rules import Scope
from ringback.actors import ENGINE
from ringback.clock import ManualClock
from ringback.database.pool import Database
from tests.api.conftest import BODY_LIMIT, Servers
from tests.api.raw_client import RawClient
from tests.api.test_bad_input import problem

CALLBACKS = "/api/v1/callbacks"
SERVICES = "/api/v1/services"
NOT_TRUSTED = "127.0.0.2"


def client_of(url: str, address: str = "127.0.0.1", **headers: str) -> httpx.AsyncClient:
    """A client that comes from that address of this machine."""
    transport = httpx.AsyncHTTPTransport(local_address=address)
    return httpx.AsyncClient(transport=transport, base_url=url, headers=headers, timeout=30)


async def test_a_key_may_ask_so_often_and_other_keys_do_not_suffer(
    servers: Servers, database: Database, clock: ManualClock, secret: str
) -> None:
    other = (await api_keys.create(database, clock, ENGINE, "other", [Scope.READ])).secret
    url = await servers.start(database, rate_limit_per_minute=3)
    async with client_of(url) as client:
        answers = [await client.get(SERVICES, headers={"X-API-Key": secret}) for _ in range(6)]
        assert (await client.get(SERVICES, headers={"X-API-Key": other})).status_code == 200
    # The first one is still counted with its address.
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429, 429]
    told = problem(answers[-1], 429, "rate-limit-reached")
    assert told["details"] == {"limit": 3}
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 20


async def test_who_shows_no_good_key_may_ask_less_and_needs_no_database(servers: Servers, database: Database) -> None:
    url = await servers.start(database, address_rate_limit_per_minute=3)
    async with client_of(url) as client:
        made_up = [await client.get(SERVICES, headers={"X-API-Key": f"rbk_{number}"}) for number in range(5)]
        assert (await client.get("/api/docs")).status_code == 429
    assert [answer.status_code for answer in made_up] == [401, 401, 401, 429, 429]


async def test_monitoring_is_not_counted(servers: Servers, database: Database) -> None:
    url = await servers.start(database, address_rate_limit_per_minute=1)
    async with client_of(url) as client:
        for path in ("/healthz", "/readyz", "/metrics"):
            assert [(await client.get(path)).status_code for _ in range(3)] == [200, 200, 200]


async def test_a_revoked_key_counts_with_its_address(
    servers: Servers, database: Database, clock: ManualClock, secret: str
) -> None:
    url = await servers.start(database, address_rate_limit_per_minute=2)
    async with client_of(url, **{"X-API-Key": secret}) as client:
        assert [(await client.get(SERVICES)).status_code for _ in range(4)] == [200] * 4
        await api_keys.revoke(database, clock, ENGINE, "tester")
        assert [(await client.get(SERVICES)).status_code for _ in range(4)] == [401, 401, 429, 429]


@asynccontextmanager
async def proxy_to(url: str) -> AsyncGenerator[str]:
    """The URL of a small TLS proxy without the TLS: it adds whom it was asked by, as nginx and Caddy do."""
    target = httpx.URL(url)

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = [line for line in head.split("\r\n") if line and not line.lower().startswith("x-forwarded-proto")]
        lines += [f"X-Forwarded-For: {writer.get_extra_info('peername')[0]}", "X-Forwarded-Proto: https"]
        there, back = await asyncio.open_connection(target.host, target.port)
        back.write("\r\n".join([*lines, "Connection: close", "", ""]).encode())
        writer.write(await there.read())
        await writer.drain()
        writer.close()
        back.close()

    server = await asyncio.start_server(forward, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def statuses(url: str, address: str, times: int, **headers: str) -> list[int]:
    """What so many requests without a key, each over a connection of its own, are answered."""
    told: list[int] = []
    for _ in range(times):
        async with client_of(url, address, **headers) as client:
            told.append((await client.get(SERVICES)).status_code)
    return told


async def test_behind_a_proxy_each_client_counts_for_itself(servers: Servers, database: Database) -> None:
    url = await servers.start(database, address_rate_limit_per_minute=2)
    async with proxy_to(url) as proxy:
        assert await statuses(proxy, "127.0.0.2", 3) == [401, 401, 429]
        assert await statuses(proxy, "127.0.0.3", 3) == [401, 401, 429]


async def test_a_forged_address_gives_nobody_more(servers: Servers, database: Database) -> None:
    url = await servers.start(database, address_rate_limit_per_minute=2)
    async with proxy_to(url) as proxy:
        assert await statuses(proxy, NOT_TRUSTED, 2) == [401, 401]
        for forged in ("203.0.113.1", "127.0.0.1", "203.0.113.1, 127.0.0.1", "nonsense"):
            assert await statuses(proxy, NOT_TRUSTED, 1, **{"X-Forwarded-For": forged}) == [429]
    assert await statuses(url, NOT_TRUSTED, 1, **{"X-Forwarded-For": "203.0.113.1"}) == [429]


async def test_only_trusted_proxies_say_that_they_were_asked_over_tls(servers: Servers, database: Database) -> None:
    url = await servers.start(database)
    async with proxy_to(url) as proxy, client_of(proxy, NOT_TRUSTED) as client:
        answer = await client.get("/api/docs", headers={"X-Forwarded-Proto": "http"})
        assert "strict-transport-security" in answer.headers
    async with client_of(url, NOT_TRUSTED) as client:
        answer = await client.get("/api/docs", headers={"X-Forwarded-Proto": "https"})
        assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize(
    ("path", "headers", "status", "code"),
    [
        (f"{CALLBACKS}?search={'1' * 9_000}", {}, 414, "url-too-long"),
        (f"{CALLBACKS}?{'&'.join(['state=QUEUED'] * 501)}", {}, 422, "invalid-request"),
        (CALLBACKS, {f"X-{number}": "a" * 1_000 for number in range(20)}, 431, "headers-too-large"),
        (CALLBACKS, {"Content-Encoding": "gzip"}, 415, "encoding-not-supported"),
        ("/healthz", {"X-Long": "a" * 17_000}, 431, "headers-too-large"),
    ],
)
async def test_heads_that_are_too_large_are_refused(
    server: httpx.AsyncClient, path: str, headers: dict[str, str], status: int, code: str
) -> None:
    problem(await server.get(path, headers=headers), status, code)
    assert (await server.get(CALLBACKS)).status_code == 200


async def test_a_head_without_end_is_refused_however_fast_it_comes(server: httpx.AsyncClient) -> None:
    async with RawClient(str(server.base_url)) as client:
        client.say("GET /healthz HTTP/1.1\nHost: x\n" + "X-A: b\n" * 100_000)
        status, _, told = await client.answer()
        assert (status, told["code"]) == (400, "malformed-request")


async def test_a_compressed_body_is_refused(server: httpx.AsyncClient) -> None:
    answer = await server.post(CALLBACKS, content=b"\x1f\x8b", headers={"Content-Encoding": "gzip"})
    problem(answer, 415, "encoding-not-supported")


async def test_a_body_in_pieces_is_as_limited_as_any(server: httpx.AsyncClient) -> None:
    async def pieces() -> AsyncGenerator[bytes]:
        for _ in range(BODY_LIMIT // 1_000 + 1):
            yield b" " * 1_000

    problem(await server.post(CALLBACKS, content=pieces()), 413, "body-too-large")


@pytest.mark.parametrize("body", [b"[" * 19_000, b'{"user_data":' * 1_400, b"[" * 9_000 + b"]" * 9_000])
async def test_json_in_json_in_json_is_refused(server: httpx.AsyncClient, body: bytes) -> None:
    answer = await server.post(CALLBACKS, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert json.loads(answer.content)["code"] in ("malformed-request", "invalid-request")
