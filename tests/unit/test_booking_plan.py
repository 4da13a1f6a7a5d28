"""What a service says of its hours, read and checked."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from ringback.booking import rules
from ringback.booking.plan import check, plan_of
from ringback.numbers.model import NumberRules
from ringback.services.bounds import InvalidService
from ringback.services.model import AtClosing, Mode, Service, Strategy
from ringback.services.schedule import CapacityRange, OpenRange, PublicHolidays, SpecialDay, Weekday

MONDAY, TUESDAY = Weekday.MONDAY, Weekday.TUESDAY


def service(**changes: object) -> Service:
    plain = Service(
        id=1,
        name="support",
        display_name="Support",
        mode=Mode.RUNNING,
        is_immediate_enabled=True,
        is_scheduled_enabled=True,
        time_zone="Europe/Berlin",
        default_region=None,
        trunk="main",
        route_point="",
        strategy=Strategy.CUSTOMER_FIRST,
        caller_id="",
        caller_name="",
        window_seconds=120,
        ring_timeout_seconds=30,
        agent_ring_timeout_seconds=30,
        reserve_timeout_seconds=30,
        customer_hold_seconds=60,
        max_talk_seconds=7_200,
        wrap_up_seconds=45,
        agent_no_answer_limit=1,
        dial_attempts=3,
        retries={},
        max_waiting_per_number=1,
        expire_after_seconds=86_400,
        early_seconds=300,
        priority_step_seconds=60,
        default_priority=0,
        at_closing=AtClosing.CARRY,
        number_limit=6,
        number_limit_seconds=86_400,
        creation_limit=0,
        creation_limit_seconds=3_600,
        queue_limit=1_000,
        hours=None,
        special_days=(),
        public_holidays=None,
        slot_minutes=30,
        slot_capacity=None,
        weekly_capacity=(),
        number_rules=NumberRules(),
        calling_hours=None,
        dispositions=(),
        crm_url="",
        is_practice=False,
    )
    return msgspec.structs.replace(plain, **changes)


def is_open(checked: Service, day: date, hour: int = 12) -> bool:
    plan = plan_of(checked)
    at = datetime(day.year, day.month, day.day, hour, tzinfo=plan.zone)
    return rules.opening_at(plan, at) is not None


def seats(starts: str, ends: str, weekday: Weekday = MONDAY) -> CapacityRange:
    return CapacityRange(weekday=weekday, starts=starts, ends=ends, capacity=2)


def test_a_service_that_says_nothing_of_hours_is_always_open() -> None:
    assert plan_of(service()).is_always_open
    assert not plan_of(service(hours={})).is_always_open
    assert not plan_of(service(public_holidays=PublicHolidays("DE"))).is_always_open


def test_a_week_of_whole_days_is_always_open_however_it_is_written() -> None:
    whole = OpenRange("00:00", "24:00")
    assert plan_of(service(hours={day: [whole] for day in Weekday})).is_always_open
    assert not plan_of(service(hours={day: [whole] for day in Weekday if day is not MONDAY})).is_always_open


def test_services_that_say_the_same_share_a_plan() -> None:
    hours = {MONDAY: [OpenRange("09:00", "17:00")]}
    assert plan_of(service(hours=hours)) is plan_of(service(id=2, name="sales", hours=hours, wrap_up_seconds=1))
    assert plan_of(service(hours=hours)) is not plan_of(service(hours=hours, slot_minutes=15))


def test_a_range_that_closes_at_or_before_it_opens_ends_on_the_next_day() -> None:
    night = plan_of(service(hours={MONDAY: [OpenRange("22:00", "02:00")], TUESDAY: [OpenRange("20:00", "00:00")]}))
    found = rules.openings(night, datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 26, tzinfo=UTC))
    assert [opening.closes_at - opening.opens_at for opening in found] == [timedelta(hours=4), timedelta(hours=4)]


def test_public_holidays_are_closed_in_any_year_and_only_where_they_are_kept() -> None:
    everywhere = service(public_holidays=PublicHolidays("DE"))
    bavaria = service(public_holidays=PublicHolidays("DE", "BY"))
    for year in (2026, 2027, 2031):
        assert not is_open(everywhere, date(year, 12, 25))
        assert is_open(everywhere, date(year, 1, 6))
        assert not is_open(bavaria, date(year, 1, 6))


def test_a_special_day_opens_on_a_public_holiday() -> None:
    christmas = SpecialDay(date=date(2026, 12, 25), ranges=[OpenRange("11:00", "13:00")])
    checked = service(public_holidays=PublicHolidays("DE"), special_days=[christmas])
    assert is_open(checked, date(2026, 12, 25))
    assert not is_open(checked, date(2026, 12, 25), hour=14)
    assert not is_open(checked, date(2027, 12, 25))


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"hours": {MONDAY: [OpenRange("09:00", "09:00")]}}, "hours.MONDAY", "09:00-09:00"),
        ({"hours": {MONDAY: [OpenRange("24:00", "02:00")]}}, "hours.MONDAY", "24:00-02:00"),
        (
            {"special_days": [SpecialDay(date=date(2026, 12, 24), ranges=[OpenRange("00:00", "00:00")])]},
            "special_days.2026-12-24",
            "00:00-00:00",
        ),
        ({"special_days": [SpecialDay(date=date(2026, 12, 24))] * 2}, "special_days", "2026-12-24"),
        (
            {"special_days": [SpecialDay(date=date(year, 12, 24), yearly=True) for year in (2026, 2027)]},
            "special_days",
            "12-24",
        ),
        ({"weekly_capacity": [seats("10:00", "10:00")]}, "weekly_capacity.MONDAY", "10:00-10:00"),
        ({"weekly_capacity": [seats("22:00", "02:00")]}, "weekly_capacity.MONDAY", "22:00-02:00"),
        (
            {"weekly_capacity": [seats("10:00", "12:00"), seats("08:00", "10:01")]},
            "weekly_capacity.MONDAY",
            "10:00-12:00",
        ),
        ({"public_holidays": PublicHolidays("XX")}, "public_holidays.country", "XX"),
        ({"public_holidays": PublicHolidays("de")}, "public_holidays.country", "de"),
        ({"public_holidays": PublicHolidays("DE", "ZZ")}, "public_holidays.subdivision", "ZZ"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field_and_value(changes: dict[str, object], field: str, value: str) -> None:
    with pytest.raises(InvalidService) as refusal:
        check(service(**changes))
    assert refusal.value.details == {"field": field, "value": value}


@pytest.mark.parametrize(
    "changes",
    [
        {"hours": {MONDAY: [OpenRange("00:00", "24:00"), OpenRange("22:00", "00:00")]}},
        {"special_days": [SpecialDay(date=date(2026, 12, 24)), SpecialDay(date=date(2026, 12, 24), yearly=True)]},
        {"special_days": [SpecialDay(date=date(2028, 2, 29), yearly=True)]},
        {"weekly_capacity": [seats("10:00", "12:00"), seats("12:00", "24:00"), seats("10:00", "12:00", TUESDAY)]},
        {"public_holidays": PublicHolidays("US", "CA")},
    ],
)
def test_what_can_be_is_taken(changes: dict[str, Sequence[object]]) -> None:
    check(service(**changes))
    assert plan_of(service(**changes)).slot_minutes == 30
