"""A link is taken out of the settings of every engine while calls over it are open."""

from collections.abc import Awaitable, Callable

import pytest

from ringback.agents.model import Presence
from ringback.callbacks.states import Result, State
from ringback.engine.link import DESERTED_SECONDS, acquire
from ringback.engine.rescuer import Rescuer
from ringback.engine.router import Router
from ringback.telephony.simulator import InProcessSimulator
from tests.integration.test_takeover import (
    CUSTOMER,
    begin,
    only_callback,
    until_agent_rings,
    until_customer_rings,
    until_they_talk,
)
from tests.integration.world import LEASE_SECONDS, World


async def until_reserved(world: World) -> None:
    await world.ask(CUSTOMER)
    await Router(world.database, world.clock).run_once()


async def until_cancelled(world: World) -> None:
    await until_customer_rings(world)
    [row] = await world.fetch("SELECT id FROM callbacks")
    await world.cancel(row["id"])


async def look_from_an_engine_with_another_link(world: World, after_seconds: float) -> None:
    rescuer = Rescuer(
        world.database,
        world.clock,
        {"other": "simulator:"},
        lambda link_id, _: InProcessSimulator(world.exchange, link_id),
        LEASE_SECONDS,
    )
    await world.clock.advance(after_seconds)
    await rescuer.run_once()
    await rescuer.close()


@pytest.mark.parametrize(
    ("up_to", "then"),
    [
        (until_reserved, (State.QUEUED, None, ["NOT_DIALLED"])),
        (until_customer_rings, (State.QUEUED, None, ["UNKNOWN"])),
        (until_agent_rings, (State.QUEUED, None, ["UNKNOWN"])),
        (until_cancelled, (State.COMPLETED, Result.CANCELLED, ["CANCELLED"])),
    ],
)
async def test_calls_of_a_deserted_link_are_settled_by_an_engine_with_another(
    world: World, up_to: Callable[[World], Awaitable[None]], then: object
) -> None:
    await begin(world, up_to)
    await world.kill_engine()
    await look_from_an_engine_with_another_link(world, DESERTED_SECONDS + 1)
    assert await only_callback(world) == then
    assert (await world.agent("anna")).presence in (Presence.READY, Presence.WRAP_UP)


async def test_talk_over_a_deserted_link_is_given_up_when_no_talk_can_last_longer(world: World) -> None:
    await begin(world, until_they_talk)
    await world.kill_engine()
    await look_from_an_engine_with_another_link(world, DESERTED_SECONDS + 1)
    assert await only_callback(world) == (State.PROCESSING, None, [None])
    await look_from_an_engine_with_another_link(world, 7200 + 60)
    assert await only_callback(world) == (State.COMPLETED, Result.UNKNOWN, ["UNKNOWN"])
    assert (await world.agent("anna")).presence is not Presence.TALKING


async def test_calls_of_a_link_whose_holder_died_just_now_are_left_to_the_next(world: World) -> None:
    await begin(world, until_customer_rings)
    await world.kill_engine()
    await look_from_an_engine_with_another_link(world, DESERTED_SECONDS - 10)
    assert await only_callback(world) == (State.ROUTING, None, [None])


async def test_calls_of_a_link_that_was_given_back_just_now_are_left_to_the_next(world: World) -> None:
    await begin(world, until_customer_rings)
    await world.kill_engine()
    await world.clock.advance(DESERTED_SECONDS + 1)
    lease = await acquire(world.database, world.clock, "main", "simulator", holder="me", lease_seconds=LEASE_SECONDS)
    assert lease
    await lease.release()
    await look_from_an_engine_with_another_link(world, 1)
    assert await only_callback(world) == (State.ROUTING, None, [None])
