"""The cleaner: removes what is old."""

from ringback.clock import Clock
from ringback.database.pool import Database
from ringback.records import retention


class Cleaner:
    """Retention, in batches; several at once do each other no harm."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def run_once(self) -> int:
        """Remove what is old now; returns how much."""
        return await retention.remove_old(self._database, self._clock)
