"""Users over the API: made with a password that is shown once, changed only within one's own services."""

import httpx
import pytest

from ringback.accounts import users
from ringback.accounts.rules import Role
from ringback.accounts.users import UserChoices
from ringback.agents import roster
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.services import catalog
from tests.api.conftest import Browsers
from tests.people import PASSWORD, ROOT, log_in, make_user

USERS = "/api/v1/users"


@pytest.fixture
async def boss(browsers: Browsers, database: Database, clock: ManualClock, secret: str) -> httpx.AsyncClient:
    """An administrator of everything, logged in; there are the services "support" and "sales"."""
    await catalog.create(database, clock, ROOT, "sales")
    await make_user(database, clock, "boss", Role.ADMINISTRATOR)
    browser = browsers()
    await log_in(browser, "boss")
    return browser


@pytest.fixture
async def chief(
    boss: httpx.AsyncClient, browsers: Browsers, database: Database, clock: ManualClock
) -> httpx.AsyncClient:
    """An administrator of "support" alone, logged in."""
    await make_user(database, clock, "chief", Role.ADMINISTRATOR, services=["support"])
    browser = browsers("192.0.2.9")
    await log_in(browser, "chief")
    return browser


async def test_a_new_user_logs_in_with_the_password_that_is_shown_once(
    boss: httpx.AsyncClient, browsers: Browsers
) -> None:
    wanted = {"roles": ["SUPERVISOR", "MONITOR"], "services": ["support"], "display_name": "Sue Smith"}
    made = await boss.put(f"{USERS}/Sue", json=wanted)
    assert made.status_code == 201
    told = made.json()["user"]
    assert (told["name"], told["roles"], told["services"]) == ("Sue", ["MONITOR", "SUPERVISOR"], ["support"])
    assert (told["must_change_password"], told["is_enabled"], told["agent"]) == (True, True, None)
    assert (await log_in(browsers(), "sue", made.json()["password"])).status_code == 201
    again = await boss.put(f"{USERS}/sue", json=wanted)
    assert (again.status_code, again.json()["password"]) == (200, None)
    assert (await boss.get(f"{USERS}/SUE")).json()["name"] == "Sue"
    assert [user["name"] for user in (await boss.get(USERS)).json()["items"]] == ["boss", "Sue"]


async def test_what_is_left_out_keeps_its_value(boss: httpx.AsyncClient) -> None:
    await boss.put(f"{USERS}/sue", json={"roles": ["MONITOR"], "services": ["support"]})
    await boss.put(f"{USERS}/sue", json={"services": None})
    user = (await boss.put(f"{USERS}/sue", json={})).json()["user"]
    assert (user["roles"], user["services"]) == (["MONITOR"], None)
    user = (await boss.put(f"{USERS}/sue", json={"services": ["sales"], "roles": []})).json()["user"]
    assert (user["roles"], user["services"]) == ([], ["sales"])


async def test_a_reset_password_is_shown_once_and_ends_the_sessions(
    boss: httpx.AsyncClient, browsers: Browsers, database: Database, clock: ManualClock
) -> None:
    await make_user(database, clock, "sue", Role.MONITOR)
    sue = browsers()
    await log_in(sue, "sue")
    answer = await boss.post(f"{USERS}/sue/reset-password")
    assert answer.status_code == 200
    assert (await sue.get("/api/v1/session")).status_code == 401
    assert (await log_in(sue, "sue", PASSWORD)).status_code == 401
    assert (await log_in(sue, "sue", answer.json()["password"])).json()["user"]["must_change_password"]


async def test_nobody_overwrites_what_somebody_else_changed_meanwhile(
    boss: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    await make_user(database, clock, "sue", Role.MONITOR)
    etag = (await boss.get(f"{USERS}/sue")).headers["etag"]
    await users.save(database, clock, ROOT, "sue", UserChoices(display_name="Sue"))
    late = await boss.put(f"{USERS}/sue", json={"roles": []}, headers={"If-Match": etag})
    assert (late.status_code, late.json()["code"]) == (412, "user-changed")
    assert late.json()["details"]["user"]["display_name"] == "Sue"
    etag = (await boss.get(f"{USERS}/sue")).headers["etag"]
    changed = await boss.put(f"{USERS}/sue", json={"roles": []}, headers={"If-Match": etag})
    assert (changed.status_code, changed.headers["etag"] == etag) == (200, False)
    assert (await boss.put(f"{USERS}/new", json={}, headers={"If-Match": etag})).status_code == 412
    assert (await boss.get(f"{USERS}/new")).status_code == 404


@pytest.mark.parametrize(
    ("name", "wanted", "field"),
    [
        ("sue", {"services": ["nowhere"]}, "services"),
        ("sue", {"agent": "nobody"}, "agent"),
        ("sue", {"display_name": " "}, "display_name"),
        ("sue", {"display_name": "a\nb"}, "display_name"),
        ("a" * 65, {}, "name"),
        ("a\u202eb", {}, "name"),
        (" sue", {}, "name"),
        # What they did would be taken for what the administrator of the machine did, and that for their own.
        (ROOT.name, {}, "name"),
        (ROOT.name.upper(), {}, "name"),
    ],
)
async def test_a_user_that_cannot_be_is_refused(
    boss: httpx.AsyncClient, name: str, wanted: dict[str, object], field: str
) -> None:
    answer = await boss.put(f"{USERS}/{name}", json=wanted)
    assert (answer.status_code, answer.json()["code"], answer.json()["details"]["field"]) == (
        422,
        "invalid-user",
        field,
    )
    assert [user["name"] for user in (await boss.get(USERS)).json()["items"]] == ["boss"]


async def test_an_administrator_of_some_services_sees_and_changes_only_users_who_have_no_others(
    boss: httpx.AsyncClient, chief: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    await make_user(database, clock, "mine", Role.MONITOR, services=["support"])
    await make_user(database, clock, "both", Role.MONITOR, services=["support", "sales"])
    assert [user["name"] for user in (await chief.get(USERS)).json()["items"]] == ["chief", "mine"]
    for name in ("boss", "both", "nobody"):
        told = (await chief.get(f"{USERS}/{name}")).json()
        assert (told["status"], told["code"]) == (404, "user-not-found")
        assert (await chief.post(f"{USERS}/{name}/reset-password")).json()["code"] == "user-not-found"
    for name in ("boss", "both"):
        assert (await chief.put(f"{USERS}/{name}", json={"is_enabled": False})).status_code == 404
    assert (await chief.put(f"{USERS}/mine", json={"roles": ["SUPERVISOR"]})).status_code == 200
    for services in (None, ["sales"], ["support", "sales"], ["nowhere"]):
        answer = await chief.put(f"{USERS}/mine", json={"services": services})
        assert (answer.status_code, answer.json()["code"]) == (403, "beyond-your-services")
        assert (await chief.put(f"{USERS}/new", json={"services": services})).status_code == 403
    assert (await boss.get(f"{USERS}/new")).status_code == 404
    assert (await chief.put(f"{USERS}/new", json={"services": ["support"]})).status_code == 201


async def test_an_agent_is_one_user_and_serves_only_what_their_administrator_has(
    boss: httpx.AsyncClient, chief: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    for name, services in (("anna", ["support"]), ("ben", ["support", "sales"])):
        await roster.create(database, clock, ROOT, name, endpoint=name, services=services)
    assert (await chief.put(f"{USERS}/a", json={"agent": "anna"})).json()["user"]["agent"] == "anna"
    taken = await boss.put(f"{USERS}/b", json={"agent": "anna"})
    assert (taken.status_code, taken.json()["code"]) == (409, "agent-has-user")
    assert (await chief.put(f"{USERS}/b", json={"agent": "ben"})).json()["code"] == "invalid-user"
    assert (await boss.put(f"{USERS}/b", json={"agent": "ben"})).status_code == 201
    assert (await boss.put(f"{USERS}/a", json={"agent": None})).json()["user"]["agent"] is None


async def test_whoever_is_an_agent_of_other_services_is_seen_and_changed_by_no_administrator_of_some(
    boss: httpx.AsyncClient, chief: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    for name, services in (("anna", ["support"]), ("ben", ["support", "sales"]), ("carl", ["sales"]), ("dan", [])):
        await roster.create(database, clock, ROOT, name, endpoint=name, services=services)
        await make_user(database, clock, name, Role.AGENT, services=[], agent=name)
    assert [user["name"] for user in (await chief.get(USERS)).json()["items"]] == ["anna", "chief", "dan"]
    for name in ("ben", "carl"):
        assert (await chief.get(f"{USERS}/{name}")).status_code == 404
        assert (await chief.post(f"{USERS}/{name}/reset-password")).status_code == 404
        assert (await chief.put(f"{USERS}/{name}", json={"agent": None})).status_code == 404
    assert (await chief.post(f"{USERS}/anna/reset-password")).status_code == 200
    assert (await boss.post(f"{USERS}/ben/reset-password")).status_code == 200


async def test_the_last_administrator_cannot_lock_everybody_out(boss: httpx.AsyncClient) -> None:
    answer = await boss.put(f"{USERS}/boss", json={"is_enabled": False})
    assert (answer.status_code, answer.json()["code"]) == (409, "last-administrator")
    assert (await boss.get("/api/v1/session")).status_code == 200


async def test_what_is_done_to_users_is_written_down_without_their_passwords(
    boss: httpx.AsyncClient, database: Database
) -> None:
    made = (await boss.put(f"{USERS}/sue", json={"roles": ["MONITOR"]})).json()
    await boss.put(f"{USERS}/sue", json={"is_enabled": False})
    await boss.put(f"{USERS}/sue", json={})
    reset = (await boss.post(f"{USERS}/sue/reset-password")).json()
    async with database.connection() as connection:
        rows = await connection.fetch(
            "SELECT action, actor_name, address, details, e::text AS text FROM audit_entries AS e"
            " WHERE subject = 'sue' ORDER BY id"
        )
    assert [row["action"] for row in rows] == ["user.created", "user.changed", "user.password-reset"]
    assert {(row["actor_name"], row["address"]) for row in rows} == {("boss", "192.0.2.1")}
    assert rows[1]["details"] == {"changes": [{"field": "is_enabled", "before": True, "after": False}]}
    assert not [row for row in rows for word in (made["password"], reset["password"], "argon2") if word in row["text"]]
