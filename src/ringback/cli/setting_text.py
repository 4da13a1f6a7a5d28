"""The settings of a service as lines that people read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ringback.cli.output import duration_text
from ringback.numbers.model import NumberRules
from ringback.services.catalog import ServiceChoices
from ringback.services.model import RetryChoice, Service
from ringback.services.schedule import (
    CallingHours,
    CapacityRange,
    OpenRange,
    PublicHolidays,
    SpecialDay,
    Weekday,
    WeeklyHours,
)


def setting_lines(service: Service) -> Iterator[tuple[str, str]]:
    """Every setting with its value, several lines where it has several parts."""
    documents = _documents(service)
    for field in ServiceChoices.__struct_fields__:
        yield field, "\n".join(documents[field]) if field in documents else _single(getattr(service, field))


def _documents(service: Service) -> Mapping[str, Iterable[str]]:
    return {
        "retries": _retries(service.retries),
        "hours": ["open at all hours"] if service.hours is None else _weekly(service.hours),
        "special_days": map(_special_day, service.special_days),
        "public_holidays": _holidays(service.public_holidays),
        "weekly_capacity": map(_capacity, service.weekly_capacity),
        "number_rules": _number_rules(service.number_rules),
        "calling_hours": _calling_hours(service.calling_hours),
        "dispositions": service.dispositions,
    }


def _single(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _holidays(closed_on: PublicHolidays | None) -> Iterator[str]:
    if closed_on is not None:
        yield closed_on.country if closed_on.subdivision is None else f"{closed_on.country}, {closed_on.subdivision}"


def _calling_hours(hours: CallingHours | None) -> Iterator[str]:
    if hours is not None:
        yield f"{hours.starts}-{hours.ends} by the customer's clock"


def _special_day(day: SpecialDay) -> str:
    date = f"every year {day.date:%m-%d}" if day.yearly else f"{day.date}"
    seats = "" if day.slot_capacity is None else f", {_seats(day.slot_capacity)}"
    return f"{date} {_ranges(day.ranges)}{seats}{f' ({day.name})' if day.name else ''}"


def _capacity(seats: CapacityRange) -> str:
    return f"{seats.weekday} {seats.starts}-{seats.ends}: {_seats(seats.capacity)}"


def _seats(capacity: int) -> str:
    return f"{capacity} {'seat' if capacity == 1 else 'seats'} a slot"


def _weekly(hours: WeeklyHours) -> Iterator[str]:
    for weekday in Weekday:
        yield f"{weekday:<9} {_ranges(hours.get(weekday, ()))}"


def _ranges(ranges: Sequence[OpenRange]) -> str:
    return ", ".join(f"{each.opens}-{each.closes}" for each in ranges) or "closed"


def _retries(retries: Mapping[str, RetryChoice]) -> Iterator[str]:
    for outcome, choice in retries.items():
        times = "" if choice.limit is None else f" {choice.limit} times" if choice.limit else " never"
        delay = "" if choice.delay_seconds is None else f" after {duration_text(choice.delay_seconds)}"
        yield f"{outcome}:{times}{delay}"


def _number_rules(rules: NumberRules) -> Iterator[str]:
    if rules.permitted_countries:
        yield f"only {', '.join(rules.permitted_countries)}"
    for blocked in rules.blocked:
        yield f"not {blocked.kind} {blocked.pattern}{f' ({blocked.note})' if blocked.note else ''}"
