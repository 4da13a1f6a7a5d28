"""What is restricted to services beyond single calls: what is kept, what is left out, and what is taken away later."""

from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from ringback.accounts import api_keys
from ringback.accounts.rules import Scope
from ringback.actors import ENGINE
from ringback.bulk.worker import BulkWorker
from ringback.callbacks.states import Result, State
from ringback.clock import ManualClock
from ringback.database.pool import Database
from tests.api.conftest import Browsers
from tests.api.tables import read
from tests.integration.past import NOW, add_callback, add_service

DAY = {"from": "2026-11-23T00:00:00Z", "to": "2026-11-25T00:00:00Z"}


@pytest.fixture
async def sales(database: Database, secret: str) -> int:
    """Another service beside "support", and the agents anna of support, fritz of sales, berta of both."""
    sales_id = await add_service(database, "sales", time_zone="UTC", default_region="DE")
    for name, services in (("anna", ["support"]), ("fritz", ["sales"]), ("berta", ["sales", "support"]), ("zoe", [])):
        await _serve(database, name, services)
    return sales_id


@pytest.fixture
async def limited(browsers: Browsers, database: Database, clock: ManualClock, sales: int) -> httpx.AsyncClient:
    """A client with a key of every scope for support alone."""
    client = browsers()
    made = await api_keys.create(database, clock, ENGINE, "limited", list(Scope), services=["support"])
    client.headers["X-API-Key"] = made.secret
    return client


async def test_of_agents_only_own_services_are_shown_and_changed(
    client: httpx.AsyncClient, limited: httpx.AsyncClient
) -> None:
    shown = {agent["name"]: agent["services"] for agent in (await limited.get("/api/v1/agents")).json()["items"]}
    assert shown == {"anna": ["support"], "berta": ["support"], "zoe": []}
    berta = await limited.put("/api/v1/agents/berta", json={"endpoint": "100", "services": []})
    assert (berta.status_code, berta.json()["services"]) == (200, [])
    assert (await client.get("/api/v1/agents/berta")).json()["services"] == ["sales"]
    assert (await limited.get("/api/v1/agents/berta")).status_code == 404


async def test_an_import_keeps_services_that_are_not_ones_own(
    client: httpx.AsyncClient, limited: httpx.AsyncClient
) -> None:
    nothing = list[str]()
    items = [
        {"name": "berta", "endpoint": "100", "services": nothing},
        {"name": "new", "endpoint": "1", "services": nothing},
    ]
    changes = await limited.post("/api/v1/agents/import", json={"items": items})
    assert changes.json() == {"created": ["new"], "changed": ["berta"], "unchanged": 0}
    assert (await client.get("/api/v1/agents/berta")).json()["services"] == ["sales"]


async def test_an_import_takes_no_agent_of_other_services_and_names_no_other_service(
    limited: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    items = [
        {"name": "fritz", "endpoint": "7", "services": ["support"]},
        {"name": "anna", "endpoint": "7", "services": ["sales"]},
    ]
    refusal = (await limited.post("/api/v1/agents/import", json={"items": items})).json()
    assert [problem["problem"] for problem in refusal["details"]["problems"]] == [
        "there is an agent 'fritz' already, of services that you are not given",
        "there is no service 'sales'",
    ]
    assert (await client.get("/api/v1/agents/fritz")).json()["endpoint"] == "100"


async def test_the_telephone_of_an_agent_who_serves_others_too_stays_theirs(
    limited: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    moved = {"name": "berta", "endpoint": "7", "services": ["support"]}
    alone = await limited.put("/api/v1/agents/berta", json={"endpoint": "7", "services": ["support"]})
    among_many = await limited.post("/api/v1/agents/import", json={"items": [moved]})
    for refusal in (alone, among_many):
        assert (refusal.status_code, refusal.json()["code"]) == (403, "beyond-your-services")
    assert (await client.get("/api/v1/agents/berta")).json()["endpoint"] == "100"
    anna = await limited.put("/api/v1/agents/anna", json={"endpoint": "7", "services": ["support"]})
    assert (anna.status_code, anna.json()["endpoint"]) == (200, "7")


async def test_an_agent_of_other_services_is_not_taken_over(
    limited: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    taken = await limited.put("/api/v1/agents/fritz", json={"endpoint": "7", "services": ["support"]})
    assert (taken.status_code, taken.json()["code"]) == (404, "agent-not-found")
    fritz = (await client.get("/api/v1/agents/fritz")).json()
    assert (fritz["endpoint"], fritz["services"]) == ("100", ["sales"])


@pytest.mark.parametrize(
    ("kind", "state", "changes"),
    [
        ("cancellations", State.QUEUED, {"reason": "storm"}),
        ("reschedulings", State.SCHEDULED, {"shift_seconds": 60}),
        ("recreations", State.COMPLETED, {}),
    ],
)
async def test_bulk_work_finds_no_callback_of_other_services(
    limited: httpx.AsyncClient,
    database: Database,
    clock: ManualClock,
    kind: str,
    state: State,
    changes: dict[str, object],
) -> None:
    own = await add_callback(database, state=state, desired_at=NOW + timedelta(hours=2), number="+493012345601")
    foreign = await add_callback(
        database, service="sales", state=state, desired_at=NOW + timedelta(hours=2), number="+493012345602"
    )
    before = await _row(database, foreign)
    by_ids, by_range = {**changes, "ids": [str(own), str(foreign)]}, {**changes, **DAY, "all": True}
    preview = (await limited.post(f"/api/v1/{kind}/preview", json=by_ids)).json()
    assert (preview["total"], preview["not_found"]) == (1, 1)
    assert (await limited.post(f"/api/v1/{kind}/preview", json=by_range)).json()["total"] == 1
    job = (await limited.post(f"/api/v1/{kind}", json=by_ids)).json()
    everything = (await limited.post(f"/api/v1/{kind}", json=by_range)).json()
    assert (job["total"], everything["total"]) == (2, 1)
    await BulkWorker(database, clock).run_once()
    told = (await limited.get(f"/api/v1/{kind}/{job['id']}")).json()
    assert {"state_before": None, "outcome": "callback-not-found", "number": 1} in told["counts"]
    lines = read(await limited.get(f"/api/v1/{kind}/{job['id']}/summary"))
    assert [(line["id"], line["phone_number"]) for line in lines] == [(str(own), "+493012345601"), (str(foreign), "")]
    assert await _row(database, foreign) == before
    assert await _number_of_callbacks(database, "sales") == 1


async def test_files_of_bulk_work_show_only_services_that_are_still_given(
    limited: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    await _give(database, "sales")
    ids = [
        str(await add_callback(database, service=name, state=State.QUEUED, number=f"+49301234560{place}"))
        for place, name in enumerate(("support", "sales"))
    ]
    path = "/api/v1/cancellations"
    job = (await limited.post(path, json={"ids": ids})).json()["id"]
    await BulkWorker(database, clock).run_once()
    files = [f"{path}/{job}/callbacks", f"{path}/{job}/summary", f"{path}/recent/callbacks", f"{path}/recent/summary"]
    for file in files:
        assert {line["id"] for line in read(await limited.get(file))} == set(ids)
    await _take(database, "sales")
    for file in files:
        assert {line["id"] for line in read(await limited.get(file))} == {ids[0]}
    assert (await limited.get(f"{path}/{job}")).json()["done"] == 2


async def test_bulk_work_of_others_is_seen_by_who_is_given_all_services(
    client: httpx.AsyncClient, limited: httpx.AsyncClient, database: Database
) -> None:
    callback = str(await add_callback(database, state=State.QUEUED))
    path = "/api/v1/cancellations"
    of_limited = (await limited.post(path, json={"ids": [callback]})).json()["id"]
    of_tester = (await client.post(path, json={"ids": [callback]})).json()["id"]
    assert (await client.get(f"{path}/{of_limited}")).status_code == 200
    assert (await limited.get(f"{path}/{of_limited}")).status_code == 200
    assert (await limited.get(f"{path}/{of_tester}")).json()["code"] == "bulk-job-not-found"


async def test_a_search_for_an_id_is_not_misled_by_callbacks_of_other_services(
    limited: httpx.AsyncClient, database: Database
) -> None:
    own, foreign = UUID("01900000-0000-7000-8000-00000000abcd"), UUID("abcd0000-0000-7000-8000-000000000001")
    for service, wanted in (("support", own), ("sales", foreign)):
        made = await add_callback(database, service=service, state=State.QUEUED)
        async with database.transaction() as connection:
            await connection.execute("UPDATE callbacks SET id = $2 WHERE id = $1", made, wanted)
    page = (await limited.get("/api/v1/callbacks", params={"search": "abcd", "search_by": "id"})).json()
    assert ([item["id"] for item in page["items"]], page["total"]) == ([str(own)], 1)


async def test_reports_count_only_own_services(limited: httpx.AsyncClient, database: Database) -> None:
    for service in ("support", "sales", "sales"):
        await add_callback(database, service=service, result=Result.NO_ANSWER)
    for params in (DAY, {**DAY, "per": "day"}, {**DAY, "service": "support"}):
        items = (await limited.get("/api/v1/reports", params=params)).json()["items"]
        assert [(item["service"], item["asked"]) for item in items] == [("support", 1)]
    assert [line["service"] for line in read(await limited.get("/api/v1/reports/export", params=DAY))] == ["support"]


async def test_who_is_given_no_service_gets_empty_lists_and_not_all(
    limited: httpx.AsyncClient, database: Database
) -> None:
    await add_callback(database, state=State.QUEUED)
    await _take(database, "support")
    assert (await limited.get("/api/v1/callbacks", params={"total": "exact"})).json()["total"] == 0
    assert read(await limited.get("/api/v1/callbacks/export")) == []
    assert (await limited.get("/api/v1/reports", params=DAY)).json()["items"] == []
    assert (await limited.get("/api/v1/services")).json()["items"] == []
    assert [agent["name"] for agent in (await limited.get("/api/v1/agents")).json()["items"]] == ["zoe"]
    asked = await limited.post("/api/v1/cancellations", json={**DAY, "all": True})
    assert (asked.status_code, asked.json()["total"]) == (202, 0)


async def test_what_is_given_holds_with_the_next_call(limited: httpx.AsyncClient, database: Database) -> None:
    assert (await limited.get("/api/v1/services/sales")).status_code == 404
    await _give(database, "sales")
    assert (await limited.get("/api/v1/services/sales")).status_code == 200
    await _take(database, "sales")
    assert (await limited.get("/api/v1/services/sales")).status_code == 404


async def test_an_answer_that_was_kept_is_not_repeated_when_its_service_was_taken_away(
    limited: httpx.AsyncClient, database: Database
) -> None:
    body, headers = {"service": "support", "phone_number": "+49301234567"}, {"Idempotency-Key": "once"}
    assert (await limited.post("/api/v1/callbacks", json=body, headers=headers)).status_code == 201
    await _take(database, "support")
    again = await limited.post("/api/v1/callbacks", json=body, headers=headers)
    assert (again.status_code, again.json()["code"]) == (404, "service-not-found")


@pytest.mark.parametrize("body", [{"user_data": {}}, {"desired_at": "2026-11-24T09:00:00"}, {"phone_number": "12"}])
async def test_no_other_mistake_tells_a_service_that_exists_from_one_that_does_not(
    limited: httpx.AsyncClient, body: dict[str, object]
) -> None:
    asked = {"phone_number": "+49301234567", **body}
    foreign = await limited.post("/api/v1/callbacks", json={**asked, "service": "sales"})
    absent = await limited.post("/api/v1/callbacks", json={**asked, "service": "seals"})
    assert foreign.text.replace("sales", "seals") == absent.text
    assert foreign.json()["code"] == "service-not-found"


async def test_a_service_cannot_be_made_by_who_is_given_only_some(limited: httpx.AsyncClient) -> None:
    made = await limited.put("/api/v1/services/new", json={})
    assert (made.status_code, made.json()["code"]) == (404, "service-not-found")
    deleted = await limited.delete("/api/v1/services/support")
    assert (deleted.status_code, deleted.json()["code"]) == (403, "all-services-needed")
    changed = await limited.put("/api/v1/services/support", json={"display_name": "Help"})
    assert (changed.status_code, changed.json()["display_name"]) == (200, "Help")


async def _serve(database: Database, name: str, services: list[str]) -> None:
    async with database.transaction() as connection:
        await connection.execute("INSERT INTO agents (name, display_name, endpoint) VALUES ($1, $1, '100')", name)
        await connection.execute(
            "INSERT INTO agent_services SELECT a.id, s.id FROM agents AS a, services AS s "
            "WHERE a.name = $1 AND s.name = ANY ($2)",
            name,
            services,
        )


async def _give(database: Database, service: str) -> None:
    async with database.transaction() as connection:
        await connection.execute(
            "INSERT INTO api_key_services SELECT k.id, s.id FROM api_keys AS k, services AS s "
            "WHERE k.name = 'limited' AND s.name = $1",
            service,
        )


async def _take(database: Database, service: str) -> None:
    async with database.transaction() as connection:
        await connection.execute(
            "DELETE FROM api_key_services WHERE service_id = (SELECT id FROM services WHERE name = $1)", service
        )


async def _row(database: Database, callback_id: UUID) -> str:
    async with database.connection() as connection:
        return await connection.fetchval("SELECT c::text FROM callbacks AS c WHERE id = $1", callback_id)


async def _number_of_callbacks(database: Database, service: str) -> int:
    async with database.connection() as connection:
        return await connection.fetchval(
            "SELECT count(*) FROM callbacks WHERE service_id = (SELECT id FROM services WHERE name = $1)", service
        )
