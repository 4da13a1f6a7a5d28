"""Which times can be promised, and what is kept of a promise."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.callbacks.promise import (
    InThePast,
    NoSuchLocalTime,
    TooFarAhead,
    promise_at,
    promise_now,
)
from ringback.instants import TimeWithoutOffset
from ringback.services.time_zones import UnknownTimeZone

BERLIN = "Europe/Berlin"
BEFORE_SPRING = datetime(2027, 3, 20, 12, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_the_wall_clock_of_the_customer_is_kept_beside_the_instant() -> None:
    promise = promise_at(at("2026-11-24T09:00:00+01:00"), BERLIN, NOW)
    assert promise.at == at("2026-11-24T08:00:00+00:00")
    assert (promise.local, promise.zone) == (at("2026-11-24T09:00:00"), BERLIN)


def test_an_immediate_callback_is_promised_now_in_the_zone() -> None:
    assert promise_now(NOW, BERLIN).local == at("2026-11-23T10:00:00")


def test_a_time_without_offset_is_refused() -> None:
    with pytest.raises(TimeWithoutOffset, match="2026-11-24T09:00:00"):
        promise_at(at("2026-11-24T09:00:00"), BERLIN, NOW)


def test_31_days_ahead_are_possible_and_a_second_more_is_not() -> None:
    assert promise_at(NOW + timedelta(days=31), BERLIN, NOW).at == NOW + timedelta(days=31)
    with pytest.raises(TooFarAhead, match="31 days"):
        promise_at(NOW + timedelta(days=31, seconds=1), BERLIN, NOW)


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59+00:00"])
def test_the_end_of_time_is_too_far_ahead(text: str) -> None:
    with pytest.raises(TooFarAhead):
        promise_at(at(text), BERLIN, NOW)


@pytest.mark.parametrize("text", ["2026-11-23T09:59:59+01:00", "2026-11-23T08:59:59Z", "0001-01-01T00:00:00+14:00"])
def test_a_time_that_is_over_is_refused(text: str) -> None:
    with pytest.raises(InThePast):
        promise_at(at(text), BERLIN, NOW)


def test_this_very_moment_can_be_promised() -> None:
    assert promise_at(NOW, BERLIN, NOW).at == NOW


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "Europe", "../etc/passwd", "europe/berlin\x00"])
def test_an_unknown_time_zone_is_refused(zone: str) -> None:
    with pytest.raises(UnknownTimeZone):
        promise_at(NOW + timedelta(hours=1), zone, NOW)


@pytest.mark.parametrize("offset", ["+01:00", "+02:00"])
@pytest.mark.parametrize("reading", ["02:00:00", "02:30:00", "02:59:59"])
def test_a_reading_that_the_clocks_skip_is_refused_and_the_gap_named(reading: str, offset: str) -> None:
    with pytest.raises(NoSuchLocalTime, match="from 02:00 to 03:00") as refusal:
        promise_at(at(f"2027-03-28T{reading}{offset}"), BERLIN, BEFORE_SPRING)
    assert "Europe/Berlin" in str(refusal.value)


@pytest.mark.parametrize("text", ["2027-03-28T01:59:59+01:00", "2027-03-28T03:00:00+02:00"])
def test_the_readings_beside_the_gap_exist(text: str) -> None:
    assert promise_at(at(text), BERLIN, BEFORE_SPRING).local == at(text).replace(tzinfo=None)


@pytest.mark.parametrize("text", ["2027-03-28T02:30:00Z", "2027-03-28T02:30:00-05:00"])
def test_an_offset_of_neither_side_of_the_gap_is_a_plain_instant(text: str) -> None:
    assert promise_at(at(text), BERLIN, BEFORE_SPRING).at == at(text)


def test_an_instant_in_utc_is_never_a_reading_of_a_zone() -> None:
    instant = at("2027-03-28T01:30:00Z")
    assert promise_at(instant, "Europe/London", BEFORE_SPRING).local == at("2027-03-28T02:30:00")


def test_a_gap_of_half_an_hour_is_named_too() -> None:
    with pytest.raises(NoSuchLocalTime, match="from 02:00 to 02:30"):
        promise_at(at("2026-10-04T02:15:00+10:30"), "Australia/Lord_Howe", at("2026-10-01T00:00:00Z"))


@pytest.mark.parametrize(("offset", "instant"), [("+02:00", "00:30"), ("+01:00", "01:30")])
def test_a_reading_that_comes_twice_means_the_one_its_offset_says(offset: str, instant: str) -> None:
    promise = promise_at(at(f"2026-10-25T02:30:00{offset}"), BERLIN, at("2026-10-20T00:00:00Z"))
    assert promise.at == at(f"2026-10-25T{instant}:00Z")
    assert promise.local == at("2026-10-25T02:30:00")


@given(
    ahead=st.integers(0, 31 * 86_400),
    start=st.integers(0, 2 * 366 * 86_400),
    zone=st.sampled_from([BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]),
)
def test_an_instant_written_in_utc_is_promised_as_it_is(ahead: int, start: int, zone: str) -> None:
    now = NOW + timedelta(seconds=start)
    promise = promise_at(now + timedelta(seconds=ahead), zone, now)
    assert promise.at == now + timedelta(seconds=ahead)
    readings = [promise.local.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1)]
    assert promise.at in [reading.astimezone(UTC) for reading in readings]
