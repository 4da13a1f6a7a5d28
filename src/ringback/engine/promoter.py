"""The promoter: lets scheduled callbacks into the queue when their desired time is near.

They may enter early, by as much as a new caller would wait (at most the service's `early_seconds`), but are not
eligible, and so never dialled, before their desired time.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from ringback.actors import ENGINE
from ringback.callbacks import lifecycle
from ringback.callbacks.queue import Prospect, prospects
from ringback.callbacks.states import Event, State
from ringback.clock import Clock
from ringback.database.pool import Database
from ringback.database.queries import QueryFile

BATCH = 100


class _Near(msgspec.Struct, frozen=True):
    id: int
    early_seconds: int


_sql = QueryFile(__file__)
_SERVICES_WITH_SCHEDULED_NEAR = _sql.query("services_with_scheduled_near", _Near)
_CLAIM_DUE = _sql.query("claim_due", UUID)


class Promoter:
    """SCHEDULED -> QUEUED, in batches, as many processes at once as like."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def run_once(self) -> int:
        """Promote what is due now; returns how many."""
        now = self._clock.now()
        async with self._database.connection() as connection:
            services = await _SERVICES_WITH_SCHEDULED_NEAR.all(connection, now=now)
            if not services:
                return 0
            expected = await prospects(connection, [service.id for service in services], now)
        untils = {each.id: _until(each, expected[each.id], now) for each in services if each.id in expected}
        promoted = 0
        while batch := await self._promote_batch(untils):
            promoted += batch
        return promoted

    async def _promote_batch(self, untils: Mapping[int, datetime]) -> int:
        async with self._database.transaction() as connection:
            ids = await _CLAIM_DUE.all(connection, service_ids=list(untils), untils=list(untils.values()), batch=BATCH)
            if not ids:
                return 0
            promoted = await lifecycle.change(
                connection,
                ids,
                State.SCHEDULED,
                Event.PROMOTED,
                now=self._clock.now(),
                actor=ENGINE,
                reason="its desired time has come near",
            )
            return len(promoted)


def _until(service: _Near, expected: Prospect, now: datetime) -> datetime:
    """Up to which desired time callbacks of the service enter the queue now."""
    seconds = expected.wait.point if expected.wait else 0
    return now + timedelta(seconds=min(seconds, service.early_seconds))
