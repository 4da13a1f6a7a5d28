"""An engine dies at each step of a call, and the next one takes its link over."""

from collections.abc import Awaitable, Callable

import pytest

from ringback.agents.model import Presence
from ringback.callbacks.states import Result, State
from tests.integration.world import World

CUSTOMER = "+493012345001"
AGENT = "100"


async def with_the_link_cut(world: World) -> None:
    world.exchange.cut_links()
    await world.ask(CUSTOMER)


async def until_customer_rings(world: World) -> None:
    world.far_end(CUSTOMER, decides_after_seconds=None)
    await world.ask(CUSTOMER)
    await world.until(world.is_rung(CUSTOMER))


async def until_agent_rings(world: World) -> None:
    world.far_end(AGENT, decides_after_seconds=None, talks_seconds=30.0)
    await world.ask(CUSTOMER)
    await world.until(world.is_rung(AGENT))


async def until_they_talk(world: World) -> None:
    world.far_end(AGENT, talks_seconds=30.0)
    callback_id = await world.ask(CUSTOMER)
    await world.until(world.in_state(callback_id, State.PROCESSING))
    await world.pass_time(2)


async def only_callback(world: World) -> tuple[State, Result | None, list[str | None]]:
    async with world.database.connection() as connection:
        callback_id = await connection.fetchval("SELECT id FROM callbacks")
    callback = await world.callback(callback_id)
    return callback.state, callback.result, await world.outcomes(callback_id)


async def begin(world: World, up_to: Callable[[World], Awaitable[None]]) -> None:
    await world.add_service()
    await world.add_agent("anna", AGENT)
    await up_to(world)


async def test_where_calls_die_with_the_engine_a_rung_customer_is_tried_again_after_the_delay(world: World) -> None:
    await begin(world, until_customer_rings)
    await world.kill_engine()
    await world.start_engine()
    await world.pass_time(2)
    assert await only_callback(world) == (State.QUEUED, None, ["UNKNOWN"])
    await world.pass_time(200, step=5)
    assert world.rang(CUSTOMER) == 1
    assert (await world.agent("anna")).presence is Presence.READY


async def test_where_calls_die_with_the_engine_an_agent_who_may_still_ring_is_left_alone_for_a_while(
    world: World,
) -> None:
    await begin(world, until_agent_rings)
    await world.kill_engine()
    await world.start_engine()
    await world.pass_time(2)
    assert await only_callback(world) == (State.QUEUED, None, ["UNKNOWN"])
    assert (await world.agent("anna")).presence is Presence.WRAP_UP


async def test_where_calls_die_with_the_engine_nobody_who_talked_is_rung_again(world: World) -> None:
    await begin(world, until_they_talk)
    await world.kill_engine()
    await world.start_engine()
    await world.pass_time(2)
    assert await only_callback(world) == (State.COMPLETED, Result.UNKNOWN, ["UNKNOWN"])
    await world.pass_time(400, step=5)
    assert world.rang(CUSTOMER) == 1


async def test_unknown_fate_is_retried_at_most_twice(world: World) -> None:
    await world.add_service()
    await world.add_agent("anna", AGENT)
    world.far_end(CUSTOMER, decides_after_seconds=None)
    callback_id = await world.ask(CUSTOMER)
    for times in (1, 2, 3):
        await world.until(world.is_rung(CUSTOMER, times), within=400)
        await world.kill_engine()
        await world.start_engine()
        await world.pass_time(2)
    callback = await world.callback(callback_id)
    assert (callback.state, callback.result) == (State.COMPLETED, Result.UNKNOWN)
    assert await world.outcomes(callback_id) == ["UNKNOWN"] * 3


@pytest.mark.parametrize("up_to", [until_customer_rings, until_agent_rings, until_they_talk])
async def test_where_calls_survive_the_next_engine_goes_on_with_them(
    world: World, up_to: Callable[[World], Awaitable[None]]
) -> None:
    await world.kill_engine()
    world.calls_survive = True
    await world.start_engine()
    await begin(world, up_to)
    await world.kill_engine()
    await world.clock.advance(5)
    await world.start_engine()
    for phone in (CUSTOMER, AGENT):
        if up_to is not until_they_talk and world.is_ringing(phone):
            world.exchange.far_end_answers(phone)
            await world.pass_time(1)
    await world.pass_time(40)
    assert await only_callback(world) == (State.COMPLETED, Result.AGENT, ["JOINED"])
    assert (world.rang(CUSTOMER), world.rang(AGENT)) == (1, 1)


async def test_where_calls_survive_a_talk_that_ended_unwatched_is_unknown_and_not_repeated(world: World) -> None:
    await world.kill_engine()
    world.calls_survive = True
    await world.start_engine()
    await begin(world, until_they_talk)
    await world.kill_engine()
    await world.clock.advance(60)
    await world.start_engine()
    await world.pass_time(2)
    assert await only_callback(world) == (State.COMPLETED, Result.UNKNOWN, ["UNKNOWN"])
    assert not world.exchange.snapshot("main").legs
    await world.pass_time(400, step=5)
    assert world.rang(CUSTOMER) == 1


async def test_where_calls_survive_a_callback_cancelled_meanwhile_is_hung_up(world: World) -> None:
    await world.kill_engine()
    world.calls_survive = True
    await world.start_engine()
    await begin(world, until_customer_rings)
    await world.kill_engine()
    async with world.database.connection() as connection:
        await world.cancel(await connection.fetchval("SELECT id FROM callbacks"))
    await world.start_engine()
    await world.pass_time(1)
    assert not world.exchange.snapshot("main").legs
    assert await only_callback(world) == (State.COMPLETED, Result.CANCELLED, ["CANCELLED"])
    assert (await world.agent("anna")).presence is Presence.READY


async def test_stray_leg_that_no_callback_wants_is_hung_up(world: World) -> None:
    await world.kill_engine()
    world.ring_by_hand("stray", CUSTOMER)
    await world.pass_time(1)
    assert world.exchange.snapshot("main").legs
    await world.start_engine()
    assert not world.exchange.snapshot("main").legs


@pytest.mark.parametrize("up_to", [until_customer_rings, until_agent_rings, until_they_talk])
async def test_lost_link_that_comes_back_goes_on_with_its_calls(
    world: World, up_to: Callable[[World], Awaitable[None]]
) -> None:
    await begin(world, up_to)
    world.exchange.cut_links()
    await world.pass_time(5)
    world.exchange.restore_links()
    for phone in (CUSTOMER, AGENT):
        if up_to is not until_they_talk and world.is_ringing(phone):
            world.exchange.far_end_answers(phone)
            await world.pass_time(1)
    await world.pass_time(40)
    assert await only_callback(world) == (State.COMPLETED, Result.AGENT, ["JOINED"])
    assert (world.rang(CUSTOMER), world.rang(AGENT)) == (1, 1)


async def test_link_that_stays_away_gives_up_what_was_not_joined(world: World) -> None:
    await begin(world, until_customer_rings)
    world.exchange.cut_links()
    await world.pass_time(40)
    assert await only_callback(world) == (State.QUEUED, None, ["UNKNOWN"])


async def test_talk_over_a_link_that_stays_away_is_given_up_when_no_talk_can_last_longer(world: World) -> None:
    await world.add_service(customer_hold_seconds=60, max_talk_seconds=600)
    await world.add_agent("anna", AGENT)
    await until_they_talk(world)
    world.exchange.cut_links()
    await world.pass_time(500, step=20)
    assert await only_callback(world) == (State.PROCESSING, None, [None])
    await world.pass_time(200, step=20)
    assert await only_callback(world) == (State.COMPLETED, Result.UNKNOWN, ["UNKNOWN"])
    assert (await world.agent("anna")).presence not in (Presence.TALKING, Presence.RESERVED)


async def test_talk_of_which_one_end_was_heard_is_over_when_the_link_is_given_up(world: World) -> None:
    await begin(world, until_they_talk)
    world.exchange.far_end_hangs_up(CUSTOMER)
    world.exchange.cut_links()
    await world.pass_time(35)
    assert await only_callback(world) == (State.COMPLETED, Result.AGENT, ["JOINED"])
    assert (await world.agent("anna")).presence not in (Presence.TALKING, Presence.RESERVED)


async def test_nothing_is_dialled_while_the_link_is_down(world: World) -> None:
    await begin(world, with_the_link_cut)
    await world.pass_time(60)
    assert world.rang(CUSTOMER) == 0
    state, _, outcomes = await only_callback(world)
    assert state is State.QUEUED
    assert set(outcomes) <= {"NOT_DIALLED"}
    world.exchange.restore_links()
    await world.until(world.is_rung(CUSTOMER))
