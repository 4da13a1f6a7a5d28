"""What bulk work came to, callback by callback, and whether somebody cancelled any: what the console shows of it."""

from datetime import timedelta

import httpx

from ringback.accounts import api_keys
from ringback.accounts.api_keys import ApiKeyChoices
from ringback.accounts.rules import Scope
from ringback.actors import ENGINE
from ringback.bulk.worker import BulkWorker
from ringback.callbacks.states import Result, State
from ringback.clock import ManualClock
from ringback.database.pool import Database
from tests.integration.past import add_callback, add_service

CANCELLATIONS = "/api/v1/cancellations"
RECENT = f"{CANCELLATIONS}/recent"
UNKNOWN = "01900000-0000-7000-8000-000000000000"
DAY = {"all": True, "from": "2026-11-01T00:00:00Z", "to": "2026-12-25T00:00:00Z", "needs_attention": True}


async def test_each_callback_asked_for_is_told_with_what_became_of_it(
    client: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    waits = str(await add_callback(database, state=State.QUEUED, number="+49301234501"))
    is_over = str(await add_callback(database, state=State.COMPLETED, number="+49301234502"))
    path = (await client.post(CANCELLATIONS, json={"ids": [waits, is_over, UNKNOWN]})).headers["location"]
    assert (await client.get(f"{path}/items")).json() == {"items": [], "next_after": None}
    await BulkWorker(database, clock).run_once()
    done, refused, missing = (await client.get(f"{path}/items")).json()["items"]
    assert (done["callback_id"], done["phone_number"], done["service"]) == (waits, "+49301234501", "support")
    assert done["phone_number_formatted"] == "+49 30 1234501"
    assert (done["state_before"], done["is_done"], done["outcome"]) == ("QUEUED", True, "CANCELLED")
    assert (done["state"], done["result"]) == ("COMPLETED", "CANCELLED")
    assert done["desired_at_now"] == done["desired_at"]
    assert (refused["is_done"], refused["outcome"], refused["state"]) == (False, "transition-refused", "COMPLETED")
    assert "COMPLETED" in refused["reason"]
    assert (missing["outcome"], missing["phone_number"], missing["state"]) == ("callback-not-found", None, None)


async def test_what_became_of_each_is_read_page_by_page_and_by_outcome(
    client: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    ids = [str(await add_callback(database, state=State.QUEUED, number=f"+4930123450{n}")) for n in range(5)]
    path = (await client.post(CANCELLATIONS, json={"ids": [UNKNOWN, *ids]})).headers["location"]
    await BulkWorker(database, clock).run_once()
    first = (await client.get(f"{path}/items?done=true&limit=3")).json()
    second = (await client.get(f"{path}/items?done=true&limit=3&after={first['next_after']}")).json()
    assert [item["callback_id"] for item in first["items"] + second["items"]] == ids
    assert second["next_after"] is None
    assert [item["callback_id"] for item in (await client.get(f"{path}/items?done=false")).json()["items"]] == [UNKNOWN]
    wrong_kind = await client.get(path.replace("cancellations", "recreations") + "/items")
    assert wrong_kind.json()["code"] == "bulk-job-not-found"


async def test_items_of_services_that_one_is_not_given_any_more_are_left_out(
    client: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    await add_service(database, "sales")
    made = await api_keys.create(database, clock, ENGINE, "limited", list(Scope), services=["support", "sales"])
    client.headers["X-API-Key"] = made.secret
    ids = [
        str(await add_callback(database, service=name, state=State.QUEUED, number=f"+49301234560{place}"))
        for place, name in enumerate(("support", "sales"))
    ]
    path = (await client.post(CANCELLATIONS, json={"ids": ids})).headers["location"]
    await BulkWorker(database, clock).run_once()
    assert len((await client.get(f"{path}/items")).json()["items"]) == 2
    await api_keys.change(database, clock, ENGINE, "limited", ApiKeyChoices(services=["support"]))
    assert [item["callback_id"] for item in (await client.get(f"{path}/items")).json()["items"]] == ids[:1]


async def test_whether_one_cancelled_any_is_told_for_24_hours_single_ones_included(
    client: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    callback = str(await add_callback(database, state=State.QUEUED))
    assert (await client.get(RECENT)).json() == {"has_cancelled": False}
    await client.post(f"/api/v1/callbacks/{callback}/cancel")
    assert (await client.get(RECENT)).json() == {"has_cancelled": True}
    await clock.advance(25 * 3600)
    assert (await client.get(RECENT)).json() == {"has_cancelled": False}


async def test_a_range_of_what_needs_attention_leaves_alone_what_is_on_time(
    client: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    now = clock.now()
    for number, (state, minutes) in enumerate([("SCHEDULED", -10), ("QUEUED", -1)]):
        at = now + timedelta(minutes=minutes)
        await add_callback(database, state=State(state), number=f"+4930123450{number}", desired_at=at)
    for number, result in enumerate((Result.AGENT, Result.EXPIRED)):
        await add_callback(database, state=State.COMPLETED, result=result, number=f"+4930123451{number}")
    preview = (await client.post(f"{CANCELLATIONS}/preview", json=DAY)).json()
    assert (preview["states"], preview["excluded"]) == ({"SCHEDULED": 1}, {})
    assert (await client.post("/api/v1/recreations/preview", json=DAY)).json()["total"] == 1
    asked = (await client.post(CANCELLATIONS, json=DAY)).json()
    assert (asked["total"], asked["request"]) == (1, DAY)


async def test_what_needs_attention_is_a_range_and_no_list_of_ids(client: httpx.AsyncClient) -> None:
    answer = await client.post(CANCELLATIONS, json={"ids": [UNKNOWN], "needs_attention": True})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-selection")
