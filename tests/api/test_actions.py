"""The actions, the limits and the offers over HTTP."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx

from ringback.actors import ENGINE
from ringback.booking import setup
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.services.catalog import ServiceChoices
from ringback.services.schedule import OpenRange, Weekday
from tests.api.conftest import NUMBER

CALLBACKS = "/api/v1/callbacks"
OFFERS = "/api/v1/services/support/offers"
TOMORROW = "2026-11-24T09:00:00+01:00"
HALF_HOURS = [f"2026-11-24T{time}:00Z" for time in ("07:00", "07:30", "08:30", "09:00", "09:30")]
Body = Callable[..., dict[str, object]]


async def choose(database: Database, **choices: Any) -> None:
    await setup.change(database, ManualClock(), ENGINE, "support", ServiceChoices(**choices))


async def created(client: httpx.AsyncClient, body: dict[str, object]) -> dict[str, Any]:
    answer = await client.post(CALLBACKS, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_of_a_hundred_clients_for_one_seat_exactly_one_gets_it(
    server: httpx.AsyncClient, request_body: Body, database: Database
) -> None:
    await choose(database, slot_capacity=1)
    bodies = [request_body(phone_number=f"+4930{1_000_000 + n}", desired_at=TOMORROW) for n in range(100)]
    answers = await asyncio.gather(*(server.post(CALLBACKS, json=body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 99
    refusals = [answer.json() for answer in answers if answer.status_code == 409]
    assert {refusal["code"] for refusal in refusals} == {"slot-full"}
    for refusal in refusals:
        assert {slot["starts_at"] for slot in refusal["details"]["slots"]} >= set(HALF_HOURS)
    assert (await server.get(CALLBACKS)).json()["total"] == 1
    winner = next(answer.json()["id"] for answer in answers if answer.status_code == 201)
    await server.post(f"{CALLBACKS}/{winner}/cancel")
    assert (await created(server, bodies[1]))["state"] == "SCHEDULED"


async def test_a_limit_that_is_reached_says_which_and_when_to_ask_again(
    client: httpx.AsyncClient, request_body: Body, database: Database, clock: ManualClock
) -> None:
    await choose(database, number_limit=1, number_limit_seconds=600, max_waiting_per_number=0)
    await created(client, request_body())
    clock.jump(100)
    answer = await client.post(CALLBACKS, json=request_body())
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "500")
    told = answer.json()
    assert (told["code"], told["details"]) == (
        "too-many-requests",
        {"limit": "number_limit", "value": 1, "seconds": 600},
    )
    clock.jump(500)
    await created(client, request_body())


async def test_a_closed_service_tells_when_it_opens(
    client: httpx.AsyncClient, request_body: Body, database: Database
) -> None:
    await choose(database, hours={Weekday.TUESDAY: [OpenRange("09:00", "17:00")]})
    refusal = await client.post(CALLBACKS, json=request_body())
    assert (refusal.status_code, refusal.json()["code"]) == (409, "closed")
    assert refusal.json()["details"]["next_opening"] == "2026-11-24T08:00:00Z"
    status = (await client.get("/api/v1/services/support/status")).json()
    assert (status["is_open"], status["closes_at"], status["opens_at"]) == (False, None, "2026-11-24T08:00:00Z")
    assert (status["offer_immediate"], status["offer_scheduled"]) == (False, True)


async def test_call_now_and_claim_answer_with_the_callback(client: httpx.AsyncClient, request_body: Body) -> None:
    told = await created(client, request_body(desired_at=TOMORROW))
    called = await client.post(f"{CALLBACKS}/{told['id']}/call-now")
    assert (called.status_code, called.json()["state"], called.json()["position_in_queue"]) == (200, "QUEUED", 1)
    refusal = (await client.post(f"{CALLBACKS}/{told['id']}/call-now")).json()
    assert (refusal["code"], refusal["details"]) == ("transition-refused", {"state": "QUEUED", "event": "CALLED_NOW"})
    found = (await client.post(f"{CALLBACKS}/ring-in", json=request_body(phone_number="030 1234567"))).json()
    assert (found["is_waiting"], found["callback"]["id"]) == (True, told["id"])
    claimed = await client.post(f"{CALLBACKS}/{told['id']}/claim", json={"reason": "put through"})
    assert (claimed.status_code, claimed.json()["result"]) == (200, "CLAIMED_BY_CALLER")
    found = (await client.post(f"{CALLBACKS}/ring-in", json=request_body())).json()
    assert found == {"is_waiting": False, "callback": None}


async def test_a_recreated_callback_has_an_address_and_one_answer_per_key(
    server: httpx.AsyncClient, request_body: Body
) -> None:
    told = await created(server, request_body())
    path = f"{CALLBACKS}/{told['id']}/recreate"
    assert (await server.post(path)).json()["details"] == {"state": "QUEUED", "event": "RECREATED"}
    await server.post(f"{CALLBACKS}/{told['id']}/cancel")
    headers = {"Idempotency-Key": "again-7"}
    answers = await asyncio.gather(*(server.post(path, headers=headers) for _ in range(6)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({(answer.content, answer.headers["location"]) for answer in answers}) == 1
    new = (await server.get(answers[0].headers["location"])).json()
    assert (new["recreated_from"], new["state"], new["phone_number"]) == (told["id"], "QUEUED", NUMBER)
    other = await server.post(path, headers=headers, json={"desired_at": TOMORROW})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency-key-reused")
    first = await server.post(CALLBACKS, headers=headers, json=request_body())
    assert (first.status_code, first.json()["code"]) == (409, "idempotency-key-reused")


async def test_an_offer_is_made_and_kept(client: httpx.AsyncClient, request_body: Body) -> None:
    made = await client.post(OFFERS, json={"phone_number": "030 1234567"})
    assert made.status_code == 201
    told = made.json()
    assert (told["offers_immediate"], told["offers_scheduled"], told["place_of_new_caller"]) == (True, True, 1)
    assert told["slots"][0] == {
        "starts_at": "2026-11-23T09:00:00Z",
        "ends_at": "2026-11-23T09:30:00Z",
        "capacity": None,
        "free": None,
    }
    callback = await created(client, request_body(offer_id=told["id"]))
    trace = (await client.get(f"{CALLBACKS}/{callback['id']}/metrics")).json()
    assert (trace["offer"]["id"], trace["offer"]["place_of_new_caller"]) == (told["id"], 1)
    again = (await client.post(OFFERS, json={"phone_number": "030 1234567"})).json()
    assert again["why_not_immediate"]["code"] == "already-waiting"
    assert callback["id"] in again["why_not_immediate"]["detail"]
    assert (await client.post(OFFERS)).status_code == 201
    zone = await client.post(OFFERS, json={"time_zone": "Moon"})
    assert (zone.status_code, zone.json()["code"]) == (422, "unknown-time-zone")
    assert (await client.post("/api/v1/services/none/offers")).status_code == 404
