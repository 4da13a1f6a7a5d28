"""What calls and wishes make of an agent's presence."""

import pytest

from ringback.agents.model import Presence
from ringback.agents.presence import PresenceRefused, ask
from ringback.callbacks.states import State
from tests.integration.world import World

CUSTOMER = "+493012345001"
OTHER_CUSTOMER = "+493012345101"


async def wish(world: World, name: str, presence: Presence, reason: str | None = None) -> None:
    async with world.database.transaction() as connection:
        await ask(connection, name, presence, reason, world.clock.now())


async def presence_of(world: World, name: str) -> Presence:
    return (await world.agent(name)).presence


async def test_wrap_up_ends_by_itself(world: World) -> None:
    await world.add_service(wrap_up_seconds=45)
    await world.add_agent("anna")
    callback_id = await world.ask(CUSTOMER)
    await world.until(world.in_state(callback_id, State.COMPLETED))
    assert await presence_of(world, "anna") is Presence.WRAP_UP
    await world.pass_time(43)
    assert await presence_of(world, "anna") is Presence.WRAP_UP
    await world.pass_time(3)
    assert await presence_of(world, "anna") is Presence.READY


async def test_no_callback_is_given_to_an_agent_in_wrap_up(world: World) -> None:
    await world.add_service(wrap_up_seconds=45)
    await world.add_agent("anna")
    first = await world.ask(CUSTOMER)
    second = await world.ask(OTHER_CUSTOMER)
    await world.until(world.in_state(first, State.COMPLETED))
    await world.pass_time(20)
    assert (await world.callback(second)).state is State.QUEUED
    await world.until(world.in_state(second, State.PROCESSING), within=60)


@pytest.mark.parametrize("wanted", [Presence.NOT_READY, Presence.OFFLINE, Presence.BUSY_ELSEWHERE])
async def test_presence_asked_for_while_talking_takes_effect_afterwards(world: World, wanted: Presence) -> None:
    await world.add_service()
    await world.add_agent("anna")
    callback_id = await world.ask(CUSTOMER)
    await world.until(world.in_state(callback_id, State.PROCESSING))
    await wish(world, "anna", wanted, "lunch")
    assert await presence_of(world, "anna") is Presence.TALKING
    await world.until(world.in_state(callback_id, State.COMPLETED))
    anna = await world.agent("anna")
    assert (anna.presence, anna.presence_reason, anna.wanted_presence) == (wanted, "lunch", None)


async def test_ready_asked_for_in_wrap_up_ends_it(world: World) -> None:
    await world.add_service()
    await world.add_agent("anna")
    callback_id = await world.ask(CUSTOMER)
    await world.until(world.in_state(callback_id, State.COMPLETED))
    await wish(world, "anna", Presence.READY)
    assert await presence_of(world, "anna") is Presence.READY


@pytest.mark.parametrize("presence", [Presence.RESERVED, Presence.TALKING, Presence.WRAP_UP])
async def test_presence_that_follows_from_calls_cannot_be_asked_for(world: World, presence: Presence) -> None:
    await world.add_agent("anna")
    with pytest.raises(PresenceRefused, match=presence):
        await wish(world, "anna", presence)
    assert await presence_of(world, "anna") is Presence.READY


@pytest.mark.parametrize("presence", [Presence.NOT_READY, Presence.BUSY_ELSEWHERE, Presence.OFFLINE, Presence.WRAP_UP])
async def test_only_ready_agents_are_given_a_callback(world: World, presence: Presence) -> None:
    await world.add_service()
    await world.add_agent("anna", presence="READY")
    if presence is Presence.WRAP_UP:
        await world.until(world.in_state(await world.ask(OTHER_CUSTOMER), State.COMPLETED))
    else:
        await wish(world, "anna", presence)
    callback_id = await world.ask(CUSTOMER)
    await world.pass_time(10)
    assert (await world.callback(callback_id)).state is State.QUEUED


async def test_agent_may_miss_as_many_calls_in_a_row_as_the_service_says(world: World) -> None:
    await world.add_service(agent_no_answer_limit=2, customer_hold_seconds=120)
    await world.add_agent("anna", "102")
    await world.ask(CUSTOMER)
    await world.until(world.is_rung(CUSTOMER))
    await world.pass_time(5)
    assert world.dialled("102") == 2
    assert await presence_of(world, "anna") is Presence.NOT_READY


async def test_answered_call_forgets_the_missed_ones(world: World) -> None:
    await world.add_service(agent_no_answer_limit=2, wrap_up_seconds=0, customer_hold_seconds=120)
    await world.add_agent("anna", "100")
    world.far_end("100", refuses_with=486)
    callback_id = await world.ask(CUSTOMER)
    await world.until(world.is_dialled("100"))
    world.far_end("100", talks_seconds=5.0)
    await world.until(world.in_state(callback_id, State.COMPLETED))
    assert (await world.agent("anna")).missed_calls == 0


async def test_longest_idle_agent_of_the_service_is_taken(world: World) -> None:
    await world.add_service()
    await world.add_service("sales")
    await world.add_agent("salesman", "200", "sales")
    for name, endpoint in (("anna", "300"), ("bela", "400")):
        await world.add_agent(name, endpoint)
    first, second = await world.ask(CUSTOMER), await world.ask(OTHER_CUSTOMER)
    await world.until(world.in_state(second, State.PROCESSING))
    assert (await world.callback(first)).agent_id == (await world.agent("anna")).id
    assert (await world.callback(second)).agent_id == (await world.agent("bela")).id
    assert await presence_of(world, "salesman") is Presence.READY


async def test_agent_who_was_reserved_in_vain_stays_the_longest_idle(world: World) -> None:
    await world.add_service()
    await world.add_agent("anna", "300")
    idle_since = (await world.agent("anna")).idle_since
    callback_id = await world.ask("+493012345002")
    await world.until(world.in_state(callback_id, State.ROUTING))
    await world.until(world.in_state(callback_id, State.QUEUED))
    assert (await world.agent("anna")).idle_since == idle_since


async def test_agent_of_two_services_takes_who_waits_longest_in_either(world: World) -> None:
    await world.add_service()
    await world.add_service("sales")
    first = await world.ask(CUSTOMER, "sales")
    second = await world.ask(OTHER_CUSTOMER, "support")
    await world.add_agent("anna", "300", "support", "sales")
    await world.until(world.in_state(first, State.PROCESSING))
    assert (await world.callback(second)).state is State.QUEUED


async def test_ready_asked_for_while_reserved_does_not_excuse_a_missed_call(world: World) -> None:
    await world.add_service()
    await world.add_agent("anna", "103")
    await world.ask(CUSTOMER)
    await world.until(world.is_rung("103"))
    await wish(world, "anna", Presence.READY)
    await world.pass_time(40)
    anna = await world.agent("anna")
    assert (anna.presence, anna.wanted_presence) == (Presence.NOT_READY, None)
    assert world.rang("103") == 1
