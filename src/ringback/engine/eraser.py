"""The eraser: goes on with the erasures that had to wait for a call to end."""

from ringback.clock import Clock
from ringback.database.pool import Database
from ringback.records import erasure


class Eraser:
    """Removes what is left of customers who are to be forgotten; several at once do each other no harm."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def run_once(self) -> int:
        """Remove what can be removed now; returns how much was done."""
        return await erasure.go_on(self._database, self._clock)
