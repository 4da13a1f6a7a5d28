"""A desk that nobody sees any more: its agent gets no further calls."""

from typing import Any

import pytest

from ringback.agents import presence
from ringback.agents.model import Agent, Presence
from ringback.callbacks.states import State
from tests.integration.world import World

CUSTOMER, AGENT = "+493012345001", "100"


async def see_desk(world: World) -> None:
    agent_id = (await world.agent("anna")).id
    async with world.database.transaction() as connection:
        await presence.note_desk(connection, agent_id, world.clock.now())


async def ask(world: World, wanted: Presence) -> None:
    async with world.database.transaction() as connection:
        await presence.ask(connection, "anna", wanted, "because", world.clock.now())


async def after_the_desk_was_closed(world: World) -> Agent:
    await world.pass_time(62)
    return await world.agent("anna")


async def test_ready_agent_goes_not_ready_a_minute_after_the_desk_was_last_seen(world: World) -> None:
    await world.add_service()
    await world.add_agent("anna", AGENT)
    await see_desk(world)
    await world.pass_time(59)
    assert (await world.agent("anna")).presence is Presence.READY
    await world.pass_time(2)
    anna = await world.agent("anna")
    assert (anna.presence, anna.presence_reason) == (Presence.NOT_READY, "the desk was closed")
    assert anna.desk_seen_at is None


async def test_agent_whose_desk_is_seen_stays_ready(world: World) -> None:
    await world.add_service()
    await world.add_agent("anna", AGENT)
    for _ in range(12):
        await see_desk(world)
        await world.pass_time(15)
    assert (await world.agent("anna")).presence is Presence.READY


async def test_agent_who_never_had_a_desk_is_left_alone(world: World) -> None:
    await world.add_service()
    await world.add_agent("anna", AGENT)
    assert (await after_the_desk_was_closed(world)).presence is Presence.READY


@pytest.mark.parametrize("chosen", [Presence.NOT_READY, Presence.BUSY_ELSEWHERE, Presence.OFFLINE])
async def test_who_was_not_ready_anyway_stays_so_and_can_be_made_ready_without_a_desk(
    world: World, chosen: Presence
) -> None:
    await world.add_service()
    await world.add_agent("anna", AGENT, presence=chosen)
    await see_desk(world)
    anna = await after_the_desk_was_closed(world)
    assert (anna.presence, anna.presence_reason) == (chosen, None)
    await ask(world, Presence.READY)
    assert (await after_the_desk_was_closed(world)).presence is Presence.READY


async def test_agent_who_looks_at_an_offer_is_not_ready_when_its_time_is_over(world: World) -> None:
    await world.add_service(strategy="PREVIEW", reserve_timeout_seconds=300, agent_no_answer_limit=5)
    await world.add_agent("anna", AGENT)
    callback_id = await world.ask(CUSTOMER)
    await world.until(world.in_state(callback_id, State.ROUTING))
    await see_desk(world)
    anna = await after_the_desk_was_closed(world)
    assert (anna.presence, anna.wanted_presence) == (Presence.RESERVED, Presence.NOT_READY)
    await world.pass_time(300, step=5)
    anna = await world.agent("anna")
    assert (anna.presence, anna.presence_reason) == (Presence.NOT_READY, "the desk was closed")


@pytest.mark.parametrize("wish", [None, Presence.READY])
async def test_agent_who_talks_finishes_the_talk_and_is_not_ready_afterwards(
    world: World, wish: Presence | None
) -> None:
    await _talk_for(world, 100)
    if wish is not None:
        await ask(world, wish)
    await see_desk(world)
    assert (await after_the_desk_was_closed(world)).presence is Presence.TALKING
    await world.pass_time(60)
    anna = await world.agent("anna")
    assert (anna.presence, anna.presence_reason) == (Presence.NOT_READY, "the desk was closed")


async def test_what_an_agent_who_talks_has_asked_for_counts_more_than_the_closed_desk(world: World) -> None:
    await _talk_for(world, 100)
    await ask(world, Presence.OFFLINE)
    await see_desk(world)
    await world.pass_time(120)
    anna = await world.agent("anna")
    assert (anna.presence, anna.presence_reason) == (Presence.OFFLINE, "because")


async def test_wrap_up_ends_when_the_desk_is_closed(world: World) -> None:
    await _talk_for(world, 10, wrap_up_seconds=600)
    await world.pass_time(30)
    assert (await world.agent("anna")).presence is Presence.WRAP_UP
    await see_desk(world)
    anna = await after_the_desk_was_closed(world)
    assert (anna.presence, anna.wrap_up_ends_at) == (Presence.NOT_READY, None)


async def test_desk_that_is_seen_all_the_time_is_written_every_10_seconds(world: World) -> None:
    await world.add_agent("anna", AGENT)
    await see_desk(world)
    first = (await world.agent("anna")).desk_seen_at
    await world.clock.advance(9)
    await see_desk(world)
    assert (await world.agent("anna")).desk_seen_at == first
    await world.clock.advance(1)
    await see_desk(world)
    assert (await world.agent("anna")).desk_seen_at == world.clock.now()


async def _talk_for(world: World, seconds: float, **settings: Any) -> None:
    await world.add_service(**settings)
    await world.add_agent("anna", AGENT)
    world.far_end(AGENT, talks_seconds=seconds)
    world.far_end(CUSTOMER, talks_seconds=seconds)
    callback_id = await world.ask(CUSTOMER)
    await world.until(world.in_state(callback_id, State.PROCESSING))
