"""The cleaner: removes what is old."""

from ringback.audit import seals
from ringback.clock import Clock
from ringback.database.pool import Database
from ringback.records import retention
from ringback.settings import AUDIT_DAYS


class Cleaner:
    """Retention, in batches; several at once do each other no harm."""

    def __init__(self, database: Database, clock: Clock, audit_days: int = AUDIT_DAYS) -> None:
        self._database = database
        self._clock = clock
        self._audit_days = audit_days

    async def run_once(self) -> int:
        """Remove what is old now; returns how much."""
        removed = await retention.remove_old(self._database, self._clock)
        return removed + await seals.remove_old(self._database, self._clock, self._audit_days)
