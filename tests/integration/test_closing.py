"""What becomes of those who wait when their service closes: they keep their place, or expire."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from ringback.callbacks.states import Result, State
from ringback.engine.expirer import LEFT_AT_CLOSING, Expirer
from ringback.services.model import AtClosing, Mode
from ringback.services.schedule import OpenRange, Weekday
from tests.integration.world import World

CUSTOMER, CONGESTED = "+493012345001", "+493012345006"
SIX_O_CLOCK = datetime(2026, 11, 23, 18, tzinfo=UTC)
NINE_TO_SIX: Mapping[str, Sequence[Mapping[str, str]]] = {
    day: [{"opens": "09:00", "closes": "18:00"}] for day in Weekday
}


async def add_service(world: World, **settings: Any) -> None:
    settings = {"hours": NINE_TO_SIX, "at_closing": "EXPIRE", **settings}
    await world.add_service(**settings)


async def be_at(world: World, at: datetime) -> None:
    """Move to that instant as if nothing had run meanwhile, and let the engine catch up."""
    world.clock.jump((at - world.clock.now()).total_seconds())
    await world.work()


async def results(world: World, *callbacks: UUID) -> list[Result | None]:
    return [(await world.callback(callback_id)).result for callback_id in callbacks]


async def last_reason(world: World, callback_id: UUID) -> str:
    async with world.database.connection() as connection:
        return await connection.fetchval(
            "SELECT reason FROM transitions WHERE callback_id = $1 ORDER BY id DESC LIMIT 1", callback_id
        )


async def test_all_that_wait_at_closing_expire_then_and_not_before(world: World) -> None:
    await add_service(world)
    callback_id = await world.ask(CUSTOMER)
    await be_at(world, SIX_O_CLOCK - timedelta(milliseconds=1))
    assert await results(world, callback_id) == [None]
    await be_at(world, SIX_O_CLOCK)
    assert await results(world, callback_id) == [Result.EXPIRED]
    assert await last_reason(world, callback_id) == LEFT_AT_CLOSING


async def test_nobody_looks_after_a_closing_while_the_service_is_open(world: World) -> None:
    await add_service(world)
    await world.ask(CUSTOMER)
    await be_at(world, SIX_O_CLOCK - timedelta(hours=1))
    async with world.database.transaction() as connection:
        await connection.execute("SELECT FROM services FOR UPDATE")  # who looks would wait for this
        assert await asyncio.wait_for(Expirer(world.database, world.clock).run_once(), timeout=3) == 0


async def test_what_is_carried_keeps_its_place_for_the_next_opening(world: World) -> None:
    await add_service(world, at_closing="CARRY")
    await world.add_agent("anna", presence="OFFLINE")
    callback_id = await world.ask(CUSTOMER)
    place = (await world.callback(callback_id)).place_at
    await be_at(world, SIX_O_CLOCK + timedelta(hours=14))
    callback = await world.callback(callback_id)
    assert (callback.state, callback.place_at) == (State.QUEUED, place)


async def test_carried_one_still_expires_its_time_after_it_was_wanted(world: World) -> None:
    await add_service(world, at_closing="CARRY", expire_after_seconds=36_000)
    callback_id = await world.ask(CUSTOMER)
    await be_at(world, SIX_O_CLOCK + timedelta(hours=2))
    assert await results(world, callback_id) == [Result.EXPIRED]
    assert "after its desired time" in await last_reason(world, callback_id)


async def test_retry_that_is_not_due_yet_at_closing_expires_with_the_others(world: World) -> None:
    await add_service(world)
    await world.add_agent("anna")
    await be_at(world, SIX_O_CLOCK - timedelta(minutes=1))
    busy = await world.ask("+493012345002")
    await world.pass_time(40, step=5)
    assert (await world.callback(busy)).state is State.QUEUED
    await world.pass_time(30, step=5)
    assert await results(world, busy) == [Result.EXPIRED]


async def test_call_under_way_at_closing_goes_on_and_its_retry_expires(world: World) -> None:
    await add_service(world)
    await world.add_agent("anna", "300")
    await world.add_agent("bela", "400")
    world.far_end("300", talks_seconds=120.0)
    talking = await world.ask(CUSTOMER)
    await be_at(world, SIX_O_CLOCK - timedelta(seconds=10))
    await world.until(world.in_state(talking, State.PROCESSING), within=5)
    ringing = await world.ask("+493012345003")
    await world.pass_time(20, step=2)
    assert [(await world.callback(callback)).state for callback in (talking, ringing)] == [
        State.PROCESSING,
        State.ROUTING,
    ]
    await world.pass_time(130, step=5)
    assert await results(world, talking, ringing) == [Result.AGENT, Result.EXPIRED]


async def test_scheduled_ones_wanted_later_stay(world: World) -> None:
    await add_service(world, early_seconds=3600)
    wanted_tomorrow = await world.ask(CUSTOMER, in_seconds=86_400)
    wanted_at_closing = await world.ask("+493012345101", in_seconds=9 * 3600)
    wanted_before = await world.ask("+493012345201", in_seconds=8 * 3600)
    await be_at(world, SIX_O_CLOCK + timedelta(hours=1))
    assert await results(world, wanted_tomorrow, wanted_at_closing, wanted_before) == [None, None, Result.EXPIRED]


async def test_whoever_came_after_closing_waits_for_the_opening_and_expires_at_the_next_closing(world: World) -> None:
    await add_service(world)
    await be_at(world, SIX_O_CLOCK + timedelta(minutes=1))
    callback_id = await world.ask(CUSTOMER)
    await be_at(world, SIX_O_CLOCK + timedelta(hours=20))
    assert await results(world, callback_id) == [None]
    await be_at(world, SIX_O_CLOCK + timedelta(hours=23, minutes=59))
    assert await results(world, callback_id) == [None]
    await be_at(world, SIX_O_CLOCK + timedelta(hours=24))
    assert await results(world, callback_id) == [Result.EXPIRED]


@pytest.mark.parametrize("mode", [Mode.PAUSED, Mode.CLOSED])
async def test_closing_means_nothing_to_a_service_that_does_not_dial(world: World, mode: Mode) -> None:
    await add_service(world, mode=mode)
    callback_id = await world.ask(CUSTOMER)
    await be_at(world, SIX_O_CLOCK + timedelta(hours=1))
    assert await results(world, callback_id) == [None]


async def test_change_of_hours_while_it_is_open_is_no_closing(world: World) -> None:
    """The openings of the new hours are not written yet: nothing is dialled, and nobody expires."""
    await add_service(world)
    await world.work()
    callback_id = await world.ask(CUSTOMER)
    await world.change_service(hours={Weekday.MONDAY: [OpenRange("08:00", "20:00")]})
    assert await world.fetch("SELECT count(*) AS openings FROM openings") == [{"openings": 0}]
    await Expirer(world.database, world.clock).run_once()
    assert await results(world, callback_id) == [None]


async def test_service_that_was_told_to_carry_before_it_closed_expires_nobody(world: World) -> None:
    await add_service(world)
    callback_id = await world.ask(CUSTOMER)
    await world.change_service(at_closing=AtClosing.CARRY)
    await be_at(world, SIX_O_CLOCK + timedelta(hours=1))
    assert await results(world, callback_id) == [None]


async def test_whom_the_network_failed_until_closing_completes_with_that(world: World) -> None:
    await add_service(world)
    await world.add_agent("anna")
    await be_at(world, SIX_O_CLOCK - timedelta(seconds=30))
    failed = await world.ask(CONGESTED)
    await world.pass_time(60, step=5)
    assert await results(world, failed) == [Result.TELEPHONY_FAILED]
    assert await last_reason(world, failed) == f"the telephone network failed until {LEFT_AT_CLOSING}"
