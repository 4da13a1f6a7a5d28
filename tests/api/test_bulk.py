"""Bulk work over HTTP: asking for it, refusals, previews, how far it is."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest

from ringback.accounts import api_keys
from ringback.accounts.rules import Scope
from ringback.actors import ENGINE
from ringback.api.app import create_app
from ringback.bulk.worker import BulkWorker
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.settings import Settings
from tests.api import states
from tests.api.tables import read

CALLBACKS = "/api/v1/callbacks"
CANCELLATIONS = "/api/v1/cancellations"
RESCHEDULINGS = "/api/v1/reschedulings"
RECREATIONS = "/api/v1/recreations"
TODAY_AND_TOMORROW = {"all": True, "from": "2026-11-23T00:00:00Z", "to": "2026-11-25T00:00:00Z"}
UNKNOWN = "01900000-0000-7000-8000-000000000000"
Ask = Callable[..., Awaitable[str]]


@pytest.fixture
def ask(client: httpx.AsyncClient, request_body: Callable[..., dict[str, object]]) -> Ask:
    """Ask for a callback and return its id."""

    async def ask(number: int, **changes: object) -> str:
        answer = await client.post(CALLBACKS, json=request_body(phone_number=f"+4930123450{number:02}", **changes))
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    return ask


async def test_cancelling_by_ids_is_begun_at_once_and_told_when_done(
    client: httpx.AsyncClient, database: Database, clock: ManualClock, ask: Ask
) -> None:
    ids = [await ask(1), await ask(2, desired_at="2026-11-24T09:00:00Z")]
    begun = await client.post(CANCELLATIONS, json={"ids": [*ids, UNKNOWN], "reason": "storm"})
    told = begun.json()
    assert (begun.status_code, begun.headers["location"]) == (202, f"{CANCELLATIONS}/{told['id']}")
    assert (told["total"], told["done"], told["is_finished"]) == (3, 0, False)
    assert await BulkWorker(database, clock).run_once() == 3
    job = (await client.get(begun.headers["location"])).json()
    assert (job["total"], job["done"], job["succeeded"], job["refused"], job["is_finished"]) == (3, 3, 2, 1, True)
    assert job["asked_by"] == {"kind": "API_KEY", "name": "tester"}
    assert job["request"] == {"reason": "storm"}
    assert {(count["state_before"], count["outcome"], count["number"]) for count in job["counts"]} == {
        ("QUEUED", "CANCELLED", 1),
        ("SCHEDULED", "CANCELLED", 1),
        (None, "callback-not-found", 1),
    }
    callback = (await client.get(f"{CALLBACKS}/{ids[0]}")).json()
    assert (callback["state"], callback["result"]) == ("COMPLETED", "CANCELLED")


async def test_a_range_is_kept_as_it_was_asked_for(client: httpx.AsyncClient, ask: Ask) -> None:
    await ask(1)
    asked = {**TODAY_AND_TOMORROW, "state": ["QUEUED"], "service": ["support"]}
    told = (await client.post(CANCELLATIONS, json=asked)).json()
    assert (told["total"], told["request"]) == (1, asked)


async def test_each_kind_of_work_is_listed_and_found_where_it_was_asked_for(
    client: httpx.AsyncClient, database: Database, clock: ManualClock, ask: Ask
) -> None:
    scheduled, cancelled = await ask(1, desired_at="2026-11-24T09:00:00Z"), await ask(2)
    await client.post(f"{CALLBACKS}/{cancelled}/cancel")
    moved = (await client.post(RESCHEDULINGS, json={"ids": [scheduled], "shift_seconds": 3600})).json()
    again = (await client.post(RECREATIONS, json={"ids": [cancelled]})).json()
    await BulkWorker(database, clock).run_once()
    for path, job_id in ((RESCHEDULINGS, moved["id"]), (RECREATIONS, again["id"])):
        assert (await client.get(f"{path}/{job_id}")).json()["succeeded"] == 1
        assert [job["id"] for job in (await client.get(path)).json()["items"]] == [job_id]
    assert (await client.get(CANCELLATIONS)).json() == {"items": []}
    assert (await client.get(f"{CALLBACKS}/{scheduled}")).json()["desired_at"] == "2026-11-24T10:00:00Z"
    wrong_kind = await client.get(f"{CANCELLATIONS}/{moved['id']}")
    assert (wrong_kind.status_code, wrong_kind.json()["code"]) == (404, "bulk-job-not-found")


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        (CANCELLATIONS, {}, "invalid-selection"),
        (CANCELLATIONS, {"ids": []}, "invalid-selection"),
        (CANCELLATIONS, {"all": False}, "invalid-selection"),
        (CANCELLATIONS, {"ids": [UNKNOWN], **TODAY_AND_TOMORROW}, "invalid-selection"),
        (CANCELLATIONS, {"ids": [UNKNOWN], "state": ["QUEUED"]}, "invalid-selection"),
        (CANCELLATIONS, {"ids": [UNKNOWN], "service": ["support"]}, "invalid-selection"),
        (CANCELLATIONS, {"all": True}, "invalid-selection"),
        (CANCELLATIONS, {**TODAY_AND_TOMORROW, "from": "2026-11-25T00:00:00Z"}, "invalid-selection"),
        (CANCELLATIONS, {**TODAY_AND_TOMORROW, "to": "2026-11-25T00:00:00"}, "time-without-offset"),
        (CANCELLATIONS, {**TODAY_AND_TOMORROW, "service": ["suport"]}, "service-not-found"),
        (CANCELLATIONS, {**TODAY_AND_TOMORROW, "state": ["WAITING"]}, "invalid-request"),
        (CANCELLATIONS, {"ids": ["hello"]}, "invalid-request"),
        (CANCELLATIONS, {"ids": [UNKNOWN], "reasons": "?"}, "invalid-request"),
        (CANCELLATIONS, {"ids": [UNKNOWN], "reason": "x" * 201}, "invalid-request"),
        (RESCHEDULINGS, {"ids": [UNKNOWN]}, "invalid-selection"),
        (RESCHEDULINGS, {"ids": [UNKNOWN], "shift_seconds": 0}, "invalid-selection"),
        (RESCHEDULINGS, {"ids": [UNKNOWN], "shift_seconds": 6_000_000}, "invalid-selection"),
        (
            RESCHEDULINGS,
            {"ids": [UNKNOWN], "shift_seconds": 60, "desired_at": "2026-11-24T09:00:00Z"},
            "invalid-selection",
        ),
        (RESCHEDULINGS, {"ids": [UNKNOWN], "desired_at": "2026-11-22T09:00:00Z"}, "in-the-past"),
        (RESCHEDULINGS, {"ids": [UNKNOWN], "shift_seconds": 60, "time_zone": "Mars/Olympus"}, "unknown-time-zone"),
        (RECREATIONS, {"ids": [UNKNOWN], "desired_at": "2027-11-22T09:00:00Z"}, "too-far-ahead"),
        (RECREATIONS, {"ids": [UNKNOWN], "result": ["BUSY"]}, "invalid-selection"),
    ],
)
@pytest.mark.parametrize("preview", ["", "/preview"])
async def test_what_leaves_open_which_callbacks_are_meant_is_refused_and_begins_nothing(
    client: httpx.AsyncClient, database: Database, path: str, body: dict[str, Any], code: str, preview: str
) -> None:
    refusal = await client.post(path + preview, json=body)
    assert (refusal.status_code // 100, refusal.json()["code"]) == (4, code)
    async with database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM bulk_jobs") == 0


async def test_ten_thousand_ids_are_taken_and_no_more(database: Database, clock: ManualClock, secret: str) -> None:
    app = create_app(database, Settings(), clock)
    transport = httpx.ASGITransport(app)  # pyright: ignore[reportArgumentType]
    ids = [f"01900000-0000-7000-8000-{number:012x}" for number in range(10_001)]
    async with httpx.AsyncClient(transport=transport, base_url="http://api", headers={"X-API-Key": secret}) as client:
        refusal = await client.post(CANCELLATIONS, json={"ids": ids})
        assert (refusal.status_code, refusal.json()["code"]) == (422, "invalid-request")
        assert (await client.post(CANCELLATIONS, json={"ids": ids[1:]})).json()["total"] == 10_000


async def test_the_same_key_and_request_begin_one_work(client: httpx.AsyncClient, ask: Ask) -> None:
    body, headers = {"ids": [await ask(1)]}, {"Idempotency-Key": "storm-7"}
    first, again = [(await client.post(CANCELLATIONS, json=body, headers=headers)) for _ in range(2)]
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    for path, changed in ((CANCELLATIONS, {**body, "reason": "other"}), (RECREATIONS, body)):
        refusal = await client.post(path, json=changed, headers=headers)
        assert (refusal.status_code, refusal.json()["code"]) == (409, "idempotency-key-reused")


async def test_a_key_belongs_to_who_uses_it(
    client: httpx.AsyncClient, database: Database, clock: ManualClock, ask: Ask
) -> None:
    other = await api_keys.create(database, clock, ENGINE, "other", list(Scope))
    body, headers = {"ids": [await ask(1)]}, {"Idempotency-Key": "storm-7"}
    first = await client.post(CANCELLATIONS, json=body, headers=headers)
    second = await client.post(CANCELLATIONS, json=body, headers={**headers, "X-API-Key": other.secret})
    assert first.json()["id"] != second.json()["id"]
    listed = (await client.get(CANCELLATIONS, headers={"X-API-Key": other.secret})).json()["items"]
    assert [job["id"] for job in listed] == [second.json()["id"]]


async def test_a_preview_counts_exactly_and_changes_nothing(
    client: httpx.AsyncClient, database: Database, clock: ManualClock, ask: Ask
) -> None:
    await client.put("/api/v1/agents/anna", json={"endpoint": "100", "services": ["support"]})
    ids = [await ask(1), await ask(2), await ask(3, desired_at="2026-11-24T09:00:00Z"), await ask(4)]
    await states.route(database, clock, UUID(ids[1]), "anna")
    await states.join(database, clock, UUID(ids[1]), "anna")
    await client.post(f"{CALLBACKS}/{ids[3]}/cancel")
    in_range = (await client.post(f"{CANCELLATIONS}/preview", json=TODAY_AND_TOMORROW)).json()
    assert in_range == {
        "total": 2,
        "states": {"SCHEDULED": 1, "QUEUED": 1},
        "excluded": {"PROCESSING": 1},
        "not_found": 0,
    }
    by_ids = (await client.post(f"{CANCELLATIONS}/preview", json={"ids": [*ids, ids[0], UNKNOWN]})).json()
    assert by_ids == {**in_range, "excluded": {"PROCESSING": 1, "COMPLETED": 1}, "not_found": 1}
    moved = (await client.post(f"{RESCHEDULINGS}/preview", json={**TODAY_AND_TOMORROW, "shift_seconds": 60})).json()
    assert (moved["states"], moved["excluded"]) == ({"SCHEDULED": 1}, {"QUEUED": 1, "PROCESSING": 1})
    again = (await client.post(f"{RECREATIONS}/preview", json={**TODAY_AND_TOMORROW, "result": ["CANCELLED"]})).json()
    assert again["states"] == {"COMPLETED": 1}
    assert (await client.get(CANCELLATIONS)).json() == {"items": []}


async def test_what_was_cancelled_and_what_became_of_each_are_files(
    client: httpx.AsyncClient, database: Database, clock: ManualClock, ask: Ask
) -> None:
    scheduled, done = await ask(1, desired_at="2026-11-24T09:30:00Z"), await ask(2, customer_name="=1+1")
    await client.post(f"{CALLBACKS}/{done}/cancel", json={"reason": "@once"})
    job = (await client.post(CANCELLATIONS, json={"ids": [done, scheduled, UNKNOWN], "reason": "=storm"})).json()
    before = await client.get(f"{CANCELLATIONS}/{job['id']}/summary")
    assert read(before) == []
    await BulkWorker(database, clock).run_once()
    files = f"{CANCELLATIONS}/{job['id']}"
    changed = await client.get(f"{files}/callbacks")
    assert changed.headers["content-disposition"] == f'attachment; filename="cancellation-{job["id"]}.csv"'
    assert [(line["id"], line["state"], line["result"]) for line in read(changed)] == [
        (scheduled, "COMPLETED", "CANCELLED")
    ]
    refused, cancelled, missing = read(await client.get(f"{files}/summary"))
    assert (refused["id"], refused["state_before"], refused["outcome"]) == (done, "COMPLETED", "transition-refused")
    assert "can be cancelled" in refused["reason"]
    assert cancelled == {
        "id": scheduled,
        "phone_number": "+493012345001",
        "service": "support",
        "desired_at_utc": "2026-11-24T09:30:00Z",
        "desired_at_local": "2026-11-24 10:30:00",
        "time_zone": "Europe/Berlin",
        "state_before": "SCHEDULED",
        "outcome": "CANCELLED",
        "reason": "'=storm",
        "new_callback_id": "",
    }
    assert (missing["id"], missing["phone_number"], missing["outcome"]) == (UNKNOWN, "", "callback-not-found")


async def test_the_files_of_a_recreation_tell_of_the_new_callbacks(
    client: httpx.AsyncClient, database: Database, clock: ManualClock, ask: Ask
) -> None:
    old = await ask(1)
    await client.post(f"{CALLBACKS}/{old}/cancel")
    job = (await client.post(RECREATIONS, json={"ids": [old]})).json()
    await BulkWorker(database, clock).run_once()
    [new] = read(await client.get(f"{RECREATIONS}/{job['id']}/callbacks"))
    [line] = read(await client.get(f"{RECREATIONS}/{job['id']}/summary"))
    assert (new["recreated_from"], new["state"]) == (old, "QUEUED")
    assert (line["id"], line["new_callback_id"], line["outcome"]) == (old, new["id"], "RECREATED")


async def test_recent_cancellations_are_ones_own_of_the_last_day_single_ones_included(
    client: httpx.AsyncClient, database: Database, clock: ManualClock, ask: Ask
) -> None:
    old = await ask(1)
    await client.post(f"{CALLBACKS}/{old}/cancel")
    await clock.advance(86_401)
    alone, together, talking = [await ask(number) for number in (2, 3, 4)]
    await client.put("/api/v1/agents/anna", json={"endpoint": "100", "services": ["support"]})
    await states.route(database, clock, UUID(talking), "anna")
    await states.join(database, clock, UUID(talking), "anna")
    await client.post(f"{CALLBACKS}/{alone}/cancel", json={"reason": "alone"})
    await client.post(CANCELLATIONS, json={"ids": [together, talking]})
    await BulkWorker(database, clock).run_once()
    cancelled = read(await client.get(f"{CANCELLATIONS}/recent/callbacks"))
    assert [line["id"] for line in cancelled] == [alone, together]
    summary = {line["id"]: line for line in read(await client.get(f"{CANCELLATIONS}/recent/summary"))}
    assert {each: line["outcome"] for each, line in summary.items()} == {
        alone: "CANCELLED",
        together: "CANCELLED",
        talking: "transition-refused",
    }
    assert (summary[alone]["state_before"], summary[alone]["reason"]) == ("QUEUED", "alone")
    other = {"X-API-Key": (await api_keys.create(database, clock, ENGINE, "other", list(Scope))).secret}
    for name in ("callbacks", "summary"):
        assert read(await client.get(f"{CANCELLATIONS}/recent/{name}", headers=other)) == []


async def test_there_are_no_files_of_work_that_does_not_exist(client: httpx.AsyncClient) -> None:
    for path in (f"{CANCELLATIONS}/{UNKNOWN}/callbacks", f"{RESCHEDULINGS}/{UNKNOWN}/summary"):
        refusal = await client.get(path)
        assert (refusal.status_code, refusal.json()["code"]) == (404, "bulk-job-not-found")
