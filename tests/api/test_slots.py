"""The slots of a service over the API, as a website shows them."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from ringback.actors import ENGINE
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.services import catalog
from ringback.services.catalog import ServiceChoices
from ringback.services.model import Mode
from ringback.services.schedule import OpenRange, Weekday

Body = Callable[..., dict[str, object]]
SLOTS = "/api/v1/services/support/slots"
NINE_TO_ELEVEN = {day: [OpenRange("09:00", "11:00")] for day in (Weekday.MONDAY, Weekday.TUESDAY)}


@pytest.fixture(autouse=True)
async def hours(database: Database, secret: str) -> None:
    """Two hours on Mondays and Tuesdays, four slots with two seats each. It is Monday, 10:00 in Berlin."""
    assert secret
    await change(database, hours=NINE_TO_ELEVEN, slot_capacity=2)


async def change(database: Database, **choices: object) -> None:
    await catalog.update(database, ManualClock(), ENGINE, "support", ServiceChoices(**choices))  # pyright: ignore[reportArgumentType]


async def slots(client: httpx.AsyncClient, **parameters: str | int) -> list[dict[str, Any]]:
    answer = await client.get(SLOTS, params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def local_times(client: httpx.AsyncClient, **parameters: str | int) -> list[str]:
    return [slot["local"] for slot in await slots(client, **parameters)]


async def test_the_slots_of_a_week_with_their_seats_and_the_clock_of_the_service(
    client: httpx.AsyncClient, request_body: Body
) -> None:
    await client.post("/api/v1/callbacks", json=request_body(desired_at="2026-11-23T09:40:00Z"))
    told = (await client.get(SLOTS, params={"days": 6})).json()
    assert (told["service"], told["time_zone"], told["slot_minutes"]) == ("support", "Europe/Berlin", 30)
    assert [(slot["local"], slot["free"]) for slot in told["items"]] == [
        ("2026-11-23T10:00:00", 2),
        ("2026-11-23T10:30:00", 1),
        ("2026-11-24T09:00:00", 2),
        ("2026-11-24T09:30:00", 2),
        ("2026-11-24T10:00:00", 2),
        ("2026-11-24T10:30:00", 2),
    ]
    assert told["items"][1] == {
        "starts_at": "2026-11-23T09:30:00Z",
        "ends_at": "2026-11-23T10:00:00Z",
        "local": "2026-11-23T10:30:00",
        "capacity": 2,
        "free": 1,
    }


async def test_full_slots_are_shown_and_refused_with_the_nearest_free_ones(
    client: httpx.AsyncClient, request_body: Body
) -> None:
    wanted = {"desired_at": "2026-11-23T09:40:00Z"}
    for number in ("+49301111111", "+49301111112"):
        made = await client.post("/api/v1/callbacks", json=request_body(phone_number=number, **wanted))
        assert made.status_code == 201
    assert [slot["free"] for slot in await slots(client, days=1)] == [2, 0, 2, 2]
    refusal = await client.post("/api/v1/callbacks", json=request_body(**wanted))
    assert (refusal.status_code, refusal.json()["code"]) == (409, "slot-full")
    details = refusal.json()["details"]
    assert (details["service"], details["capacity"]) == ("support", 2)
    assert details["slots"][0] == {"starts_at": "2026-11-24T08:00:00Z", "free": 2}
    free = {slot["starts_at"] for slot in await slots(client, days=31) if slot["free"]}
    assert len(details["slots"]) == 6
    assert {slot["starts_at"] for slot in details["slots"]} <= free


async def test_of_a_hundred_clients_for_one_seat_exactly_one_is_promised_it(
    server: httpx.AsyncClient, request_body: Body, database: Database
) -> None:
    await change(database, slot_capacity=1)
    bodies = [request_body(phone_number=f"+4930123{n:04}", desired_at="2026-11-23T09:40:00Z") for n in range(100)]
    answers = await asyncio.gather(*(server.post("/api/v1/callbacks", json=body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 99
    refusals = [answer.json() for answer in answers if answer.status_code == 409]
    assert {refusal["code"] for refusal in refusals} == {"slot-full"}
    assert {refusal["details"]["slots"][0]["starts_at"] for refusal in refusals} == {"2026-11-24T08:00:00Z"}
    assert [slot["free"] for slot in await slots(server, days=1)] == [1, 0, 1, 1]


async def test_a_slot_can_be_booked_as_it_is_shown_until_its_last_seat(
    client: httpx.AsyncClient, request_body: Body
) -> None:
    for n, slot in enumerate(await slots(client)):
        body = request_body(phone_number=f"+4930123456{n}", desired_at=slot["starts_at"])
        assert (await client.post("/api/v1/callbacks", json=body)).status_code == 201
    assert {slot["free"] for slot in await slots(client)} == {1}


async def test_a_cancelled_callback_gives_its_seat_back(client: httpx.AsyncClient, request_body: Body) -> None:
    made = await client.post("/api/v1/callbacks", json=request_body(desired_at="2026-11-23T09:30:00Z"))
    assert [slot["free"] for slot in await slots(client, days=1)][:2] == [2, 1]
    await client.post(f"/api/v1/callbacks/{made.json()['id']}/cancel")
    assert [slot["free"] for slot in await slots(client, days=1)][:2] == [2, 2]


async def test_slots_begin_at_the_time_asked_for_and_not_before_now(
    client: httpx.AsyncClient, clock: ManualClock
) -> None:
    assert (await local_times(client, **{"from": "2026-11-23T09:30:00Z"}))[0] == "2026-11-23T10:30:00"
    assert (await local_times(client, **{"from": "2026-11-23T09:30:01Z"}))[0] == "2026-11-24T09:00:00"
    assert (await local_times(client, **{"from": "2020-01-01T00:00:00+01:00"}))[0] == "2026-11-23T10:00:00"
    await clock.advance(1)
    assert (await local_times(client))[0] == "2026-11-23T10:30:00"


async def test_days_and_limit_end_the_list_and_nothing_is_bookable_after_31_days(client: httpx.AsyncClient) -> None:
    assert len(await slots(client, days=1)) == 4
    assert len(await slots(client, limit=3)) == 3
    last = (await slots(client, days=31))[-1]["starts_at"]
    assert datetime.fromisoformat(last) <= datetime(2026, 11, 23, 9, tzinfo=UTC) + timedelta(days=31)
    assert (await slots(client, days=31, **{"from": "2026-12-20T00:00:00Z"}))[-1]["starts_at"] == last
    assert await slots(client, **{"from": "2027-02-01T00:00:00Z"}) == []
    assert await slots(client, **{"from": "9999-12-31T23:59:59Z"}) == []


async def test_another_time_zone_changes_the_clock_and_nothing_else(client: httpx.AsyncClient) -> None:
    here, there = await slots(client), await slots(client, time_zone="America/New_York")
    assert there[0]["local"] == "2026-11-23T04:00:00"
    assert [slot["starts_at"] for slot in here] == [slot["starts_at"] for slot in there]


@pytest.mark.parametrize(
    ("day", "viewer", "local", "instants"),
    [
        ("2027-03-28", "Europe/Berlin", ["01:30", "03:00", "03:30"], ["00:30", "01:00", "01:30"]),
        ("2027-03-28", "America/New_York", ["20:30", "21:00", "21:30"], ["00:30", "01:00", "01:30"]),
        ("2027-03-14", "America/New_York", ["01:30", "03:00", "03:30"], ["06:30", "07:00", "07:30"]),
        ("2027-10-31", "Europe/Berlin", ["02:30", "02:00", "02:30", "03:00"], ["00:30", "01:00", "01:30", "02:00"]),
        ("2027-11-07", "America/New_York", ["01:30", "01:00", "01:30", "02:00"], ["05:30", "06:00", "06:30", "07:00"]),
    ],
)
async def test_both_nights_of_the_clocks_are_shown_by_the_clock_of_the_viewer_and_can_be_booked(
    client: httpx.AsyncClient,
    clock: ManualClock,
    database: Database,
    request_body: Body,
    day: str,
    viewer: str,
    local: list[str],
    instants: list[str],
) -> None:
    await change(database, hours=None)
    await clock.advance((datetime.fromisoformat(f"{day}T00:00Z") - clock.now() - timedelta(days=3)).total_seconds())
    start = f"{day}T{instants[0]}:00Z"
    shown = await slots(client, time_zone=viewer, limit=len(local), **{"from": start})
    assert [slot["local"][11:16] for slot in shown] == local
    assert [slot["starts_at"][11:16] for slot in shown] == instants
    assert {(slot["free"], slot["ends_at"][14:16]) for slot in shown} == {(2, "30"), (2, "00")}
    for number, slot in enumerate(shown):
        wanted = request_body(phone_number=f"+4930123456{number}", desired_at=slot["starts_at"], time_zone=viewer)
        made = (await client.post("/api/v1/callbacks", json=wanted)).raise_for_status().json()
        assert (made["desired_at"], made["promised_local"]) == (slot["starts_at"], slot["local"])
    assert {slot["free"] for slot in await slots(client, limit=len(local), **{"from": start})} == {1}


async def test_a_service_without_a_limit_has_slots_of_any_number(client: httpx.AsyncClient, database: Database) -> None:
    await change(database, slot_capacity=None, hours=None, slot_minutes=60)
    found = await slots(client, days=1)
    assert {(slot["capacity"], slot["free"]) for slot in found} == {(None, None)}
    assert len(found) == 24


async def test_nothing_is_bookable_in_a_service_that_takes_no_scheduled_callbacks(
    client: httpx.AsyncClient, database: Database
) -> None:
    await change(database, mode=Mode.DRAINING)
    assert await slots(client) == []
    await change(database, mode=Mode.PAUSED)
    assert await slots(client) != []
    await change(database, is_scheduled_enabled=False)
    assert await slots(client) == []


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"days": "0"}, "invalid-request"),
        ({"days": "32"}, "invalid-request"),
        ({"limit": "0"}, "invalid-request"),
        ({"from": "20261124"}, "invalid-request"),
        ({"from": "2026-11-24T08:00:00"}, "time-without-offset"),
        ({"time_zone": "Berlin"}, "unknown-time-zone"),
        ({"form": "2026-11-24T08:00:00Z"}, "invalid-request"),
    ],
)
async def test_what_cannot_be_is_refused(client: httpx.AsyncClient, parameters: dict[str, str], code: str) -> None:
    answer = await client.get(SLOTS, params=parameters)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_slots_of_no_service_are_not_found(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/v1/services/sales/slots")).json()["code"] == "service-not-found"
