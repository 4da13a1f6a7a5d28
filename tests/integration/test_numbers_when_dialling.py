"""Number rules and calling hours hold when it is dialled, as they are then: before a reservation and before a dial."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from ringback.agents.model import Presence
from ringback.callbacks.states import Result, State
from ringback.engine import router
from ringback.engine.router import Router
from ringback.numbers.model import BlockedPattern, NumberRules, PatternKind
from ringback.services.schedule import CallingHours
from tests.integration.world import World

CUSTOMER, NEW_YORKER, NOWHERE = "+493012345001", "+12125550101", "+80012345601"
AGENT = "100"
EIGHT_IN_NEW_YORK = datetime(2026, 11, 23, 13, tzinfo=UTC)
NO_GERMANS = NumberRules(blocked=(BlockedPattern(kind=PatternKind.PREFIX, pattern="+49", note="closed branch"),))
BLOCKED_WORDS = "the number is not called: it is blocked by the pattern +49 (closed branch)"


async def last_reason(world: World, callback_id: UUID) -> str:
    async with world.database.connection() as connection:
        return await connection.fetchval(
            "SELECT reason FROM transitions WHERE callback_id = $1 ORDER BY id DESC LIMIT 1", callback_id
        )


async def states(world: World, callbacks: Sequence[UUID]) -> set[State]:
    return {(await world.callback(callback_id)).state for callback_id in callbacks}


async def test_number_that_was_blocked_while_it_waited_is_not_dialled_and_says_why(world: World) -> None:
    await world.add_service()
    callback_id = await world.ask(CUSTOMER)
    await world.change_service(number_rules=NO_GERMANS)
    await world.add_agent("anna", AGENT)
    await world.pass_time(2)
    callback = await world.callback(callback_id)
    assert (callback.state, callback.result, callback.attempts) == (State.COMPLETED, Result.BLOCKED_NUMBER, 0)
    assert await world.events(callback_id) == ["REQUESTED", "BLOCKED"]
    assert await last_reason(world, callback_id) == BLOCKED_WORDS
    assert world.dialled_destinations() == set()


@pytest.mark.parametrize("strategy", ["CUSTOMER_FIRST", "AGENT_FIRST"])
async def test_number_that_is_blocked_after_the_reservation_is_not_dialled(world: World, strategy: str) -> None:
    await world.add_service(strategy=strategy)
    await world.add_agent("anna", AGENT)
    callback_id = await world.ask(CUSTOMER)
    assert await Router(world.database, world.clock).run_once() == 1
    await world.change_service(number_rules=NO_GERMANS)
    await world.pass_time(2)
    assert (await world.callback(callback_id)).result is Result.BLOCKED_NUMBER
    assert await world.outcomes(callback_id) == ["NOT_DIALLED"]
    [(rule, detail)] = await world.decisions(callback_id)
    assert rule == "number-refused"
    assert detail.endswith(f"not dialled: {BLOCKED_WORDS}")
    assert world.dialled_destinations() == set()
    assert (await world.agent("anna")).presence is Presence.READY


async def test_retry_of_a_number_blocked_meanwhile_is_not_made(world: World) -> None:
    await world.add_service()
    await world.add_agent("anna", AGENT)
    callback_id = await world.ask("+493012345002")
    await world.until(world.is_dialled("+493012345002"))
    await world.change_service(number_rules=NO_GERMANS)
    await world.pass_time(400, step=5)
    assert (await world.callback(callback_id)).result is Result.BLOCKED_NUMBER
    assert world.dialled("+493012345002") == 1


async def test_customer_is_called_when_calling_hours_begin_where_the_number_is(world: World) -> None:
    await world.add_service(calling_hours={"starts": "08:00", "ends": "21:00"})
    await world.add_agent("anna", AGENT)
    callback_id = await world.ask(NEW_YORKER)
    place = (await world.callback(callback_id)).place_at
    await world.pass_time(4 * 3600 - 60, step=60)
    callback = await world.callback(callback_id)
    assert (callback.eligible_at, callback.place_at) == (EIGHT_IN_NEW_YORK, place)
    words = "the customer is called from 08:00 to 21:00 of the customer's day: not before 2026-11-23T13:00:00Z"
    assert await world.decisions(callback_id) == [("outside-calling-hours", words)]
    await world.until(world.in_state(callback_id, State.PROCESSING))
    assert EIGHT_IN_NEW_YORK <= world.dialled_at(NEW_YORKER)[0] < EIGHT_IN_NEW_YORK + timedelta(seconds=2)


async def test_zone_that_the_customer_stated_goes_before_the_numbers(world: World) -> None:
    await world.add_service(calling_hours={})
    await world.add_agent("anna", AGENT)
    callback_id = await world.ask(NEW_YORKER)
    async with world.database.transaction() as connection:
        await connection.execute("UPDATE callbacks SET zone_is_stated = true, promised_zone = 'Europe/Paris'")
    await world.until(world.in_state(callback_id, State.PROCESSING), within=10)


async def test_calling_hours_that_end_after_the_reservation_forbid_the_dial(world: World) -> None:
    await world.add_service(calling_hours={})
    await world.add_agent("anna", AGENT)
    world.clock.jump(timedelta(hours=10, minutes=59, seconds=59).total_seconds())  # 20:59:59 in Berlin
    callback_id = await world.ask(CUSTOMER)
    assert await Router(world.database, world.clock).run_once() == 1
    await world.clock.advance(1)
    await world.work()
    assert world.dialled_destinations() == set()
    callback = await world.callback(callback_id)
    assert (callback.state, callback.eligible_at) == (State.QUEUED, datetime(2026, 11, 24, 7, tzinfo=UTC))
    assert [rule for rule, _ in await world.decisions(callback_id)] == ["outside-calling-hours"] * 2


async def test_number_that_no_hour_suits_is_not_kept_waiting_for_one(world: World) -> None:
    await world.add_service()
    callback_id = await world.ask(NOWHERE)
    await world.change_service(calling_hours=CallingHours())
    await world.add_agent("anna", AGENT)
    await world.pass_time(2)
    assert (await world.callback(callback_id)).result is Result.BLOCKED_NUMBER
    assert "the time zones that the number may be in are not known" in await last_reason(world, callback_id)


async def test_many_who_may_not_be_called_keep_nobody_behind_them_waiting(world: World) -> None:
    await world.add_service(calling_hours={})
    blocked = [await world.ask(f"+43123450{number:03d}") for number in range(router.FRONT_BATCH + 20)]
    asleep = [await world.ask(f"+1212555{number:04d}") for number in range(router.FRONT_BATCH + 20)]
    await world.change_service(number_rules=NumberRules(permitted_countries=("DE", "US")))
    customer = await world.ask(CUSTOMER)
    await world.add_agent("anna", AGENT)
    assert await Router(world.database, world.clock).run_once() == len([*blocked, *asleep, customer])
    assert (await world.callback(customer)).state is State.ROUTING
    assert await states(world, blocked) == {State.COMPLETED}
    assert await states(world, asleep) == {State.QUEUED}
    assert await Router(world.database, world.clock).run_once() == 0
    assert await world.fetch("SELECT count(*) AS told FROM decisions") == [{"told": len(asleep)}]


async def test_one_look_of_the_router_is_bounded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(router, "FRONT_BATCH", 1)
    monkeypatch.setattr(router, "STEPS", 3)
    await world.add_service()
    for number in range(5):
        await world.ask(f"+43123450{number:03d}")
    await world.change_service(number_rules=NumberRules(permitted_countries=("DE",)))
    await world.add_agent("anna", AGENT)
    looks = [await Router(world.database, world.clock).run_once() for _ in range(3)]
    assert looks == [3, 2, 0]


async def test_rules_that_cannot_be_applied_dial_nobody_and_stop_no_other_service(world: World) -> None:
    unusable = {"blocked": [{"kind": "REGEX", "pattern": "("}]}
    await world.add_service(number_rules=unusable)
    await world.add_service("sales")
    await world.add_agent("anna", AGENT, "support", "sales")
    waiting, served = await world.ask(CUSTOMER), await world.ask("+493012345101", "sales")
    await world.until(world.in_state(served, State.PROCESSING))
    assert (await world.callback(waiting)).state is State.QUEUED
    assert {rule for rule, _ in await world.decisions(waiting)} == {"number-rules-unusable"}
    await world.change_service(number_rules=NumberRules())
    await world.until(world.in_state(waiting, State.PROCESSING))
