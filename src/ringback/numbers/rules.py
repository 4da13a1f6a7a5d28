"""When the clocks of several time zones all show an hour of the day at which a customer may be called."""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta, tzinfo

# Within so many days the hours of all zones overlap, a lost one of a DST night included, or they never do.
SEARCHED = timedelta(days=3)

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)

Span = tuple[datetime, datetime]


def first_agreed(zones: Collection[tzinfo], starts_minute: int, ends_minute: int, at: datetime) -> datetime | None:
    """The earliest instant from `at` on at which the clock of every zone is within these minutes of the day.

    From `starts_minute` until just before `ends_minute`, both since midnight on the wall clock: where that skips or
    repeats an hour, what it shows counts. None: the zones lie too far apart to ever agree.
    """
    starts, ends = timedelta(minutes=starts_minute), timedelta(minutes=ends_minute)
    if all(starts <= _time_of_day(zone, at) < ends for zone in zones):
        return at
    start, end = at.astimezone(UTC).replace(microsecond=0), at.astimezone(UTC) + SEARCHED
    agreed: list[Span] = [(at, end)]
    for zone in zones:
        agreed = _common(agreed, _spans(zone, starts, ends, start, end))
    return agreed[0][0] if agreed else None


def _time_of_day(zone: tzinfo, at: datetime) -> timedelta:
    local = at.astimezone(zone)
    return timedelta(hours=local.hour, minutes=local.minute)


def _spans(zone: tzinfo, starts: timedelta, ends: timedelta, start: datetime, end: datetime) -> list[Span]:
    """The parts of start..end in which the zone's clock is between those times of the day."""
    spans: list[Span] = []
    for since, until, offset in _constant_offsets(zone, start, end):
        midnight = (since + offset).replace(hour=0, minute=0, second=0) - offset
        while midnight < until:
            opens, closes = max(midnight + starts, since), min(midnight + ends, until)
            if opens < closes:
                spans.append((opens, closes))
            midnight += _DAY
    return spans


def _constant_offsets(zone: tzinfo, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """start..end in parts within which the zone's clock runs evenly, each with its offset from UTC."""
    since = start
    while since < end:
        offset = _offset(zone, since)
        until = _next_change(zone, since, end, offset)
        yield since, until, offset
        since = until


def _next_change(zone: tzinfo, since: datetime, end: datetime, offset: timedelta) -> datetime:
    same = since
    other = min(since + _DAY, end)
    while _offset(zone, other) == offset:
        if other >= end:
            return end
        same, other = other, min(other + _DAY, end)
    while other - same > _SECOND:
        middle = same + (other - same) // _SECOND // 2 * _SECOND
        same, other = (middle, other) if _offset(zone, middle) == offset else (same, middle)
    return other


def _offset(zone: tzinfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _common(some: list[Span], others: list[Span]) -> list[Span]:
    both = [(max(a[0], b[0]), min(a[1], b[1])) for a in some for b in others]
    return sorted(span for span in both if span[0] < span[1])
