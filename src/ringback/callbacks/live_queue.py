"""What the telephone system tells of the callers who hold on the line, waiting for the same agents."""

from datetime import datetime
from typing import Annotated

import msgspec

from ringback.callbacks.queue import LIVE_SECONDS
from ringback.clock import Clock
from ringback.database.pool import Database
from ringback.database.queries import QueryFile
from ringback.errors import NeverPossible, NotFound
from ringback.services import catalog

MAX_CALLERS = 1_000_000
MAX_WAIT_SECONDS = 604_800
MAX_ANSWERED_WITHIN_SECONDS = 86_400

_Callers = Annotated[int, msgspec.Meta(ge=0, le=MAX_CALLERS)]


class LiveQueueNotReported(NotFound):
    """Nothing was ever told of the callers who hold on the line for this service."""

    code = "live-queue-not-reported"


class InvalidLiveQueue(NeverPossible):
    """`answered` and `answered_within_seconds` are told together or not at all."""

    code = "invalid-live-queue"


class LiveQueueReport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The callers who hold on the line now, and how many were answered by agents within the time before.

    `longest_wait_seconds`: since when the first of them holds.
    """

    waiting: _Callers
    longest_wait_seconds: Annotated[int, msgspec.Meta(ge=0, le=MAX_WAIT_SECONDS)] | None = None
    answered: _Callers | None = None
    answered_within_seconds: Annotated[int, msgspec.Meta(ge=1, le=MAX_ANSWERED_WITHIN_SECONDS)] | None = None


class LiveQueueView(msgspec.Struct, frozen=True, kw_only=True):
    """The newest report. `counts`: it is fresh enough for positions and estimates."""

    waiting: int
    longest_wait_seconds: int | None
    answered: int | None
    answered_within_seconds: int | None
    reported_at: datetime
    counts: bool


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    waiting: int
    longest_wait_seconds: int | None
    answered: int | None
    answered_within_seconds: int | None
    reported_at: datetime


_sql = QueryFile(__file__, "queue.sql")
_LIVE_QUEUE = _sql.query("live_queue", _Row)
_REPORT = _sql.command("report_live_queue")


async def get(database: Database, clock: Clock, service_name: str) -> LiveQueueView:
    """The newest report of a service. Raises ServiceNotFound, LiveQueueNotReported."""
    async with database.connection() as connection:
        service = await catalog.named(connection, service_name)
        row = await _LIVE_QUEUE.first(connection, service_id=service.id)
    if row is None:
        text = f"Nothing was ever told of callers who hold on the line for {service_name!r}"
        raise LiveQueueNotReported(text, service=service_name)
    return _view(row, clock.now())


async def report(database: Database, clock: Clock, service_name: str, told: LiveQueueReport) -> LiveQueueView:
    """Keep a report in the place of the one before. Raises ServiceNotFound, InvalidLiveQueue."""
    if (told.answered is None) != (told.answered_within_seconds is None):
        raise InvalidLiveQueue("answered and answered_within_seconds are told together or not at all")
    now = clock.now()
    values = msgspec.structs.asdict(told)
    async with database.transaction() as connection:
        service = await catalog.named(connection, service_name)
        await _REPORT.run(connection, service_id=service.id, reported_at=now, **values)
    return _view(_Row(reported_at=now, **values), now)


def _view(row: _Row, now: datetime) -> LiveQueueView:
    counts = (now - row.reported_at).total_seconds() <= LIVE_SECONDS
    return LiveQueueView(**msgspec.structs.asdict(row), counts=counts)
