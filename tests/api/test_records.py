"""Reports and erasure over HTTP."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from ringback.accounts import api_keys
from ringback.accounts.rules import Scope
from ringback.actors import ENGINE
from ringback.callbacks.states import Result, State
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.engine.counter import Counter
from tests.integration.past import NOW, add_callback, add_service, places_of

NUMBER = "+49301234567"
REPORTS = "/api/v1/reports"


@pytest.fixture
async def counted(database: Database, secret: str) -> None:
    """What became of some callbacks of the services "support" and "=cmd|"."""
    await add_service(database, "=cmd|")
    await add_callback(database, result=Result.AGENT, dialled_after=60, talked_seconds=90)
    await add_callback(database, result=Result.BUSY, dialled_after=420)
    await add_callback(database, service="=cmd|", desired_at=NOW - timedelta(days=1))
    await Counter(database).run_once()


@pytest.mark.usefixtures("counted")
async def test_a_report_has_counts_and_rates_by_service_and_day(client: httpx.AsyncClient) -> None:
    answer = await client.get(REPORTS, params={"per": "day", "to": "2026-11-24T00:00:00Z", "service": "support"})
    report = answer.raise_for_status().json()
    assert (report["per"], report["from"], report["to"]) == ("day", "2026-11-10T00:00:00Z", "2026-11-24T00:00:00Z")
    (day,) = report["items"]
    assert {name: day[name] for name in day if name not in ("results", "is_practice")} == {
        "service": "support",
        "time_zone": "Europe/Berlin",
        "starts_at": "2026-11-22T23:00:00Z",
        "local_start": "2026-11-23T00:00:00",
        "asked": 2,
        "scheduled": 2,
        "open": 0,
        "kept": 1,
        "withdrawn": 0,
        "kept_rate": 0.5,
        "on_time": 1,
        "late": 1,
        "on_time_rate": 0.5,
        "late_seconds": 300,
        "mean_late_seconds": 300.0,
        "dialled": 2,
        "wait_seconds": 480,
        "mean_wait_seconds": 240.0,
        "talk_seconds": 90,
        "mean_talk_seconds": 90.0,
        "attempts": 2,
    }
    assert day["results"] == {"AGENT": 1, "BUSY": 1}


@pytest.mark.usefixtures("counted")
async def test_the_last_14_days_up_to_now_are_told_by_the_hour(client: httpx.AsyncClient, clock: ManualClock) -> None:
    await clock.advance(60)
    hours = (await client.get(REPORTS)).json()["items"]
    assert [(hour["service"], hour["starts_at"]) for hour in hours] == [
        ("=cmd|", "2026-11-22T09:00:00Z"),
        ("support", "2026-11-23T09:00:00Z"),
    ]


@pytest.mark.usefixtures("counted")
async def test_the_csv_is_rfc_4180_and_has_no_formula(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{REPORTS}/export", params={"per": "day", "to": "2026-11-24T00:00:00Z"})
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="reports-per-day.csv"'
    lines = answer.text.split("\r\n")
    assert len(lines) == 4
    assert lines[3] == ""
    first, second = csv.DictReader(io.StringIO(answer.text))
    assert (first["service"], first["kept_rate"], first["NO_ANSWER"]) == ("'=cmd|", "0.0", "1")
    assert (second["service"], second["local_start"], second["AGENT"]) == ("support", "2026-11-23 00:00", "1")
    assert set(Result) <= set(second)


@pytest.mark.parametrize(
    ("params", "status", "code"),
    [
        ({"from": "2026-11-23T09:00:00"}, 422, "time-without-offset"),
        ({"from": "2026-11-23T09:00:00Z", "to": "2026-11-23T09:00:00Z"}, 422, "invalid-filter"),
        ({"from": "2026-01-01T00:00:00Z", "to": "2026-11-23T00:00:00Z"}, 422, "invalid-filter"),
        ({"to": "0001-01-05T00:00:00Z"}, 422, "invalid-filter"),
        ({"per": "week"}, 422, "invalid-request"),
        ({"service": "suport"}, 404, "service-not-found"),
        ({"services": "support"}, 422, "invalid-request"),
    ],
)
@pytest.mark.parametrize("path", [REPORTS, f"{REPORTS}/export"])
async def test_a_report_that_cannot_be_is_refused(
    client: httpx.AsyncClient, path: str, params: dict[str, str], status: int, code: str
) -> None:
    answer = await client.get(path, params=params)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("written", [NUMBER, "%2B49301234567", "+49%2030%20123-4567"])
async def test_a_customer_is_forgotten_with_the_answers_that_were_kept(
    client: httpx.AsyncClient, database: Database, request_body: Callable[..., dict[str, object]], written: str
) -> None:
    created = await client.post(
        "/api/v1/callbacks", json=request_body(phone_number=NUMBER), headers={"Idempotency-Key": "once"}
    )
    created.raise_for_status()
    assert "idempotency_keys.answer" in await places_of(database, NUMBER.removeprefix("+"))
    answer = await client.delete(f"/api/v1/customers/{written}")
    assert (answer.status_code, answer.json()) == (200, {"cancelled": 1, "removed": 1, "remaining": 0})
    assert await places_of(database, NUMBER.removeprefix("+")) == set()
    assert (await client.get(f"/api/v1/callbacks/{created.json()['id']}")).status_code == 404
    again = await client.delete(f"/api/v1/customers/{written}")
    assert (again.status_code, again.json()) == (200, {"cancelled": 0, "removed": 0, "remaining": 0})


async def test_what_is_in_a_call_is_told_as_remaining(
    client: httpx.AsyncClient, database: Database, secret: str
) -> None:
    await add_service(database, "sales")
    await add_callback(database, service="sales", number=NUMBER, dialled_after=1, has_open_attempt=True)
    await add_callback(database, service="sales", number=NUMBER, state=State.SCHEDULED)
    answer = await client.delete(f"/api/v1/customers/{NUMBER}")
    assert (answer.status_code, answer.json()) == (202, {"cancelled": 1, "removed": 1, "remaining": 1})


async def test_a_text_that_is_no_number_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.delete("/api/v1/customers/anna")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-number")


async def test_only_who_may_manage_can_erase(client: httpx.AsyncClient, database: Database, clock: ManualClock) -> None:
    reader = await api_keys.create(database, clock, ENGINE, "reader", [Scope.READ, Scope.CREATE, Scope.AGENTS])
    answer = await client.delete(f"/api/v1/customers/{NUMBER}", headers={"X-API-Key": reader.secret})
    assert (answer.status_code, answer.json()["code"]) == (403, "scope-missing")
