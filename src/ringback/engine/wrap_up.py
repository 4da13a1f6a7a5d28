"""Wrap-up ends by itself."""

from ringback.agents.presence import end_wrap_ups
from ringback.clock import Clock
from ringback.database.pool import Database


class WrapUpTimer:
    """WRAP_UP -> READY when its time is over."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def run_once(self) -> int:
        """End the wrap-ups that are over now; returns how many."""
        async with self._database.transaction() as connection:
            return await end_wrap_ups(connection, self._clock.now())
