"""Nothing is dialled outside a service's hours, nor while its mode says so: checked before a reservation and a dial."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ringback.agents.model import Presence
from ringback.callbacks.states import Result, State
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.engine import calls
from ringback.engine.router import Router
from ringback.services.model import Mode
from ringback.services.schedule import OpenRange, Weekday
from ringback.telephony.simulator import FactKind, InProcessSimulator
from tests.integration.world import World

CUSTOMER, BUSY_CUSTOMER = "+493012345001", "+493012345002"
AGENT, BUSY_AGENT = "100", "102"
SIX_O_CLOCK = datetime(2026, 11, 23, 18, tzinfo=UTC)
DAY = timedelta(days=1)

SOMEBODY_WAITS = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def every_day(opens: str, closes: str) -> dict[str, Sequence[Mapping[str, str]]]:
    return {day: [{"opens": opens, "closes": closes}] for day in Weekday}


async def be_at(world: World, at: datetime) -> None:
    """Move to that instant as if nothing had run meanwhile, and let the engine catch up."""
    world.clock.jump((at - world.clock.now()).total_seconds())
    await world.work()


async def reserve(world: World) -> None:
    """Let the router look, and nobody dial yet."""
    assert await Router(world.database, world.clock).run_once() == 1


async def pause(world: World) -> None:
    await world.change_service(mode=Mode.PAUSED)


async def close_the_day(world: World) -> None:
    world.clock.jump((SIX_O_CLOCK - world.clock.now()).total_seconds())


async def change_the_hours(world: World) -> None:
    await world.change_service(hours={Weekday.SUNDAY: [OpenRange("09:00", "18:00")]})


async def pause_the_trunk(world: World) -> None:
    async with world.database.transaction() as connection:
        await connection.execute(
            "UPDATE trunks SET paused_until = $1, pause_reason = 'it fails'", world.clock.now() + timedelta(minutes=1)
        )


async def test_it_rings_at_the_instant_of_opening_and_not_before(world: World) -> None:
    await world.add_service(hours=every_day("09:30", "18:00"))
    await world.add_agent("anna", AGENT)
    callback_id = await world.ask(CUSTOMER)
    await world.pass_time(1780, step=20)
    assert world.dialled_destinations() == set()
    await world.until(world.in_state(callback_id, State.PROCESSING))
    [dialled_at] = world.dialled_at(CUSTOMER)
    assert timedelta() <= dialled_at - datetime(2026, 11, 23, 9, 30, tzinfo=UTC) <= timedelta(seconds=1)


async def test_retry_that_falls_after_closing_waits_in_its_place_for_the_next_day(world: World) -> None:
    await world.add_service(hours=every_day("09:00", "18:00"))
    await world.add_agent("anna", AGENT)
    await be_at(world, SIX_O_CLOCK - timedelta(minutes=3))
    callback_id = await world.ask(BUSY_CUSTOMER)
    place = (await world.callback(callback_id)).place_at
    await world.pass_time(900, step=20)
    opening = SIX_O_CLOCK + DAY - timedelta(hours=9)
    await be_at(world, opening - timedelta(seconds=20))
    await world.pass_time(15, step=5)
    assert world.dialled(BUSY_CUSTOMER) == 1
    assert (await world.callback(callback_id)).place_at == place
    await world.pass_time(60, step=5)
    assert opening <= world.dialled_at(BUSY_CUSTOMER)[1] < opening + timedelta(seconds=60)


@pytest.mark.parametrize(
    ("happens", "rule"),
    [
        (close_the_day, "outside-hours"),
        (change_the_hours, "outside-hours"),
        (pause, "service-does-not-dial"),
        (pause_the_trunk, "trunk-paused"),
    ],
)
@pytest.mark.parametrize("strategy", ["CUSTOMER_FIRST", "AGENT_FIRST"])
async def test_what_forbids_it_after_the_reservation_forbids_the_dial(
    world: World, strategy: str, happens: Callable[[World], Awaitable[None]], rule: str
) -> None:
    await world.add_service(strategy=strategy, hours=every_day("09:00", "18:00"))
    await world.add_agent("anna", AGENT)
    await be_at(world, SIX_O_CLOCK - timedelta(milliseconds=500))
    callback_id = await world.ask(CUSTOMER)
    await reserve(world)
    await happens(world)
    await world.work()
    assert world.dialled_destinations() == set()
    assert await world.outcomes(callback_id) == ["NOT_DIALLED"]
    assert [told for told, _ in await world.decisions(callback_id)] == [rule]
    assert (await world.callback(callback_id)).state is State.QUEUED
    assert (await world.agent("anna")).presence is Presence.READY
    assert not world.exchange.snapshot("main").legs


@pytest.mark.parametrize("happens", [close_the_day, pause])
async def test_agent_who_was_rung_first_is_let_go_when_the_customer_may_not_be_called_any_more(
    world: World, happens: Callable[[World], Awaitable[None]]
) -> None:
    await world.add_service(strategy="AGENT_FIRST", hours=every_day("09:00", "18:00"))
    await world.add_agent("anna", AGENT)
    await be_at(world, SIX_O_CLOCK - timedelta(seconds=2))
    callback_id = await world.ask(CUSTOMER)
    await world.until(world.is_rung(AGENT))
    await happens(world)
    await world.pass_time(5)
    assert world.dialled_destinations() == {AGENT}
    assert await world.outcomes(callback_id) == ["NOT_DIALLED"]
    assert (await world.callback(callback_id)).state is State.QUEUED
    agent = await world.agent("anna")
    assert (agent.presence, agent.missed_calls) == (Presence.READY, 0)


async def test_service_paused_between_prepare_and_permit_is_not_dialled(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare = InProcessSimulator.prepare

    async def prepare_and_pause(telephony: InProcessSimulator, request: Any) -> None:
        await prepare(telephony, request)
        await pause(world)

    monkeypatch.setattr(InProcessSimulator, "prepare", prepare_and_pause)
    await world.add_service()
    await world.add_agent("anna", AGENT)
    callback_id = await world.ask(CUSTOMER)
    await world.pass_time(2)
    told = [fact.kind for fact in world.journal if fact.destination == CUSTOMER]
    assert told == [FactKind.PREPARED, FactKind.REMOVED]
    assert await world.outcomes(callback_id) == ["NOT_DIALLED"]


async def test_service_is_not_paused_before_a_permit_under_way_is_committed(world: World) -> None:
    """Whoever was told that the service is PAUSED knows that no dial is permitted from then on."""
    await world.add_service()
    await world.add_agent("anna", AGENT)
    await world.ask(CUSTOMER)
    await reserve(world)
    async with world.database.transaction() as connection:
        token: int = await connection.fetchval("SELECT token FROM links")
        [call] = await calls.open_calls(connection, "main", token)
        assert await calls.permit_dial(connection, call, call.customer, token, world.clock)
        pausing = asyncio.create_task(pause(world))
        while not pausing.done() and not await world.fetch(SOMEBODY_WAITS):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert not pausing.done()
    await pausing
    assert await world.fetch("SELECT mode FROM services") == [{"mode": "PAUSED"}]


async def test_permit_that_had_to_wait_past_closing_is_not_given(world: World) -> None:
    await world.add_service(hours=every_day("09:00", "18:00"))
    await world.add_agent("anna", AGENT)
    await be_at(world, SIX_O_CLOCK - timedelta(seconds=1))
    callback_id = await world.ask(CUSTOMER)
    await reserve(world)
    async with world.database.transaction() as connection:
        await connection.execute("SELECT FROM services FOR UPDATE")
        dialling = asyncio.create_task(world.work())
        while not dialling.done() and not await world.fetch(SOMEBODY_WAITS):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        world.clock.jump(2)
    await dialling
    assert world.dialled_destinations() == set()
    assert await world.outcomes(callback_id) == ["NOT_DIALLED"]


@pytest.mark.parametrize("mode", [Mode.PAUSED, Mode.CLOSED])
async def test_mode_that_does_not_dial_lets_callbacks_wait_and_promotes_them(world: World, mode: Mode) -> None:
    await world.add_service(mode=mode)
    await world.add_agent("anna", AGENT)
    waiting, scheduled = await world.ask(CUSTOMER), await world.ask("+493012345101", in_seconds=60)
    await world.pass_time(120, step=5)
    assert world.dialled_destinations() == set()
    assert [(await world.callback(callback)).state for callback in (waiting, scheduled)] == [State.QUEUED] * 2
    await world.change_service(mode=Mode.DRAINING)
    await world.until(world.in_state(waiting, State.PROCESSING))


async def test_hours_that_are_changed_while_it_waits_take_effect_within_a_second(world: World) -> None:
    await world.add_service(hours=every_day("12:00", "18:00"))
    await world.add_agent("anna", AGENT)
    callback_id = await world.ask(CUSTOMER)
    await world.pass_time(10)
    assert world.dialled_destinations() == set()
    await world.change_service(hours={Weekday.MONDAY: [OpenRange("09:00", "18:00")]})
    await world.pass_time(1)
    assert world.dialled(CUSTOMER) == 1
    assert (await world.callback(callback_id)).state is State.ROUTING


async def test_nothing_is_dialled_while_the_openings_of_new_hours_are_not_written(world: World) -> None:
    await world.add_service(hours=every_day("09:00", "18:00"))
    await world.add_agent("anna", AGENT)
    await world.work()
    await world.ask(CUSTOMER)
    await world.change_service(hours={Weekday.MONDAY: [OpenRange("08:00", "18:00")]})
    assert await Router(world.database, world.clock).run_once() == 0
    await world.work()
    assert await world.fetch("SELECT FROM attempts")


async def test_scheduled_callback_whose_service_is_closed_then_waits_for_the_opening(world: World) -> None:
    await world.add_service(hours=every_day("09:30", "18:00"))
    await world.add_agent("anna", AGENT)
    callback_id = await world.ask(CUSTOMER, in_seconds=600)
    await world.pass_time(1780, step=20)
    callback = await world.callback(callback_id)
    assert (callback.state, callback.place_at) == (State.QUEUED, callback.desired_at)
    assert world.dialled_destinations() == set()
    await world.until(world.in_state(callback_id, State.PROCESSING))


async def test_customer_who_holds_at_closing_is_given_to_the_next_agent(world: World) -> None:
    await world.add_service(hours=every_day("09:00", "18:00"), customer_hold_seconds=300)
    await world.add_agent("anna", BUSY_AGENT)
    await be_at(world, SIX_O_CLOCK - timedelta(seconds=5))
    callback_id = await world.ask(CUSTOMER)
    await world.until(world.is_dialled(BUSY_AGENT))
    await world.pass_time(10)
    await world.add_agent("bela", AGENT)
    await world.until(world.in_state(callback_id, State.COMPLETED))
    assert (await world.callback(callback_id)).result is Result.AGENT


@pytest.mark.parametrize(
    ("night", "opens", "closes", "opens_at", "closes_at"),
    [
        # 02:30 comes twice, and it is open from the first to the second 02:45.
        (datetime(2026, 10, 24, 23, tzinfo=UTC), "02:30", "02:45", (25, 0, 30), (25, 1, 45)),
        # 02:30 is skipped: it opens when the clocks show 03:00.
        (datetime(2027, 3, 27, 23, tzinfo=UTC), "02:30", "03:15", (28, 1, 0), (28, 1, 15)),
    ],
)
async def test_hours_hold_in_the_nights_in_which_the_clocks_change(
    database: Database, night: datetime, opens: str, closes: str, opens_at: tuple[int, ...], closes_at: tuple[int, ...]
) -> None:
    world = World(database, ManualClock(night))
    await world.start_engine()
    hours = {Weekday.SUNDAY: [{"opens": opens, "closes": closes}]}
    await world.add_service(time_zone="Europe/Berlin", hours=hours, dial_attempts=100, expire_after_seconds=50_000)
    await world.add_agent("anna", AGENT)
    await world.ask(BUSY_CUSTOMER)
    await world.pass_time(4 * 3600, step=150)
    await world.kill_engine()
    await world.exchange.close()
    first, last = (datetime(night.year, night.month, *at, tzinfo=UTC) for at in (opens_at, closes_at))
    dialled = world.dialled_at(BUSY_CUSTOMER)
    assert first <= dialled[0] <= first + timedelta(seconds=150)
    assert last - timedelta(minutes=8) < dialled[-1] < last
