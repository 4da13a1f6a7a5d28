"""Times as lists show them, `2026-11-24 09:30` or `2026-11-24 09:30 AM`, and the instants that a part of one means.

Shown is the wall clock of a time zone, to the minute. On a night when the clocks go back two instants are shown alike
and both are found; what the clocks skip is shown never and finds nothing.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import msgspec

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
MINUTES_OF_A_DAY = 1440


class TimeFormat(StrEnum):
    """Whether times are shown with 24 hours, or with 12 and AM or PM."""

    H24 = "24h"
    H12 = "12h"


class Span(msgspec.Struct, frozen=True):
    """From `starts_at` until just before `ends_at`."""

    starts_at: datetime
    ends_at: datetime

    @property
    def seconds(self) -> float:
        """How long it is."""
        return (self.ends_at - self.starts_at).total_seconds()


def shown(instant: datetime, zone: ZoneInfo, time_format: TimeFormat) -> str:
    """The instant as a list shows it."""
    local = instant.astimezone(zone)
    return f"{local.date().isoformat()} {_times_of_day(time_format)[local.hour * 60 + local.minute]}"


def spans_shown_with(part: str, zone: ZoneInfo, time_format: TimeFormat, within: Span) -> list[Span]:
    """When within that span the time is shown with `part` in it, whatever its case; in order, not touching."""
    part = part.upper()
    merged: list[Span] = []
    for span in _spans(part, zone, time_format, within):
        if merged and merged[-1].ends_at == span.starts_at:
            merged[-1] = Span(merged[-1].starts_at, span.ends_at)
        else:
            merged.append(span)
    clipped = (Span(max(span.starts_at, within.starts_at), min(span.ends_at, within.ends_at)) for span in merged)
    return [span for span in clipped if span.starts_at < span.ends_at]


def _spans(part: str, zone: ZoneInfo, time_format: TimeFormat, within: Span) -> Iterator[Span]:
    times = _times_of_day(time_format)
    minutes_by_themselves = _runs([minute for minute, time in enumerate(times) if part in time])
    day = within.starts_at.astimezone(zone).date()
    while (start := _midnight(day, zone)) < within.ends_at:
        end = _midnight(day + DAY, zone)
        text = day.isoformat()
        if part in text:
            yield Span(start, end)
        elif end - start != DAY:
            yield from _minute_by_minute(part, zone, time_format, Span(start, end))
        else:
            runs = _runs(_minutes(part, text, times)) if " " in part else minutes_by_themselves
            yield from (Span(start + first * MINUTE, start + after * MINUTE) for first, after in runs)
        day += DAY


def _minutes(part: str, day: str, times: list[str]) -> list[int]:
    return [minute for minute, time in enumerate(times) if part in f"{day} {time}"]


def _minute_by_minute(part: str, zone: ZoneInfo, time_format: TimeFormat, day: Span) -> Iterator[Span]:
    """For a day on which the clocks change."""
    at = day.starts_at
    while at < day.ends_at:
        if part in shown(at, zone, time_format):
            yield Span(at, at + MINUTE)
        at += MINUTE


def _runs(minutes: list[int]) -> list[tuple[int, int]]:
    """Minutes in order as runs: the first, and the one after the last."""
    runs: list[tuple[int, int]] = []
    for minute in minutes:
        if runs and runs[-1][1] == minute:
            runs[-1] = (runs[-1][0], minute + 1)
        else:
            runs.append((minute, minute + 1))
    return runs


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _times_of_day(time_format: TimeFormat) -> list[str]:
    return _TIMES[time_format]


def _hour_12(hour: int) -> str:
    return f"{(hour + 11) % 12 + 1:02}"


_TIMES = {
    TimeFormat.H24: [f"{minute // 60:02}:{minute % 60:02}" for minute in range(MINUTES_OF_A_DAY)],
    TimeFormat.H12: [
        f"{_hour_12(minute // 60)}:{minute % 60:02} {'AM' if minute < MINUTES_OF_A_DAY // 2 else 'PM'}"
        for minute in range(MINUTES_OF_A_DAY)
    ],
}
