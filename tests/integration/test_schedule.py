"""What happens by the clock: promotion at the desired time, expiry, the reserve timeout."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

from ringback.callbacks.states import Result, State
from ringback.database.pool import Connection, Database
from ringback.engine.promoter import Promoter
from tests.integration.world import World

CUSTOMER = "+493012345001"


class ListeningDatabase(Database):
    """Hears every question that is asked of it."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.heard: list[str] = []

    @asynccontextmanager
    async def connection(self) -> AsyncGenerator[Connection]:
        async with super().connection() as connection:
            with connection.query_logger(lambda asked: self.heard.append(asked.query)):
                yield connection
                await asyncio.sleep(0)  # the last one is told to its listener in the loop's next round


async def test_scheduled_callback_is_dialled_at_its_desired_time_and_not_before(world: World) -> None:
    await world.add_service()
    await world.add_agent("anna")
    callback_id = await world.ask(CUSTOMER, in_seconds=600)
    await world.pass_time(598)
    assert world.rang(CUSTOMER) == 0
    await world.until(world.in_state(callback_id, State.PROCESSING), within=10)
    assert await world.events(callback_id) == ["SCHEDULED", "PROMOTED", "AGENT_RESERVED", "JOINED"]


async def test_scheduled_callback_is_placed_by_its_desired_time(world: World) -> None:
    await world.add_service()
    scheduled = await world.ask(CUSTOMER, in_seconds=60)
    await world.pass_time(90)
    later = await world.ask("+493012345101")
    callback = await world.callback(scheduled)
    assert callback.state is State.QUEUED
    assert callback.queued_at == callback.desired_at
    await world.add_agent("anna")
    await world.until(world.in_state(scheduled, State.PROCESSING))
    assert (await world.callback(later)).state is State.QUEUED


async def test_scheduled_callback_enters_the_queue_early_by_the_expected_wait(world: World) -> None:
    await world.add_service(wrap_up_seconds=10)
    await world.add_agent("anna")
    for number in range(4):
        await world.ask(f"+49301234{number}101")
    callback_id = await world.ask(CUSTOMER, in_seconds=60)
    await world.pass_time(45)
    callback = await world.callback(callback_id)
    assert callback.state is State.QUEUED
    assert callback.eligible_at == callback.desired_at
    assert world.rang(CUSTOMER) == 0


async def test_promotion_asks_no_more_questions_when_there_are_more_services(world: World, database_url: str) -> None:
    asked: list[int] = []
    async with ListeningDatabase(database_url) as database:
        for name in ("support", "sales", "billing"):
            await world.add_service(name)
            await world.ask(CUSTOMER, name, in_seconds=200)
            await Promoter(database, world.clock).run_once()  # a new connection asks for more
            database.heard.clear()
            await Promoter(database, world.clock).run_once()
            asked.append(len(database.heard))
    assert 0 < asked[0] == asked[1] == asked[2]


async def test_waiting_callback_expires_and_frees_nobody(world: World) -> None:
    await world.add_service(expire_after_seconds=600)
    queued = await world.ask(CUSTOMER)
    await world.pass_time(598)
    assert (await world.callback(queued)).state is State.QUEUED
    await world.pass_time(4)
    assert (await world.callback(queued)).result is Result.EXPIRED


async def test_scheduled_callback_that_nobody_promoted_expires_too(world: World) -> None:
    await world.add_service(expire_after_seconds=10, early_seconds=0)
    callback_id = await world.ask(CUSTOMER, in_seconds=100)
    world.clock.jump(111)
    await world.expire_before_promoting()
    assert (await world.callback(callback_id)).result is Result.EXPIRED
    assert await world.events(callback_id) == ["SCHEDULED", "EXPIRED"]


async def test_talk_is_never_ended_by_expiry(world: World) -> None:
    await world.add_service(expire_after_seconds=10)
    await world.add_agent("anna", "300")
    world.far_end("300", talks_seconds=60.0)
    callback_id = await world.ask(CUSTOMER)
    await world.until(world.in_state(callback_id, State.PROCESSING))
    await world.pass_time(30)
    assert (await world.callback(callback_id)).state is State.PROCESSING


async def test_reservation_that_is_not_dialled_in_time_is_given_back(world: World) -> None:
    await world.add_service(reserve_timeout_seconds=30)
    await world.add_agent("anna")
    world.exchange.cut_links()
    await world.work()
    callback_id = await world.ask(CUSTOMER)
    await world.pass_time(5)
    assert (await world.callback(callback_id)).state is State.QUEUED
    assert await world.outcomes(callback_id) == []
    world.exchange.restore_links()
    await world.until(world.in_state(callback_id, State.PROCESSING))


async def test_priority_goes_ahead_by_its_step(world: World) -> None:
    await world.add_service(priority_step_seconds=60)
    first = await world.ask(CUSTOMER)
    await world.pass_time(30, step=5)
    urgent = await world.ask("+493012345101", priority=1)
    placed = (await world.callback(first)).place_at
    urgent_place = (await world.callback(urgent)).place_at
    assert placed
    assert urgent_place
    assert placed - urgent_place > timedelta(seconds=29)
    await world.add_agent("anna")
    await world.until(world.in_state(urgent, State.PROCESSING))
