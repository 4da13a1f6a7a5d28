"""Services, their hours, special days and seats, and trunks, changed over the API."""

import asyncio
from typing import Any

import httpx
import pytest

from ringback.booking.plan import plan_of
from ringback.booking.rules import next_opening
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.services import catalog

PATH = "/api/v1/services"
SUPPORT = f"{PATH}/support"
WORKDAY = [{"opens": "08:00", "closes": "12:00"}, {"opens": "13:00", "closes": "17:00"}]


async def test_a_service_is_created_with_defaults_and_changed_field_by_field(client: httpx.AsyncClient) -> None:
    made = await client.put(f"{PATH}/sales", json={"time_zone": "Europe/Oslo", "slot_capacity": 4})
    assert made.status_code == 201
    told = made.json()
    assert (told["time_zone"], told["slot_capacity"], told["slot_minutes"], told["mode"]) == (
        "Europe/Oslo",
        4,
        30,
        "RUNNING",
    )
    changed = await client.put(f"{PATH}/sales", json={"mode": "PAUSED", "slot_capacity": None})
    assert changed.status_code == 200
    assert changed.json() == {**told, "mode": "PAUSED", "slot_capacity": None}
    assert (await client.get(f"{PATH}/sales")).json() == changed.json()
    assert (await client.put(f"{PATH}/sales", json={})).json() == changed.json()


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"window_seconds": 0}, "invalid-service", "window_seconds"),
        ({"slot_minutes": 7}, "invalid-service", "slot_minutes"),
        ({"caller_id": "1\r\nX: y"}, "invalid-service", "caller_id"),
        ({"display_name": "x" * 201}, "invalid-service", "display_name"),
        ({"hours": {"MONDAY": [{"opens": "09:00", "closes": "09:00"}]}}, "invalid-service", "hours.MONDAY"),
        ({"public_holidays": {"country": "XX"}}, "invalid-service", "public_holidays.country"),
        ({"calling_hours": {"starts": "21:00", "ends": "08:00"}}, "invalid-service", "calling_hours"),
        ({"number_rules": {"permitted_countries": ["XX"]}}, "invalid-number-rules", "permitted_countries[0]"),
        ({"time_zone": "Mars/Olympus"}, "unknown-time-zone", None),
        ({"trunk": "nowhere"}, "trunk-not-found", None),
        ({"colour": "red"}, "invalid-request", None),
        ({"window_seconds": None}, "invalid-request", None),
        ({"hours": {"MONTAG": []}}, "invalid-request", None),
    ],
)
async def test_a_setting_that_cannot_be_is_refused_and_nothing_is_kept(
    client: httpx.AsyncClient, body: dict[str, Any], code: str, field: str | None
) -> None:
    before = (await client.get(SUPPORT)).json()
    for path in (SUPPORT, f"{PATH}/new"):
        refusal = (await client.put(path, json={"mode": "CLOSED", **body})).json()
        assert (refusal["code"], refusal["details"].get("field")) == (code, field)
    assert (await client.get(PATH)).json()["items"] == [before]


async def test_a_service_goes_when_no_callback_belongs_to_it(client: httpx.AsyncClient) -> None:
    await client.put(f"{PATH}/sales", json={})
    assert (await client.delete(f"{PATH}/sales")).status_code == 204
    assert (await client.delete(f"{PATH}/sales")).json()["code"] == "service-not-found"
    await client.post("/api/v1/callbacks", json={"service": "support", "phone_number": "+49301234567"})
    refusal = await client.delete(SUPPORT)
    assert (refusal.status_code, refusal.json()["code"]) == (409, "service-in-use")


async def test_hours_are_written_and_read_as_a_document_and_hold_at_once(
    client: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    assert (await client.get(f"{SUPPORT}/hours")).json() == {"weekly": None}
    weekly = {"TUESDAY": WORKDAY, "FRIDAY": [{"opens": "22:00", "closes": "02:00"}]}
    assert (await client.put(f"{SUPPORT}/hours", json={"weekly": weekly})).json() == {"weekly": weekly}
    assert (await client.get(SUPPORT)).json()["hours"] == weekly
    # It is Monday; Tuesday 08:00 in Berlin is 07:00 UTC.
    opening = next_opening(plan_of(await catalog.get(database, "support")), clock.now(), within_days=7)
    assert opening is not None
    assert opening.opens_at.isoformat() == "2026-11-24T07:00:00+00:00"
    assert (await client.put(f"{SUPPORT}/hours", json={"weekly": None})).json() == {"weekly": None}


async def test_special_days_and_capacity_keep_what_is_left_out(client: httpx.AsyncClient) -> None:
    eve: dict[str, Any] = {
        "date": "2026-12-24",
        "name": "Christmas Eve",
        "yearly": True,
        "ranges": [],
        "slot_capacity": None,
    }
    days = (await client.put(f"{SUPPORT}/special-days", json={"items": [eve]})).json()
    assert days == {"items": [eve], "public_holidays": None}
    bavaria = {"country": "DE", "subdivision": "BY"}
    await client.put(f"{SUPPORT}/special-days", json={"public_holidays": bavaria})
    assert (await client.get(f"{SUPPORT}/special-days")).json() == {"items": [eve], "public_holidays": bavaria}
    peak = {"weekday": "MONDAY", "starts": "09:00", "ends": "11:00", "capacity": 8}
    await client.put(f"{SUPPORT}/capacity", json={"slot_minutes": 15, "weekly": [peak]})
    seats = (await client.put(f"{SUPPORT}/capacity", json={"slot_capacity": 3})).json()
    assert seats == {"slot_minutes": 15, "slot_capacity": 3, "weekly": [peak]}
    for document in ("hours", "special-days", "capacity"):
        refusal = await client.put(f"{PATH}/nowhere/{document}", json={})
        assert (refusal.status_code, refusal.json()["code"]) == (404, "service-not-found")
    assert [service["name"] for service in (await client.get(PATH)).json()["items"]] == ["support"]


async def test_an_edit_of_what_changed_meanwhile_is_refused_with_how_it_is_now(client: httpx.AsyncClient) -> None:
    read = (await client.get(SUPPORT)).headers["ETag"]
    done = await client.put(SUPPORT, json={"wrap_up_seconds": 7}, headers={"If-Match": read})
    assert done.status_code == 200
    for path in (SUPPORT, f"{SUPPORT}/hours", f"{SUPPORT}/capacity", f"{SUPPORT}/special-days"):
        late = await client.put(path, json={}, headers={"If-Match": read})
        assert (late.status_code, late.json()["code"]) == (412, "service-changed")
        assert late.json()["details"]["service"]["wrap_up_seconds"] == 7
    again = await client.put(
        f"{SUPPORT}/capacity", json={"slot_capacity": 1}, headers={"If-Match": done.headers["ETag"]}
    )
    assert again.status_code == 200
    assert again.headers["ETag"] == (await client.get(SUPPORT)).headers["ETag"] != done.headers["ETag"]
    gone = await client.put(f"{PATH}/new", json={}, headers={"If-Match": read})
    assert (gone.status_code, gone.json()["code"]) == (412, "service-changed")
    assert (await client.get(f"{PATH}/new")).status_code == 404


async def test_changes_of_different_settings_at_the_same_time_are_all_kept(server: httpx.AsyncClient) -> None:
    fields = ("wrap_up_seconds", "window_seconds", "dial_attempts", "ring_timeout_seconds", "early_seconds")
    answers = await asyncio.gather(
        *(server.put(SUPPORT, json={field: number}) for number, field in enumerate(fields, start=21))
    )
    assert {answer.status_code for answer in answers} == {200}
    now = (await server.get(SUPPORT)).json()
    assert [now[field] for field in fields] == [21, 22, 23, 24, 25]


async def test_of_many_who_create_a_service_at_once_one_has_made_it(server: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(server.put(f"{PATH}/sales", json={"wrap_up_seconds": 9}) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]


async def test_a_trunk_is_created_changed_resumed_and_deleted(client: httpx.AsyncClient, database: Database) -> None:
    path = "/api/v1/trunks/carrier"
    made = await client.put(path, json={"link": "main", "channels": 30, "calls_per_second": 2.5})
    assert (made.status_code, made.json()["channels"], made.json()["calls_per_second"]) == (201, 30, 2.5)
    changed = await client.put(path, json={"link": "main", "channels": 60})
    assert (changed.status_code, changed.json()["channels"], changed.json()["calls_per_second"]) == (200, 60, None)
    async with database.transaction() as connection:
        await connection.execute(
            "UPDATE trunks SET paused_until = now() + interval '1 h', pause_reason = 'all BUSY' WHERE name = 'carrier'"
        )
    assert (await client.get(path)).json()["pause_reason"] == "all BUSY"
    assert (await client.post(f"{path}/resume")).json()["paused_until"] is None
    assert [trunk["name"] for trunk in (await client.get("/api/v1/trunks")).json()["items"]] == ["carrier", "main"]
    await client.put(SUPPORT, json={"trunk": "carrier"})
    assert (await client.delete(path)).json()["code"] == "trunk-in-use"
    await client.put(SUPPORT, json={"trunk": "main"})
    assert (await client.delete(path)).status_code == 204
    for answer in (await client.get(path), await client.delete(path), await client.post(f"{path}/resume")):
        assert (answer.status_code, answer.json()["code"]) == (404, "trunk-not-found")


@pytest.mark.parametrize(("channels", "calls_per_second"), [(1, 0.01), (100_000, 1000.0), (2, 0.1)])
async def test_the_limits_of_a_trunk_are_kept_as_they_are_written(
    client: httpx.AsyncClient, channels: int, calls_per_second: float
) -> None:
    limits = {"channels": channels, "calls_per_second": calls_per_second}
    assert (await client.put("/api/v1/trunks/carrier", json={"link": "main", **limits})).status_code == 201
    kept = (await client.get("/api/v1/trunks/carrier")).json()
    assert {name: kept[name] for name in limits} == limits


async def test_the_trunk_that_services_begin_with_stays(client: httpx.AsyncClient) -> None:
    await client.put("/api/v1/trunks/carrier", json={"link": "main"})
    await client.put(SUPPORT, json={"trunk": "carrier"})
    refusal = await client.delete("/api/v1/trunks/main")
    assert (refusal.status_code, refusal.json()["code"]) == (409, "trunk-in-use")


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("%20x", {"link": "main"}, "invalid-trunk"),
        ("x", {}, "invalid-request"),
        ("x", {"link": "main", "channels": 0}, "invalid-request"),
        ("x", {"link": "main", "calls_per_second": 0.001}, "invalid-request"),
        ("x", {"link": "main", "speed": 3}, "invalid-request"),
    ],
)
async def test_a_trunk_that_cannot_be_is_refused(
    client: httpx.AsyncClient, name: str, body: dict[str, object], code: str
) -> None:
    refusal = await client.put(f"/api/v1/trunks/{name}", json=body)
    assert (refusal.status_code, refusal.json()["code"]) == (422, code)
    assert [trunk["name"] for trunk in (await client.get("/api/v1/trunks")).json()["items"]] == ["main"]
