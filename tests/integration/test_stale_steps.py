"""What the dialer has read of a call may be out of date when it acts on it: by then another step has been done."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from ringback.agents.model import Presence
from ringback.database.pool import Connection, Database
from ringback.engine import calls
from ringback.engine.router import Router
from ringback.telephony.simulator import FactKind
from tests.integration.world import World

CUSTOMER = "+493012345001"
BUSY_AGENT, AGENT_WHO_RINGS_ON, AGENT = "102", "103", "101"


async def test_losing_an_agent_late_does_not_lose_the_next_one(world: World) -> None:
    await world.add_service()
    await world.add_agent("anna", BUSY_AGENT)
    await world.add_agent("ben", AGENT_WHO_RINGS_ON)
    await world.ask(CUSTOMER)
    await world.until(world.is_rung(AGENT_WHO_RINGS_ON))
    async with world.database.transaction() as connection:
        token: int = await connection.fetchval("SELECT token FROM links")
        [call] = await calls.open_calls(connection, "main", token)
        await calls.lose_agent(connection, call, token, world.clock.now())
    assert (await world.agent("ben")).presence is Presence.RESERVED


async def test_step_that_ends_while_the_calls_are_read_is_not_done_again(database_url: str) -> None:
    async with _SlowDatabase(database_url) as database:
        world = World(database)
        await world.start_engine()
        assert world.dialer
        await world.add_service()
        await world.add_agent("anna", AGENT)
        await world.ask(CUSTOMER)
        await Router(database, world.clock).run_once()
        await world.dialer.run_once()
        database.after_next_reading = world.dialer.finish_steps
        await world.dialer.run_once()
        await world.dialer.finish_steps()
        await world.clock.advance(0.2)
        told = [fact.kind for fact in world.journal if fact.destination == CUSTOMER]
        await world.kill_engine()
        await world.exchange.close()
    assert told == [FactKind.PREPARED, FactKind.DIALLED, FactKind.RANG]


class _SlowDatabase(Database):
    """A database whose next answer is late: what `after_next_reading` waits for happens before it arrives."""

    after_next_reading: Callable[[], Awaitable[None]] | None = None

    @asynccontextmanager
    async def connection(self) -> AsyncGenerator[Connection]:
        happens_before, self.after_next_reading = self.after_next_reading, None
        async with super().connection() as connection:
            yield connection
        if happens_before is not None:
            await happens_before()
