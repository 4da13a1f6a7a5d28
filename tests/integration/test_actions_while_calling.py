"""Claiming and calling now, with an engine that calls."""

import pytest

from ringback.agents.model import Presence
from ringback.callbacks import requests
from ringback.callbacks.states import Result, State
from tests.integration.world import TESTER, World

CUSTOMER = "+493012340001"
AGENT = "100"


@pytest.mark.parametrize("rung", [CUSTOMER, AGENT])
async def test_claim_while_dialing_hangs_up_what_rings_and_frees_the_agent(world: World, rung: str) -> None:
    await world.add_service()
    await world.add_agent("anna", AGENT)
    world.far_end(rung, decides_after_seconds=None)
    callback_id = await world.ask(CUSTOMER)
    await world.until(world.is_rung(rung))
    await requests.claim(world.database, world.clock, TESTER, callback_id)
    await world.pass_time(1)
    assert not world.exchange.snapshot("main").legs
    assert (await world.agent("anna")).presence is Presence.READY
    assert await world.outcomes(callback_id) == ["CANCELLED"]
    await world.pass_time(400, step=5)
    assert world.rang(CUSTOMER) == 1
    assert (await world.callback(callback_id)).result is Result.CLAIMED_BY_CALLER


async def test_a_called_now_one_is_dialled_at_once_and_not_again_at_its_time(world: World) -> None:
    await world.add_service()
    await world.add_agent("anna", AGENT)
    callback_id = await world.ask(CUSTOMER, in_seconds=3_600)
    await world.pass_time(5)
    assert world.dialled(CUSTOMER) == 0
    await requests.call_now(world.database, world.clock, TESTER, callback_id)
    await world.until(world.in_state(callback_id, State.COMPLETED))
    assert (await world.callback(callback_id)).result is Result.AGENT
    await world.pass_time(3_700, step=50)
    assert world.dialled(CUSTOMER) == 1
    assert await world.events(callback_id) == ["SCHEDULED", "CALLED_NOW", "AGENT_RESERVED", "JOINED", "FINISHED"]
