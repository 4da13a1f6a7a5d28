"""When a number may be called by the customer's own clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringback.numbers import calling_hours
from ringback.numbers.calling_hours import OutsideCallingHours
from ringback.numbers.rules import SEARCHED, first_agreed
from ringback.services.schedule import CallingHours

HOURS = CallingHours()  # 08:00 to 21:00
BERLIN, NEW_YORK = "+49301234567", "+12125550123"
SPANISH_MOBILE, RUSSIAN_MOBILE, SATELLITE = "+34612345678", "+79161234567", "+881612345678"
MINUTE = timedelta(minutes=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(zone: str, text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


def first(zone: str, starts: str, ends: str, at: datetime) -> datetime | None:
    return calling_hours.allowed_at(BERLIN, zone, CallingHours(starts, ends), at)


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [
        ("2026-11-23T08:00", "2026-11-23T08:00"),
        ("2026-11-23T20:59:59.999999", "2026-11-23T20:59:59.999999"),
        ("2026-11-23T07:59:59.999999", "2026-11-23T08:00"),
        ("2026-11-23T00:00", "2026-11-23T08:00"),
        ("2026-11-23T21:00", "2026-11-24T08:00"),
        ("2026-11-23T23:59:59", "2026-11-24T08:00"),
    ],
)
def test_hours_begin_at_their_start_and_are_over_at_their_end(asked: str, allowed: str) -> None:
    at = local("Europe/Berlin", asked)
    assert calling_hours.allowed_at(BERLIN, None, HOURS, at) == local("Europe/Berlin", allowed)


def test_without_calling_hours_any_instant_is_allowed_even_where_no_zone_is_known() -> None:
    at = utc("2026-11-23T02:00")
    assert calling_hours.allowed_at(SATELLITE, None, None, at) == at
    calling_hours.require_allowed(SATELLITE, None, None, at)


def test_the_zone_that_the_customer_stated_wins() -> None:
    at = utc("2026-11-23T10:00")  # 11:00 in Berlin, 05:00 in New York
    assert calling_hours.allowed_at(BERLIN, None, HOURS, at) == at
    assert calling_hours.allowed_at(BERLIN, "America/New_York", HOURS, at) == utc("2026-11-23T13:00")
    assert calling_hours.allowed_at(NEW_YORK, "Europe/Berlin", HOURS, at) == at


def test_all_zones_of_a_number_must_agree() -> None:
    assert calling_hours.zones_of(SPANISH_MOBILE) == ("Atlantic/Canary", "Europe/Madrid")
    in_madrid_only = local("Europe/Madrid", "2026-11-23T08:30")
    assert calling_hours.allowed_at(SPANISH_MOBILE, None, HOURS, in_madrid_only) == utc("2026-11-23T08:00")
    on_the_canaries_only = local("Atlantic/Canary", "2026-11-23T20:30")
    assert calling_hours.allowed_at(SPANISH_MOBILE, None, HOURS, on_the_canaries_only) == utc("2026-11-24T08:00")


def test_sixteen_zones_from_kaliningrad_to_kamchatka_agree_for_some_hours() -> None:
    assert len(calling_hours.zones_of(RUSSIAN_MOBILE)) > 10
    at = utc("2026-11-23T12:00")
    assert calling_hours.allowed_at(RUSSIAN_MOBILE, None, HOURS, at) == utc("2026-11-24T06:00")
    assert calling_hours.allowed_at(RUSSIAN_MOBILE, None, CallingHours("09:00", "17:00"), at) is None


def test_a_number_that_tells_no_zone_is_not_called_until_one_is_stated() -> None:
    at = utc("2026-11-23T12:00")
    assert calling_hours.zones_of(SATELLITE) == ()
    assert calling_hours.allowed_at(SATELLITE, None, HOURS, at) is None
    assert calling_hours.allowed_at(SATELLITE, "Asia/Tokyo", HOURS, at) == local("Asia/Tokyo", "2026-11-24T08:00")
    with pytest.raises(OutsideCallingHours, match="state the customer's time zone") as refusal:
        calling_hours.require_allowed(SATELLITE, None, HOURS, at)
    assert refusal.value.details == {"next_allowed_at": None, "zones": []}


def test_a_number_not_given_out_yet_is_placed_by_its_prefix() -> None:
    assert "Europe/London" in calling_hours.zones_of("+447700900123")


def test_a_refusal_names_hours_zone_and_the_next_time() -> None:
    with pytest.raises(OutsideCallingHours) as refusal:
        calling_hours.require_allowed(BERLIN, None, HOURS, utc("2026-11-23T22:00"))
    assert str(refusal.value) == (
        "+49301234567 is called from 08:00 to 21:00 of the customer's day (in Europe/Berlin); "
        "the next time is 2026-11-24T08:00+01:00"
    )
    assert refusal.value.details == {"next_allowed_at": utc("2026-11-24T07:00"), "zones": ["Europe/Berlin"]}
    calling_hours.require_allowed(BERLIN, None, HOURS, utc("2026-11-23T12:00"))


@pytest.mark.parametrize(
    ("starts", "ends", "asked", "allowed"),
    [
        # 2026-03-29: 02:00 +01:00 is 03:00 +02:00. Hours that begin in the gap begin when the clock passes it.
        ("08:00", "21:00", "2026-03-28T22:00+00:00", "2026-03-29T06:00+00:00"),
        ("02:30", "06:00", "2026-03-29T00:10+00:00", "2026-03-29T01:00+00:00"),
        ("02:00", "03:00", "2026-03-29T00:30+00:00", "2026-03-30T00:00+00:00"),
        ("01:00", "02:30", "2026-03-29T00:59:59+00:00", "2026-03-29T00:59:59+00:00"),
        ("01:00", "02:30", "2026-03-29T01:00+00:00", "2026-03-29T23:00+00:00"),
        # 2026-10-25: 03:00 +02:00 is 02:00 +01:00. The hour from 02:00 comes twice, and counts twice.
        ("08:00", "21:00", "2026-10-24T20:00+00:00", "2026-10-25T07:00+00:00"),
        ("02:00", "02:30", "2026-10-25T00:45+00:00", "2026-10-25T01:00+00:00"),
        ("02:30", "04:00", "2026-10-25T01:10+00:00", "2026-10-25T01:30+00:00"),
        ("02:00", "03:00", "2026-10-25T01:59:59+00:00", "2026-10-25T01:59:59+00:00"),
    ],
)
def test_the_wall_clock_counts_on_nights_when_clocks_change(starts: str, ends: str, asked: str, allowed: str) -> None:
    at = datetime.fromisoformat(asked)
    assert first("Europe/Berlin", starts, ends, at) == datetime.fromisoformat(allowed)


def test_the_whole_day_is_always_allowed() -> None:
    at = local("Europe/Berlin", "2026-10-25T02:30", fold=1)
    assert first("Europe/Berlin", "00:00", "24:00", at) == at


ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "Australia/Lord_Howe",  # its clocks change by half an hour
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "UTC",
]
CHANGES = [
    utc(text)
    for text in ("2026-03-29T01:00", "2026-10-25T01:00", "2026-04-04T15:00", "2026-03-08T07:00", "2026-06-15T12:00")
]


@settings(max_examples=150, deadline=None)
@given(
    names=st.lists(st.sampled_from(ZONES), min_size=1, max_size=3, unique=True),
    edges=st.lists(st.integers(0, 96).map(lambda quarter: quarter * 15), min_size=2, max_size=2, unique=True),
    change=st.sampled_from(CHANGES),
    offset=st.integers(-36 * 60, 36 * 60),
)
def test_what_is_told_is_the_first_minute_within_the_hours_of_every_zone(
    names: list[str], edges: list[int], change: datetime, offset: int
) -> None:
    zones, (starts, ends), at = [ZoneInfo(name) for name in names], sorted(edges), change + offset * MINUTE

    def is_allowed(instant: datetime) -> bool:
        shown = [instant.astimezone(zone) for zone in zones]
        return all(starts <= clock.hour * 60 + clock.minute < ends for clock in shown)

    told = first_agreed(zones, starts, ends, at)
    minutes = (at + minute * MINUTE for minute in range(int(SEARCHED / MINUTE)))
    assert told == next((minute for minute in minutes if is_allowed(minute)), None)
