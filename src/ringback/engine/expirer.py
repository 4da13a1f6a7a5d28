"""The expirer: completes what waited longer than its service lets it.

SCHEDULED and QUEUED callbacks expire `expire_after_seconds` after the desired time; where the service says so, all that
wait in its queue when it closes expire then. Those in ROUTING and PROCESSING never do. One whose last attempt failed
because of the telephone network completes with TELEPHONY_FAILED, the truer result.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from ringback.actors import ENGINE
from ringback.booking import rules
from ringback.booking.plan import plan_of
from ringback.callbacks import lifecycle
from ringback.callbacks.states import Event, Result, State
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile
from ringback.errors import NeverPossible
from ringback.services.model import Service

BATCH = 100
# For so long a closing is made up for when no engine ran at it.
CLOSED_FOR = timedelta(days=31)

TOO_LATE = "it waited longer after its desired time than its service allows"
LEFT_AT_CLOSING = "it still waited when its service closed"

_sql = QueryFile(__file__)
_CLAIM_EXPIRED_SCHEDULED = _sql.query("claim_expired_scheduled", UUID)
_CLAIM_EXPIRED_QUEUED = _sql.query("claim_expired_queued", UUID)
_EXPIRING_AT_CLOSING = _sql.query("services_expiring_at_closing", int)
_SHARE_EXPIRING_AT_CLOSING = _sql.query("share_service_expiring_at_closing", Service)
_CLAIM_LEFT_AT_CLOSING = _sql.query("claim_left_at_closing", UUID)
_FAILED_BY_TELEPHONY = _sql.query("failed_by_telephony", UUID)


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
        async with self._database.connection() as connection:
            closing = await _EXPIRING_AT_CLOSING.all(connection, now=self._clock.now())
        for service_id in closing:
            while batch := await self._expire_left_at_closing(service_id):
                expired += batch
        return expired

    async def _expire_scheduled(self) -> int:
        async with self._database.transaction() as connection:
            ids = await _CLAIM_EXPIRED_SCHEDULED.all(connection, now=self._clock.now(), batch=BATCH)
            return await self._complete(connection, ids, State.SCHEDULED, TOO_LATE)

    async def _expire_queued(self) -> int:
        async with self._database.transaction() as connection:
            ids = await _CLAIM_EXPIRED_QUEUED.all(connection, now=self._clock.now(), batch=BATCH)
            return await self._complete(connection, ids, State.QUEUED, TOO_LATE)

    async def _expire_left_at_closing(self, service_id: int) -> int:
        """The service stays as it is until the commit: hours that are changed now are not overlooked."""
        async with self._database.transaction() as connection:
            service = await _SHARE_EXPIRING_AT_CLOSING.first(connection, id=service_id)
            closed_at = service and _closed_at(service, self._clock.now())
            if closed_at is None:
                return 0
            ids = await _CLAIM_LEFT_AT_CLOSING.all(connection, service_id=service_id, closed_at=closed_at, batch=BATCH)
            return await self._complete(connection, ids, State.QUEUED, LEFT_AT_CLOSING)

    async def _complete(self, connection: Connection, ids: Sequence[UUID], state: State, reason: str) -> int:
        if not ids:
            return 0
        failed = set(await _FAILED_BY_TELEPHONY.all(connection, ids=ids))
        expired = 0
        for result, chosen, why in (
            (Result.EXPIRED, [callback_id for callback_id in ids if callback_id not in failed], reason),
            (Result.TELEPHONY_FAILED, list(failed), f"the telephone network failed until {reason}"),
        ):
            changed = await lifecycle.change(
                connection,
                chosen,
                state,
                Event.EXPIRED,
                now=self._clock.now(),
                actor=ENGINE,
                reason=why,
                result=result,
            )
            expired += len(changed)
        return expired


def _closed_at(service: Service, now: datetime) -> datetime | None:
    """Since when the service is closed by its hours as they are; None while it is open.

    Told from the hours themselves: openings that are not written yet mean that nothing is dialled, not that it closed.
    """
    try:
        plan = plan_of(service)
    except NeverPossible:  # the opener tells of it
        return None
    if rules.opening_at(plan, now) is not None:
        return None
    past = rules.openings(plan, now - CLOSED_FOR, now)
    return past[-1].closes_at if past else None
