"""A callback that is offered at the desk before anything rings, through the real engine over the simulator."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from ringback.agents.model import Presence
from ringback.callbacks import agents_word, queue, trace, views
from ringback.callbacks.agents_word import InvalidFinish, OfferNotFound, OfferOver
from ringback.callbacks.rules import AgentAnswer
from ringback.callbacks.states import Result, State
from ringback.services.model import Mode
from tests.integration.world import World

CUSTOMER, OTHER = "+493012345001", "+493012345101"
AGENT = "100"
ACCEPTED, REJECTED, SNOOZED = AgentAnswer.ACCEPTED, AgentAnswer.REJECTED, AgentAnswer.SNOOZED


async def offer(world: World, *agents: str, **settings: Any) -> UUID:
    """A callback that is offered to the first of the agents (anna alone, when none is named)."""
    await world.add_service(strategy="PREVIEW", **settings)
    for number, name in enumerate(agents or ("anna",)):
        await world.add_agent(name, str(100 * (number + 1)))
    return await offer_another(world, CUSTOMER)


async def offer_another(world: World, number: str) -> UUID:
    callback_id = await world.ask(number)
    await world.until(world.in_state(callback_id, State.ROUTING))
    return callback_id


async def offered_to(world: World, callback_id: UUID) -> str:
    callback = await world.callback(callback_id)
    agents = await world.fetch("SELECT id, name FROM agents")
    return next((agent["name"] for agent in agents if agent["id"] == callback.agent_id), "nobody")


def legs_on_the_switch(world: World) -> set[str]:
    """Every leg that was ever prepared."""
    return {fact.leg_id for fact in world.journal if fact.leg_id}


async def test_nothing_is_prepared_or_rings_until_the_agent_accepts_then_the_agent_is_rung_first(world: World) -> None:
    callback_id = await offer(world)
    await world.pass_time(25)
    assert legs_on_the_switch(world) == set()
    assert (await world.agent("anna")).presence is Presence.RESERVED
    await world.answer(callback_id, ACCEPTED)
    await world.until(world.in_state(callback_id, State.COMPLETED))
    assert [fact.destination for fact in world.journal if fact.kind == "rang"] == [AGENT, CUSTOMER]
    assert (await world.callback(callback_id)).result is Result.AGENT


async def test_what_it_waits_for_says_that_an_agent_looks_at_it(world: World) -> None:
    callback_id = await offer(world)
    told = (await views.get(world.database, world.clock, callback_id)).waiting_for
    assert told == "Agent anna looks at it (preview); nobody is rung before the agent accepts."
    await world.answer(callback_id, ACCEPTED)
    told = (await views.get(world.database, world.clock, callback_id)).waiting_for
    assert told == "Agent anna is reserved; nobody is rung yet."


async def test_trace_tells_each_answer(world: World) -> None:
    callback_id = await offer(world, "anna", "bela")
    await world.answer(callback_id, REJECTED)
    await world.pass_time(1)
    await world.answer(callback_id, SNOOZED, snooze_seconds=60)
    await world.work()
    told = await trace.trace(world.database, world.clock, callback_id)
    answers = [(attempt.agent, attempt.agent_answer, attempt.snooze_seconds) for attempt in told.attempts]
    assert answers == [("anna", REJECTED, None), ("bela", SNOOZED, 60)]
    assert all(attempt.answered_at for attempt in told.attempts)
    assert told.transitions[2].reason == "the agent did not take the offer; next try now"


async def test_the_time_to_dial_begins_with_the_answer_not_with_the_offer(world: World) -> None:
    callback_id = await offer(world, reserve_timeout_seconds=30)
    await world.pass_time(29)
    await world.answer(callback_id, ACCEPTED)
    world.exchange.cut_links()
    world.exchange.restore_links()
    await world.until(world.in_state(callback_id, State.PROCESSING))


async def test_reject_goes_to_the_next_agent_at_once_and_puts_who_rejected_at_the_back(world: World) -> None:
    callback_id = await offer(world, "anna", "bela")
    assert await offered_to(world, callback_id) == "anna"
    await world.answer(callback_id, REJECTED)
    await world.pass_time(1)
    assert await offered_to(world, callback_id) == "bela"
    anna = await world.agent("anna")
    assert (anna.presence, anna.missed_calls) == (Presence.READY, 0)
    await world.answer(callback_id, ACCEPTED)
    await world.until(world.in_state(callback_id, State.COMPLETED))
    assert await world.outcomes(callback_id) == ["DECLINED", "JOINED"]


async def test_who_rejected_a_callback_gets_the_next_one_after_those_who_waited_longer(world: World) -> None:
    callback_id = await offer(world, "anna", "bela", "cleo")
    await world.answer(callback_id, REJECTED)
    await world.pass_time(1)
    assert await offered_to(world, await offer_another(world, OTHER)) == "cleo"


async def test_lone_agent_who_rejects_is_asked_again_after_30_s_and_what_waits_behind_goes_first(world: World) -> None:
    callback_id = await offer(world)
    behind = await world.ask(OTHER)
    await world.answer(callback_id, REJECTED)
    await world.pass_time(1)
    assert (await world.callback(callback_id)).state is State.QUEUED
    assert await offered_to(world, behind) == "anna"
    await world.answer(behind, REJECTED)
    await world.pass_time(27)
    assert await world.outcomes(callback_id) == ["DECLINED"]
    await world.until(world.in_state(callback_id, State.ROUTING), within=5)


async def test_after_six_rejections_nobody_is_asked_any_more(world: World) -> None:
    callback_id = await offer(world)
    for _ in range(6):
        await world.until(world.in_state(callback_id, State.ROUTING), within=40)
        await world.answer(callback_id, REJECTED)
        await world.pass_time(0.5, step=0.5)
    callback = await world.callback(callback_id)
    assert (callback.state, callback.result) == (State.COMPLETED, Result.AGENT_UNAVAILABLE)
    assert await world.outcomes(callback_id) == ["DECLINED"] * 6
    assert legs_on_the_switch(world) == set()


async def test_agent_who_lets_the_time_pass_has_missed_it_and_the_next_is_asked(world: World) -> None:
    callback_id = await offer(world, "anna", "bela", reserve_timeout_seconds=10)
    await world.pass_time(11)
    anna = await world.agent("anna")
    assert (anna.presence, anna.presence_reason) == (Presence.NOT_READY, "did not answer an offered callback")
    assert await offered_to(world, callback_id) == "bela"
    assert await world.outcomes(callback_id) == ["DECLINED", None]


async def test_snooze_keeps_the_place_and_offers_it_again_when_its_time_is_over(world: World) -> None:
    callback_id = await offer(world)
    placed_at = (await world.callback(callback_id)).place_at
    await world.answer(callback_id, SNOOZED, snooze_seconds=60)
    await world.pass_time(1)
    callback = await world.callback(callback_id)
    assert (callback.state, callback.place_at) == (State.QUEUED, placed_at)
    assert (await world.agent("anna")).presence is Presence.READY
    await world.pass_time(57)
    assert await world.outcomes(callback_id) == ["SNOOZED"]
    await world.until(world.in_state(callback_id, State.ROUTING), within=5)


@pytest.mark.parametrize(("settings", "seconds"), [({}, 300), ({"retries": {"SNOOZED": {"delay_seconds": 20}}}, 20)])
async def test_snooze_without_a_time_lasts_as_the_service_says(
    world: World, settings: dict[str, object], seconds: int
) -> None:
    callback_id = await offer(world, **settings)
    await world.answer(callback_id, SNOOZED)
    await world.work()
    eligible_at = (await world.callback(callback_id)).eligible_at
    assert eligible_at == world.clock.now() + timedelta(seconds=seconds)


async def test_cancel_while_an_agent_looks_takes_the_offer_away_and_frees_the_agent(world: World) -> None:
    callback_id = await offer(world)
    await world.cancel(callback_id)
    with pytest.raises(OfferOver, match=r"it is COMPLETED \(CANCELLED\)"):
        await world.answer(callback_id, ACCEPTED)
    await world.pass_time(1)
    assert await world.outcomes(callback_id) == ["CANCELLED"]
    anna = await world.agent("anna")
    assert (anna.presence, anna.missed_calls) == (Presence.READY, 0)
    assert legs_on_the_switch(world) == set()


async def test_cancel_after_the_agent_has_accepted_is_as_with_any_call(world: World) -> None:
    callback_id = await offer(world)
    world.far_end(CUSTOMER, decides_after_seconds=None)
    await world.answer(callback_id, ACCEPTED)
    await world.until(world.is_rung(CUSTOMER))
    await world.cancel(callback_id)
    await world.pass_time(1)
    assert not world.exchange.snapshot("main").legs
    assert await world.outcomes(callback_id) == ["CANCELLED"]


async def test_service_that_is_paused_while_an_agent_looks_is_not_dialled_when_it_is_accepted(world: World) -> None:
    callback_id = await offer(world)
    async with world.database.transaction() as connection:
        await connection.execute("UPDATE services SET mode = $1", Mode.PAUSED)
    await world.answer(callback_id, ACCEPTED)
    await world.pass_time(2)
    assert world.dialled_destinations() == set()
    assert await world.outcomes(callback_id) == ["NOT_DIALLED"]
    assert [rule for rule, _ in await world.decisions(callback_id)] == ["service-does-not-dial"]
    assert (await world.agent("anna")).presence is Presence.READY


async def test_offer_is_over_while_the_link_is_away(world: World) -> None:
    callback_id = await offer(world)
    world.exchange.cut_links()
    await world.pass_time(1)
    assert await world.outcomes(callback_id) == ["NOT_DIALLED"]
    with pytest.raises(OfferOver, match="could not be dialled"):
        await world.answer(callback_id, ACCEPTED)
    assert (await world.agent("anna")).presence is Presence.READY


@pytest.mark.parametrize("answer", [ACCEPTED, REJECTED, SNOOZED, None])
async def test_next_engine_takes_an_offer_over_with_its_answer(world: World, answer: AgentAnswer | None) -> None:
    callback_id = await offer(world)
    await world.kill_engine()
    if answer is not None:
        await world.answer(callback_id, answer)
    await world.start_engine()
    await world.pass_time(1)
    told = {ACCEPTED: [None], REJECTED: ["DECLINED"], SNOOZED: ["SNOOZED"], None: [None]}[answer]
    assert await world.outcomes(callback_id) == told
    assert (world.dialled(AGENT) > 0) is (answer is ACCEPTED)


async def test_accepted_call_goes_on_where_calls_survive_the_engine(world: World) -> None:
    await world.kill_engine()
    world.calls_survive = True
    await world.start_engine()
    callback_id = await offer(world)
    world.far_end(AGENT, decides_after_seconds=None)
    await world.answer(callback_id, ACCEPTED)
    await world.until(world.is_rung(AGENT))
    await world.kill_engine()
    await world.start_engine()
    world.exchange.far_end_answers(AGENT)
    await world.until(world.in_state(callback_id, State.PROCESSING))
    assert (world.rang(AGENT), world.rang(CUSTOMER)) == (1, 1)


@pytest.mark.parametrize("answer", list(AgentAnswer))
async def test_same_answer_again_changes_nothing_and_another_one_is_refused(world: World, answer: AgentAnswer) -> None:
    callback_id = await offer(world)
    await world.answer(callback_id, answer)
    [first] = await world.fetch("SELECT answered_at FROM attempts")
    await world.clock.advance(1)
    await world.answer(callback_id, answer)
    assert await world.fetch("SELECT answered_at FROM attempts") == [first]
    for other in set(AgentAnswer) - {answer}:
        with pytest.raises(OfferOver, match=f"it was {answer} already"):
            await world.answer(callback_id, other)


async def test_of_two_answers_at_once_one_counts(world: World) -> None:
    callback_id = await offer(world)
    answers = (world.answer(callback_id, ACCEPTED), world.answer(callback_id, REJECTED))
    results = await asyncio.gather(*answers, return_exceptions=True)
    assert sorted(map(type, results), key=str) == sorted([type(None), OfferOver], key=str)


async def test_answer_after_the_time_ran_out_is_refused(world: World) -> None:
    callback_id = await offer(world, reserve_timeout_seconds=5)
    await world.pass_time(6)
    with pytest.raises(OfferOver, match="its time ran out"):
        await world.answer(callback_id, ACCEPTED)


async def test_answer_that_comes_just_before_the_close_of_its_time_counts(world: World) -> None:
    callback_id = await offer(world, reserve_timeout_seconds=5)
    assert world.dialer
    attempt_id, agent_id = await world.newest_attempt(callback_id)
    await world.clock.advance(6)
    async with world.database.transaction() as connection:
        await agents_word.answer(connection, attempt_id, agent_id, ACCEPTED, world.clock.now())
        await world.dialer.run_once()  # it reads the offer as it was: the close is about to be committed
    await world.dialer.finish_steps()
    await world.until(world.in_state(callback_id, State.PROCESSING))
    assert await world.outcomes(callback_id) == [None]


async def test_nobody_answers_for_another_agent_nor_to_what_is_not_offered(world: World) -> None:
    callback_id = await offer(world, "anna", "bela")
    attempt_id, _ = await world.newest_attempt(callback_id)
    bela = (await world.agent("bela")).id
    await world.add_service("direct")
    await world.add_agent("dora", "500", "direct")
    direct = await world.ask(OTHER, "direct")
    await world.until(world.in_state(direct, State.ROUTING))
    async with world.database.transaction() as connection:
        with pytest.raises(OfferNotFound):
            await agents_word.answer(connection, attempt_id, bela, ACCEPTED, world.clock.now())
    with pytest.raises(OfferOver, match="rings without asking"):
        await world.answer(direct, ACCEPTED)


@pytest.mark.parametrize(("answer", "seconds"), [(ACCEPTED, 60), (SNOOZED, 9), (SNOOZED, 86_401)])
async def test_snooze_time_that_cannot_be_is_refused(world: World, answer: AgentAnswer, seconds: int) -> None:
    callback_id = await offer(world)
    with pytest.raises(InvalidFinish, match="snooze_seconds"):
        await world.answer(callback_id, answer, seconds)


async def test_offers_that_agents_look_at_do_not_use_up_the_pace_of_the_trunk(world: World) -> None:
    await world.limit_trunk(calls_per_second=0.2)
    await offer(world, "anna", "bela")
    await offer_another(world, OTHER)


async def test_offers_that_were_not_taken_do_not_make_the_queue_look_quick(world: World) -> None:
    callback_id = await offer(world, "anna", "ben")
    for answer in (REJECTED, SNOOZED):
        await world.until(world.in_state(callback_id, State.ROUTING))
        await world.answer(callback_id, answer)
        await world.work()
    async with world.database.connection() as connection:
        service_id = (await world.callback(callback_id)).service_id
        situation = (await queue.situations(connection, [service_id], world.clock.now()))[service_id]
    assert situation.departure_count == 0
