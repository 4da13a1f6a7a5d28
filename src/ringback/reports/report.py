"""What became of the callbacks of a time: counts and rates for each service and hour or day.

The formulas are those of docs/records.md; the measures of a single callback are defined by the view `measures`.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

import msgspec

from ringback.callbacks.states import Result
from ringback.clock import Clock
from ringback.database.pool import Database
from ringback.database.queries import QueryFile
from ringback.instants import require_offset
from ringback.lists import InvalidFilter
from ringback.services.catalog import ServiceNotFound

DAYS_BY_DEFAULT = 14

# A date-time of JSON Schema has an offset, and a wall clock has none.
_LocalTime = Annotated[datetime, msgspec.Meta(extra_json_schema={"extra": {"format": "date-time-local"}})]


class Per(StrEnum):
    """How long the periods of a report are."""

    HOUR = "hour"
    DAY = "day"


# So that an answer stays one that can be read: at most this many days are told at once.
MAX_DAYS: Mapping[Per, int] = {Per.HOUR: 62, Per.DAY: 3_660}

# The customer did not need the call any more: nobody's promise was broken by that.
WITHDRAWN = frozenset({Result.CANCELLED, Result.CLAIMED_BY_CALLER})


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the callbacks whose desired time lies in one hour or day of a service.

    `starts_at` is an instant, `local_start` what the clock of `time_zone` shows then. `asked` = `open` (not COMPLETED
    yet, and in nothing else but `scheduled`) + all of `results`. `scheduled` began with a chosen time. `dialled` had
    their customer's telephone dialled at least once. `on_time`: it was first dialled by the time promised; `late`:
    it was not, and `late_seconds` adds up by how much. Rates are 0 to 1, means are in seconds, null where there is
    nothing to divide by: `kept_rate` = kept / (asked - open - withdrawn), `on_time_rate` = on_time / (on_time + late),
    `mean_late_seconds` = late_seconds / late, `mean_wait_seconds` = wait_seconds / dialled, `mean_talk_seconds` =
    talk_seconds / kept.
    """

    service: str
    is_practice: bool
    time_zone: str
    starts_at: datetime
    local_start: _LocalTime
    asked: int
    scheduled: int
    open: int
    kept: int
    withdrawn: int
    kept_rate: float | None
    on_time: int
    late: int
    on_time_rate: float | None
    late_seconds: int
    mean_late_seconds: float | None
    dialled: int
    wait_seconds: int
    mean_wait_seconds: float | None
    talk_seconds: int
    mean_talk_seconds: float | None
    attempts: int
    results: Mapping[Result, int]


class Report(msgspec.Struct, frozen=True, kw_only=True, rename={"from_at": "from", "to_at": "to"}):
    """The periods that overlap with `from` to `to`, each of them whole, the earliest first, by service."""

    per: Per
    from_at: datetime
    to_at: datetime
    items: list[Period]


class _Counts(msgspec.Struct, frozen=True, kw_only=True):
    service: str
    is_practice: bool
    time_zone: str
    starts_at: datetime
    local_start: datetime
    asked: int
    scheduled: int
    open: int
    results: dict[Result, int]
    attempts: int
    dialled: int
    on_time: int
    late: int
    late_seconds: int
    wait_seconds: int
    talk_seconds: int


_sql = QueryFile(__file__, "report.sql")
_PERIODS = _sql.query("periods", _Counts)
_NEVER_HEARD_OF = _sql.query("never_heard_of", str)


async def report(
    database: Database,
    clock: Clock,
    *,
    from_at: datetime | None = None,
    to_at: datetime | None = None,
    services: Sequence[str] = (),
    per: Per = Per.HOUR,
    within: Collection[str] | None = None,
) -> Report:
    """The report of a time, by default of the last 14 days; of all services unless some are named.

    Services that were deleted can still be named. `within`: the names of the only services that whoever asks may see;
    None: all. Raises InvalidFilter, TimeWithoutOffset, ServiceNotFound.
    """
    to_at = clock.now() if to_at is None else to_at
    require_offset("to", to_at)
    from_at = _by_default_before(to_at) if from_at is None else from_at
    require_offset("from", from_at)
    _check_length(from_at, to_at, per)
    async with database.connection() as connection:
        if unknown := await _NEVER_HEARD_OF.first(connection, names=list(services)):
            raise ServiceNotFound(f"There is no service {unknown!r}, nor was one in any count", service=unknown)
        wanted = _wanted(services, within)
        counts = await _PERIODS.all(connection, from_at=from_at, to_at=to_at, services=wanted, per=per)
    return Report(per=per, from_at=from_at, to_at=to_at, items=[_period(each) for each in counts])


def _wanted(services: Sequence[str], within: Collection[str] | None) -> list[str] | None:
    if within is None:
        return list(services) or None
    return sorted(set(within) & set(services or within))


def _by_default_before(to_at: datetime) -> datetime:
    try:
        return to_at - timedelta(days=DAYS_BY_DEFAULT)
    except OverflowError:
        text = f"{DAYS_BY_DEFAULT} days before to {to_at.isoformat()} there is no calendar; write from"
        raise InvalidFilter(text, field="to", value=to_at) from None


def _check_length(from_at: datetime, to_at: datetime, per: Per) -> None:
    if from_at >= to_at:
        text = f"from is before to; {from_at.isoformat()} is not before {to_at.isoformat()}"
        raise InvalidFilter(text, field="from", value=from_at)
    limit = MAX_DAYS[per]
    if to_at - from_at > timedelta(days=limit):
        text = (
            f"A report per {per} covers at most {limit} days; from {from_at.isoformat()} to {to_at.isoformat()} is more"
        )
        raise InvalidFilter(text, field="from", value=from_at, limit=limit)


def _period(counts: _Counts) -> Period:
    kept = counts.results.get(Result.AGENT, 0)
    withdrawn = sum(counts.results.get(result, 0) for result in WITHDRAWN)
    return Period(
        **msgspec.structs.asdict(counts),
        kept=kept,
        withdrawn=withdrawn,
        kept_rate=_ratio(kept, counts.asked - counts.open - withdrawn, 4),
        on_time_rate=_ratio(counts.on_time, counts.on_time + counts.late, 4),
        mean_late_seconds=_ratio(counts.late_seconds, counts.late, 1),
        mean_wait_seconds=_ratio(counts.wait_seconds, counts.dialled, 1),
        mean_talk_seconds=_ratio(counts.talk_seconds, kept, 1),
    )


def _ratio(part: int, whole: int, digits: int) -> float | None:
    return round(part / whole, digits) if whole else None
