"""From a request to its result, through the real engine over the simulator."""

from datetime import timedelta

import pytest

from ringback.agents.model import Presence
from ringback.callbacks.states import Result, State
from tests.integration.world import World

CUSTOMER = "+493012345001"
AGENT = "100"


async def test_customer_first_rings_customer_then_agent_and_completes_with_agent(world: World) -> None:
    await world.add_service()
    await world.add_agent("anna", AGENT)
    callback_id = await world.ask(CUSTOMER)
    await world.until(world.in_state(callback_id, State.PROCESSING))
    assert (await world.agent("anna")).presence is Presence.TALKING
    await world.until(world.in_state(callback_id, State.COMPLETED))
    assert (await world.callback(callback_id)).result is Result.AGENT
    assert await world.events(callback_id) == ["REQUESTED", "AGENT_RESERVED", "JOINED", "FINISHED"]
    assert [fact.destination for fact in world.journal if fact.kind == "rang"] == [CUSTOMER, AGENT]


@pytest.mark.parametrize(
    ("digits", "result"),
    [("02", Result.BUSY), ("03", Result.NO_ANSWER), ("08", Result.NO_ANSWER), ("12", Result.UNREACHABLE)],
)
async def test_customer_who_is_not_reached_is_tried_three_times(world: World, digits: str, result: Result) -> None:
    await world.add_service()
    await world.add_agent("anna", AGENT)
    customer = f"+4930123450{digits}"
    callback_id = await world.ask(customer)
    await world.until(world.in_state(callback_id, State.COMPLETED), within=800)
    assert (await world.callback(callback_id)).result is result
    assert await world.outcomes(callback_id) == [str(result)] * 3
    assert world.rang(AGENT) == 0
    assert (await world.agent("anna")).presence is Presence.READY


@pytest.mark.parametrize(
    ("digits", "result"),
    [("04", Result.REJECTED), ("05", Result.INVALID_NUMBER), ("13", Result.REJECTED), ("11", None)],
)
async def test_what_cannot_get_better_is_not_retried(world: World, digits: str, result: Result | None) -> None:
    await world.add_service()
    await world.add_agent("anna", AGENT)
    callback_id = await world.ask(f"+4930123450{digits}")
    await world.until(world.in_state(callback_id, State.ROUTING))
    await world.until(world.in_state(callback_id, State.COMPLETED, State.QUEUED))
    callback = await world.callback(callback_id)
    assert callback.result is result
    assert len(await world.outcomes(callback_id)) == 1


async def test_retry_waits_its_delay_and_keeps_its_place(world: World) -> None:
    await world.add_service()
    await world.add_agent("anna", AGENT)
    callback_id = await world.ask("+493012345002")
    placed_at = (await world.callback(callback_id)).place_at
    await world.until(world.in_state(callback_id, State.ROUTING))
    await world.until(world.in_state(callback_id, State.QUEUED))
    callback = await world.callback(callback_id)
    assert callback.place_at == placed_at
    assert callback.eligible_at is not None
    assert callback.eligible_at - world.clock.now() == timedelta(seconds=300)
    await world.pass_time(295, step=5)
    assert len(await world.outcomes(callback_id)) == 1
    await world.pass_time(10)
    assert len(await world.outcomes(callback_id)) == 2


async def test_a_waiting_retry_is_passed_over_by_the_next_in_the_queue(world: World) -> None:
    await world.add_service()
    await world.add_agent("anna", AGENT)
    busy = await world.ask("+493012345002")
    other = await world.ask("+493012345101")
    await world.until(world.in_state(other, State.PROCESSING))
    assert (await world.callback(busy)).state is State.QUEUED


async def test_congestion_is_retried_without_counting_against_the_customer(world: World) -> None:
    await world.add_service(expire_after_seconds=600)
    await world.add_agent("anna", AGENT)
    callback_id = await world.ask("+493012345006")
    await world.pass_time(400)
    assert len(await world.outcomes(callback_id)) > 4
    assert (await world.callback(callback_id)).state is State.QUEUED
    await world.until(world.in_state(callback_id, State.COMPLETED), within=300)
    assert (await world.callback(callback_id)).result is Result.TELEPHONY_FAILED


async def test_customer_who_hangs_up_while_the_agent_rings_is_called_once_more(world: World) -> None:
    await world.add_service()
    await world.add_agent("anna", "100")
    world.far_end("100", decides_after_seconds=10)
    callback_id = await world.ask("+493012345007")
    await world.until(world.is_rung("100"))
    await world.until(world.in_state(callback_id, State.QUEUED))
    assert (await world.agent("anna")).presence is Presence.READY
    await world.until(world.in_state(callback_id, State.COMPLETED), within=400)
    assert (await world.callback(callback_id)).result is Result.CUSTOMER_HUNG_UP
    assert await world.outcomes(callback_id) == ["CUSTOMER_HUNG_UP"] * 2


@pytest.mark.parametrize("first", ["102", "103", "104", "105", "106"])
async def test_agent_who_does_not_take_it_goes_not_ready_and_the_next_one_gets_the_customer(
    world: World, first: str
) -> None:
    await world.add_service()
    await world.add_agent("anna", first)
    await world.add_agent("bela", "100")
    callback_id = await world.ask(CUSTOMER)
    await world.until(world.in_state(callback_id, State.PROCESSING))
    anna = await world.agent("anna")
    assert anna.presence is Presence.NOT_READY
    assert (anna.presence_reason or "").startswith("did not take a call: ")
    assert world.rang(CUSTOMER) == 1
    assert "AGENT_LOST" in await world.events(callback_id)
    await world.until(world.in_state(callback_id, State.COMPLETED))
    assert await world.outcomes(callback_id) == ["JOINED"]


async def test_customer_holds_at_most_a_minute_for_the_next_agent(world: World) -> None:
    await world.add_service()
    await world.add_agent("anna", "102")
    callback_id = await world.ask(CUSTOMER)
    await world.until(world.is_rung(CUSTOMER))
    await world.pass_time(55)
    held = await world.callback(callback_id)
    assert held.state is State.ROUTING
    assert held.agent_id is None
    await world.until(world.in_state(callback_id, State.QUEUED), within=15)
    assert await world.outcomes(callback_id) == ["AGENT_UNAVAILABLE"]
    assert [fact.text for fact in world.journal if fact.kind == "prompt"] == ["apology"]


async def test_held_customer_gets_the_agent_who_becomes_ready_before_those_in_the_queue(world: World) -> None:
    await world.add_service()
    await world.add_agent("anna", "102")
    held = await world.ask(CUSTOMER)
    await world.until(world.is_rung(CUSTOMER))
    await world.pass_time(5)
    waiting = await world.ask("+493012345101")
    await world.add_agent("bela", "100")
    await world.until(world.in_state(held, State.PROCESSING), within=5)
    assert (await world.callback(waiting)).state is State.QUEUED


async def test_agent_first_rings_the_agent_before_the_customer(world: World) -> None:
    await world.add_service(strategy="AGENT_FIRST")
    await world.add_agent("anna", AGENT)
    callback_id = await world.ask(CUSTOMER)
    await world.until(world.in_state(callback_id, State.COMPLETED))
    assert [fact.destination for fact in world.journal if fact.kind == "rang"] == [AGENT, CUSTOMER]
    assert (await world.callback(callback_id)).result is Result.AGENT


async def test_agent_first_never_rings_the_customer_when_no_agent_answers(world: World) -> None:
    await world.add_service(strategy="AGENT_FIRST")
    await world.add_agent("anna", "102")
    callback_id = await world.ask(CUSTOMER)
    await world.pass_time(10)
    assert world.rang(CUSTOMER) == 0
    assert (await world.callback(callback_id)).state is State.QUEUED
    assert (await world.agent("anna")).presence is Presence.NOT_READY
    [*_, requeued] = await world.fetch("SELECT reason FROM transitions ORDER BY id")
    assert requeued["reason"] == "the agent did not take it (busy); the customer was not rung; next try now"
    await world.add_agent("bela", "100")
    await world.until(world.in_state(callback_id, State.PROCESSING), within=10)


async def test_agent_first_lets_the_agent_go_when_the_customer_is_busy(world: World) -> None:
    await world.add_service(strategy="AGENT_FIRST")
    await world.add_agent("anna", AGENT)
    callback_id = await world.ask("+493012345002")
    await world.until(world.in_state(callback_id, State.ROUTING))
    await world.until(world.in_state(callback_id, State.QUEUED))
    assert await world.outcomes(callback_id) == ["BUSY"]
    assert (await world.agent("anna")).presence is Presence.READY
    assert not world.exchange.snapshot("main").legs


@pytest.mark.parametrize("rung", [CUSTOMER, AGENT])
async def test_cancel_while_dialing_hangs_up_what_rings_and_frees_the_agent(world: World, rung: str) -> None:
    await world.add_service()
    await world.add_agent("anna", AGENT)
    world.far_end(rung, decides_after_seconds=None)
    callback_id = await world.ask(CUSTOMER)
    await world.until(world.is_rung(rung))
    await world.cancel(callback_id)
    await world.pass_time(1)
    assert not world.exchange.snapshot("main").legs
    assert (await world.agent("anna")).presence is Presence.READY
    assert await world.outcomes(callback_id) == ["CANCELLED"]
    await world.pass_time(400, step=5)
    assert world.rang(CUSTOMER) == 1
