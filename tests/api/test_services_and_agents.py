"""Services, their status, agents and presence over the API."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from ringback.actors import ENGINE
from ringback.callbacks.lifecycle import Event
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.services import catalog
from ringback.services.bounds import InvalidService
from ringback.services.catalog import ServiceChoices, ServiceExists, ServiceInUse, ServiceNotFound
from ringback.services.model import RetryChoice
from ringback.services.time_zones import UnknownTimeZone
from tests.api import states

Body = Callable[..., dict[str, object]]
STATUS = "/api/v1/services/support/status"
_SOMEBODY_WAITS = (
    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"
)
ANNA = {"endpoint": "sip:anna@127.0.0.1", "services": ["support"]}


async def depart(database: Database, clock: ManualClock, callback_id: str, times: int, gap_seconds: float) -> None:
    """Let the service have dialled that often, the last time now."""
    async with database.transaction() as connection:
        await connection.execute("INSERT INTO links (id, adapter) VALUES ('main', 'simulator') ON CONFLICT DO NOTHING")
        for number in range(times):
            at = clock.now() - timedelta(seconds=gap_seconds * (times - 1 - number))
            await connection.execute(
                "INSERT INTO attempts (id, callback_id, service_id, trunk_id, link_id, link_token, number, strategy, "
                "opened_at, closed_at, outcome) "
                "SELECT $1, c.id, service_id, t.id, 'main', 1, $2, 'CUSTOMER_FIRST', $3, $3, 'BUSY' "
                "FROM callbacks AS c, trunks AS t WHERE c.id = $4 AND t.name = 'main'",
                uuid4(),
                number,
                at,
                UUID(callback_id),
            )


async def test_the_status_of_a_service_tells_what_a_new_caller_may_expect(
    client: httpx.AsyncClient, request_body: Body, database: Database, clock: ManualClock
) -> None:
    await client.put("/api/v1/agents/anna", json=ANNA)
    await client.put("/api/v1/agents/bert", json={**ANNA, "endpoint": "sip:bert@127.0.0.1"})
    await client.post("/api/v1/agents/anna/presence", json={"state": "READY"})
    first = (await client.post("/api/v1/callbacks", json=request_body())).json()
    await client.post("/api/v1/callbacks", json=request_body(phone_number="+49307654321"))
    await states.route(database, clock, UUID(first["id"]), "anna")
    told = (await client.get(STATUS)).json()
    assert (told["waiting"], told["routing"], told["processing"], told["place_of_new_caller"]) == (1, 1, 0, 2)
    assert (told["agents"]["READY"], told["agents"]["OFFLINE"], told["agents"]["TALKING"]) == (1, 1, 0)
    assert (told["is_open"], told["places_among"], told["estimated_wait"]) == (True, "callbacks", None)
    assert told["link"] == {"name": "main", "is_held": False, "is_up": False, "problem": None}
    assert (await client.get("/api/v1/service-statuses")).json() == {"items": [told]}


async def test_the_estimate_is_the_mean_gap_of_the_last_32_departures_times_the_place(
    client: httpx.AsyncClient, request_body: Body, database: Database, clock: ManualClock
) -> None:
    told = (await client.post("/api/v1/callbacks", json=request_body())).json()
    await depart(database, clock, told["id"], 40, 20)
    assert (await client.get(STATUS)).json()["estimated_wait"] is None
    await client.put("/api/v1/agents/anna", json=ANNA)
    await client.post("/api/v1/agents/anna/presence", json={"state": "NOT_READY"})
    status = (await client.get(STATUS)).json()
    assert (status["place_of_new_caller"], status["estimated_wait"]["point"]) == (2, 40)
    own = (await client.get(f"/api/v1/callbacks/{told['id']}")).json()
    assert own["estimated_wait"]["low"] < own["estimated_wait"]["point"] == 20 < own["estimated_wait"]["high"]


async def test_the_trace_tells_the_time_in_each_state_and_every_attempt(
    client: httpx.AsyncClient, request_body: Body, database: Database, clock: ManualClock
) -> None:
    await client.put("/api/v1/agents/anna", json=ANNA)
    told = (await client.post("/api/v1/callbacks", json=request_body())).json()
    await clock.advance(30)
    await states.route(database, clock, UUID(told["id"]), "anna")
    await depart(database, clock, told["id"], 2, 5)
    await clock.advance(12)
    trace = (await client.get(f"/api/v1/callbacks/{told['id']}/metrics")).json()
    assert trace["seconds_in_state"] == {"QUEUED": 30.0, "ROUTING": 12.0}
    assert [(change["event"], change["agent"]) for change in trace["transitions"]] == [
        (Event.REQUESTED, None),
        (Event.AGENT_RESERVED, "anna"),
    ]
    assert [(attempt["number"], attempt["outcome"]) for attempt in trace["attempts"]] == [(0, "BUSY"), (1, "BUSY")]
    assert trace["actors"]["created_by"] == {"kind": "API_KEY", "name": "tester"}


async def test_an_agent_is_created_offline_and_changed_by_the_same_call(client: httpx.AsyncClient) -> None:
    made = (await client.put("/api/v1/agents/anna", json=ANNA)).json()
    assert (made["presence"], made["services"], made["display_name"]) == ("OFFLINE", ["support"], "anna")
    changed = await client.put("/api/v1/agents/anna", json={**ANNA, "services": [], "display_name": "Anna B."})
    assert (changed.json()["services"], changed.json()["display_name"]) == ([], "Anna B.")
    kept = await client.put("/api/v1/agents/anna", json=ANNA)
    assert (kept.json()["services"], kept.json()["display_name"]) == (["support"], "Anna B.")
    assert [agent["name"] for agent in (await client.get("/api/v1/agents")).json()["items"]] == ["anna"]


@pytest.mark.parametrize(
    ("name", "changes", "status", "code"),
    [
        ("anna", {"services": ["suport"]}, 404, "service-not-found"),
        ("anna", {"endpoint": " "}, 422, "invalid-agent"),
        ("anna", {"display_name": ""}, 422, "invalid-agent"),
        ("x" * 65, {}, 422, "invalid-agent"),
        ("%2E%2E", {}, 422, "invalid-agent"),
        ("%20anna", {}, 422, "invalid-agent"),
        ("anna%00", {}, 422, "invalid-agent"),
        ("anna", {"presence": "READY"}, 422, "invalid-request"),
    ],
)
async def test_an_agent_that_cannot_be_is_refused_and_nothing_is_kept(
    client: httpx.AsyncClient, name: str, changes: dict[str, object], status: int, code: str
) -> None:
    refusal = await client.put(f"/api/v1/agents/{name}", json={**ANNA, **changes})
    assert (refusal.status_code, refusal.json()["code"]) == (status, code)
    assert (await client.get("/api/v1/agents")).json()["items"] == []


async def test_presence_is_asked_for_within_what_can_be_asked(client: httpx.AsyncClient) -> None:
    await client.put("/api/v1/agents/anna", json=ANNA)
    path = "/api/v1/agents/anna/presence"
    told = (await client.post(path, json={"state": "NOT_READY", "reason": "lunch"})).json()
    assert (told["presence"], told["presence_reason"]) == ("NOT_READY", "lunch")
    refusal = await client.post(path, json={"state": "TALKING"})
    assert (refusal.status_code, refusal.json()["code"]) == (422, "presence-refused")
    nobody = await client.post("/api/v1/agents/nobody/presence", json={"state": "READY"})
    assert (nobody.status_code, nobody.json()["code"]) == (404, "agent-not-found")


async def test_a_service_can_be_read_and_a_missing_one_is_told(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/v1/services/support")).json()["time_zone"] == "Europe/Berlin"
    assert [service["name"] for service in (await client.get("/api/v1/services")).json()["items"]] == ["support"]
    for path in ("/api/v1/services/suport", "/api/v1/services/suport/status"):
        assert (await client.get(path)).json()["code"] == "service-not-found"


async def test_a_change_of_a_service_keeps_what_is_left_out(database: Database) -> None:
    await catalog.create(database, ManualClock(), ENGINE, "Sales & more", ServiceChoices(dial_attempts=5))
    retries = {"BUSY": RetryChoice(limit=2)}
    changed = await catalog.update(
        database, ManualClock(), ENGINE, "Sales & more", ServiceChoices(retries=retries, default_region="DE")
    )
    assert (changed.dial_attempts, changed.retries, changed.default_region) == (5, retries, "DE")
    cleared = await catalog.update(database, ManualClock(), ENGINE, "Sales & more", ServiceChoices(default_region=None))
    assert (cleared.default_region, cleared.retries) == (None, retries)


@pytest.mark.parametrize(
    ("choices", "field"),
    [
        (ServiceChoices(default_region="XX"), "default_region"),
        (ServiceChoices(display_name=" "), "display_name"),
        (ServiceChoices(ring_timeout_seconds=0), "ring_timeout_seconds"),
        (ServiceChoices(dial_attempts=101), "dial_attempts"),
        (ServiceChoices(retries={"HUNGRY": RetryChoice()}), "retries"),
        (ServiceChoices(retries={"BUSY": RetryChoice(limit=-1)}), "retries.BUSY.limit"),
        (ServiceChoices(retries={"BUSY": RetryChoice(delay_seconds=86_401)}), "retries.BUSY.delay_seconds"),
    ],
)
async def test_a_service_that_cannot_be_is_refused_with_its_field(
    database: Database, choices: ServiceChoices, field: str
) -> None:
    with pytest.raises(InvalidService) as refusal:
        await catalog.create(database, ManualClock(), ENGINE, "support", choices)
    assert refusal.value.details["field"] == field
    assert await catalog.list_all(database) == []


@pytest.mark.parametrize("name", ["", " a", "a ", "a/b", "a\nb", ".", "..", "x" * 65])
async def test_a_service_name_must_fit_into_a_path(database: Database, name: str) -> None:
    with pytest.raises(InvalidService):
        await catalog.create(database, ManualClock(), ENGINE, name)


async def test_a_service_is_its_names_only_one_and_goes_when_unused(
    client: httpx.AsyncClient, database: Database, request_body: Body
) -> None:
    with pytest.raises(ServiceExists):
        await catalog.create(database, ManualClock(), ENGINE, "support")
    with pytest.raises(UnknownTimeZone):
        await catalog.update(database, ManualClock(), ENGINE, "support", ServiceChoices(time_zone="Mars/Olympus"))
    await client.post("/api/v1/callbacks", json=request_body())
    with pytest.raises(ServiceInUse):
        await catalog.delete(database, ManualClock(), ENGINE, "support")
    await catalog.create(database, ManualClock(), ENGINE, "sales")
    await catalog.delete(database, ManualClock(), ENGINE, "sales")
    with pytest.raises(ServiceNotFound):
        await catalog.delete(database, ManualClock(), ENGINE, "sales")


@pytest.mark.parametrize("path", ["/api/v1/callbacks", "/api/v1/services/support/offers"])
async def test_what_is_asked_of_a_service_that_is_being_deleted_is_refused(
    client: httpx.AsyncClient, request_body: Body, database: Database, path: str
) -> None:
    body = request_body() if path.endswith("callbacks") else {}
    async with asyncio.timeout(20), database.connection() as other, database.transaction() as connection:
        await catalog.delete_with(connection, ManualClock().now(), ENGINE, "support")
        asked = asyncio.ensure_future(client.post(path, json=body))
        while not await other.fetchval(_SOMEBODY_WAITS):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    answer = await asked
    assert (answer.status_code, answer.json()["code"]) == (409, "hard-rule-broken")
    assert (await client.post(path, json=body)).json()["code"] == "service-not-found"
