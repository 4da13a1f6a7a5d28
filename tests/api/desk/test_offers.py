"""The desk over HTTP: what is offered, who answers what, and how it goes on from there."""

import asyncio
from uuid import uuid4

import httpx
import pytest

from ringback.accounts.rules import Role
from ringback.agents.model import Presence
from ringback.callbacks.states import Result, State
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.services.model import Strategy
from tests.api.conftest import Browsers
from tests.api.desk.conftest import CUSTOMER, DESK, ENDPOINT, Centre
from tests.people import log_in, make_user
from tests.recordings import wav


async def test_from_ready_to_ready_an_agent_sees_at_every_moment_what_is_in_hand(centre: Centre) -> None:
    anna = await centre.seat(presence="NOT_READY")
    assert (await anna.look())["offer"] is None
    assert (await anna.ask_presence("READY")).json()["presence"] == "READY"
    for destination in (ENDPOINT, CUSTOMER):
        centre.world.far_end(destination, decides_after_seconds=3.0, talks_seconds=600.0)
    callback_id, attempt_id = await centre.offered(anna)
    assert (await anna.offer())["phase"] == "OFFERED"
    assert centre.world.rang(ENDPOINT) == 0
    await anna.does(attempt_id, "accept")
    seen: list[tuple[str, str, str]] = []

    async def talks() -> bool:
        offer = await anna.offer()
        seen.append((offer["phase"], offer["agent_leg"], offer["customer_leg"]))
        return offer["phase"] == "TALKING"

    await centre.world.until(talks)
    for moment in (
        ("CONNECTING", "RINGING", "NOT_DIALLED"),
        ("CONNECTING", "ANSWERED", "RINGING"),
        ("TALKING", "ANSWERED", "ANSWERED"),
    ):
        assert moment in seen
    await anna.does(attempt_id, "finish", {"disposition": "Resolved", "note": "all well"})
    await centre.world.until(centre.world.in_state(callback_id, State.COMPLETED))
    desk = await anna.look()
    assert (desk["agent"]["presence"], desk["offer"], desk["unfinished"]) == ("READY", None, [])
    assert desk["today"]["handled"] == 1


async def test_an_offer_says_who_and_why(centre: Centre) -> None:
    await centre.change(
        display_name="Support", crm_url="https://crm.example/?n={phone_number}&t={user_data.ticket}&c={customer_name}"
    )
    anna = await centre.seat()
    wanted = {"customer_name": "Jörg & Söhne", "language": "de", "user_data": {"ticket": "A 1/2"}, "priority": 3}
    callback_id, _ = await centre.offered(anna, **wanted)
    await centre.world.pass_time(7)
    offer = await anna.offer()
    callback = offer["callback"]
    assert (callback["id"], callback["phone_number"]) == (str(callback_id), CUSTOMER)
    assert callback["phone_number_formatted"] == "+49 30 1234567"
    assert (callback["service"], callback["service_display_name"]) == ("support", "Support")
    assert {name: callback[name] for name in wanted} == wanted
    assert callback["waited_seconds"] >= 7
    assert callback["crm_url"] == "https://crm.example/?n=%2B49301234567&t=A%201%2F2&c=J%C3%B6rg%20%26%20S%C3%B6hne"
    assert (callback["attempts"], callback["history"], callback["has_name_recording"]) == ([], [], False)
    assert offer["dispositions"][-1] == "PERSON_NOT_REACHED"
    assert offer["answer_by"] > offer["opened_at"]


async def test_what_was_tried_before_is_shown_with_how_it_ended(centre: Centre) -> None:
    anna = await centre.seat()
    centre.world.far_end(CUSTOMER, refuses_with=486)
    callback_id, attempt_id = await centre.offered(anna)
    await anna.does(attempt_id, "accept")
    await centre.world.until(centre.world.in_state(callback_id, State.QUEUED))
    await centre.pass_time(301, anna)
    [before] = (await anna.offer())["callback"]["attempts"]
    assert (before["number"], before["outcome"], before["agent"]) == (1, "BUSY", "anna")


async def test_the_history_of_a_number_is_that_of_the_agents_own_services(centre: Centre) -> None:
    await centre.world.add_service("sales", strategy="PREVIEW")
    await centre.world.add_service("secret")
    anna = await centre.seat("anna", ENDPOINT, "support", "sales")
    await centre.talked(anna)
    [unfinished] = [(await anna.offer())["attempt_id"]]
    await anna.does(unfinished, "finish", {"disposition": "Resolved", "note": "wants a refund"})
    elsewhere = await centre.ask(service="sales", desired_at="2026-11-24T09:00:00Z")
    await centre.ask(service="secret", desired_at="2026-11-24T09:00:00Z")
    await centre.offered(anna)
    history = (await anna.offer())["callback"]["history"]
    assert [(past["service"], past["disposition"], past["note"]) for past in history] == [
        ("sales", None, None),
        ("support", "Resolved", "wants a refund"),
    ]
    assert history[0]["id"] == str(elsewhere)


async def test_reject_goes_to_the_next_agent_and_keeps_the_reason_in_the_trace(centre: Centre) -> None:
    anna = await centre.seat("anna", ENDPOINT)
    bela = await centre.seat("bela", "200")
    callback_id, attempt_id = await centre.offered(anna)
    await anna.does(attempt_id, "reject", {"reason": "my brother in law"})
    assert (await anna.look())["offer"] is None
    await centre.world.pass_time(1)
    assert (await bela.offer())["callback"]["id"] == str(callback_id)
    assert ("offer-rejected", "anna: my brother in law") in await centre.world.decisions(callback_id)
    desk = await anna.look()
    assert (desk["agent"]["presence"], desk["today"]["declined"]) == ("READY", 1)


async def test_rejected_by_everybody_too_often_nobody_takes_it(centre: Centre) -> None:
    anna = await centre.seat()
    callback_id = await centre.ask()

    async def is_over() -> bool:
        offer = (await anna.look())["offer"]
        if offer is not None:
            await anna.does(offer["attempt_id"], "reject")
        return (await centre.world.callback(callback_id)).state is State.COMPLETED

    await centre.world.until(is_over, within=600)
    assert (await centre.world.callback(callback_id)).result is Result.AGENT_UNAVAILABLE
    assert centre.world.dialled_destinations() == set()


@pytest.mark.parametrize(("body", "pause"), [({"seconds": 60}, 60), (None, 300)])
async def test_snooze_offers_it_again_after_that(centre: Centre, body: dict[str, int] | None, pause: int) -> None:
    anna = await centre.seat()
    callback_id, attempt_id = await centre.offered(anna)
    await anna.does(attempt_id, "snooze", body)
    await centre.world.pass_time(1)
    await centre.pass_time(pause - 3, anna)
    assert (await anna.look())["offer"] is None
    assert (await centre.world.callback(callback_id)).state is State.QUEUED
    await centre.world.pass_time(4)
    assert (await anna.attempt()) != attempt_id
    assert (await anna.look())["today"]["declined"] == 0


@pytest.mark.parametrize("seconds", [9, 86_401])
async def test_a_snooze_that_is_too_short_or_too_long_is_refused(centre: Centre, seconds: int) -> None:
    anna = await centre.seat()
    _, attempt_id = await centre.offered(anna)
    assert (await anna.say(attempt_id, "snooze", {"seconds": seconds})).status_code == 422
    assert (await anna.offer())["phase"] == "OFFERED"


async def test_a_double_click_and_two_tabs_do_it_once(centre: Centre) -> None:
    anna = await centre.seat()
    callback_id, attempt_id = await centre.offered(anna)
    answers = await asyncio.gather(*(anna.say(attempt_id, "accept") for _ in range(4)))
    assert {answer.status_code for answer in answers} == {200}
    refused = await anna.say(attempt_id, "reject")
    assert (refused.status_code, refused.json()["code"]) == (409, "offer-over")
    assert "ACCEPTED already" in refused.json()["detail"]
    [entry] = await centre.audited("desk.accepted")
    assert (entry["actor_name"], entry["subject"], entry["of_services"]) == ("anna", str(callback_id), ["support"])
    await centre.world.until(centre.world.in_state(callback_id, State.COMPLETED))
    assert centre.world.rang(CUSTOMER) == 1
    assert (await anna.say(attempt_id, "accept")).status_code == 200, "the same answer still changes nothing"


async def test_of_two_tabs_with_different_answers_one_is_told_that_the_offer_is_over(centre: Centre) -> None:
    anna = await centre.seat()
    _, attempt_id = await centre.offered(anna)
    answers = await asyncio.gather(anna.say(attempt_id, "accept"), anna.say(attempt_id, "snooze", {"seconds": 60}))
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_an_offer_whose_customer_cancelled_is_over_and_says_so(centre: Centre) -> None:
    anna = await centre.seat()
    callback_id, attempt_id = await centre.offered(anna)
    await centre.programs.post(f"/api/v1/callbacks/{callback_id}/cancel")
    assert (await anna.look())["offer"] is None
    refused = await anna.say(attempt_id, "accept")
    assert (refused.status_code, refused.json()["code"]) == (409, "offer-over")
    assert "COMPLETED (CANCELLED)" in refused.json()["detail"]
    assert refused.json()["details"]["result"] == "CANCELLED"
    await centre.world.pass_time(1)
    assert (await anna.look())["agent"]["presence"] == "READY"


async def test_an_offer_that_nobody_answers_is_missed(centre: Centre) -> None:
    anna = await centre.seat()
    _, attempt_id = await centre.offered(anna)
    await centre.world.pass_time(31)
    refused = await anna.say(attempt_id, "accept")
    assert (refused.status_code, "its time ran out" in refused.json()["detail"]) == (409, True)
    desk = await anna.look()
    assert (desk["agent"]["presence"], desk["today"]["missed"]) == ("NOT_READY", 1)


async def test_an_attempt_of_another_agent_is_told_like_one_that_does_not_exist(centre: Centre) -> None:
    anna, bela = await centre.seat("anna"), await centre.seat("bela", "200", presence="NOT_READY")
    _, attempt_id = await centre.offered(anna)
    calls = [("POST", "accept"), ("POST", "reject"), ("POST", "snooze"), ("POST", "finish"), ("GET", "name-recording")]
    for method, what in calls:
        told: list[tuple[int, str, str]] = []
        for attempt in (attempt_id, str(uuid4())):
            body = {"disposition": "Resolved"} if what == "finish" else None
            answer = await bela.browser.request(method, f"{DESK}/{attempt}/{what}", json=body)
            told.append((answer.status_code, answer.json()["code"], answer.json()["detail"].replace(attempt, "")))
        assert told[0] == told[1]
        assert told[0][:2] == (404, "offer-not-found")
    assert (await anna.offer())["phase"] == "OFFERED"


async def test_a_user_without_an_agent_is_told_whom_to_ask(
    browsers: Browsers, database: Database, clock: ManualClock, client: httpx.AsyncClient
) -> None:
    await make_user(database, clock, "newcomer", Role.AGENT)
    browser = browsers()
    await log_in(browser, "newcomer")
    answers = [await browser.get(DESK), await browser.post(f"{DESK}/{uuid4()}/accept")]
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (409, "no-agent-for-you")
        assert "administrator" in answer.json()["detail"]


async def test_no_other_role_has_a_desk(centre: Centre, browsers: Browsers) -> None:
    world = centre.world
    await world.add_agent("anna")
    roles = [role for role in Role if role is not Role.AGENT]
    await make_user(world.database, world.clock, "boss", *roles, agent="anna")
    browser = browsers()
    await log_in(browser, "boss")
    assert (await browser.get(DESK)).json()["code"] == "role-missing"
    assert (await centre.programs.get(DESK)).json()["code"] == "scope-missing"


async def test_presence_asked_for_while_talking_takes_effect_after_the_talk(centre: Centre) -> None:
    anna = await centre.seat()
    callback_id, _ = await centre.talking(anna)
    asked = await anna.ask_presence("NOT_READY")
    assert (asked.status_code, asked.json()["presence"]) == (200, "TALKING")
    assert (await anna.look())["agent"]["wanted_presence"] == "NOT_READY"
    centre.world.exchange.far_end_hangs_up(CUSTOMER)
    await centre.world.until(centre.world.in_state(callback_id, State.COMPLETED))
    desk = await anna.look()
    assert (desk["agent"]["presence"], desk["offer"]) == ("NOT_READY", None)
    assert [each["callback_id"] for each in desk["unfinished"]] == [str(callback_id)]


async def test_agents_ask_for_their_own_presence_and_for_nobody_elses(centre: Centre) -> None:
    anna = await centre.seat("anna", presence="OFFLINE")
    await centre.seat("bela", "200", presence="OFFLINE")
    assert (await anna.ask_presence("READY")).status_code == 200
    foreign = await anna.browser.post("/api/v1/agents/bela/presence", json={"state": "READY"})
    assert foreign.status_code == 404
    assert (await centre.world.agent("bela")).presence is Presence.OFFLINE


async def test_a_desk_that_is_looked_at_stays_and_one_that_is_closed_is_noticed_after_a_minute(centre: Centre) -> None:
    anna = await centre.seat(presence="NOT_READY")
    await anna.ask_presence("READY")
    for _ in range(4):
        await centre.world.pass_time(20)
        await anna.look()
    assert (await centre.world.agent("anna")).presence is Presence.READY
    await centre.world.pass_time(58)
    assert (await centre.world.agent("anna")).presence is Presence.READY
    await centre.world.pass_time(4)
    desk = await anna.look()
    assert (desk["agent"]["presence"], desk["agent"]["presence_reason"]) == ("NOT_READY", "the desk was closed")


async def test_whoever_asks_for_ready_and_closes_the_desk_at_once_is_noticed_too(centre: Centre) -> None:
    anna = await centre.seat(presence="NOT_READY")
    await anna.ask_presence("READY")
    await centre.world.pass_time(62)
    assert (await centre.world.agent("anna")).presence is Presence.NOT_READY


async def test_who_has_no_desk_is_not_taken_for_one_who_closed_it(centre: Centre, browsers: Browsers) -> None:
    world = centre.world
    await world.add_agent("boss", presence="NOT_READY")
    await make_user(world.database, world.clock, "boss", Role.SUPERVISOR, agent="boss")
    browser = browsers()
    await log_in(browser, "boss")
    await browser.post("/api/v1/agents/boss/presence", json={"state": "READY"})
    await world.pass_time(70, step=35)
    assert (await world.agent("boss")).presence is Presence.READY


async def test_looking_at_the_desk_is_noted_every_ten_seconds_and_wakes_nobody(centre: Centre) -> None:
    anna = await centre.seat()
    listener = centre.world.database.changes.listener()
    noted: list[object] = []
    for pause in (0, 9, 1):
        await centre.world.clock.advance(pause)
        await anna.look()
        noted.append((await centre.world.agent("anna")).desk_seen_at)
    assert noted[0] == noted[1]
    assert noted[2] == centre.world.clock.now()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await listener.wait(60)
    listener.close()


async def test_other_strategies_show_the_call_as_it_comes_and_ask_for_no_answer(centre: Centre) -> None:
    await centre.change(strategy=Strategy.CUSTOMER_FIRST)
    anna = await centre.seat()
    _, attempt_id = await centre.offered(anna)
    offer = await anna.offer()
    assert (offer["phase"], offer["strategy"], offer["answer_by"]) == ("CONNECTING", "CUSTOMER_FIRST", None)
    refused = await anna.say(attempt_id, "accept")
    assert (refused.status_code, "rings without asking" in refused.json()["detail"]) == (409, True)


async def test_who_waits_is_counted_for_each_service_of_the_agent(centre: Centre) -> None:
    await centre.world.add_service("sales")
    anna = await centre.seat("anna", ENDPOINT, "support", "sales", presence="NOT_READY")
    for number in ("+49301234501", "+49301234502"):
        await centre.ask(number)
    assert (await anna.look())["queue"] == [
        {"service": "sales", "display_name": "sales", "waiting": 0},
        {"service": "support", "display_name": "support", "waiting": 2},
    ]


async def test_a_long_queue_is_counted_to_a_hundred(centre: Centre) -> None:
    anna = await centre.seat(presence="NOT_READY")
    for number in range(101):
        await centre.world.ask(f"+4930{1_000_000 + number}")
    assert (await anna.look())["queue"][0]["waiting"] == 100


async def test_the_name_recording_of_an_offer_is_heard_and_that_is_written_down(centre: Centre) -> None:
    anna = await centre.seat()
    callback_id = await centre.ask(desired_at="2026-11-23T09:10:00Z")
    kept = await centre.programs.put(f"/api/v1/callbacks/{callback_id}/name-recording", content=wav())
    assert kept.status_code == 204
    await centre.world.until(centre.world.in_state(callback_id, State.ROUTING), within=700)
    offer = await anna.offer()
    assert offer["callback"]["has_name_recording"]
    heard = await anna.browser.get(f"{DESK}/{offer['attempt_id']}/name-recording")
    assert (heard.status_code, heard.content) == (200, wav())
    [entry] = await centre.audited("recording.heard")
    assert (entry["actor_name"], entry["subject"]) == ("anna", str(callback_id))
