"""The expirer: completes what waited longer than its service lets it after the desired time.

SCHEDULED and QUEUED callbacks expire, those in ROUTING and PROCESSING never. One whose last attempt failed because of
the telephone network completes with TELEPHONY_FAILED, the truer result.
"""

from uuid import UUID

import msgspec

from ringback.callbacks import lifecycle
from ringback.callbacks.model import ENGINE
from ringback.callbacks.states import Event, Result, State
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile

BATCH = 100


class _Expired(msgspec.Struct, frozen=True):
    id: UUID
    telephony_failed: bool | None


_sql = QueryFile(__file__)
_CLAIM_EXPIRED_SCHEDULED = _sql.query("claim_expired_scheduled", UUID)
_CLAIM_EXPIRED_QUEUED = _sql.query("claim_expired_queued", _Expired)


class Expirer:
    """SCHEDULED, QUEUED -> COMPLETED (EXPIRED), in batches."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def run_once(self) -> int:
        """Expire what is over now; returns how many."""
        expired = 0
        for expire_batch in (self._expire_scheduled, self._expire_queued):
            while batch := await expire_batch():
                expired += batch
        return expired

    async def _expire_scheduled(self) -> int:
        async with self._database.transaction() as connection:
            ids = await _CLAIM_EXPIRED_SCHEDULED.all(connection, now=self._clock.now(), batch=BATCH)
            return await self._complete(connection, ids, State.SCHEDULED, Result.EXPIRED)

    async def _expire_queued(self) -> int:
        async with self._database.transaction() as connection:
            claimed = await _CLAIM_EXPIRED_QUEUED.all(connection, now=self._clock.now(), batch=BATCH)
            failed = [callback.id for callback in claimed if callback.telephony_failed]
            others = [callback.id for callback in claimed if not callback.telephony_failed]
            expired = await self._complete(connection, failed, State.QUEUED, Result.TELEPHONY_FAILED)
            return expired + await self._complete(connection, others, State.QUEUED, Result.EXPIRED)

    async def _complete(self, connection: Connection, ids: list[UUID], state: State, result: Result) -> int:
        if not ids:
            return 0
        expired = await lifecycle.change(
            connection,
            ids,
            state,
            Event.EXPIRED,
            now=self._clock.now(),
            actor=ENGINE,
            reason=_REASONS[result],
            result=result,
        )
        return len(expired)


_REASONS = {
    Result.EXPIRED: "it waited longer after its desired time than its service allows",
    Result.TELEPHONY_FAILED: "the telephone network failed until it had waited longer than its service allows",
}
