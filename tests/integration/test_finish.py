"""An agent says at the desk what came of a talk: it ends the call, and the wrap-up."""

from typing import Any
from uuid import UUID

import pytest

from ringback.agents import presence
from ringback.agents.model import Presence
from ringback.callbacks.agents_word import FinishRefused, Word
from ringback.callbacks.states import Result, State
from ringback.services.model import PERSON_NOT_REACHED
from tests.integration.world import World, finish

CUSTOMER, AGENT = "+493012345001", "100"


async def talk(world: World, strategy: str = "CUSTOMER_FIRST", **settings: Any) -> UUID:
    """Two who talk, and would for ten minutes."""
    await world.add_service(strategy=strategy, **settings)
    await world.add_agent("anna", AGENT)
    world.far_end(AGENT, talks_seconds=600.0)
    world.far_end(CUSTOMER, talks_seconds=600.0)
    return await talk_again(world, await world.ask(CUSTOMER))


async def talk_again(world: World, callback_id: UUID) -> UUID:
    await world.until(world.in_state(callback_id, State.PROCESSING), within=400)
    await world.pass_time(2)
    return callback_id


async def surviving(world: World) -> World:
    """The same, on a switch that keeps its calls when an engine dies."""
    await world.kill_engine()
    world.calls_survive = True
    await world.start_engine()
    return world


@pytest.mark.parametrize("strategy", ["CUSTOMER_FIRST", "AGENT_FIRST"])
async def test_finish_while_they_talk_ends_the_call_without_a_wrap_up(world: World, strategy: str) -> None:
    callback_id = await talk(world, strategy)
    await world.finish(callback_id, "Resolved", "paid the invoice")
    await world.pass_time(1)
    assert not world.exchange.snapshot("main").legs
    callback = await world.callback(callback_id)
    assert (callback.state, callback.result) == (State.COMPLETED, Result.AGENT)
    assert (await world.agent("anna")).presence is Presence.READY
    [attempt] = await world.fetch("SELECT disposition, note, outcome, finished_at = closed_at AS at_once FROM attempts")
    assert attempt == {
        "disposition": "Resolved",
        "note": "paid the invoice",
        "outcome": "JOINED",
        "at_once": True,
    }


async def test_finish_leads_to_the_presence_that_was_asked_for_meanwhile(world: World) -> None:
    callback_id = await talk(world)
    async with world.database.transaction() as connection:
        await presence.ask(connection, "anna", Presence.OFFLINE, "lunch", world.clock.now())
    await world.finish(callback_id, "Resolved")
    await world.pass_time(1)
    assert (await world.agent("anna")).presence is Presence.OFFLINE


async def test_finish_in_the_wrap_up_ends_it_at_once(world: World) -> None:
    callback_id = await talk(world)
    world.exchange.far_end_hangs_up(CUSTOMER)
    await world.until(world.in_state(callback_id, State.COMPLETED))
    assert (await world.agent("anna")).presence is Presence.WRAP_UP
    await world.finish(callback_id, "Follow-up needed")
    assert (await world.agent("anna")).presence is Presence.READY


async def test_finish_of_an_earlier_talk_does_not_end_the_wrap_up_of_a_later_one(world: World) -> None:
    first = await talk(world, wrap_up_seconds=5)
    world.exchange.far_end_hangs_up(CUSTOMER)
    await world.pass_time(10)
    second = await talk_again(world, await world.ask(CUSTOMER))
    world.exchange.far_end_hangs_up(CUSTOMER)
    await world.until(world.in_state(second, State.COMPLETED))
    await world.finish(first, "Resolved")
    assert (await world.agent("anna")).presence is Presence.WRAP_UP


async def test_person_not_reached_is_tried_again_in_the_same_place_and_counts(world: World) -> None:
    callback_id = await talk(world, dial_attempts=2)
    placed_at = (await world.callback(callback_id)).place_at
    await world.finish(callback_id, PERSON_NOT_REACHED)
    await world.pass_time(1)
    callback = await world.callback(callback_id)
    assert (callback.state, callback.place_at) == (State.QUEUED, placed_at)
    assert (await world.agent("anna")).presence is Presence.READY
    await world.pass_time(290, step=5)
    assert world.rang(CUSTOMER) == 1
    await talk_again(world, callback_id)
    await world.finish(callback_id, PERSON_NOT_REACHED)
    await world.pass_time(1)
    callback = await world.callback(callback_id)
    assert (callback.state, callback.result) == (State.COMPLETED, Result.NO_ANSWER)
    assert await world.outcomes(callback_id) == ["NOT_REACHED"] * 2


async def test_person_not_reached_the_first_time_and_reached_the_second_is_a_talk(world: World) -> None:
    callback_id = await talk(world)
    await world.finish(callback_id, PERSON_NOT_REACHED)
    await talk_again(world, callback_id)
    await world.finish(callback_id, "Resolved")
    await world.pass_time(1)
    assert (await world.callback(callback_id)).result is Result.AGENT
    joined = [event for event in await world.events(callback_id) if event in ("REQUEUED", "FINISHED")]
    assert joined == ["REQUEUED", "FINISHED"]


async def test_not_reached_that_comes_as_the_customer_hangs_up_counts_and_is_tried_again(world: World) -> None:
    callback_id = await talk(world)
    assert world.dialer
    world.exchange.far_end_hangs_up(CUSTOMER)
    world.exchange.far_end_hangs_up(AGENT)
    await world.clock.advance(0.1)
    attempt_id, agent_id = await world.newest_attempt(callback_id)
    async with world.database.transaction() as connection:
        word = Word(disposition=PERSON_NOT_REACHED)
        await finish(connection, attempt_id, agent_id, word, world.clock.now())
        await world.dialer.run_once()  # it reads the call as it was: the close is about to be committed as JOINED
    await world.dialer.finish_steps()
    await world.pass_time(1)
    assert await world.outcomes(callback_id) == ["NOT_REACHED"]
    assert (await world.callback(callback_id)).state is State.QUEUED


async def test_next_engine_ends_a_call_that_was_finished_while_none_ran(world: World) -> None:
    callback_id = await talk(await surviving(world))
    await world.kill_engine()
    await world.finish(callback_id, "Resolved")
    await world.start_engine()
    await world.pass_time(2)
    assert not world.exchange.snapshot("main").legs
    assert await world.outcomes(callback_id) == ["JOINED"]


@pytest.mark.parametrize("disposition", ["Resolved", PERSON_NOT_REACHED])
async def test_finished_talk_whose_fate_is_unknown_is_never_dialled_again(world: World, disposition: str) -> None:
    callback_id = await talk(world)
    await world.kill_engine()
    await world.finish(callback_id, disposition)
    await world.start_engine()
    await world.pass_time(2)
    assert (await world.callback(callback_id)).result is Result.UNKNOWN
    assert await world.outcomes(callback_id) == ["UNKNOWN"]
    assert (await world.agent("anna")).presence is Presence.READY
    await world.pass_time(400, step=5)
    assert world.rang(CUSTOMER) == 1


async def test_finish_before_they_are_joined_is_refused(world: World) -> None:
    await world.add_service()
    await world.add_agent("anna", AGENT)
    world.far_end(AGENT, decides_after_seconds=None)
    callback_id = await world.ask(CUSTOMER)
    await world.until(world.is_rung(AGENT))
    with pytest.raises(FinishRefused):
        await world.finish(callback_id, "Resolved")


async def test_finish_while_the_link_is_away_ends_the_call_when_it_is_back(world: World) -> None:
    callback_id = await talk(await surviving(world))
    world.exchange.cut_links()
    await world.finish(callback_id, "Resolved")
    await world.pass_time(2)
    assert (await world.callback(callback_id)).state is State.PROCESSING
    world.exchange.restore_links()
    await world.pass_time(2)
    assert (await world.callback(callback_id)).result is Result.AGENT
