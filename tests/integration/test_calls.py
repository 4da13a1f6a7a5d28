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
