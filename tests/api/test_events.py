"""Events over real sockets: who is told what, and what happens to those who cannot be told all."""

from collections.abc import Callable

import asyncpg
import httpx
import pytest

from ringback.accounts import api_keys, sessions
from ringback.accounts.rules import Role, Scope
from ringback.actors import ENGINE
from ringback.api import events
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.events import listeners, looks
from tests.api.conftest import NUMBER
from tests.api.listening import EVENTS, listening

Body = Callable[..., dict[str, object]]
CALLBACKS = "/api/v1/callbacks"


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rights are looked at again all the time."""
    monkeypatch.setattr(events, "CHECK_SECONDS", 0.05)


async def made(client: httpx.AsyncClient, number: str = NUMBER, service: str = "support") -> str:
    answer = await client.post(CALLBACKS, json={"service": service, "phone_number": number})
    assert answer.status_code == 201
    return answer.json()["id"]


async def filled(database: Database, number: int) -> None:
    """So many callbacks of "support", written at once, of which nobody is told."""
    async with database.connection() as connection:
        await connection.execute(
            "INSERT INTO callbacks (id, service_id, phone_number, state, is_scheduled, desired_at, promised_local,"
            " promised_zone, waits_alone, created_at, updated_at) "
            "SELECT gen_random_uuid(), s.id, '+4930' || n, 'SCHEDULED', true, now, now, 'UTC', false, now, now "
            "FROM services AS s, generate_series(1, $1) AS n, (SELECT timestamptz '2026-11-23 09:00Z' AS now) AS t "
            "WHERE s.name = 'support'",
            number,
        )


async def committed(url: str, statement: str, *values: object) -> None:
    """Change something in the database without announcing it."""
    connection = await asyncpg.connect(url)
    await connection.execute(statement, *values)
    await connection.close()


async def logged_in(database: Database, clock: ManualClock, *roles: Role, agent: str | None = None) -> dict[str, str]:
    """The cookie of a new user, who is given the service "support"."""
    async with database.transaction() as connection:
        user_id = await connection.fetchval(
            "INSERT INTO users (name, display_name, password_hash, must_change_password, roles, agent_id, created_at) "
            "VALUES ('ann', 'Ann', '', false, $1, (SELECT id FROM agents WHERE name = $2), $3) RETURNING id",
            list(roles),
            agent,
            clock.now(),
        )
        await connection.execute(
            "INSERT INTO user_services SELECT $1, id FROM services WHERE name = 'support'", user_id
        )
        session = await sessions.begin(connection, user_id, clock.now())
    # Without the key that the client sends else: an empty one is refused.
    return {"Cookie": f"ringback_session={session.token}"}


@pytest.fixture
async def visitor(server: httpx.AsyncClient) -> httpx.AsyncClient:
    """A client of the server without a key."""
    return httpx.AsyncClient(base_url=server.base_url, timeout=30)


async def test_what_changes_is_told_at_once_by_its_id(server: httpx.AsyncClient) -> None:
    async with listening(server) as ear:
        callback_id = await made(server)
        await ear.until_heard("callbacks", callback_id)
        await server.post(f"{CALLBACKS}/{callback_id}/cancel")
        await ear.until(lambda: len(ear.events) == 3)
        assert ear.names() == ["hello", "changed", "changed"]
        changed = {"callbacks": [callback_id], "agents": [], "services": [], "bulk": [], "desk": False}
        assert ear.events[2][1] == changed
        assert ear.ids == ["1", "2", "3"]


async def test_agents_services_and_bulk_work_are_told(server: httpx.AsyncClient) -> None:
    callback_id = await made(server)
    agent = {"endpoint": "sip:a@127.0.0.1", "services": ["support"]}
    await server.put("/api/v1/agents/anna", json=agent)
    async with listening(server) as ear:
        await server.post("/api/v1/agents/anna/presence", json={"state": "READY"})
        await ear.until_heard("agents", "anna")
        await server.put("/api/v1/services/support/live-queue", json={"waiting": 3})
        await ear.until_heard("services", "support")
        await server.put("/api/v1/services/support", json={"display_name": "Help"})
        await ear.until(lambda: sum("support" in data.get("services", ()) for _, data in ear.events) == 2)
        asked = await server.post("/api/v1/cancellations", json={"ids": [callback_id]})
        await ear.until_heard("bulk", asked.json()["id"])
        assert "reset" not in ear.names()


@pytest.mark.parametrize("what", ["a service is deleted", "an agent serves another one", "a trunk is paused"])
async def test_what_leaves_no_row_behind_or_concerns_all_is_told_as_a_reset(
    server: httpx.AsyncClient, database: Database, what: str
) -> None:
    await server.put("/api/v1/services/sales", json={})
    await server.put("/api/v1/agents/anna", json={"endpoint": "sip:a@127.0.0.1", "services": ["sales"]})
    async with listening(server) as ear:
        match what:
            case "a service is deleted":
                answer = await server.delete("/api/v1/services/sales")
            case "an agent serves another one":
                body = {"endpoint": "sip:a@127.0.0.1", "services": ["support"]}
                answer = await server.put("/api/v1/agents/anna", json=body)
            case _:
                async with database.transaction() as connection:
                    await connection.execute("UPDATE trunks SET paused_until = 'infinity', pause_reason = 'test'")
                answer = httpx.Response(200)
        assert answer.is_success
        await ear.until_told("reset")


async def test_an_open_desk_is_no_change_of_its_agent(server: httpx.AsyncClient, database: Database) -> None:
    await server.put("/api/v1/agents/anna", json={"endpoint": "sip:a@127.0.0.1", "services": ["support"]})
    async with listening(server) as ear:
        async with database.connection() as connection:
            await connection.execute("UPDATE agents SET desk_seen_at = now()")
        callback_id = await made(server)
        await ear.until_heard("callbacks", callback_id)
        assert ear.heard("agents") == set()


async def test_nobody_is_told_of_a_service_that_is_not_theirs(
    server: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    assert (await server.put("/api/v1/services/sales", json={"default_region": "DE"})).is_success
    for agent, service in (("anna", "support"), ("ben", "sales")):
        await server.put(f"/api/v1/agents/{agent}", json={"endpoint": f"sip:{agent}@127.0.0.1", "services": [service]})
    key = await api_keys.create(database, clock, ENGINE, "sales", [Scope.READ], services=["sales"])
    async with listening(server) as all_seeing, listening(server, {"X-API-Key": key.secret}) as ear:
        foreign = await made(server)
        foreign_bulk = (await server.post("/api/v1/cancellations", json={"ids": [foreign]})).json()["id"]
        await server.put("/api/v1/services/support", json={"display_name": "Help"})
        await server.post("/api/v1/agents/anna/presence", json={"state": "READY"})
        own = await made(server, service="sales")
        await server.put("/api/v1/services/sales", json={"display_name": "Sales!"})
        await server.post("/api/v1/agents/ben/presence", json={"state": "READY"})
        for each, kind, wanted in ((all_seeing, "bulk", foreign_bulk), (ear, "callbacks", own), (ear, "agents", "ben")):
            await each.until_heard(kind, wanted)
        await all_seeing.until_heard("agents", "anna", "ben")
        assert [ear.heard(kind) for kind in ("callbacks", "agents", "services", "bulk")] == [
            {own},
            {"ben"},
            {"sales"},
            set(),
        ]


async def test_an_agent_is_told_only_of_their_own_desk(
    server: httpx.AsyncClient, visitor: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    for agent in ("anna", "ben"):
        await server.put(
            f"/api/v1/agents/{agent}", json={"endpoint": f"sip:{agent}@127.0.0.1", "services": ["support"]}
        )
    cookie = await logged_in(database, clock, Role.AGENT, agent="anna")
    async with visitor, listening(server) as supervisor, listening(visitor, cookie) as ear:
        callback_id = await made(server)
        await server.post("/api/v1/agents/ben/presence", json={"state": "READY"})
        await supervisor.until_heard("agents", "ben")
        await supervisor.until_heard("callbacks", callback_id)
        await server.post("/api/v1/agents/anna/presence", json={"state": "READY"})
        await ear.until_told("changed")
        assert ear.events[1:] == [
            ("changed", {"callbacks": [], "agents": [], "services": [], "bulk": [], "desk": True})
        ]


@pytest.mark.parametrize("scope", Scope)
async def test_only_who_sees_something_may_listen(
    server: httpx.AsyncClient, database: Database, clock: ManualClock, scope: Scope
) -> None:
    key = await api_keys.create(database, clock, ENGINE, "alone", [scope])
    async with server.stream("GET", EVENTS, headers={"X-API-Key": key.secret}) as answer:
        assert answer.status_code == (200 if scope in (Scope.READ, Scope.CREATE) else 403)


async def test_a_developer_may_not_listen(
    server: httpx.AsyncClient, visitor: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    async with visitor:
        refusal = await visitor.get(EVENTS, headers=await logged_in(database, clock, Role.DEVELOPER))
    assert (refusal.status_code, refusal.json()["code"]) == (403, "role-missing")


@pytest.mark.usefixtures("soon")
async def test_a_listener_whose_services_change_goes_on_with_the_new_ones_after_a_reset(
    server: httpx.AsyncClient, visitor: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    assert (await server.put("/api/v1/services/sales", json={"default_region": "DE"})).is_success
    cookie = await logged_in(database, clock, Role.MONITOR)
    async with visitor, listening(server) as all_seeing, listening(visitor, cookie) as ear:
        async with database.transaction() as connection:
            await connection.execute(
                "UPDATE user_services SET service_id = (SELECT id FROM services WHERE name = 'sales')"
            )
        await ear.until_told("reset")
        lost, won = await made(server), await made(server, service="sales")
        await all_seeing.until_heard("callbacks", lost, won)
        await ear.until_heard("callbacks", won)
        assert ear.heard("callbacks") == {won}
        assert ear.alive


async def test_what_is_not_theirs_any_more_is_not_told_from_that_very_moment(
    server: httpx.AsyncClient, visitor: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    assert (await server.put("/api/v1/services/sales", json={"default_region": "DE"})).is_success
    lost = await made(server)
    cookie = await logged_in(database, clock, Role.MONITOR)
    async with visitor, listening(server) as all_seeing, listening(visitor, cookie) as ear:
        async with database.transaction() as connection:
            await connection.execute(
                "UPDATE user_services SET service_id = (SELECT id FROM services WHERE name = 'sales')"
            )
            await connection.execute("UPDATE callbacks SET updated_at = updated_at")
        await all_seeing.until_heard("callbacks", lost)
        await ear.until_told("reset")
        won = await made(server, service="sales")
        await ear.until_heard("callbacks", won)
        assert ear.heard("callbacks") == {won}


async def test_whose_key_is_revoked_hears_nothing_of_what_changes_with_it(
    server: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    lost = await made(server)
    key = await api_keys.create(database, clock, ENGINE, "other", [Scope.READ])
    async with listening(server) as all_seeing, listening(server, {"X-API-Key": key.secret}) as ear:
        async with database.transaction() as connection:
            await connection.execute("UPDATE api_keys SET revoked_at = now() WHERE name = 'other'")
            await connection.execute("UPDATE callbacks SET updated_at = updated_at")
        await all_seeing.until_heard("callbacks", lost)
        await ear.until(lambda: ear.is_over)
        assert ear.events == [("hello", {}), ("end", {"code": "api-key-refused"})]
        assert "end" not in all_seeing.names()


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("DELETE FROM sessions", "session-ended"),
        ("UPDATE users SET is_enabled = false", "session-ended"),
        ("UPDATE users SET roles = '{DEVELOPER}'", "role-missing"),
        ("UPDATE users SET must_change_password = true", "password-change-required"),
    ],
)
async def test_who_may_not_listen_any_more_is_told_so_and_let_go(
    server: httpx.AsyncClient,
    visitor: httpx.AsyncClient,
    database: Database,
    clock: ManualClock,
    statement: str,
    code: str,
) -> None:
    cookie = await logged_in(database, clock, Role.MONITOR)
    async with visitor, listening(visitor, cookie) as ear:
        async with database.connection() as connection:
            await connection.execute(statement)
        await ear.until(lambda: ear.is_over)
        assert ear.events == [("hello", {}), ("end", {"code": code})]


@pytest.mark.usefixtures("soon")
async def test_a_revoked_key_ends_its_streams(
    server: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    async with listening(server) as ear:
        await api_keys.revoke(database, clock, ENGINE, "tester")
        await ear.until(lambda: ear.is_over)
        assert ear.events[-1] == ("end", {"code": "api-key-refused"})


@pytest.mark.usefixtures("soon")
async def test_to_listen_does_not_keep_a_session_from_ending_idle(
    server: httpx.AsyncClient, visitor: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    cookie = await logged_in(database, clock, Role.MONITOR)
    async with visitor, listening(visitor, cookie) as ear:
        clock.jump(sessions.IDLE.total_seconds() / 2)
        before = ear.alive
        await ear.until(lambda: ear.alive >= before + 2)
        clock.jump(sessions.IDLE.total_seconds() / 2)
        await ear.until_told("end")


async def test_a_change_that_nobody_announced_is_found_by_the_poll(
    server: httpx.AsyncClient, database_url: str
) -> None:
    callback_id = await made(server)
    async with listening(server) as ear:
        await committed(database_url, "UPDATE callbacks SET updated_at = updated_at + interval '1 second'")
        await ear.until_heard("callbacks", callback_id)


async def test_what_is_committed_late_is_told_though_others_that_began_later_were_told_before(
    server: httpx.AsyncClient, database_url: str
) -> None:
    late, nested, early = [await made(server, f"+4930123456{n}") for n in range(3)]
    update = "UPDATE callbacks SET updated_at = updated_at WHERE id = $1"
    connection = await asyncpg.connect(database_url)
    async with listening(server) as ear:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(update, late)
        async with connection.transaction():  # a savepoint has a number of its own
            await connection.execute(update, nested)
        for times in range(2):
            await committed(database_url, update, early)
            await ear.until(lambda times=times: len(ear.events) > 1 + times)
        assert ear.heard("callbacks") == {early}
        await transaction.commit()
        await ear.until_heard("callbacks", late, nested)
        assert [data["callbacks"] for name, data in ear.events if name == "changed"] == [
            [early],
            [early],
            sorted([late, nested]),
        ]
    await connection.close()


async def test_who_comes_again_is_told_to_read_everything(server: httpx.AsyncClient) -> None:
    async with listening(server, {"Last-Event-ID": "7"}) as ear:
        await ear.until_told("reset")
        assert ear.names() == ["hello", "reset"]


async def test_more_changes_than_one_is_told_one_by_one_are_a_reset(
    server: httpx.AsyncClient, database: Database
) -> None:
    async with listening(server) as ear:
        await filled(database, listeners.MAX_WAITING + 1)
        await ear.until_told("reset")
        callback_id = await made(server)
        await ear.until_heard("callbacks", callback_id)
        assert ear.heard("callbacks") == {callback_id}


async def test_more_changes_than_are_looked_at_are_a_reset_for_all(
    server: httpx.AsyncClient, database: Database, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looks, "MAX_CALLBACKS", 10)
    assert (await server.put("/api/v1/services/sales", json={"default_region": "DE"})).is_success
    key = await api_keys.create(database, clock, ENGINE, "sales", [Scope.READ], services=["sales"])
    async with listening(server) as ear, listening(server, {"X-API-Key": key.secret}) as other:
        await filled(database, 11)
        await ear.until_told("reset")
        await other.until_told("reset")
        while not ear.heard("callbacks"):
            # What a transaction of another test keeps from being over is looked at again, and may be too much again.
            told = len(ear.names())
            await filled(database, 1)
            await ear.until(lambda told=told: len(ear.names()) > told)
