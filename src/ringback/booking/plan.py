"""The plan of a service: what it says of its hours and seats, checked, and put into the terms of `booking.rules`."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

import holidays
import msgspec

from ringback.booking.rules import DAY_MINUTES, Day, Minutes, Plan, Seats
from ringback.services.bounds import InvalidService
from ringback.services.model import Service
from ringback.services.schedule import (
    MAX_SPECIAL_DAYS,
    CapacityRange,
    OpenRange,
    PublicHolidays,
    SpecialDay,
    Weekday,
    WeeklyHours,
    minutes_of,
)
from ringback.services.time_zones import time_zone

_ALL_DAY = ((0, DAY_MINUTES),)


class _Said(msgspec.Struct, frozen=True, array_like=True):
    """What a plan is made of: fields of `Service`."""

    time_zone: str
    hours: WeeklyHours | None
    special_days: Sequence[SpecialDay]
    public_holidays: PublicHolidays | None
    slot_minutes: int
    slot_capacity: int | None
    weekly_capacity: Sequence[CapacityRange]


def plan_of(service: Service) -> Plan:
    """The plan of a service; services that say the same share one. Raises InvalidService, UnknownTimeZone."""
    said = _Said(*(getattr(service, field) for field in _Said.__struct_fields__))
    return _plan(msgspec.json.encode(said, order="sorted"))


def check(service: Service) -> None:
    """Raises InvalidService for hours, special days, holidays or capacities that cannot be; `field` says which."""
    for weekday, ranges in (service.hours or {}).items():
        _check_ranges(f"hours.{weekday}", ranges)
    _check_special_days(service.special_days)
    _check_capacities(service.weekly_capacity)
    if service.public_holidays is not None:
        _calendar(service.public_holidays)


@lru_cache(maxsize=4_096)
def _plan(encoded: bytes) -> Plan:
    said = msgspec.json.decode(encoded, type=_Said)
    return Plan(
        zone=time_zone(said.time_zone),
        weekly=_weekly(said.hours),
        once={day.date: _day(day) for day in said.special_days if not day.yearly},
        yearly={(day.date.month, day.date.day): _day(day) for day in said.special_days if day.yearly},
        holidays=None if said.public_holidays is None else _calendar(said.public_holidays),
        slot_minutes=said.slot_minutes,
        slot_capacity=said.slot_capacity,
        weekly_seats=tuple(_seats(said.weekly_capacity, weekday) for weekday in Weekday),
    )


def _weekly(hours: WeeklyHours | None) -> tuple[tuple[Minutes, ...], ...] | None:
    if hours is None:
        return None
    week = tuple(_minutes(hours.get(weekday, ())) for weekday in Weekday)
    return None if all(day == _ALL_DAY for day in week) else week


def _day(day: SpecialDay) -> Day:
    return Day(_minutes(day.ranges), day.slot_capacity)


def _minutes(ranges: Iterable[OpenRange]) -> tuple[Minutes, ...]:
    return tuple((opens, closes) for opens, closes in sorted(map(_range, ranges)))


def _range(stated: OpenRange) -> Minutes:
    opens, closes = minutes_of(stated.opens), minutes_of(stated.closes)
    return opens, closes if closes > opens else closes + DAY_MINUTES


def _seats(capacities: Iterable[CapacityRange], weekday: Weekday) -> tuple[Seats, ...]:
    return tuple(
        Seats(minutes_of(stated.starts), minutes_of(stated.ends), stated.capacity)
        for stated in capacities
        if stated.weekday is weekday
    )


@lru_cache(maxsize=1_024)
def _calendar(wanted: PublicHolidays) -> holidays.HolidayBase:
    """The public holidays of a place; each year is worked out when it is first asked for."""
    try:
        return holidays.country_holidays(wanted.country, subdiv=wanted.subdivision)
    except NotImplementedError:
        pass
    known = holidays.list_supported_countries(include_aliases=False)
    if wanted.country not in known:
        text = "is a country whose public holidays are known, by its ISO 3166 code such as DE"
        raise _invalid("public_holidays.country", wanted.country, text)
    places = ", ".join(known[wanted.country]) or "none"
    text = f"is one of those known of {wanted.country}: {places}"
    raise _invalid("public_holidays.subdivision", wanted.subdivision, text)


def _check_ranges(field: str, ranges: Iterable[OpenRange]) -> None:
    for stated in ranges:
        written = f"{stated.opens}-{stated.closes}"
        if stated.opens == stated.closes:
            raise _invalid(field, written, "closes at another time than it opens; 00:00-24:00 is the whole day")
        if stated.opens == "24:00":
            raise _invalid(field, written, "opens before 24:00, which is 00:00 of the next day")


def _check_special_days(days: Sequence[SpecialDay]) -> None:
    if len(days) > MAX_SPECIAL_DAYS:
        raise _invalid("special_days", len(days), f"has at most {MAX_SPECIAL_DAYS} entries")
    seen: set[tuple[bool, str]] = set()
    for day in days:
        written = f"{day.date:%m-%d}" if day.yearly else f"{day.date}"
        _check_ranges(f"special_days.{written}", day.ranges)
        if (day.yearly, written) in seen:
            raise _invalid("special_days", written, "names each day once, and once as a yearly one")
        seen.add((day.yearly, written))


def _check_capacities(capacities: Iterable[CapacityRange]) -> None:
    ordered = sorted(capacities, key=lambda stated: (stated.weekday, stated.starts))
    for stated in ordered:
        if stated.ends <= stated.starts:
            text = "starts before it ends, at 24:00 at the latest; what goes on after midnight is the next weekday's"
            raise _invalid(f"weekly_capacity.{stated.weekday}", f"{stated.starts}-{stated.ends}", text)
    for earlier, later in pairwise(ordered):
        if earlier.weekday is later.weekday and later.starts < earlier.ends:
            text = f"does not overlap with {earlier.starts}-{earlier.ends}"
            raise _invalid(f"weekly_capacity.{later.weekday}", f"{later.starts}-{later.ends}", text)


def _invalid(field: str, value: object, allowed: str) -> InvalidService:
    return InvalidService(f"{field} {allowed}; {value!r} is not", field=field, value=value)
