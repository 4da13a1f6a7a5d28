"""What hours, special days and slots mean for real instants, on the nights when clocks change too."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ringback.booking import rules
from ringback.booking.rules import FOREVER, Day, Minutes, Opening, Plan, Seats, Slot

BERLIN = "Europe/Berlin"
NINE_TO_FIVE = ((540, 1020),)
WORKDAYS = (NINE_TO_FIVE,) * 5 + ((), ())
CLOSED = ((),) * 7
ALL_DAY = ((0, 1440),)


def plan(
    zone: str = BERLIN,
    weekly: tuple[tuple[Minutes, ...], ...] | None = WORKDAYS,
    once: Mapping[date, Day] | None = None,
    yearly: Mapping[tuple[int, int], Day] | None = None,
    holidays: frozenset[date] | None = None,
    slot_minutes: int = 30,
    slot_capacity: int | None = None,
    weekly_seats: tuple[tuple[Seats, ...], ...] = ((),) * 7,
) -> Plan:
    return Plan(ZoneInfo(zone), weekly, once or {}, yearly or {}, holidays, slot_minutes, slot_capacity, weekly_seats)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def on(zone: str, text: str, fold: int = 0) -> datetime:
    """The instant at which the clocks of a zone show this."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def berlin(text: str, fold: int = 0) -> datetime:
    return on(BERLIN, text, fold)


def of_day(made: Plan, day: str) -> list[tuple[str, str]]:
    """The openings that begin on a local day, as the clocks show them."""
    start = datetime.fromisoformat(day).replace(tzinfo=made.zone)
    found = rules.openings(made, start - timedelta(hours=1), start + timedelta(hours=30))
    local = [(o.opens_at.astimezone(made.zone), o.closes_at.astimezone(made.zone)) for o in found]
    return [(f"{a:%H:%M}", f"{b:%d. %H:%M}") for a, b in local if a.date() == date.fromisoformat(day)]


def test_a_week_opens_and_closes_by_the_clock_of_its_zone() -> None:
    found = rules.openings(plan(), berlin("2026-11-23 00:00"), berlin("2026-11-30 00:00"))
    assert [o.opens_at for o in found] == [berlin(f"2026-11-{day} 09:00") for day in range(23, 28)]
    assert [o.closes_at for o in found] == [berlin(f"2026-11-{day} 17:00") for day in range(23, 28)]


def test_an_opening_has_its_first_instant_and_not_its_last() -> None:
    opening = Opening(berlin("2026-11-23 09:00"), berlin("2026-11-23 17:00"))
    assert rules.opening_at(plan(), opening.opens_at) == opening
    assert rules.opening_at(plan(), opening.closes_at - timedelta(microseconds=1)) == opening
    assert rules.opening_at(plan(), opening.closes_at) is None
    assert rules.opening_at(plan(), opening.opens_at - timedelta(microseconds=1)) is None


def test_openings_are_given_whole_when_a_part_of_them_is_asked_for() -> None:
    found = rules.openings(plan(), berlin("2026-11-23 16:59"), berlin("2026-11-24 09:00"))
    assert found == [Opening(berlin("2026-11-23 09:00"), berlin("2026-11-23 17:00"))]


def test_a_day_may_have_several_ranges_and_those_that_touch_or_overlap_are_one() -> None:
    monday = ((480, 720), (720, 780), (770, 900), (1020, 1080))
    assert of_day(plan(weekly=(monday, *CLOSED[1:])), "2026-11-23") == [("08:00", "23. 15:00"), ("17:00", "23. 18:00")]


def test_a_short_range_within_a_long_one_does_not_end_it() -> None:
    assert of_day(plan(weekly=(((480, 1080), (540, 600)), *CLOSED[1:])), "2026-11-23") == [("08:00", "23. 18:00")]


def test_a_range_past_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    friday = (*CLOSED[:4], ((1320, 1560),), *CLOSED[5:])
    assert of_day(plan(weekly=friday), "2026-11-27") == [("22:00", "28. 02:00")]
    assert of_day(plan(weekly=friday), "2026-11-28") == []


def test_a_range_past_midnight_runs_on_into_a_day_that_is_closed() -> None:
    night = ((1320, 1560),)
    closed_on_saturday = plan(weekly=(night,) * 7, once={date(2026, 11, 28): Day(())})
    assert of_day(closed_on_saturday, "2026-11-27") == [("22:00", "28. 02:00")]
    assert of_day(closed_on_saturday, "2026-11-28") == []
    assert rules.opening_at(closed_on_saturday, berlin("2026-11-28 23:00")) is None


def test_days_until_24_00_and_from_00_00_are_one_opening() -> None:
    late_and_early = plan(weekly=(((1200, 1440),), ((0, 60), (540, 600)), *CLOSED[2:]))
    assert of_day(late_and_early, "2026-11-23") == [("20:00", "24. 01:00")]
    assert of_day(late_and_early, "2026-11-24") == [("09:00", "24. 10:00")]


def test_always_open_never_closes() -> None:
    always = plan(weekly=None)
    opening = rules.opening_at(always, utc("2026-11-23 09:00"))
    assert opening is not None
    assert opening.is_endless
    assert rules.openings(always, utc("2026-11-23 09:00"), utc("2026-11-24 09:00")) == [opening]
    assert rules.next_opening(always, utc("2026-11-23 09:00")) is None


def test_open_at_all_hours_but_on_special_days() -> None:
    but_new_year = plan(weekly=None, yearly={(1, 1): Day(())})
    opening = rules.opening_at(but_new_year, berlin("2026-11-23 09:00"))
    assert opening == Opening(berlin("2026-01-02 00:00"), berlin("2027-01-01 00:00"))
    assert rules.next_opening(but_new_year, berlin("2027-01-01 12:00")) == Opening(
        berlin("2027-01-02 00:00"), berlin("2028-01-01 00:00")
    )


def test_an_opening_beyond_the_horizon_is_cut_and_not_sought_for_ever() -> None:
    once_in_a_while = plan(weekly=None, once={date(2036, 1, 1): Day(())})
    opening = rules.opening_at(once_in_a_while, berlin("2026-11-23 09:00"))
    assert opening is not None
    assert timedelta(days=790) < opening.closes_at - opening.opens_at < timedelta(days=810)


def test_a_service_that_is_closed_for_ever_has_no_next_opening() -> None:
    assert rules.next_opening(plan(weekly=CLOSED), utc("2026-11-23 09:00")) is None
    assert rules.openings(plan(weekly=CLOSED), utc("2026-11-23 09:00"), utc("2027-11-23 09:00")) == []


def test_the_next_opening_is_sought_within_the_days_that_are_named() -> None:
    far = plan(weekly=CLOSED, once={date(2026, 12, 3): Day(NINE_TO_FIVE)})
    friday = berlin("2026-11-23 09:00")
    assert rules.next_opening(far, friday, within_days=9) is None
    assert rules.next_opening(far, friday, within_days=10) == Opening(
        berlin("2026-12-03 09:00"), berlin("2026-12-03 17:00")
    )


def test_the_next_opening_may_begin_just_then_but_not_before() -> None:
    opens_at = berlin("2026-11-24 09:00")
    for at in (berlin("2026-11-23 17:00"), opens_at):
        found = rules.next_opening(plan(), at)
        assert found is not None
        assert found.opens_at == opens_at
    later = rules.next_opening(plan(), opens_at + timedelta(microseconds=1))
    assert later is not None
    assert later.opens_at == berlin("2026-11-25 09:00")


def test_a_day_of_this_year_goes_before_a_yearly_one_and_that_before_a_holiday() -> None:
    made = plan(
        once={date(2026, 12, 24): Day(((600, 660),))},
        yearly={(12, 24): Day(((540, 600),)), (12, 25): Day(((720, 780),))},
        holidays=frozenset({date(2026, 12, 24), date(2026, 12, 25), date(2027, 12, 24), date(2026, 11, 25)}),
    )
    assert of_day(made, "2026-12-24") == [("10:00", "24. 11:00")]
    assert of_day(made, "2027-12-24") == [("09:00", "24. 10:00")]
    assert of_day(made, "2026-12-25") == [("12:00", "25. 13:00")]
    assert of_day(made, "2026-11-25") == []
    assert of_day(made, "2026-11-26") == [("09:00", "26. 17:00")]


def test_a_yearly_day_on_the_29th_of_february_is_there_in_leap_years_only() -> None:
    made = plan(weekly=(NINE_TO_FIVE,) * 7, yearly={(2, 29): Day(((600, 660),))})
    assert of_day(made, "2028-02-29") == [("10:00", "29. 11:00")]
    assert of_day(made, "2027-02-28") == [("09:00", "28. 17:00")]
    assert of_day(made, "2027-03-01") == [("09:00", "01. 17:00")]


@pytest.mark.parametrize(
    ("ranges", "opens", "closes"),
    [
        ((150, 300), "2027-03-28 01:00", "2027-03-28 03:00"),  # from 02:30, which is skipped, to 05:00
        ((60, 150), "2027-03-28 00:00", "2027-03-28 01:00"),  # 01:00 to 02:30: an hour
        ((0, 1440), "2027-03-27 23:00", "2027-03-28 22:00"),  # 23 hours
    ],
)
def test_the_night_of_spring_in_berlin(ranges: Minutes, opens: str, closes: str) -> None:
    sunday = plan(weekly=(*CLOSED[:6], (ranges,)))
    assert rules.next_opening(sunday, utc("2027-03-27 22:00")) == Opening(utc(opens), utc(closes))


def test_a_range_that_the_clocks_skip_altogether_is_none() -> None:
    sunday = plan(weekly=(*CLOSED[:6], ((125, 175),)))
    assert of_day(sunday, "2027-03-28") == []
    assert of_day(sunday, "2027-04-04") == [("02:05", "04. 02:55")]


@pytest.mark.parametrize(
    ("ranges", "opens", "closes"),
    [
        ((150, 300), "2026-10-25 00:30", "2026-10-25 04:00"),  # from the first 02:30
        ((60, 150), "2026-10-24 23:00", "2026-10-25 01:30"),  # until the second 02:30
        ((0, 1440), "2026-10-24 22:00", "2026-10-25 23:00"),  # 25 hours
    ],
)
def test_the_night_of_autumn_in_berlin(ranges: Minutes, opens: str, closes: str) -> None:
    sunday = plan(weekly=(*CLOSED[:6], (ranges,)))
    assert rules.next_opening(sunday, utc("2026-10-24 21:00")) == Opening(utc(opens), utc(closes))


def test_a_day_that_a_zone_skips_has_no_opening_and_a_night_before_it_ends_where_it_is_gone() -> None:
    apia = plan("Pacific/Apia", weekly=(*(NINE_TO_FIVE,) * 3, ((540, 1020), (1380, 1500)), *(NINE_TO_FIVE,) * 3))
    found = rules.openings(apia, on("Pacific/Apia", "2011-12-29 08:00"), on("Pacific/Apia", "2011-12-31 10:00"))
    assert found == [
        Opening(utc("2011-12-29 19:00"), utc("2011-12-30 03:00")),
        Opening(utc("2011-12-30 09:00"), utc("2011-12-30 10:00")),  # 23:00 to midnight, and then it is the 31st
        Opening(utc("2011-12-30 19:00"), utc("2011-12-31 03:00")),
    ]


def test_slots_begin_on_the_local_grid_also_in_a_zone_of_half_and_quarter_hours() -> None:
    kathmandu = plan("Asia/Kathmandu", slot_minutes=60)  # UTC+05:45
    assert rules.slot_start(kathmandu, utc("2026-11-23 09:20:30")) == utc("2026-11-23 09:15")
    assert rules.slot_start(kathmandu, utc("2026-11-23 09:14:59.999999")) == utc("2026-11-23 08:15")


def test_the_hour_that_comes_twice_has_slots_of_its_own_each_time() -> None:
    night = plan(weekly=(((60, 240),),) * 7)
    found = rules.slots(night, utc("2026-10-24 22:00"), utc("2026-10-25 04:00"))
    assert [slot.starts_at for slot in found] == [utc("2026-10-24 23:00") + timedelta(minutes=30 * n) for n in range(8)]
    assert {slot.ends_at - slot.starts_at for slot in found} == {timedelta(minutes=30)}


def test_the_hour_that_is_skipped_has_no_slots() -> None:
    night = plan(weekly=(((60, 240),),) * 7)
    found = rules.slots(night, utc("2027-03-27 22:00"), utc("2027-03-28 03:00"))
    local = [f"{slot.starts_at.astimezone(night.zone):%H:%M}" for slot in found]
    assert local == ["01:00", "01:30", "03:00", "03:30"]


def test_a_slot_that_is_cut_by_a_change_of_half_an_hour_is_two() -> None:
    howe = plan("Australia/Lord_Howe", weekly=None, slot_minutes=60)
    autumn = rules.slots(howe, utc("2027-04-03 14:00"), utc("2027-04-03 16:30"))  # at 15:00 from 02:00 to 01:30
    assert [(s.starts_at, s.ends_at) for s in autumn] == [
        (utc("2027-04-03 14:00"), utc("2027-04-03 15:00")),
        (utc("2027-04-03 15:00"), utc("2027-04-03 15:30")),
        (utc("2027-04-03 15:30"), utc("2027-04-03 16:30")),
    ]
    spring = rules.slots(howe, utc("2027-10-02 14:30"), utc("2027-10-02 16:30"))  # at 15:30 from 02:00 to 02:30
    assert [(s.starts_at, s.ends_at) for s in spring] == [
        (utc("2027-10-02 14:30"), utc("2027-10-02 15:30")),
        (utc("2027-10-02 15:30"), utc("2027-10-02 16:00")),
        (utc("2027-10-02 16:00"), utc("2027-10-02 17:00")),
    ]


def test_a_slot_begins_with_the_opening_and_ends_with_the_closing_within_it() -> None:
    made = plan(weekly=(((555, 620),), *CLOSED[1:]), slot_minutes=60)
    assert rules.slots(made, berlin("2026-11-23 00:00"), berlin("2026-11-24 00:00")) == [
        Slot(berlin("2026-11-23 09:15"), berlin("2026-11-23 10:00"), None),
        Slot(berlin("2026-11-23 10:00"), berlin("2026-11-23 10:20"), None),
    ]


def test_two_openings_within_one_slot_share_it() -> None:
    made = plan(weekly=(((545, 550), (570, 580)), *CLOSED[1:]), slot_minutes=60)
    slot = Slot(berlin("2026-11-23 09:05"), berlin("2026-11-23 09:40"), None)
    assert rules.slots(made, berlin("2026-11-23 00:00"), berlin("2026-11-24 00:00")) == [slot]
    assert rules.slots(made, berlin("2026-11-23 09:06"), berlin("2026-11-24 00:00")) == []
    assert rules.slots(made, berlin("2026-11-23 09:25"), berlin("2026-11-24 00:00")) == []


def test_slots_are_those_that_begin_in_the_time_asked_for() -> None:
    found = rules.slots(plan(), berlin("2026-11-23 09:01"), berlin("2026-11-23 10:30"))
    assert [slot.starts_at for slot in found] == [berlin("2026-11-23 09:30"), berlin("2026-11-23 10:00")]


def test_the_capacity_of_a_slot_is_that_of_its_day_then_of_its_hour_then_of_the_service() -> None:
    monday = (Seats(600, 660, 7), Seats(660, 720, 0))
    made = plan(
        once={date(2026, 11, 30): Day(NINE_TO_FIVE, slot_capacity=1), date(2026, 12, 7): Day(NINE_TO_FIVE)},
        slot_capacity=3,
        weekly_seats=(monday, *CLOSED[1:]),
    )
    hours = ("09:30", "10:00", "10:30", "11:00", "11:30", "12:00")
    for day, expected in (
        ("2026-11-23", [3, 7, 7, 0, 0, 3]),
        ("2026-11-30", [1] * 6),
        ("2026-12-07", [3, 7, 7, 0, 0, 3]),
    ):
        assert [rules.capacity_at(made, berlin(f"{day} {hour}")) for hour in hours] == expected


def test_seats_after_midnight_are_those_of_the_new_day() -> None:
    made = plan(weekly=(((1320, 1560),),) * 7, weekly_seats=((Seats(0, 120, 9),), *CLOSED[1:]), slot_capacity=1)
    found = rules.slots(made, berlin("2026-11-22 23:30"), berlin("2026-11-23 00:30"))
    assert [slot.capacity for slot in found] == [1, 9]


ZONES = (
    BERLIN,
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "UTC",
)
CHANGES = ("2011-12-30 10:00", "2026-10-25 01:00", "2026-11-01 06:00", "2027-03-14 07:00", "2027-03-28 01:00")
CHANGES_OF_HOWE = ("2027-04-03 15:00", "2027-10-02 15:30")


def near(change: str, minutes: int) -> datetime:
    return utc(change) + timedelta(minutes=minutes)


at_a_change = st.builds(
    near,
    st.sampled_from(CHANGES + CHANGES_OF_HOWE),
    st.integers(-3 * 1440, 3 * 1440),
)


def run_of(opens: int, minutes: int) -> Minutes:
    return opens, opens + minutes


def in_order(found: list[Minutes]) -> tuple[Minutes, ...]:
    return tuple(sorted(found))


def week(days: list[tuple[Minutes, ...]]) -> tuple[tuple[Minutes, ...], ...]:
    return tuple(days)


a_range = st.builds(run_of, st.integers(0, 1439), st.integers(1, 1439))
ranges = st.lists(a_range, max_size=3).map(in_order)
weeks = st.lists(ranges | st.just(ALL_DAY), min_size=7, max_size=7).map(week)
plans = st.builds(
    plan,
    zone=st.sampled_from(ZONES),
    weekly=st.none() | weeks,
    once=st.dictionaries(st.sampled_from([utc(text).date() for text in CHANGES]), ranges.map(Day)),
    slot_minutes=st.sampled_from([5, 10, 15, 30, 60]),
)


OVER_A_SKIPPED_DAY = plan(
    zone="Pacific/Apia", weekly=(ALL_DAY, (), (), ALL_DAY, (), ALL_DAY, ()), once={}, slot_minutes=5
)


@settings(deadline=None)
@given(plans, at_a_change)
@example(OVER_A_SKIPPED_DAY, near("2011-12-30 10:00", -1))
@example(OVER_A_SKIPPED_DAY, near("2011-12-30 10:00", 60))
@example(plan("Pacific/Apia", weekly=(*(ALL_DAY,) * 4, (), ALL_DAY, ALL_DAY)), near("2011-12-30 10:00", 0))
def test_openings_are_in_order_apart_and_agree_with_each_other(made: Plan, start: datetime) -> None:
    end = start + timedelta(days=2)
    found = rules.openings(made, start, end)
    for before, after in pairwise(found):
        assert before.closes_at < after.opens_at
        assert rules.opening_at(made, before.closes_at) is None
        following = rules.next_opening(made, before.closes_at)
        assert following is not None
        assert following.opens_at == after.opens_at
    for opening in found:
        assert opening.opens_at < opening.closes_at
        assert opening.opens_at < end
        assert opening.closes_at > start
        if not opening.is_endless and opening.closes_at - opening.opens_at < timedelta(days=300):
            assert rules.opening_at(made, opening.opens_at) == opening
            assert rules.opening_at(made, opening.closes_at - timedelta(microseconds=1)) == opening


@settings(deadline=None)
@given(plans, at_a_change, st.integers(0, 86_399))
def test_open_by_the_openings_is_open_by_the_clock(made: Plan, at: datetime, seconds: int) -> None:
    at += timedelta(seconds=seconds)
    local = at.astimezone(made.zone)
    if local.replace(fold=1 - local.fold).utcoffset() != local.utcoffset():
        return  # an hour that comes twice: from the first reading of an opening to the second of a closing
    minute = local.hour * 60 + local.minute
    today = local.date()
    says_open = made.weekly is None and today not in made.once
    for day, minutes_ago in ((today, 0), (today - timedelta(days=1), 1440)):
        hours = made.once[day].ranges if day in made.once else made.weekly[day.weekday()] if made.weekly else ()
        says_open = says_open or any(opens <= minute + minutes_ago < closes for opens, closes in hours)
    skips_a_day = made.zone.key == "Pacific/Apia" and today == date(2011, 12, 31)
    assert (rules.opening_at(made, at) is not None) == says_open or skips_a_day


@settings(deadline=None)
@given(plans, at_a_change, st.integers(0, 86_399))
def test_every_instant_is_in_one_slot_that_begins_on_the_grid(made: Plan, at: datetime, seconds: int) -> None:
    at += timedelta(seconds=seconds)
    start = rules.slot_start(made, at)
    assert at - timedelta(minutes=made.slot_minutes) < start <= at
    assert rules.slot_start(made, start) == start
    assert rules.slot_start(made, start + (at - start) / 2) == start
    on_the_grid = start.astimezone(made.zone).minute % made.slot_minutes == 0
    clock = {(start - timedelta(seconds=1)).astimezone(made.zone).utcoffset(), at.astimezone(made.zone).utcoffset()}
    assert on_the_grid or len(clock) == 2


@settings(deadline=None)
@given(plans, at_a_change)
def test_slots_cover_the_openings_and_nothing_is_in_two(made: Plan, start: datetime) -> None:
    end = start + timedelta(days=2)
    found = rules.slots(made, start, end)
    openings = rules.openings(made, start - timedelta(hours=1), end + timedelta(hours=1))
    for before, after in pairwise(found):
        assert before.ends_at <= after.starts_at
    for slot in found:
        assert start <= slot.starts_at < end
        last = slot.ends_at - timedelta(microseconds=1)
        assert rules.slot_start(made, slot.starts_at) == rules.slot_start(made, last)
        assert {slot.starts_at, last} == {at for at in (slot.starts_at, last) if is_in_one(openings, at)}
    covered = [Opening(slot.starts_at, slot.ends_at) for slot in found]
    hours = (start + timedelta(hours=1) + timedelta(minutes=97 * n) for n in range(28))
    assert all(is_in_one(covered, at) for at in hours if is_in_one(openings, at))


def is_in_one(openings: list[Opening], at: datetime) -> bool:
    return sum(opening.opens_at <= at < opening.closes_at for opening in openings) == 1


@settings(deadline=None)
@given(plans, at_a_change, st.integers(0, 2 * 1440))
def test_slots_do_not_depend_on_how_the_time_is_cut(made: Plan, start: datetime, minutes: int) -> None:
    middle, end = start + timedelta(minutes=minutes), start + timedelta(days=2)
    assert rules.slots(made, start, middle) + rules.slots(made, middle, end) == rules.slots(made, start, end)


def test_what_never_closes_ends_later_than_anything() -> None:
    assert rules.opening_at(plan(weekly=None), utc("9998-01-01 00:00")) == Opening(rules.BEGINNING, FOREVER)
