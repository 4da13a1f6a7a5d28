"""The counter: adds callbacks that completed to the hourly counts."""

from ringback.database.pool import Database
from ringback.reports import counting


class Counter:
    """Counts what completed, in batches, as many processes at once as like."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run_once(self) -> int:
        """Count what is not counted yet; returns how many."""
        counted = 0
        while batch := await counting.count_completed(self._database):
            counted += batch
        return counted
