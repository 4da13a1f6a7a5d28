"""A contact centre whose link is held as an engine holds it: lease, fence, listener and dialer run by themselves."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from ringback.database.pool import Database
from ringback.engine.rescuer import Rescuer
from ringback.engine.router import Router
from ringback.errors import DatabaseUnavailable
from ringback.telephony.port import Telephony
from ringback.telephony.simulator import Exchange, InProcessSimulator
from tests.integration.world import World

LEASE_SECONDS = 60.0
PATIENCE_SECONDS = 20.0


class Site(World):
    """A world with a rescuer in place of its bare dialer. `eventually` moves the clock and lets the sessions work."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.adapter: Callable[[Exchange, str], Telephony] = InProcessSimulator
        self.rescuer = Rescuer(
            database,
            self.clock,
            {"main": "simulator:"},
            lambda link_id, _: self.adapter(self.exchange, link_id),
            LEASE_SECONDS,
        )

    async def eventually(self, condition: Callable[[], Awaitable[bool]]) -> None:
        """Go on until the condition holds; fails when it does not for long."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await self._is_seen(condition):
                await self._look()
                await self.let_sessions_work()

    async def let_sessions_work(self) -> None:
        """Move the clock on a little, and give the tasks under way a moment."""
        await self.clock.advance(0.25)
        await asyncio.sleep(0.01)

    async def link_is_up(self) -> bool:
        """Whether somebody holds the link and can make calls on it."""
        async with self.database.connection() as connection:
            return bool(
                await connection.fetchval("SELECT is_up AND expires_at > $1 FROM links", self.clock.now()),
            )

    async def close(self) -> None:
        """Stop as an engine stops."""
        await self.rescuer.close()
        await self.exchange.close()

    async def _look(self) -> None:
        with suppress(DatabaseUnavailable):
            await self.rescuer.run_once()
            await Router(self.database, self.clock).run_once()

    async def _is_seen(self, condition: Callable[[], Awaitable[bool]]) -> bool:
        with suppress(DatabaseUnavailable):
            return await condition()
        return False
