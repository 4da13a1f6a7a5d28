"""Many different numbers that fail alike are the trunk's fault, not the customers'."""

import pytest

from ringback.callbacks.rules import SUSPICION_RETRIES, TRUNK_FAILS_FROM, TRUNK_SUSPECT_FROM
from ringback.callbacks.states import State
from tests.integration.world import World


async def states(world: World) -> list[State]:
    async with world.database.connection() as connection:
        return [State(row["state"]) for row in await connection.fetch("SELECT state FROM callbacks ORDER BY id")]


async def ask_numbers_ending(world: World, digits: str, count: int) -> None:
    await world.add_service()
    await world.add_agent("anna")
    for number in range(count):
        await world.ask(f"+49301234{number:02d}{digits}")


@pytest.mark.parametrize("digits", ["05", "06", "04"])
async def test_ten_numbers_failing_alike_pause_the_trunk_and_are_not_final(world: World, digits: str) -> None:
    await ask_numbers_ending(world, digits, TRUNK_FAILS_FROM + 5)
    await world.pass_time(30)
    async with world.database.connection() as connection:
        reason = await connection.fetchval("SELECT pause_reason FROM trunks WHERE paused_until > $1", world.clock.now())
    assert reason.startswith("the calls to 10 different numbers in a row ended ")
    assert len(world.dialled_destinations()) == TRUNK_FAILS_FROM
    assert (await states(world)).count(State.COMPLETED) < TRUNK_SUSPECT_FROM


async def test_paused_trunk_is_tried_again_and_serves_everybody_when_it_works(world: World) -> None:
    await ask_numbers_ending(world, "05", TRUNK_FAILS_FROM)
    await world.pass_time(30)
    for destination in world.dialled_destinations():
        world.far_end(destination)
    await world.pass_time(1500, step=5)
    final = TRUNK_SUSPECT_FROM - 1
    async with world.database.connection() as connection:
        results = await connection.fetch("SELECT result FROM callbacks ORDER BY id")
    assert [row["result"] for row in results][final:] == ["AGENT"] * (TRUNK_FAILS_FROM - final)


async def test_one_number_failing_again_and_again_is_not_the_trunks_fault(world: World) -> None:
    await world.add_service(dial_attempts=20)
    await world.add_agent("anna")
    callback_id = await world.ask("+493012345012")
    await world.pass_time(3600, step=5)
    assert len(await world.outcomes(callback_id)) >= TRUNK_FAILS_FROM
    async with world.database.connection() as connection:
        assert await connection.fetchval("SELECT paused_until FROM trunks") is None


async def test_busy_lines_say_nothing_against_the_trunk(world: World) -> None:
    await ask_numbers_ending(world, "02", TRUNK_FAILS_FROM + 5)
    await world.pass_time(60)
    assert len(world.dialled_destinations()) == TRUNK_FAILS_FROM + 5


async def test_some_who_reject_alike_are_not_rung_again_and_again(world: World) -> None:
    await ask_numbers_ending(world, "04", TRUNK_SUSPECT_FROM + 2)
    await world.pass_time(7200, step=15)
    times = [world.dialled(destination) for destination in world.dialled_destinations()]
    assert len(times) == TRUNK_SUSPECT_FROM + 2
    assert max(times) <= 1 + SUSPICION_RETRIES
    assert set(await states(world)) == {State.COMPLETED}
