"""The sealer: seals what was written in the audit, so that a change of it shows."""

import structlog

from ringback.audit import seals
from ringback.clock import Clock
from ringback.database.pool import Database

log = structlog.get_logger(__name__)


class Sealer:
    """Seals in batches. Several at once do each other no harm: one does it, the others have nothing to do."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def run_once(self) -> int:
        """Seal what is not sealed yet; returns how many entries. The log is a second place that knows each hash."""
        sealed = 0
        while seal := await seals.seal_next(self._database, self._clock):
            log.info("audit sealed", seal=seal.id, entries=seal.entries, hash=seal.hash)
            sealed += seal.entries
            if seal.entries < seals.BATCH:
                break
        return sealed
