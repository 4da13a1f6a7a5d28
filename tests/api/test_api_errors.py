"""API errors: kept for developers without making any call wait, and with nothing in them that a client wrote."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from ringback.accounts import api_errors, api_keys
from ringback.accounts.rules import Role, Scope
from ringback.actors import ENGINE
from ringback.api import failures
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.records import retention
from ringback.services import catalog
from tests.api.broken_wire import Wire
from tests.api.conftest import Browsers, Servers
from tests.people import log_in, make_user

ERRORS = "/api/v1/api-errors"
SERVICES = "/api/v1/services"
MINE = "X-Correlation-Id"
NUMBER = "493055512345"


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "PAUSE_SECONDS", 0.01)


@pytest.fixture
async def dev(
    client: httpx.AsyncClient, browsers: Browsers, database: Database, clock: ManualClock
) -> httpx.AsyncClient:
    """A developer with all services, beside the key "tester"."""
    assert client
    return await developer(browsers, database, clock, "dora", None)


async def developer(
    browsers: Browsers, database: Database, clock: ManualClock, name: str, services: list[str] | None
) -> httpx.AsyncClient:
    await make_user(database, clock, name, Role.DEVELOPER, services=services)
    browser = browsers()
    assert (await log_in(browser, name)).status_code == 201
    return browser


async def until(is_so: Callable[[list[dict[str, Any]]], bool], database: Database) -> list[dict[str, Any]]:
    """The rows that are kept, the oldest first, as soon as it is so."""
    async with asyncio.timeout(60):
        while True:
            async with database.connection() as connection:
                rows = [dict(row) for row in await connection.fetch("SELECT * FROM api_errors ORDER BY id")]
            if is_so(rows):
                return rows
            await asyncio.sleep(0.01)


async def kept(database: Database, number: int) -> list[dict[str, Any]]:
    return await until(lambda rows: len(rows) >= number, database)


async def listed(dev: httpx.AsyncClient, **query: str | int) -> list[str]:
    """The correlation ids of a list."""
    answer = await dev.get(ERRORS, params=query)
    assert answer.status_code == 200, answer.text
    return [item["correlation_id"] for item in answer.json()["items"]]


async def fail(client: httpx.AsyncClient, name: str, path: str = f"{SERVICES}/no", secret: str | None = None) -> None:
    headers = {MINE: name} if secret is None else {MINE: name, "X-API-Key": secret}
    assert (await client.get(path, headers=headers)).status_code >= 400


async def test_what_a_key_is_refused_is_listed_with_its_id(
    client: httpx.AsyncClient, dev: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    answer = await client.delete("/api/v1/trunks/no-such")
    await kept(database, 1)
    [item] = (await dev.get(ERRORS)).json()["items"]
    assert item.pop("id") > 0
    assert item == {
        "at": clock.now().isoformat().replace("+00:00", "Z"),
        "correlation_id": answer.headers[MINE],
        "api_key": "tester",
        "method": "DELETE",
        "route": "/api/v1/trunks/{trunk_name}",
        "status": 404,
        "code": "trunk-not-found",
    }


async def test_which_calls_are_kept(
    client: httpx.AsyncClient, dev: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    gone = (await api_keys.create(database, clock, ENGINE, "gone", [Scope.READ])).secret
    await api_keys.revoke(database, clock, ENGINE, "gone")
    assert (await client.get(SERVICES)).status_code == 200
    assert (await dev.get(SERVICES)).status_code == 403  # a user's own
    assert (await dev.get("/nowhere")).status_code == 404
    for name, path in (("route", "/nowhere"), ("method", "/api/v1/callbacks/ring-in"), ("query", f"{SERVICES}?no=1")):
        await fail(client, name, path)
    await fail(client, "unknown", secret="rbk_wrong")
    await fail(client, "revoked", secret=gone)
    await fail(client, "scope", "/api/v1/api-keys")
    rows = await kept(database, 6)
    assert [(row["correlation_id"], row["status"], row["code"]) for row in rows] == [
        ("route", 404, "route-not-found"),
        ("method", 405, "method-not-allowed"),
        ("query", 422, "invalid-request"),
        ("unknown", 401, "api-key-refused"),
        ("revoked", 401, "api-key-refused"),
        ("scope", 403, "scope-missing"),
    ]
    keys = [item["api_key"] for item in reversed((await dev.get(ERRORS)).json()["items"])]
    assert keys == ["tester", "tester", "tester", None, "gone", "tester"]


async def test_nothing_that_a_client_wrote_is_kept(client: httpx.AsyncClient, database: Database) -> None:
    plus = f"+{NUMBER}"
    body = {"service": NUMBER, "phone_number": plus, "customer_name": NUMBER, NUMBER: plus}
    calls = [
        ("GET", f"/{NUMBER}"),
        ("GET", f"/api/v1/callbacks/{NUMBER}"),
        ("GET", f"{SERVICES}/{NUMBER}"),
        ("PUT", f"/api/v1/trunks/{NUMBER}%2f"),
        ("DELETE", f"/api/v1/customers/{NUMBER}x"),
        ("GET", f"/api/v1/callbacks?search={NUMBER}&{NUMBER}={NUMBER}"),
        ("POST", "/api/v1/callbacks"),
        ("POST", "/api/v1/callbacks/ring-in"),
        (f"X{NUMBER}", SERVICES),
    ]
    headers = {MINE: NUMBER, "Idempotency-Key": NUMBER, "User-Agent": NUMBER, "Referer": NUMBER, "Cookie": NUMBER}
    for method, path in calls:
        for key in ({}, {"X-API-Key": NUMBER}):
            answer = await client.request(method, path, json=body, headers=headers | key)
            assert answer.status_code >= 400, (method, path)
    async with database.connection() as connection:
        await kept(database, 2 * len(calls))
        texts = await connection.fetch("SELECT e::text AS row FROM api_errors AS e")
    assert len(texts) == 2 * len(calls)
    assert [text["row"] for text in texts if NUMBER in text["row"]] == []


async def test_a_list_is_filtered_and_paged_the_newest_first(
    client: httpx.AsyncClient, dev: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    for number in range(7):
        await fail(client, f"n{number}", SERVICES + ("/no" if number % 2 else "?no=1"))
        await kept(database, number + 1)
        clock.jump(number % 3)  # some at the same time
    expected = [f"n{number}" for number in reversed(range(7))]
    assert await listed(dev) == expected
    found, cursor = list[str](), None
    while True:
        page = (await dev.get(ERRORS, params={"limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
        found += [item["correlation_id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == expected
    assert await listed(dev, code="service-not-found") == ["n5", "n3", "n1"]
    assert await listed(dev, correlation_id="n3") == ["n3"]
    assert await listed(dev, api_key="tester", limit=1) == ["n6"]
    assert await listed(dev, api_key="other") == []
    at = (await dev.get(ERRORS, params={"correlation_id": "n3"})).json()["items"][0]["at"]
    assert await listed(dev, **{"from": at}) == ["n6", "n5", "n4", "n3"]
    assert await listed(dev, to=at) == ["n2", "n1", "n0"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=0", "invalid-request"),
        ("limit=251", "invalid-request"),
        ("cursor=no", "invalid-filter"),
        ("cursor=eyJhdCI6MX0", "invalid-filter"),
        ("from=2026-11-23T09:00:00", "time-without-offset"),
        ("path=/x", "invalid-request"),
    ],
)
async def test_a_list_that_cannot_be_is_refused(dev: httpx.AsyncClient, query: str, code: str) -> None:
    answer = await dev.get(f"{ERRORS}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_a_developer_of_some_services_sees_the_errors_of_keys_that_have_no_others(
    client: httpx.AsyncClient, dev: httpx.AsyncClient, browsers: Browsers, database: Database, clock: ManualClock
) -> None:
    await catalog.create(database, clock, ENGINE, "sales")
    given = {"theirs": ["sales"], "both": ["sales", "support"], "other": ["support"]}
    for name, services in given.items():
        made = await api_keys.create(database, clock, ENGINE, name, [Scope.READ], services=services)
        await fail(client, name, secret=made.secret)
    await fail(client, "all")
    await fail(client, "unknown", secret="rbk_wrong")
    await kept(database, 5)
    of_sales = await developer(browsers, database, clock, "sally", ["sales"])
    assert await listed(of_sales) == ["theirs"]
    assert await listed(of_sales, api_key="both") == []
    assert await listed(of_sales, correlation_id="unknown") == []
    assert len(await listed(dev)) == 5
    assert (await client.get(ERRORS)).json()["code"] == "scope-missing"


async def test_more_than_can_wait_is_dropped_and_counted(
    client: httpx.AsyncClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failures, "MOST_WAITING", 3)
    async with database.transaction() as connection:
        await connection.execute("LOCK TABLE api_errors IN ACCESS EXCLUSIVE MODE")
        for number in range(8):
            await fail(client, f"n{number}")  # and it does not wait for the lock
        assert "ringback_api_errors_dropped_total 5.0" in (await client.get("/metrics")).text
    assert [row["correlation_id"] for row in await kept(database, 3)] == ["n0", "n1", "n2"]
    await fail(client, "later")
    assert [row["correlation_id"] for row in await kept(database, 4)][3:] == ["later"]


@pytest.fixture
async def wired(database_url: str, servers: Servers, secret: str) -> AsyncGenerator[tuple[Wire, httpx.AsyncClient]]:
    """A server that reaches the database over a wire, and its client."""
    async with Wire(database_url) as wire, Database(wire.url) as over_wire:
        url = await servers.start(over_wire)
        async with httpx.AsyncClient(base_url=url, headers={"X-API-Key": secret}, timeout=30) as client:
            yield wire, client


async def test_while_the_database_is_away_calls_are_answered_and_kept_afterwards(
    wired: tuple[Wire, httpx.AsyncClient], database: Database
) -> None:
    wire, client = wired
    wire.cut()
    for number in range(3):
        answer = await client.get(SERVICES, headers={MINE: f"away{number}"})
        assert (answer.status_code, answer.headers[MINE]) == (503, f"away{number}")
    await wire.mend()
    rows = await kept(database, 3)
    assert [(row["correlation_id"], row["code"]) for row in rows] == [
        (f"away{number}", "database-unavailable") for number in range(3)
    ]
    assert all(row["api_key_id"] is not None for row in rows)


async def test_what_waits_is_kept_when_the_server_stops(
    servers: Servers, database: Database, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failures, "PAUSE_SECONDS", 3_600)
    url = await servers.start(database)
    async with httpx.AsyncClient(base_url=url, headers={"X-API-Key": secret}, timeout=30) as client:
        await fail(client, "first")
        await kept(database, 1)
        await fail(client, "last")
    servers.tasks[0].cancel()
    await asyncio.gather(*servers.tasks, return_exceptions=True)
    assert [row["correlation_id"] for row in await kept(database, 2)] == ["first", "last"]


async def test_old_ones_and_those_beyond_the_limits_are_cleaned_up(
    client: httpx.AsyncClient, database: Database, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fail(client, "old")
    await kept(database, 1)
    clock.jump(api_errors.KEPT.total_seconds())
    await retention.remove_old(database, clock)
    assert len(await kept(database, 1)) == 1
    clock.jump(timedelta(seconds=1).total_seconds())
    for number in range(6):
        await fail(client, f"key{number}")
        await fail(client, f"none{number}", secret="rbk_wrong")
    await kept(database, 13)
    monkeypatch.setattr(api_errors, "MOST_WITHOUT_KEY", 2)
    monkeypatch.setattr(api_errors, "MOST", 6)
    await retention.remove_old(database, clock)
    left = [row["correlation_id"] for row in await kept(database, 0)]
    assert left == ["key2", "key3", "key4", "none4", "key5", "none5"]


async def test_the_errors_of_a_key_that_is_removed_go_with_it(client: httpx.AsyncClient, database: Database) -> None:
    await fail(client, "mine")
    await kept(database, 1)
    async with database.transaction() as connection:
        await connection.execute("DELETE FROM api_keys")
    assert await kept(database, 0) == []
