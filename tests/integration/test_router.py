"""The router among others who change the same things, and beside rows that stand wrong."""

from typing import Any

import pytest

from ringback.agents.model import Presence
from ringback.agents.presence import reserve_longest_idle
from ringback.callbacks.states import State
from ringback.engine import router
from tests.integration.world import World

CUSTOMER, OTHER_CUSTOMER = "+493012345001", "+493012345101"
BUSY_AGENT, AGENT = "102", "100"

LEG_THAT_NOBODY_KNOWS = """
INSERT INTO legs (id, attempt_id, callback_id, role, agent_id, destination, created_at, dial_permitted_at)
SELECT gen_random_uuid(), a.id, a.callback_id, 'AGENT', g.id, '102', a.opened_at, a.opened_at
FROM attempts AS a, agents AS g
"""


async def hold_a_customer(world: World) -> None:
    """The only agent did not take the call, and the customer holds for the next."""
    await world.add_service(customer_hold_seconds=300)
    await world.add_agent("anna", BUSY_AGENT)
    await world.ask(CUSTOMER)
    await world.until(world.is_dialled(BUSY_AGENT))
    await world.pass_time(2)


async def test_next_agent_is_reached_though_the_clock_went_back_meanwhile(world: World) -> None:
    await hold_a_customer(world)
    world.clock.jump(-20)
    await world.add_agent("bela", AGENT)
    await world.pass_time(3)
    assert (await world.agent("bela")).presence is Presence.TALKING
    assert world.rang(AGENT) == 1


async def test_call_that_stands_wrong_keeps_nobody_else_waiting(world: World) -> None:
    await hold_a_customer(world)
    async with world.database.transaction() as connection:
        await connection.execute(LEG_THAT_NOBODY_KNOWS)
    await world.add_service("sales")
    await world.add_agent("bela", AGENT)
    await world.add_agent("cleo", "400", "sales")
    callback_id = await world.ask(OTHER_CUSTOMER, "sales")
    await world.until(world.in_state(callback_id, State.PROCESSING))
    assert world.rang("400") == 1


async def test_attempt_belongs_to_the_link_whose_token_it_has(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.add_service()
    await world.add_agent("anna", AGENT)

    async def reserve_while_the_service_gets_another_link(*arguments: Any, **named: Any) -> object:
        async with world.database.transaction() as connection:
            await connection.execute("INSERT INTO links (id, adapter, token) VALUES ('other', 'simulator', 77)")
            await connection.execute("UPDATE trunks SET link_id = 'other'")
        monkeypatch.undo()
        return await reserve_longest_idle(*arguments, **named)

    monkeypatch.setattr(router, "reserve_longest_idle", reserve_while_the_service_gets_another_link)
    callback_id = await world.ask(CUSTOMER)
    await world.until(world.in_state(callback_id, State.COMPLETED))
    [attempt] = await world.fetch(
        "SELECT link_id, link_token = token AS is_its_token FROM attempts JOIN links ON links.id = link_id"
    )
    assert attempt == {"link_id": "main", "is_its_token": True}
