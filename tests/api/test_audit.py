"""Reading the audit over HTTP: the newest first, filtered, and only what concerns the services that one is given."""

import csv
import io
from typing import Any

import httpx
import pytest

from ringback.accounts.rules import Role
from ringback.actors import Actor, ActorKind
from ringback.audit import journal
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.engine.sealer import Sealer
from tests.api.conftest import Browsers
from tests.people import log_in, make_user

AUDIT = "/api/v1/audit"
BEN = Actor(ActorKind.API_KEY, "=ben", "10.0.0.9")
ROOT = Actor(ActorKind.USER, "root")


@pytest.fixture
async def browser(database: Database, clock: ManualClock, secret: str, browsers: Browsers) -> httpx.AsyncClient:
    """An administrator of everything."""
    assert secret
    await make_user(database, clock, "root", Role.ADMINISTRATOR)
    browser = browsers()
    assert (await log_in(browser, "root")).status_code == 201
    return browser


async def done(
    database: Database, clock: ManualClock, action: str, subject: str, *services: str, actor: Actor = BEN
) -> None:
    """Let something be done, a second after whatever was before."""
    await clock.advance(1)
    async with database.transaction() as connection:
        await journal.record(connection, clock.now(), actor, action, subject, of_services=services, n=1)


async def subjects(browser: httpx.AsyncClient, **query: Any) -> list[str]:
    """What was done, but for logins and users."""
    answer = await browser.get(AUDIT, params=query)
    assert answer.status_code == 200, answer.text
    return [entry["subject"] for entry in answer.json()["items"] if not entry["action"].startswith("user.")]


async def test_the_newest_comes_first_with_all_that_is_known(
    browser: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    await done(database, clock, "trunk.changed", "one")
    await done(database, clock, "service.changed", "two", "support")
    assert await Sealer(database, clock).run_once() > 0
    first = (await browser.get(AUDIT)).json()["items"][0]
    assert first.pop("id") > 1
    assert first == {
        "at": "2026-11-23T09:00:02Z",
        "actor_kind": "API_KEY",
        "actor_name": "=ben",
        "address": "10.0.0.9",
        "action": "service.changed",
        "subject": "two",
        "services": ["support"],
        "details": {"n": 1},
        "seal": 1,
    }


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"action": "callback."}, ["c2", "c1"]),
        ({"action": "callback.cre"}, ["c1"]),
        ({"action": "call"}, ["c2", "c1"]),
        ({"action": "trunk"}, ["t"]),
        ({"action": "nothing."}, []),
        ({"actor": "root"}, ["t"]),
        ({"actor": "roo"}, []),
        ({"subject": "c2"}, ["c2"]),
        ({"subject": "c2", "action": "trunk."}, []),
        ({"from": "2026-11-23T09:00:02Z"}, ["t", "c2"]),
        ({"to": "2026-11-23T09:00:02Z"}, ["c1"]),
        ({"from": "2026-11-23T10:00:02+01:00", "to": "2026-11-23T09:00:03Z"}, ["c2"]),
    ],
)
async def test_what_is_asked_for_is_shown(
    browser: httpx.AsyncClient, database: Database, clock: ManualClock, query: dict[str, str], shown: list[str]
) -> None:
    await done(database, clock, "callback.created", "c1")
    await done(database, clock, "callback.cancelled", "c2")
    await done(database, clock, "trunk.changed", "t", actor=ROOT)
    assert await subjects(browser, **query) == shown


async def test_pages_follow_each_other_also_among_entries_of_one_moment(
    browser: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    async with database.transaction() as connection:
        for n in range(7):
            await journal.record(connection, clock.now(), BEN, "agent.changed", f"a{n}")
    seen: list[str] = []
    query: dict[str, Any] = {"action": "agent.", "limit": 3}
    while True:
        page = (await browser.get(AUDIT, params=query)).json()
        seen += [entry["subject"] for entry in page["items"]]
        await done(database, clock, "agent.changed", "later")
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert seen == [f"a{n}" for n in reversed(range(7))]


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"limit": 251}, {"cursor": "x"}, {"cursor": "W10"}, {"from": "2026-11-23T09:00:00"}]
)
async def test_what_cannot_be_asked_for_is_refused(browser: httpx.AsyncClient, query: dict[str, Any]) -> None:
    assert (await browser.get(AUDIT, params=query)).status_code == 422


async def test_who_is_given_some_services_sees_what_concerns_no_others_and_what_they_did(
    browser: httpx.AsyncClient, database: Database, clock: ManualClock, browsers: Browsers
) -> None:
    assert (await browser.put("/api/v1/services/sales", json={})).status_code == 201
    for subject, services in (
        ("none", ()),
        ("own", ("support",)),
        ("foreign", ("sales",)),
        ("both", ("sales", "support")),
    ):
        await done(database, clock, "agent.changed", subject, *services)
    susan = await make_user(database, clock, "susan", Role.SUPERVISOR, services=["support"])
    await done(database, clock, "agent.changed", "hers", "sales", actor=Actor(ActorKind.USER, susan.name))
    await done(database, clock, "agent.changed", "a key's", "sales", actor=Actor(ActorKind.API_KEY, susan.name))
    hers = browsers()
    assert (await log_in(hers, "susan")).status_code == 201
    assert await subjects(hers, action="agent.") == ["hers", "own", "none"]
    assert await subjects(browser, action="agent.") == ["a key's", "hers", "both", "foreign", "own", "none"]
    table = (await hers.get(f"{AUDIT}/export", params={"action": "agent."})).text
    assert [row["subject"] for row in csv.DictReader(io.StringIO(table))] == ["hers", "own", "none"]


async def test_who_may_not_see_the_audit_sees_nothing_of_it(
    client: httpx.AsyncClient, database: Database, clock: ManualClock, browsers: Browsers
) -> None:
    await make_user(database, clock, "mo", Role.MONITOR)
    browser = browsers()
    assert (await log_in(browser, "mo")).status_code == 201
    for path in ("", "/export", "/seals/latest"):
        assert (await browser.get(AUDIT + path)).status_code == 403
        assert (await client.get(AUDIT + path)).status_code == 403


async def test_the_table_has_every_entry_and_no_formula_and_is_written_down_itself(
    browser: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    await done(database, clock, "service.changed", "=1+1", "@support")
    answer = await browser.get(f"{AUDIT}/export", params={"action": "service."})
    assert answer.headers["content-type"].startswith("text/csv")
    [row] = csv.DictReader(io.StringIO(answer.text))
    assert (row["actor_name"], row["subject"], row["services"]) == ("'=ben", "'=1+1", "'@support")
    assert row["at"] == "2026-11-23T09:00:01+00"
    newest = (await browser.get(AUDIT)).json()["items"][0]
    assert (newest["action"], newest["details"]) == ("audit.exported", {"filters": {"action": "service."}})


async def test_the_newest_seal_is_shown_to_be_noted_elsewhere(
    browser: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    assert (await browser.get(f"{AUDIT}/seals/latest")).json()["code"] == "no-seal-yet"
    sealed = await Sealer(database, clock).run_once()
    seal = (await browser.get(f"{AUDIT}/seals/latest")).json()
    assert (seal["id"], seal["entries"], len(seal["hash"]), seal["previous_hash"]) == (1, sealed, 64, "0" * 64)
