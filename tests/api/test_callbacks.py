"""Creating, reading, cancelling and rescheduling callbacks."""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx
import pytest

from ringback.actors import ENGINE
from ringback.callbacks.states import State
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.services import catalog
from ringback.services.catalog import ServiceChoices
from tests.api import states
from tests.api.conftest import NUMBER

CALLBACKS = "/api/v1/callbacks"
TOMORROW = "2026-11-24T09:00:00+01:00"
Body = Callable[..., dict[str, object]]


async def created(client: httpx.AsyncClient, body: dict[str, object]) -> dict[str, Any]:
    answer = await client.post(CALLBACKS, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture
async def agent(client: httpx.AsyncClient) -> str:
    """Anna, who serves "support" and is READY."""
    await client.put("/api/v1/agents/anna", json={"endpoint": "sip:anna@127.0.0.1", "services": ["support"]})
    await client.post("/api/v1/agents/anna/presence", json={"state": "READY"})
    return "anna"


async def test_an_immediate_callback_is_queued_and_has_its_place(client: httpx.AsyncClient, request_body: Body) -> None:
    answer = await client.post(CALLBACKS, json=request_body(phone_number="030 1234567", user_data={"order": 7}))
    told = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (201, f"{CALLBACKS}/{told['id']}")
    assert (told["state"], told["result"], told["phone_number"]) == ("QUEUED", None, NUMBER)
    assert told["phone_number_formatted"] == "+49 30 1234567"
    assert (told["caller_id"], told["trunk"]) == ("", "main")
    assert told["desired_at"] == told["queued_at"] == told["eligible_at"] == "2026-11-23T09:00:00Z"
    assert (told["promised_local"], told["promised_zone"]) == ("2026-11-23T10:00:00", "Europe/Berlin")
    assert (told["position_in_queue"], told["estimated_wait"], told["is_scheduled"]) == (1, None, False)
    assert told["user_data"] == {"order": 7}
    assert (await client.get(answer.headers["location"])).json() == told


async def test_a_callback_at_a_chosen_time_is_scheduled(client: httpx.AsyncClient, request_body: Body) -> None:
    told = await created(client, request_body(desired_at=TOMORROW, time_zone="America/New_York"))
    assert (told["state"], told["is_scheduled"], told["queued_at"]) == ("SCHEDULED", True, None)
    assert (told["desired_at"], told["promised_local"]) == ("2026-11-24T08:00:00Z", "2026-11-24T03:00:00")
    assert told["position_in_queue"] is None
    assert "desired time" in told["waiting_for"]


async def test_priority_goes_ahead_of_those_who_wait(client: httpx.AsyncClient, request_body: Body) -> None:
    first = await created(client, request_body())
    urgent = await created(client, request_body(phone_number="+49307654321", priority=1))
    assert urgent["position_in_queue"] == 1
    assert (await client.get(f"{CALLBACKS}/{first['id']}")).json()["position_in_queue"] == 2


async def test_a_number_waits_once_in_a_service_and_again_when_that_is_over(
    client: httpx.AsyncClient, request_body: Body
) -> None:
    first = await created(client, request_body())
    refusal = (await client.post(CALLBACKS, json=request_body(desired_at=TOMORROW))).json()
    assert (refusal["code"], refusal["details"]["id"]) == ("already-waiting", first["id"])
    await client.post(f"{CALLBACKS}/{first['id']}/cancel")
    assert (await created(client, request_body()))["id"] != first["id"]


@pytest.mark.parametrize(("limit", "taken"), [(0, 5), (3, 3)])
async def test_a_service_may_let_a_number_wait_more_often(
    client: httpx.AsyncClient, request_body: Body, database: Database, limit: int, taken: int
) -> None:
    await catalog.update(database, ManualClock(), ENGINE, "support", ServiceChoices(max_waiting_per_number=limit))
    answers = [(await client.post(CALLBACKS, json=request_body())).status_code for _ in range(5)]
    assert answers == [201] * taken + [409] * (5 - taken)


async def test_of_many_requests_for_one_number_at_once_one_is_taken(
    server: httpx.AsyncClient, request_body: Body
) -> None:
    answers = await asyncio.gather(*(server.post(CALLBACKS, json=request_body()) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    winner = next(answer.json()["id"] for answer in answers if answer.status_code == 201)
    assert {answer.json()["details"]["id"] for answer in answers if answer.status_code == 409} == {winner}


async def test_the_same_idempotency_key_twice_at_once_makes_one_callback_and_one_answer(
    server: httpx.AsyncClient, request_body: Body
) -> None:
    headers = {"Idempotency-Key": "order-7"}
    answers = await asyncio.gather(*(server.post(CALLBACKS, json=request_body(), headers=headers) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({(answer.content, answer.headers["location"]) for answer in answers}) == 1
    assert (await server.get(CALLBACKS)).json()["total"] == 1


async def test_a_repeated_request_is_answered_word_for_word_whatever_happened_since(
    client: httpx.AsyncClient, request_body: Body, clock: ManualClock
) -> None:
    headers = {"Idempotency-Key": "order-7"}
    body = request_body(user_data={"a": 1, "b": 2})
    first = await client.post(CALLBACKS, json=body, headers=headers)
    await client.post(f"{first.headers['location']}/cancel")
    await clock.advance(3600)
    again = {**body, "user_data": {"b": 2, "a": 1}}
    repeated = await client.post(CALLBACKS, json=again, headers=headers)
    assert (repeated.status_code, repeated.content) == (201, first.content)


async def test_an_answer_that_was_kept_by_an_earlier_version_is_repeated_word_for_word(
    client: httpx.AsyncClient, request_body: Body, database: Database
) -> None:
    headers = {"Idempotency-Key": "order-7"}
    first = await client.post(CALLBACKS, json=request_body(), headers=headers)
    later = {"promised_by", "recreated_from", "late_seconds", "has_name_recording", "caller_id", "trunk"}
    kept = json.dumps({field: value for field, value in first.json().items() if field not in later}).encode()
    async with database.transaction() as connection:
        await connection.execute("UPDATE idempotency_keys SET answer = $1", kept)
    repeated = await client.post(CALLBACKS, json=request_body(), headers=headers)
    assert (repeated.status_code, repeated.content) == (201, kept)
    assert repeated.headers["location"] == first.headers["location"]


async def test_an_idempotency_key_with_another_body_is_refused(client: httpx.AsyncClient, request_body: Body) -> None:
    headers = {"Idempotency-Key": "order-7"}
    await client.post(CALLBACKS, json=request_body(), headers=headers)
    refusal = await client.post(CALLBACKS, json=request_body(priority=1), headers=headers)
    assert (refusal.status_code, refusal.json()["code"]) == (409, "idempotency-key-reused")


async def test_a_refused_request_leaves_its_idempotency_key_free(client: httpx.AsyncClient, request_body: Body) -> None:
    headers = {"Idempotency-Key": "order-7"}
    refused = await client.post(CALLBACKS, json=request_body(phone_number="hello"), headers=headers)
    assert refused.status_code == 422
    assert (await client.post(CALLBACKS, json=request_body(), headers=headers)).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256])
async def test_an_idempotency_key_has_a_sensible_length(
    client: httpx.AsyncClient, request_body: Body, key: str
) -> None:
    refusal = await client.post(CALLBACKS, json=request_body(), headers={"Idempotency-Key": key})
    assert (refusal.status_code, refusal.json()["code"]) == (422, "invalid-request")


async def test_of_two_cancels_at_once_one_wins_and_the_other_is_told_the_state(
    server: httpx.AsyncClient, request_body: Body
) -> None:
    told = await created(server, request_body())
    path = f"{CALLBACKS}/{told['id']}/cancel"
    answers = await asyncio.gather(*(server.post(path, json={"reason": f"no. {n}"}) for n in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    refusal = next(answer.json() for answer in answers if answer.status_code == 409)
    assert refusal["code"] == "transition-refused"
    assert refusal["details"] == {"state": "COMPLETED", "event": "CANCELLED"}
    assert "only a SCHEDULED, QUEUED or ROUTING callback can be cancelled" in refusal["detail"]
    metrics = (await server.get(f"{CALLBACKS}/{told['id']}/metrics")).json()
    assert [change["event"] for change in metrics["transitions"]] == ["REQUESTED", "CANCELLED"]


@pytest.mark.parametrize("reached", [State.SCHEDULED, State.QUEUED, State.ROUTING])
async def test_cancel_completes_what_is_not_yet_a_talk(
    client: httpx.AsyncClient, request_body: Body, database: Database, clock: ManualClock, agent: str, reached: State
) -> None:
    changes = {"desired_at": TOMORROW} if reached is State.SCHEDULED else {}
    told = await created(client, request_body(**changes))
    if reached is State.ROUTING:
        await states.route(database, clock, UUID(told["id"]), agent)
    cancelled = (await client.post(f"{CALLBACKS}/{told['id']}/cancel", json={"reason": "solved"})).json()
    assert (cancelled["state"], cancelled["result"], cancelled["waiting_for"]) == ("COMPLETED", "CANCELLED", None)
    metrics = (await client.get(f"{CALLBACKS}/{told['id']}/metrics")).json()
    assert metrics["actors"]["cancelled_by"] == {"kind": "API_KEY", "name": "tester"}
    assert metrics["transitions"][-1]["reason"] == "solved"


async def test_cancel_during_processing_is_refused(
    client: httpx.AsyncClient, request_body: Body, database: Database, clock: ManualClock, agent: str
) -> None:
    told = await created(client, request_body())
    await states.route(database, clock, UUID(told["id"]), agent)
    await states.join(database, clock, UUID(told["id"]), agent)
    refusal = await client.post(f"{CALLBACKS}/{told['id']}/cancel")
    assert (refusal.status_code, refusal.json()["details"]["state"]) == (409, "PROCESSING")
    still = (await client.get(f"{CALLBACKS}/{told['id']}")).json()
    assert (still["state"], still["agent"]) == ("PROCESSING", "anna")


async def test_reschedule_keeps_the_id_and_the_zone_and_tells_both_times(
    client: httpx.AsyncClient, request_body: Body
) -> None:
    told = await created(client, request_body(desired_at=TOMORROW))
    path = f"{CALLBACKS}/{told['id']}"
    moved = (await client.post(f"{path}/reschedule", json={"desired_at": "2026-11-25T09:30:00+01:00"})).json()
    assert (moved["id"], moved["state"]) == (told["id"], "SCHEDULED")
    assert (moved["promised_local"], moved["promised_zone"]) == ("2026-11-25T09:30:00", "Europe/Berlin")
    reason = (await client.get(f"{path}/metrics")).json()["transitions"][-1]["reason"]
    assert reason == "from 2026-11-24 09:00 Europe/Berlin to 2026-11-25 09:30 Europe/Berlin"


async def test_reschedule_instead_of_a_time_that_somebody_has_changed_meanwhile_is_refused(
    client: httpx.AsyncClient, request_body: Body
) -> None:
    told = await created(client, request_body(desired_at=TOMORROW))
    path = f"{CALLBACKS}/{told['id']}"
    moves = [{"desired_at": f"2026-11-25T{hour}:00:00Z", "instead_of": told["desired_at"]} for hour in ("09", "10")]
    first, second = [await client.post(f"{path}/reschedule", json=move) for move in moves]
    assert first.status_code == 200
    assert (second.status_code, second.json()["code"]) == (409, "callback-moved")
    assert second.json()["details"] == {"desired_at": "2026-11-25T09:00:00Z"}
    assert (await client.get(path)).json()["desired_at"] == "2026-11-25T09:00:00Z"
    naive = {**moves[1], "instead_of": "2026-11-25T09:00:00"}
    assert (await client.post(f"{path}/reschedule", json=naive)).json()["code"] == "time-without-offset"


async def test_reschedule_after_queued_is_refused(
    client: httpx.AsyncClient, request_body: Body, database: Database, clock: ManualClock
) -> None:
    told = await created(client, request_body(desired_at=TOMORROW))
    await states.promote(database, clock, UUID(told["id"]))
    refusal = await client.post(f"{CALLBACKS}/{told['id']}/reschedule", json={"desired_at": TOMORROW})
    assert (refusal.status_code, refusal.json()["code"]) == (409, "transition-refused")
    assert refusal.json()["details"] == {"state": "QUEUED", "event": "RESCHEDULED"}


@pytest.mark.parametrize(
    ("desired_at", "code"),
    [
        ("2026-11-23T08:00:00Z", "in-the-past"),
        ("2027-01-23T08:00:00Z", "too-far-ahead"),
        ("2026-11-25T08:00:00", "time-without-offset"),
    ],
)
async def test_reschedule_follows_the_rules_of_times(
    client: httpx.AsyncClient, request_body: Body, desired_at: str, code: str
) -> None:
    told = await created(client, request_body(desired_at=TOMORROW))
    refusal = await client.post(f"{CALLBACKS}/{told['id']}/reschedule", json={"desired_at": desired_at})
    assert (refusal.status_code, refusal.json()["code"]) == (422, code)
    assert (await client.get(f"{CALLBACKS}/{told['id']}")).json()["desired_at"] == "2026-11-24T08:00:00Z"
