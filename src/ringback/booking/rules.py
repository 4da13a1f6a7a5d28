"""Hours and slots: what a service's week, special days and holidays mean for real instants. Pure.

A range of hours belongs to the day on which it begins, and may run on into the next, whatever day that is. Times of
day are the wall clock of the plan's zone. One that the clocks skip is the end of the gap; one that comes twice opens at
its first reading and closes at its second. Instants are given and returned in UTC.

A slot begins where the local minute is a multiple of the slot's length, and where the clocks change within one: every
instant is in exactly one slot, in the night of 25 hours as in the one of 23.
"""

from bisect import bisect_left
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import takewhile
from typing import TypeAlias
from zoneinfo import ZoneInfo

HORIZON_DAYS = 400
DAY_MINUTES = 24 * 60

# Whatever never closes has been open since the first, until the last.
BEGINNING = datetime(1900, 1, 1, tzinfo=UTC)
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)

# Minutes since a day's midnight. The end is beyond 1440 when the range runs on into the next day.
Minutes: TypeAlias = tuple[int, int]

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Opening:
    """Open from `opens_at` until just before `closes_at`."""

    opens_at: datetime
    closes_at: datetime

    @property
    def is_endless(self) -> bool:
        """Whether it never closes."""
        return self.closes_at == FOREVER


@dataclass(frozen=True)
class Slot:
    """The open part of a slot. `capacity` None: it takes any number."""

    starts_at: datetime
    ends_at: datetime
    capacity: int | None


@dataclass(frozen=True)
class Day:
    """A day with hours of its own; without any it is closed. `slot_capacity` None: as on any such weekday."""

    ranges: tuple[Minutes, ...]
    slot_capacity: int | None = None


@dataclass(frozen=True)
class Seats:
    """The capacity of slots that begin from minute `starts` until just before minute `ends` of a day."""

    starts: int
    ends: int
    capacity: int


@dataclass(frozen=True, eq=False)
class Plan:
    """Everything that a service says of its hours and slots; `booking.plan.plan_of` makes it.

    `weekly`: the hours of Monday to Sunday, None when it is open at all hours. A day of `once` goes before one of
    `yearly` (month, day), that before a holiday, which is closed. `weekly_seats` go before `slot_capacity`.
    """

    zone: ZoneInfo
    weekly: tuple[tuple[Minutes, ...], ...] | None
    once: Mapping[date, Day]
    yearly: Mapping[tuple[int, int], Day]
    holidays: Container[date] | None
    slot_minutes: int
    slot_capacity: int | None
    weekly_seats: tuple[tuple[Seats, ...], ...]

    @property
    def is_always_open(self) -> bool:
        """Whether it has no hours at all, and so never closes."""
        return self.weekly is None and not self.once and not self.yearly and self.holidays is None


def openings(plan: Plan, start: datetime, end: datetime) -> list[Opening]:
    """The openings that have a part in `start` until `end`, whole and in order; those that touch are one.

    One of more than 400 days is cut there, unless it is endless.
    """
    return list(takewhile(lambda opening: opening.opens_at < end, _openings_from(plan, start, end)))


def opening_at(plan: Plan, at: datetime) -> Opening | None:
    """The opening that `at` is in; None when it is closed then."""
    found = next(_openings_from(plan, at, at), None)
    return found if found is not None and found.opens_at <= at else None


def next_opening(plan: Plan, at: datetime, within_days: int = HORIZON_DAYS) -> Opening | None:
    """The first opening that begins at `at` or within so many days after it."""
    latest = at + timedelta(days=within_days)
    found = (opening for opening in _openings_from(plan, at, latest) if opening.opens_at >= at)
    first = next(found, None)
    return first if first is not None and first.opens_at <= latest else None


def slot_start(plan: Plan, at: datetime) -> datetime:
    """When the slot began that `at` is in."""
    local = at.astimezone(plan.zone)
    instant = at.astimezone(UTC)
    start = instant - _into_slot(plan, local)
    if _offset(plan.zone, start) == local.utcoffset():
        return start
    return _clock_change(plan.zone, start, instant)


def capacity_at(plan: Plan, slot_start: datetime) -> int | None:
    """How many seats the slot has that begins then, by the local day and time of its beginning; None: no limit."""
    local = slot_start.astimezone(plan.zone)
    special = _special_day(plan, local.date())
    if special is not None and special.slot_capacity is not None:
        return special.slot_capacity
    minute = local.hour * 60 + local.minute
    for seats in plan.weekly_seats[local.weekday()]:
        if seats.starts <= minute < seats.ends:
            return seats.capacity
    return plan.slot_capacity


def slots(plan: Plan, start: datetime, end: datetime) -> list[Slot]:
    """The slots of the hours that begin from `start` until just before `end`, in order.

    A slot begins with the opening and ends with the closing that comes within it. When it closes and opens again
    within one slot, that is one slot still.
    """
    found: dict[datetime, Slot] = {}
    first = slot_start(plan, start)
    for opening in openings(plan, first, end):
        at = max(opening.opens_at, first)
        key = slot_start(plan, at)
        while at < min(opening.closes_at, end):
            next_key = _slot_end(plan, at)
            begins = found[key].starts_at if key in found else at
            found[key] = Slot(begins, min(next_key, opening.closes_at), capacity_at(plan, key))
            at = key = next_key
    return [slot for slot in found.values() if slot.starts_at >= start]


def _openings_from(plan: Plan, start: datetime, end: datetime) -> Iterator[Opening]:
    """Whole openings that close after `start`, in order, of the days until `end` and as long after as they go on."""
    if plan.is_always_open:
        yield Opening(BEGINNING, FOREVER)
        return
    current: Opening | None = None
    day = _first_day(plan, start)
    last = end.astimezone(plan.zone).date()
    horizon = last + timedelta(days=HORIZON_DAYS)
    while day <= last or (current is not None and day <= horizon):
        spans = _spans(plan, day)
        for span in spans:
            if current is not None and span.opens_at <= current.closes_at:
                current = Opening(current.opens_at, max(current.closes_at, span.closes_at))
                continue
            if current is not None and current.closes_at > start:
                yield current
            current = span
        if day > last and not spans and not _is_skipped(plan.zone, day):
            break
        day += _DAY
    if current is not None and current.closes_at > start:
        yield current


def _first_day(plan: Plan, at: datetime) -> date:
    """The day on which whatever is open at `at` began, or one before that."""
    day = at.astimezone(plan.zone).date() - _DAY
    earliest = day - timedelta(days=HORIZON_DAYS)
    while day > earliest and _goes_on(plan, day):
        day -= _DAY
    return day


def _goes_on(plan: Plan, day: date) -> bool:
    """Whether what the day before it opened may go on when the day opens, or over a day that the clocks skip."""
    before, after = _spans(plan, day - _DAY), _spans(plan, day)
    if before and after:
        return max(span.closes_at for span in before) >= after[0].opens_at
    return _is_skipped(plan.zone, day) or _is_skipped(plan.zone, day - _DAY)


def _is_skipped(zone: ZoneInfo, day: date) -> bool:
    """Whether the place had no such day, as Samoa had no 2011-12-30 when it went over the date line."""
    midnight = datetime.combine(day, datetime.min.time())
    return _instant(zone, midnight, reading=0) == _instant(zone, midnight + _DAY, reading=0)


@lru_cache(maxsize=20_000)
def _spans(plan: Plan, day: date) -> tuple[Opening, ...]:
    """What a day's ranges are as instants, in order; they may overlap."""
    midnight = datetime.combine(day, datetime.min.time())
    spans = (
        Opening(
            _instant(plan.zone, midnight + timedelta(minutes=opens), reading=0),
            _instant(plan.zone, midnight + timedelta(minutes=closes), reading=1),
        )
        for opens, closes in _ranges(plan, day)
    )
    return tuple(sorted((span for span in spans if span.opens_at < span.closes_at), key=lambda span: span.opens_at))


def _ranges(plan: Plan, day: date) -> tuple[Minutes, ...]:
    special = _special_day(plan, day)
    if special is not None:
        return special.ranges
    if plan.holidays is not None and day in plan.holidays:
        return ()
    return ((0, DAY_MINUTES),) if plan.weekly is None else plan.weekly[day.weekday()]


def _special_day(plan: Plan, day: date) -> Day | None:
    return plan.once.get(day) or plan.yearly.get((day.month, day.day))


def _instant(zone: ZoneInfo, wall: datetime, reading: int) -> datetime:
    """The instant at which the clocks show `wall`: at its first (0) or second (1) reading, or the end of its gap."""
    first, second = (_offset_of(wall.replace(tzinfo=zone, fold=fold)) for fold in (0, 1))
    at_first, at_second = ((wall - offset).replace(tzinfo=UTC) for offset in (first, second))
    if first < second:  # PEP 495: in a gap, and only there
        return _clock_change(zone, at_second, at_first)
    return at_second if reading else at_first


def _slot_end(plan: Plan, at: datetime) -> datetime:
    """When the slot ends that `at` is in, which is when the next one begins."""
    local = at.astimezone(plan.zone)
    end = at - _into_slot(plan, local) + timedelta(minutes=plan.slot_minutes)
    if _offset(plan.zone, end - _SECOND) == local.utcoffset():
        return end
    last_start = slot_start(plan, end - _SECOND)
    return end if last_start <= at else last_start


def _into_slot(plan: Plan, local: datetime) -> timedelta:
    return timedelta(minutes=local.minute % plan.slot_minutes, seconds=local.second, microseconds=local.microsecond)


def _clock_change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The instant between the two at which the zone's offset becomes what it is `after`."""
    offset = _offset(zone, after)
    seconds = range(int((after - before).total_seconds()) + 1)
    changed = bisect_left(seconds, True, key=lambda second: _offset(zone, before + timedelta(seconds=second)) == offset)
    return before + timedelta(seconds=changed)


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return _offset_of(at.astimezone(zone))


def _offset_of(local: datetime) -> timedelta:
    return local.utcoffset() or timedelta()
