"""The promoter: lets scheduled callbacks into the queue when their desired time is near.

They may enter early, by as much as a new caller would wait (at most the service's `early_seconds`), but are not
eligible, and so never dialled, before their desired time.
"""

from datetime import timedelta
from uuid import UUID

import msgspec

from ringback.callbacks import lifecycle
from ringback.callbacks.model import ENGINE
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
        async with self._database.connection() as connection:
            services = await _SERVICES_WITH_SCHEDULED_NEAR.all(connection, now=self._clock.now())
        return sum([await self._promote(service) for service in services])

    async def _promote(self, service: _Near) -> int:
        promoted = 0
        while batch := await self._promote_batch(service):
            promoted += batch
        return promoted

    async def _promote_batch(self, service: _Near) -> int:
        now = self._clock.now()
        async with self._database.transaction() as connection:
            until = now + timedelta(seconds=await self._early_seconds(service))
            ids = await _CLAIM_DUE.all(connection, service_id=service.id, until=until, batch=BATCH)
            return len(
                await lifecycle.change(
                    connection,
                    ids,
                    State.SCHEDULED,
                    Event.PROMOTED,
                    now=now,
                    actor=ENGINE,
                    reason="its desired time has come near",
                )
            )

    async def _early_seconds(self, service: _Near) -> int:
        return 0
