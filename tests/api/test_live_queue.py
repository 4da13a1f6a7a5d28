"""The callers who hold on the line, as the telephone system tells of them, count in position and estimate."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from ringback.callbacks import views
from ringback.clock import ManualClock
from ringback.database.pool import Database
from tests.api.test_services_and_agents import depart

Body = Callable[..., dict[str, object]]
PATH = "/api/v1/services/support/live-queue"
STATUS = "/api/v1/services/support/status"


async def position(client: httpx.AsyncClient, callback: dict[str, str]) -> int:
    told = (await client.get(f"/api/v1/callbacks/{callback['id']}")).json()
    return int(told["position_in_queue"])


async def test_callers_on_the_line_stand_before_a_new_caller_until_the_report_is_stale(
    client: httpx.AsyncClient, clock: ManualClock
) -> None:
    told = await client.put(PATH, json={"waiting": 4, "longest_wait_seconds": 90})
    assert (told.status_code, told.json()["counts"]) == (200, True)
    await clock.advance(60)
    fresh = (await client.get(STATUS)).json()
    assert (fresh["place_of_new_caller"], fresh["live_waiting"]) == (5, 4)
    assert fresh["places_among"] == "callbacks and live callers"
    await clock.advance(1)
    stale = (await client.get(STATUS)).json()
    assert (stale["place_of_new_caller"], stale["live_waiting"], stale["places_among"]) == (1, None, "callbacks")
    kept = (await client.get(PATH)).json()
    assert (kept["waiting"], kept["longest_wait_seconds"], kept["counts"]) == (4, 90, False)


async def test_only_callers_who_came_before_a_callback_are_ahead_of_it(
    client: httpx.AsyncClient, request_body: Body, clock: ManualClock
) -> None:
    first = (await client.post("/api/v1/callbacks", json=request_body())).json()
    await clock.advance(30)
    second = (await client.post("/api/v1/callbacks", json=request_body(phone_number="+49307654321"))).json()
    await clock.advance(10)
    # They came 100, 80, 60, 40 and 20 s ago: four by the time of the first callback, one more never before the second.
    await client.put(PATH, json={"waiting": 5, "longest_wait_seconds": 100})
    assert [await position(client, first), await position(client, second)] == [5, 7]
    listed = (await client.get("/api/v1/callbacks")).json()["items"]
    assert [callback["position_in_queue"] for callback in listed] == [5, 7]
    await client.put(PATH, json={"waiting": 0})
    assert [await position(client, first), await position(client, second)] == [1, 2]


async def test_many_callbacks_are_shown_in_three_queries(
    client: httpx.AsyncClient, request_body: Body, database: Database, clock: ManualClock
) -> None:
    await client.put(PATH, json={"waiting": 2})
    numbers = [f"+4930123456{number}" for number in range(8)]
    asked = [
        (await client.post("/api/v1/callbacks", json=request_body(phone_number=number))).json() for number in numbers
    ]
    queries: list[str] = []
    async with database.connection() as connection:
        with connection.query_logger(lambda query: queries.append(query.query)):
            shown = await views.show(connection, [UUID(callback["id"]) for callback in asked], clock.now())
    assert [view.position_in_queue for view in shown] == [3, 4, 5, 6, 7, 8, 9, 10]
    assert len(queries) == 3


async def test_a_callback_that_only_callers_on_the_line_precede_is_still_the_next_to_be_called(
    client: httpx.AsyncClient, request_body: Body, database: Database, clock: ManualClock
) -> None:
    made = (await client.post("/api/v1/callbacks", json=request_body())).json()
    await client.put("/api/v1/agents/anna", json={"endpoint": "1", "services": ["support"]})
    await client.post("/api/v1/agents/anna/presence", json={"state": "READY"})
    async with database.transaction() as connection:
        await connection.execute(
            "INSERT INTO links (id, adapter, holder, expires_at, is_up) VALUES ('main', 'simulator', 'x', $1, true)",
            clock.now() + timedelta(minutes=1),
        )
    await client.put(PATH, json={"waiting": 3})
    told = (await client.get(f"/api/v1/callbacks/{made['id']}")).json()
    assert told["position_in_queue"] == 4
    assert told["waiting_for"].startswith("It is the next in its queue")


async def test_answered_callers_quicken_the_estimate_and_busy_agents_are_at_work(
    client: httpx.AsyncClient, request_body: Body, database: Database, clock: ManualClock
) -> None:
    made = (await client.post("/api/v1/callbacks", json=request_body())).json()
    await depart(database, clock, made["id"], 32, 20)
    await client.put("/api/v1/agents/anna", json={"endpoint": "1", "services": ["support"]})
    assert (await client.get(STATUS)).json()["estimated_wait"] is None
    await client.post("/api/v1/agents/anna/presence", json={"state": "BUSY_ELSEWHERE"})
    alone = (await client.get(STATUS)).json()
    assert (alone["agents"]["READY"], alone["estimated_wait"]["point"]) == (0, 40)
    # A callback every 20 s and a caller every 20 s: somebody every 10 s.
    await client.put(PATH, json={"waiting": 1, "answered": 15, "answered_within_seconds": 300})
    together = (await client.get(STATUS)).json()
    assert (together["place_of_new_caller"], together["estimated_wait"]["point"]) == (3, 30)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "invalid-request"),
        ({"waiting": -1}, "invalid-request"),
        ({"waiting": 1, "longest": 3}, "invalid-request"),
        ({"waiting": 1, "longest_wait_seconds": 604_801}, "invalid-request"),
        ({"waiting": 1, "answered": 3}, "invalid-live-queue"),
        ({"waiting": 1, "answered_within_seconds": 3}, "invalid-live-queue"),
        ({"waiting": 1, "answered": 3, "answered_within_seconds": 0}, "invalid-request"),
    ],
)
async def test_a_report_that_cannot_be_is_refused_and_not_kept(
    client: httpx.AsyncClient, body: dict[str, int], code: str
) -> None:
    refusal = await client.put(PATH, json=body)
    assert (refusal.status_code, refusal.json()["code"]) == (422, code)
    nothing = await client.get(PATH)
    assert (nothing.status_code, nothing.json()["code"]) == (404, "live-queue-not-reported")


async def test_a_report_for_no_service_is_refused(client: httpx.AsyncClient) -> None:
    refusal = await client.put("/api/v1/services/suport/live-queue", json={"waiting": 1})
    assert (refusal.status_code, refusal.json()["code"]) == (404, "service-not-found")
