"""The counter: adds callbacks that completed to the hourly counts."""

import asyncio

from ringback.database.pool import Database
from ringback.reports import counting

# Whoever waits for the processor gets it between two batches, also when a hundred thousand complete at once.
PAUSE_SECONDS = 0.02


class Counter:
    """Counts what completed, in batches, as many processes at once as like."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run_once(self) -> int:
        """Count what is not counted yet; returns how many."""
        counted = 0
        while batch := await counting.count_completed(self._database):
            counted += batch
            await asyncio.sleep(PAUSE_SECONDS)
        return counted
