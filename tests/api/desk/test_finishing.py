"""What agents say of their talks over HTTP, and what follows from it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from ringback.callbacks.states import Event, Result, State
from ringback.services.model import Mode
from tests.api.desk.conftest import CUSTOMER, DESK, Centre, Seat

NOT_REACHED = {"disposition": "PERSON_NOT_REACHED"}
TOMORROW = "2026-11-24T10:00:00+01:00"
RESOLVED = {"disposition": "Resolved"}


async def test_finish_while_talking_ends_the_call_and_the_agent_is_ready(centre: Centre) -> None:
    anna = await centre.seat()
    callback_id, attempt_id = await centre.talking(anna)
    said = await anna.does(attempt_id, "finish", {**RESOLVED, "note": "paid"})
    assert (said["follow_up"], said["follow_up_id"], said["callback_id"]) == (None, None, str(callback_id))
    assert (await anna.offer())["disposition"] == "Resolved"
    await centre.world.pass_time(1)
    callback = await centre.world.callback(callback_id)
    assert (callback.state, callback.result) == (State.COMPLETED, Result.AGENT)
    assert (await anna.look())["agent"]["presence"] == "READY"
    [entry] = await centre.audited("desk.finished")
    assert (entry["actor_name"], entry["subject"], entry["of_services"]) == ("anna", str(callback_id), ["support"])
    assert entry["details"] == {"attempt": attempt_id, "disposition": "Resolved"}, "and not the note"


async def test_the_wrap_up_keeps_the_talk_in_hand_and_finishing_ends_it(centre: Centre) -> None:
    anna = await centre.seat()
    _, attempt_id = await centre.talked(anna)
    offer = await anna.offer()
    assert (offer["phase"], offer["attempt_id"]) == ("WRAP_UP", attempt_id)
    assert (await anna.look())["unfinished"] == []
    await anna.does(attempt_id, "finish", RESOLVED)
    desk = await anna.look()
    assert (desk["agent"]["presence"], desk["offer"], desk["unfinished"]) == ("READY", None, [])


async def test_after_the_wrap_up_a_talk_can_still_be_finished_for_a_quarter_of_an_hour(centre: Centre) -> None:
    anna = await centre.seat()
    callback_id, attempt_id = await centre.talked(anna, time_zone="America/New_York")
    await centre.pass_time(46, anna)
    desk = await anna.look()
    assert (desk["agent"]["presence"], desk["offer"]) == ("READY", None)
    fields = ("attempt_id", "phone_number_formatted", "promised_zone")
    shown = [tuple(each[field] for field in fields) for each in desk["unfinished"]]
    assert shown == [(attempt_id, "+49 30 1234567", "America/New_York")]
    await centre.pass_time(900 - 60, anna)
    assert (await anna.look())["unfinished"]
    await centre.pass_time(20, anna)
    assert (await anna.look())["unfinished"] == []
    late = await anna.say(attempt_id, "finish", RESOLVED)
    assert (late.status_code, late.json()["code"]) == (409, "finish-refused")
    assert "15 minutes" in late.json()["detail"]
    assert (await centre.world.callback(callback_id)).state is State.COMPLETED


async def test_what_was_never_a_talk_cannot_be_finished(centre: Centre) -> None:
    anna = await centre.seat()
    _, attempt_id = await centre.offered(anna)
    refused = await anna.say(attempt_id, "finish", RESOLVED)
    assert (refused.status_code, refused.json()["code"]) == (409, "finish-refused")


async def test_only_one_finish_counts_and_the_same_once_more_is_answered_the_same(centre: Centre) -> None:
    anna = await centre.seat()
    callback_id, attempt_id = await centre.talked(anna)
    body = {**RESOLVED, "note": "call her", "call_again_at": TOMORROW}
    answers = await asyncio.gather(*(anna.say(attempt_id, "finish", body) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["follow_up_id"] for answer in answers}) == 1
    assert len(await centre.linked(callback_id)) == 1
    assert len(await centre.audited("desk.finished")) == 1
    for other in ({**body, "note": "else"}, RESOLVED, {**body, "call_again_at": "2026-11-24T11:00:00+01:00"}):
        refused = await anna.say(attempt_id, "finish", other)
        assert (refused.status_code, refused.json()["code"]) == (409, "finished-already")
        assert refused.json()["details"]["disposition"] == "Resolved"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"disposition": "Bored"}, "unknown-disposition"),
        ({**RESOLVED, "note": "x" * 2_001}, "invalid-request"),
        ({**RESOLVED, "note": "\0"}, "invalid-finish"),
        ({**RESOLVED, "call_again_time_zone": "Europe/Berlin"}, "zone-without-time"),
        ({**RESOLVED, "call_again_at": "2026-11-24T10:00:00"}, "time-without-offset"),
        ({**RESOLVED, "call_again_at": "2027-01-24T10:00:00Z"}, "too-far-ahead"),
        ({**RESOLVED, "call_again_at": "2026-11-22T10:00:00Z"}, "in-the-past"),
        ({**RESOLVED, "call_again_at": TOMORROW, "call_again_time_zone": "Europe/Bonn"}, "unknown-time-zone"),
        ({"note": "no disposition"}, "invalid-request"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_changed(
    centre: Centre, body: dict[str, Any], code: str
) -> None:
    anna = await centre.seat()
    callback_id, attempt_id = await centre.talking(anna)
    refused = await anna.say(attempt_id, "finish", body)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    if code == "unknown-disposition":
        assert refused.json()["details"]["dispositions"] == (await anna.offer())["dispositions"]
    await centre.world.pass_time(1)
    assert (await anna.offer())["phase"] == "TALKING"
    assert await centre.linked(callback_id) == []


async def test_person_not_reached_while_talking_requeues_the_callback_as_a_retry(centre: Centre) -> None:
    anna = await centre.seat()
    callback_id, attempt_id = await centre.talking(anna)
    said = await anna.does(attempt_id, "finish", NOT_REACHED)
    assert (said["follow_up"], said["follow_up_id"]) == ("RETRY", str(callback_id))
    await centre.world.pass_time(1)
    callback = await centre.world.callback(callback_id)
    assert callback.state is State.QUEUED
    assert await centre.world.outcomes(callback_id) == ["NOT_REACHED"]
    await centre.pass_time(301, anna)
    assert (await anna.offer())["callback"]["id"] == str(callback_id)
    assert await centre.linked(callback_id) == []


async def test_person_not_reached_after_the_talk_makes_a_callback_that_waits_as_a_retry_does(centre: Centre) -> None:
    anna = await centre.seat()
    callback_id, attempt_id = await centre.talked(anna, customer_name="Carla", user_data={"ticket": 7}, priority=2)
    said = await anna.does(attempt_id, "finish", NOT_REACHED)
    [new_id] = await centre.linked(callback_id)
    assert (said["follow_up"], said["follow_up_id"]) == ("NEW_RETRY", str(new_id))
    old, new = await centre.world.callback(callback_id), await centre.world.callback(new_id)
    now = centre.world.clock.now()
    assert (old.state, new.state, new.eligible_at) == (State.COMPLETED, State.QUEUED, now + timedelta(seconds=300))
    assert (new.place_at, new.customer_name, new.user_data) == (old.place_at, "Carla", {"ticket": 7})
    async with centre.world.database.connection() as connection:
        row = await connection.fetchrow(
            "SELECT event, actor_kind, actor_name FROM transitions WHERE callback_id = $1", new_id
        )
    assert row is not None
    assert tuple(row) == (Event.REQUESTED, "USER", "anna")
    await centre.pass_time(301, anna)
    assert (await anna.offer())["callback"]["recreated_from"] == str(callback_id)


@pytest.mark.parametrize("steps_before", range(4))
async def test_person_not_reached_said_as_the_customer_hangs_up_is_one_retry_whoever_was_first(
    centre: Centre, steps_before: int
) -> None:
    anna = await centre.seat()
    callback_id, attempt_id = await centre.talking(anna)
    centre.world.exchange.far_end_hangs_up(CUSTOMER)
    for _ in range(steps_before):
        await centre.world.look_once()
    said, _ = await asyncio.gather(anna.does(attempt_id, "finish", NOT_REACHED), centre.world.work())
    await centre.world.pass_time(1)
    callback, linked = await centre.world.callback(callback_id), await centre.linked(callback_id)
    if said["follow_up"] == "RETRY":
        assert (callback.state, linked) == (State.QUEUED, [])
    else:
        assert said["follow_up"] == "NEW_RETRY"
        assert (callback.state, [str(each) for each in linked]) == (State.COMPLETED, [said["follow_up_id"]])
    assert (await anna.look())["agent"]["presence"] == "READY"


async def not_reached_again(centre: Centre, anna: Seat) -> str:
    """The next attempt, with nobody who was wanted at its end; what follows."""
    await centre.pass_time(301, anna)
    attempt_id = await anna.attempt()
    await anna.does(attempt_id, "accept")
    await centre.world.pass_time(3)
    centre.world.exchange.far_end_hangs_up(CUSTOMER)
    await centre.world.pass_time(1)
    return (await anna.does(attempt_id, "finish", NOT_REACHED))["follow_up"]


async def test_after_as_many_attempts_as_the_service_makes_nothing_follows(centre: Centre) -> None:
    anna = await centre.seat()
    _, attempt_id = await centre.talked(anna)
    follow_ups = [(await anna.does(attempt_id, "finish", NOT_REACHED))["follow_up"]]
    follow_ups += [await not_reached_again(centre, anna) for _ in range(2)]
    assert follow_ups == ["NEW_RETRY", "NEW_RETRY", "NO_MORE_RETRIES"]


async def test_a_retry_waits_also_in_a_service_that_takes_nothing_new(centre: Centre) -> None:
    anna = await centre.seat()
    callback_id, attempt_id = await centre.talked(anna)
    await centre.change(mode=Mode.DRAINING, number_limit=1)
    assert (await anna.does(attempt_id, "finish", NOT_REACHED))["follow_up"] == "NEW_RETRY"
    assert len(await centre.linked(callback_id)) == 1


async def test_a_customer_who_waits_already_is_not_to_be_called_twice(centre: Centre) -> None:
    anna = await centre.seat()
    callback_id, attempt_id = await centre.talked(anna)
    waiting = await centre.ask(desired_at="2026-11-24T09:00:00Z")
    said = await anna.does(attempt_id, "finish", NOT_REACHED)
    assert (said["follow_up"], said["follow_up_id"]) == ("WAITS_ALREADY", str(waiting))
    assert await centre.linked(callback_id) == []
    assert await anna.does(attempt_id, "finish", NOT_REACHED) == said


@pytest.mark.parametrize("disposition", ["Resolved", "PERSON_NOT_REACHED"])
async def test_call_again_while_talking_makes_another_callback_and_no_retry(centre: Centre, disposition: str) -> None:
    anna = await centre.seat()
    callback_id, attempt_id = await centre.talking(anna, customer_name="Carla")
    said = await anna.does(attempt_id, "finish", {"disposition": disposition, "call_again_at": TOMORROW})
    [new_id] = await centre.linked(callback_id)
    assert (said["follow_up"], said["follow_up_id"]) == ("CALL_AGAIN", str(new_id))
    new = await centre.world.callback(new_id)
    assert (new.state, new.customer_name, f"{new.promised_local:%H:%M}") == (State.SCHEDULED, "Carla", "10:00")
    await centre.world.pass_time(2)
    old = await centre.world.callback(callback_id)
    assert (old.state, old.result) == (State.COMPLETED, Result.AGENT)
    assert (await anna.look())["agent"]["presence"] == "READY"
    twice = await centre.programs.post("/api/v1/callbacks", json={"service": "support", "phone_number": CUSTOMER})
    assert (twice.status_code, twice.json()["details"]["id"]) == (409, str(new_id))


async def test_while_the_old_one_talks_on_its_number_waits_only_once_more(centre: Centre) -> None:
    anna = await centre.seat()
    callback_id, attempt_id = await centre.talking(anna)
    taken = await centre.programs.post("/api/v1/callbacks", json={"service": "support", "phone_number": CUSTOMER})
    assert taken.json()["details"]["id"] == str(callback_id)
    await anna.does(attempt_id, "finish", {**RESOLVED, "call_again_at": TOMORROW})
    assert (await centre.world.callback(callback_id)).state is State.PROCESSING
    body = {"service": "support", "phone_number": CUSTOMER, "desired_at": "2026-11-25T10:00:00Z"}
    refused = await asyncio.gather(*(centre.programs.post("/api/v1/callbacks", json=body) for _ in range(3)))
    assert {answer.json()["code"] for answer in refused} == {"already-waiting"}


async def test_a_full_slot_is_the_agents_to_see_and_changes_nothing(centre: Centre) -> None:
    await centre.change(slot_capacity=1)
    await centre.ask("+49301234501", desired_at=TOMORROW)
    anna = await centre.seat()
    callback_id, attempt_id = await centre.talking(anna)
    wanted = {**RESOLVED, "note": "tomorrow", "call_again_at": TOMORROW}
    refused = await anna.say(attempt_id, "finish", wanted)
    assert (refused.status_code, refused.json()["code"]) == (409, "slot-full")
    free = refused.json()["details"]["slots"][0]["starts_at"]
    assert (await anna.offer())["disposition"] is None
    assert await centre.linked(callback_id) == []
    assert (await centre.world.callback(callback_id)).waits_alone
    await anna.does(attempt_id, "finish", {**wanted, "call_again_at": free})
    assert len(await centre.linked(callback_id)) == 1


async def test_call_again_after_the_talk_is_refused_while_another_one_waits(centre: Centre) -> None:
    anna = await centre.seat()
    _, attempt_id = await centre.talked(anna)
    waiting = await centre.ask(desired_at="2026-11-25T10:00:00Z")
    refused = await anna.say(attempt_id, "finish", {**RESOLVED, "call_again_at": TOMORROW})
    assert (refused.json()["code"], refused.json()["details"]["id"]) == ("already-waiting", str(waiting))
    assert (await anna.offer())["disposition"] is None


async def test_a_talk_of_a_customer_who_is_forgotten_is_gone_from_the_desk(centre: Centre) -> None:
    anna = await centre.seat()
    _, attempt_id = await centre.talked(anna)
    erased = await centre.programs.delete(f"/api/v1/customers/{CUSTOMER}")
    assert erased.status_code == 200
    desk = await anna.look()
    assert (desk["offer"], desk["unfinished"]) == (None, [])
    gone = await anna.say(attempt_id, "finish", RESOLVED)
    assert (gone.status_code, gone.json()["code"]) == (404, "offer-not-found")


async def test_an_agent_of_a_call_that_no_desk_was_asked_for_can_finish_it_too(centre: Centre) -> None:
    await centre.change(strategy="AGENT_FIRST")
    anna = await centre.seat()
    for destination in ("100", CUSTOMER):
        centre.world.far_end(destination, talks_seconds=600.0)
    callback_id = await centre.ask()
    await centre.world.until(centre.world.in_state(callback_id, State.PROCESSING))
    await centre.world.pass_time(1)
    await anna.does(await anna.attempt(), "finish", RESOLVED)
    await centre.world.until(centre.world.in_state(callback_id, State.COMPLETED))
    assert (await anna.browser.get(DESK)).json()["agent"]["presence"] == "READY"
