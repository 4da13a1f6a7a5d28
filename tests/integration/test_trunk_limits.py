"""A trunk has no more customers' calls at once than channels, and begins no more a second than it says."""

import asyncio
from itertools import pairwise

import pytest

from ringback.engine.router import Router
from ringback.telephony.port import LegRole
from ringback.telephony.simulator import FactKind
from tests.integration.world import World


def customers_called_at(world: World) -> list[float]:
    """When customers were called, in seconds since the first."""
    dialled = [fact.at for fact in world.journal if fact.kind is FactKind.DIALLED and fact.role is LegRole.CUSTOMER]
    return [(at - dialled[0]).total_seconds() for at in dialled]


def closest(times: list[float]) -> float:
    return min(later - earlier for earlier, later in pairwise(times))


def most_at_once(world: World) -> int:
    """How many customers' legs there were at the same time at most, prepared ones too."""
    now = most = 0
    for fact in world.journal:
        if fact.role is LegRole.CUSTOMER:
            now += fact.kind is FactKind.PREPARED
            now -= fact.kind in (FactKind.ENDED, FactKind.REMOVED)
        most = max(most, now)
    return most


async def open_attempts(world: World) -> int:
    [row] = await world.fetch("SELECT count(*) AS open FROM attempts WHERE closed_at IS NULL")
    return row["open"]


async def fill(world: World, agents: int, customers: int, service: str = "support") -> None:
    for number in range(agents):
        await world.add_agent(f"{service}{number}", f"{service}{number}", service)
    for number in range(customers):
        await world.ask(f"+49301234{number:03d}01", service)


async def test_channels_are_never_exceeded_by_several_routers_at_once(world: World) -> None:
    await world.add_service()
    await world.limit_trunk(channels=3)
    await fill(world, agents=8, customers=12)
    for _ in range(10):
        looks = (Router(world.database, world.clock).run_once() for _ in range(5))
        await asyncio.gather(*looks)
        assert await open_attempts(world) <= 3
        await world.pass_time(10)
    assert most_at_once(world) == 3
    assert len(world.dialled_destinations()) > 12


async def test_full_trunk_keeps_no_service_of_another_one_waiting(world: World) -> None:
    await world.add_service()
    await world.limit_trunk(channels=1)
    await fill(world, agents=3, customers=3)
    async with world.database.transaction() as connection:
        await connection.execute("INSERT INTO trunks (name, link_id) VALUES ('second', 'main')")
    await world.add_service("sales")
    await world.change_service("sales", trunk="second")
    await fill(world, agents=2, customers=2, service="sales")
    await world.work()
    assert await world.fetch("SELECT t.name FROM attempts AS a JOIN trunks AS t ON t.id = a.trunk_id ORDER BY 1") == [
        {"name": "main"},
        {"name": "second"},
        {"name": "second"},
    ]


@pytest.mark.parametrize("strategy", ["CUSTOMER_FIRST", "AGENT_FIRST"])
async def test_customers_are_called_no_faster_than_the_trunk_takes_them_and_none_fails_for_it(
    world: World, strategy: str
) -> None:
    await world.add_service(strategy=strategy)
    await world.limit_trunk(calls_per_second=2)
    await fill(world, agents=10, customers=10)
    await world.pass_time(10, step=0.25)
    times = customers_called_at(world)
    assert len(times) == 10
    assert closest(times) >= 0.5
    assert times[-1] <= 7
    assert not await world.fetch("SELECT outcome FROM attempts WHERE outcome = 'NOT_DIALLED'")


async def test_pace_holds_over_a_takeover(world: World) -> None:
    await world.add_service()
    await world.limit_trunk(calls_per_second=0.1)
    await fill(world, agents=4, customers=4)
    await world.work()
    for _ in range(3):
        await world.kill_engine()
        await world.start_engine()
        await world.pass_time(4)
    await world.pass_time(20)
    times = customers_called_at(world)
    assert len(times) >= 3
    assert closest(times) >= 10


async def test_no_more_are_reserved_than_are_dialled_soon(world: World) -> None:
    await world.add_service()
    await world.limit_trunk(calls_per_second=0.4)
    await fill(world, agents=10, customers=10)
    await Router(world.database, world.clock).run_once()
    assert await open_attempts(world) == 2
    await world.limit_trunk(calls_per_second=0.01)
    await world.pass_time(20)
    assert await open_attempts(world) == 2
    assert len(customers_called_at(world)) == 1


async def test_trunk_that_was_made_faster_does_not_wait_for_what_it_was(world: World) -> None:
    await world.add_service()
    await world.limit_trunk(calls_per_second=0.01)
    await fill(world, agents=3, customers=3)
    await world.pass_time(10)
    assert len(customers_called_at(world)) == 1
    await world.limit_trunk(calls_per_second=1)
    await world.pass_time(10)
    assert len(customers_called_at(world)) == 3


async def test_reservation_whose_turn_does_not_come_in_time_is_given_back(world: World) -> None:
    await world.add_service(reserve_timeout_seconds=2)
    await world.limit_trunk(calls_per_second=0.4)
    await fill(world, agents=2, customers=2)
    await world.work()
    await world.pass_time(2)
    [outcome] = await world.fetch("SELECT outcome FROM attempts WHERE closed_at IS NOT NULL")
    assert outcome == {"outcome": "NOT_DIALLED"}
    await world.pass_time(10)
    assert len(customers_called_at(world)) == 2
    assert not await world.fetch("SELECT id FROM callbacks WHERE state = 'QUEUED'")
