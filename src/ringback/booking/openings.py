"""The table `openings`: when services with hours are open, written ahead for whoever dials.

The engine asks it in SQL (`is_open`, `may_dial`). A service whose hours have just changed has none until they are
written anew, and is closed for that moment.
"""

from datetime import datetime, timedelta

import structlog

from ringback.booking import rules
from ringback.booking.plan import plan_of
from ringback.database.pool import Connection
from ringback.database.queries import QueryFile
from ringback.errors import NeverPossible
from ringback.services.model import Service

DAYS_AHEAD = 36
RENEWED_DAYS_AHEAD = 33
DAYS_KEPT = 7
BATCH = 20

_sql = QueryFile(__file__)
_LOCK_OUTDATED = _sql.query("lock_outdated", Service)
_REPLACE = _sql.command("replace_openings")
_WRITTEN_UNTIL = _sql.command("openings_written_until")

log = structlog.get_logger(__name__)


async def refresh(connection: Connection, now: datetime) -> int:
    """Write the openings of services that have too few ahead, at most `BATCH` of them; returns how many it wrote.

    The caller's transaction keeps these services locked against changes: it should be a short one of its own. Those
    that somebody else has locked are left to the next call.
    """
    before = now + timedelta(days=RENEWED_DAYS_AHEAD)
    outdated = await _LOCK_OUTDATED.all(connection, before=before, limit=BATCH)
    for service in outdated:
        await _write(connection, service, now)
    return len(outdated)


async def _write(connection: Connection, service: Service, now: datetime) -> None:
    start, until = now - timedelta(days=DAYS_KEPT), now + timedelta(days=DAYS_AHEAD)
    try:
        found = rules.openings(plan_of(service), start, until)
    except NeverPossible as error:
        # Holidays or a time zone that were known when it was saved: what was written before holds on.
        log.error("the hours of a service are not understood", service=service.name, problem=str(error))
        until = now + timedelta(days=RENEWED_DAYS_AHEAD, hours=1)
    else:
        await _REPLACE.run(
            connection,
            service_id=service.id,
            opens=[opening.opens_at for opening in found],
            closes=[opening.closes_at for opening in found],
        )
    await _WRITTEN_UNTIL.run(connection, service_id=service.id, until=until)
