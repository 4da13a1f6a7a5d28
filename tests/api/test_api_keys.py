"""API keys as users keep them: made, seen, changed and revoked, within the services that they are given."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from ringback.accounts import api_keys
from ringback.accounts.rules import OF_SCOPES, Role, Scope
from ringback.actors import ENGINE
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.services import catalog
from tests.api.conftest import Browsers
from tests.people import log_in, make_user

KEYS = "/api/v1/api-keys"
SERVICES = "/api/v1/services"


@pytest.fixture
async def dev(
    client: httpx.AsyncClient, browsers: Browsers, database: Database, clock: ManualClock
) -> httpx.AsyncClient:
    """A developer with all services, beside the key "tester"."""
    assert client.headers["X-API-Key"]
    await catalog.create(database, clock, ENGINE, "sales")
    return await developer(browsers, database, clock, "dora", None)


@pytest.fixture
async def of_sales(
    dev: httpx.AsyncClient, browsers: Browsers, database: Database, clock: ManualClock
) -> httpx.AsyncClient:
    """A developer who is given only "sales"."""
    assert dev
    return await developer(browsers, database, clock, "sally", ["sales"])


async def developer(
    browsers: Browsers, database: Database, clock: ManualClock, name: str, services: list[str] | None
) -> httpx.AsyncClient:
    await make_user(database, clock, name, Role.DEVELOPER, services=services)
    browser = browsers()
    assert (await log_in(browser, name)).status_code == 201
    return browser


def key(name: str = "shop", **fields: object) -> dict[str, object]:
    return {"name": name, "scopes": ["read"], "services": None, **fields}


async def make(dev: httpx.AsyncClient, name: str = "shop", **fields: object) -> dict[str, str]:
    """What shows the new key."""
    answer = await dev.post(KEYS, json=key(name, **fields))
    assert answer.status_code == 201, answer.text
    return {"X-API-Key": answer.json()["secret"]}


async def shown(dev: httpx.AsyncClient, name: str = "shop") -> dict[str, Any]:
    return next(item for item in (await dev.get(KEYS)).json()["items"] if item["name"] == name)


async def entries(database: Database) -> list[tuple[str, str, str]]:
    async with database.connection() as connection:
        rows = await connection.fetch("SELECT actor_name, action, subject FROM audit_entries ORDER BY id")
    return [(row[0], row[1], row[2]) for row in rows if row[1].startswith("api-key.")]


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def seen(client: httpx.AsyncClient, shows: dict[str, str]) -> list[str] | str:
    """The services that a key sees, or why it is refused."""
    answer = await client.get(SERVICES, headers=shows)
    return [item["name"] for item in answer.json()["items"]] if answer.status_code == 200 else answer.json()["code"]


async def test_a_new_key_is_shown_once_and_works_at_once(client: httpx.AsyncClient, dev: httpx.AsyncClient) -> None:
    made = (await dev.post(KEYS, json=key(scopes=["read", "create", "read"], services=["sales"]))).json()
    assert made["secret"].startswith("rbk_")
    assert made["key"] == await shown(dev)
    assert (made["key"]["scopes"], made["key"]["services"]) == (["create", "read"], ["sales"])
    assert made["key"]["has_other_services"] is False
    for answer in (await dev.get(KEYS), await dev.put(f"{KEYS}/shop", json={}), await dev.post(f"{KEYS}/shop/revoke")):
        assert made["secret"] not in answer.text
        assert "hash" not in answer.text
    assert await seen(client, {"X-API-Key": made["secret"]}) == "api-key-refused"


async def test_a_key_sees_only_its_services_and_nothing_when_the_last_is_deleted(
    client: httpx.AsyncClient, dev: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    of_some, of_all = await make(dev, "some", services=["sales"]), await make(dev, "all")
    assert await seen(client, of_some) == ["sales"]
    assert await seen(client, of_all) == ["sales", "support"]
    assert refusal(await client.get(f"{SERVICES}/support", headers=of_some)) == (404, "service-not-found")
    await catalog.delete(database, clock, ENGINE, "sales")
    await catalog.create(database, clock, ENGINE, "sales")
    assert await seen(client, of_some) == []
    assert await seen(client, of_all) == ["sales", "support"]
    assert (await shown(dev, "some"))["services"] == []


async def test_a_key_works_until_it_expires_and_again_when_it_may_longer(
    client: httpx.AsyncClient, dev: httpx.AsyncClient, clock: ManualClock
) -> None:
    ends_at = clock.now() + timedelta(hours=1)
    shows = await make(dev, expires_at=ends_at.isoformat())
    await clock.advance(3_599.9)
    assert isinstance(await seen(client, shows), list)
    await clock.advance(0.1)
    assert await seen(client, shows) == "api-key-refused"
    later = (ends_at + timedelta(hours=1)).isoformat()
    assert (await dev.put(f"{KEYS}/shop", json={"expires_at": later})).status_code == 200
    assert isinstance(await seen(client, shows), list)
    assert (await dev.put(f"{KEYS}/shop", json={"expires_at": None})).json()["expires_at"] is None
    await clock.advance(3_600 * 11)
    assert isinstance(await seen(client, shows), list)


async def test_a_change_keeps_what_it_leaves_out_and_holds_with_the_next_request(
    client: httpx.AsyncClient, dev: httpx.AsyncClient
) -> None:
    shows = await make(dev, services=["support"])
    changed = (await dev.put(f"{KEYS}/shop", json={"services": ["sales"]})).json()
    assert (changed["services"], changed["scopes"]) == (["sales"], ["read"])
    assert await seen(client, shows) == ["sales"]
    await dev.put(f"{KEYS}/shop", json={"scopes": ["agents"]})
    assert await seen(client, shows) == "scope-missing"
    await dev.put(f"{KEYS}/shop", json={"services": None, "scopes": ["read"]})
    assert await seen(client, shows) == ["sales", "support"]


async def test_a_revoked_key_is_refused_at_once_and_cannot_come_back(
    client: httpx.AsyncClient, dev: httpx.AsyncClient, database: Database
) -> None:
    shows = await make(dev)
    first = (await dev.post(f"{KEYS}/shop/revoke")).json()["revoked_at"]
    assert await seen(client, shows) == "api-key-refused"
    assert (await dev.post(f"{KEYS}/shop/revoke")).json()["revoked_at"] == first
    assert refusal(await dev.put(f"{KEYS}/shop", json={"expires_at": None})) == (409, "api-key-revoked")
    assert refusal(await dev.post(KEYS, json=key())) == (409, "api-key-exists")
    assert (await entries(database)).count(("dora", "api-key.revoked", "shop")) == 1


async def test_no_request_that_begins_after_the_revocation_gets_through(
    server: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    shows = {"X-API-Key": (await api_keys.create(database, clock, ENGINE, "shop", [Scope.READ])).secret}
    is_revoked = False
    before, after = set[int](), set[int]()

    async def keep_asking() -> None:
        while not after:
            told = after if is_revoked else before
            told.add((await server.get(SERVICES, headers=shows)).status_code)

    asking = [asyncio.create_task(keep_asking()) for _ in range(8)]
    while not before:  # noqa: ASYNC110 (the server has to answer)
        await asyncio.sleep(0.005)
    await api_keys.revoke(database, clock, ENGINE, "shop")
    is_revoked = True
    await asyncio.gather(*asking)
    assert (200 in before, after) == (True, {401})
    assert [each.revoked_at for each in await api_keys.list_all(database) if each.name == "shop"] == [clock.now()]


async def test_of_two_who_make_the_same_key_one_does(dev: httpx.AsyncClient, database: Database) -> None:
    answers = await asyncio.gather(*(dev.post(KEYS, json=key(services=["sales"])) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 5]
    assert await entries(database) == [("dora", "api-key.created", "shop")]


async def test_the_last_use_is_seen(client: httpx.AsyncClient, dev: httpx.AsyncClient, clock: ManualClock) -> None:
    shows = await make(dev)
    assert (await shown(dev))["last_used_at"] is None
    await clock.advance(5)
    await client.get(SERVICES, headers=shows)
    async with asyncio.timeout(30):
        while (noted := (await shown(dev))["last_used_at"]) is None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert noted == clock.now().isoformat().replace("+00:00", "Z")


async def test_a_developer_gives_only_what_they_have(of_sales: httpx.AsyncClient, database: Database) -> None:
    beyond = (403, "beyond-your-services")
    for services in (None, ["support"], ["sales", "support"], ["no such"]):
        assert refusal(await of_sales.post(KEYS, json=key(services=services))) == beyond
    await make(of_sales, services=["sales"])
    for services in (None, ["support"], ["sales", "support"], ["no such"]):
        assert refusal(await of_sales.put(f"{KEYS}/shop", json={"services": services})) == beyond
    assert await entries(database) == [("sally", "api-key.created", "shop")]
    assert (await shown(of_sales))["services"] == ["sales"]


async def test_a_developer_sees_every_key_but_neither_names_nor_touches_what_is_not_theirs(
    dev: httpx.AsyncClient, of_sales: httpx.AsyncClient, database: Database
) -> None:
    await make(dev, "both", services=["sales", "support"])
    await make(dev, "other", services=["support"])
    await make(dev, "theirs", services=["sales"])
    items = (await of_sales.get(KEYS)).json()["items"]
    assert [(item["name"], item["services"], item["has_other_services"]) for item in items] == [
        ("both", ["sales"], True),
        ("other", [], True),
        ("tester", None, True),
        ("theirs", ["sales"], False),
    ]
    before = await entries(database)
    for name in ("both", "other", "tester"):
        assert refusal(await of_sales.post(f"{KEYS}/{name}/revoke")) == (403, "beyond-your-services")
        assert refusal(await of_sales.put(f"{KEYS}/{name}", json={})) == (403, "beyond-your-services")
    assert await entries(database) == before
    assert all(item["revoked_at"] is None for item in (await dev.get(KEYS)).json()["items"])
    assert (await of_sales.post(f"{KEYS}/theirs/revoke")).status_code == 200


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": ""}, "invalid-api-key"),
        ({"name": "a/b"}, "invalid-api-key"),
        ({"name": ".."}, "invalid-api-key"),
        ({"name": " a"}, "invalid-api-key"),
        ({"name": "x" * 65}, "invalid-api-key"),
        ({"name": "a\u200bb"}, "invalid-api-key"),
        ({"scopes": []}, "invalid-api-key"),
        ({"scopes": ["all"]}, "invalid-request"),
        ({"services": []}, "invalid-api-key"),
        ({"services": ["no such"]}, "invalid-api-key"),
        ({"services": "sales"}, "invalid-request"),
        ({"expires_at": "2026-11-23T09:00:00Z"}, "invalid-api-key"),
        ({"expires_at": "2027-11-23T09:00:00"}, "time-without-offset"),
        ({"secret": "mine"}, "invalid-request"),
    ],
)
async def test_what_cannot_be_a_key_changes_nothing(
    dev: httpx.AsyncClient, database: Database, fields: dict[str, Any], code: str
) -> None:
    assert refusal(await dev.post(KEYS, json=key(**fields))) == (422, code)
    if "name" not in fields:
        assert refusal(await dev.put(f"{KEYS}/tester", json=fields)) == (422, code)
    assert len((await dev.get(KEYS)).json()["items"]) == 1
    assert (await shown(dev, "tester"))["scopes"] == list(Scope)
    assert await entries(database) == []


async def test_which_services_are_meant_must_be_said(dev: httpx.AsyncClient) -> None:
    assert refusal(await dev.post(KEYS, json={"name": "shop", "scopes": ["read"]})) == (422, "invalid-request")


async def test_a_key_that_is_not_there_is_not_found(dev: httpx.AsyncClient) -> None:
    for answer in (await dev.put(f"{KEYS}/no", json={}), await dev.post(f"{KEYS}/no/revoke")):
        assert refusal(answer) == (404, "api-key-not-found")


async def test_no_key_keeps_keys(client: httpx.AsyncClient, dev: httpx.AsyncClient) -> None:
    assert dev
    calls = [("GET", KEYS), ("POST", KEYS), ("PUT", f"{KEYS}/tester"), ("POST", f"{KEYS}/tester/revoke")]
    for method, path in calls:
        answer = await client.request(method, path, json=key())
        assert refusal(answer) == (403, "scope-missing")
        assert answer.json()["details"]["scope"] is None


async def test_what_is_done_to_keys_is_written_down_without_the_secret(
    dev: httpx.AsyncClient, database: Database
) -> None:
    shows = await make(dev, services=["sales"])
    await dev.put(f"{KEYS}/shop", json={"services": ["sales", "support"]})
    await dev.put(f"{KEYS}/shop", json={"services": ["support", "sales"], "scopes": ["read"]})  # which changes nothing
    await dev.post(f"{KEYS}/shop/revoke")
    actions = ["api-key.created", "api-key.changed", "api-key.revoked"]
    assert await entries(database) == [("dora", action, "shop") for action in actions]
    async with database.connection() as connection:
        rows = await connection.fetch("SELECT a::text AS text FROM audit_entries AS a")
    assert not any(shows["X-API-Key"] in row["text"] for row in rows)


def test_the_guide_shows_what_each_scope_allows() -> None:
    guide = (Path(__file__).parents[2] / "docs/api.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$", guide, re.MULTILINE)
    told = {scope: set(re.findall(r"`([A-Z_]+)`", cell)) for scope, cell in rows if scope in set(Scope)}
    assert told == {scope: set(permissions) for scope, permissions in OF_SCOPES.items()}
