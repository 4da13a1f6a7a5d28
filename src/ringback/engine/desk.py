"""A desk that was closed without a word is noticed."""

from ringback.agents.presence import leave_closed_desks
from ringback.clock import Clock
from ringback.database.pool import Database


class DeskTimer:
    """READY -> NOT_READY for agents whose own desk was not seen for a minute; in a call, when it is over."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def run_once(self) -> int:
        """Leave the desks that are closed by now; returns how many."""
        async with self._database.transaction() as connection:
            return await leave_closed_desks(connection, self._clock.now())
