"""The opener: writes ahead when each service is open, so that whoever dials can ask the database.

Until that is done, for a new service or for hours just changed, the service counts as closed.
"""

from ringback.booking import openings
from ringback.clock import Clock
from ringback.database.pool import Database


class Opener:
    """Hours, special days and holidays -> openings."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def run_once(self) -> int:
        """Write the openings that are missing now; returns of how many services."""
        async with self._database.transaction() as connection:
            return await openings.refresh(connection, self._clock.now())
