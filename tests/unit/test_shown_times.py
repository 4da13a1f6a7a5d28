"""Times as lists show them: what is found is exactly what is shown with the part that was typed, on every night."""

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringback.callbacks.shown_times import Span, TimeFormat, shown, spans_shown_with

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Cairo"]
# Around the nights on which these zones change their clocks; Cairo does it at midnight.
NIGHTS = [datetime(*day, tzinfo=UTC) for day in [(2026, 10, 24), (2026, 10, 28), (2027, 3, 27), (2027, 4, 28)]]
MINUTE = timedelta(minutes=1)


def span(start: datetime, days: int = 1) -> Span:
    return Span(start, start + timedelta(days=days))


@pytest.mark.parametrize(
    ("hour", "h24", "h12"),
    [(0, "00:05", "12:05 AM"), (9, "09:05", "09:05 AM"), (12, "12:05", "12:05 PM"), (23, "23:05", "11:05 PM")],
)
def test_times_are_shown_with_24_or_12_hours(hour: int, h24: str, h12: str) -> None:
    instant = datetime(2026, 11, 24, hour, 5, 59, tzinfo=UTC)
    assert shown(instant, ZoneInfo("UTC"), TimeFormat.H24) == f"2026-11-24 {h24}"
    assert shown(instant, ZoneInfo("UTC"), TimeFormat.H12) == f"2026-11-24 {h12}"


def test_an_hour_that_comes_twice_is_found_twice() -> None:
    night = span(datetime(2026, 10, 24, 22, tzinfo=UTC))
    assert spans_shown_with("02:30", BERLIN, TimeFormat.H24, night) == [
        Span(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, 31, tzinfo=UTC)),
        Span(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 31, tzinfo=UTC)),
    ]


def test_an_hour_that_the_clocks_skip_is_not_found() -> None:
    night = span(datetime(2027, 3, 27, 23, tzinfo=UTC))
    assert spans_shown_with("02:30", BERLIN, TimeFormat.H24, night) == []


def test_a_date_is_one_span_of_its_length_in_that_zone() -> None:
    wide = span(datetime(2026, 10, 20, tzinfo=UTC), days=10)
    found = spans_shown_with("2026-10-25", BERLIN, TimeFormat.H24, wide)
    assert found == [Span(datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC))]


def test_what_reaches_beyond_the_range_is_cut() -> None:
    within = Span(datetime(2026, 11, 24, 9, 30, 20, tzinfo=UTC), datetime(2026, 11, 24, 9, 30, 40, tzinfo=UTC))
    assert spans_shown_with("09:3", ZoneInfo("UTC"), TimeFormat.H24, within) == [within]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_what_is_found_is_what_is_shown_so(data: st.DataObject) -> None:
    zone = ZoneInfo(data.draw(st.sampled_from(ZONES)))
    time_format = data.draw(st.sampled_from(TimeFormat))
    night = data.draw(st.sampled_from(NIGHTS))
    within = span(night + data.draw(st.integers(0, 3000)) * MINUTE, days=2)
    some = within.starts_at + data.draw(st.integers(0, 2 * 1440)) * MINUTE
    text = shown(some, zone, time_format)
    first = data.draw(st.integers(0, len(text) - 1))
    part = text[first : data.draw(st.integers(first + 1, len(text)))]
    found = spans_shown_with(part.lower(), zone, time_format, within)
    assert all(one.ends_at < other.starts_at for one, other in itertools.pairwise(found))
    for number in range(2 * 1440):
        instant = within.starts_at + number * MINUTE
        is_found = any(one.starts_at <= instant < one.ends_at for one in found)
        assert is_found == (part in shown(instant, zone, time_format)), (instant, part)
