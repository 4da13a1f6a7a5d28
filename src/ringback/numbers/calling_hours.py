"""When a customer may be called, by the customer's own clock.

The time zone that the customer stated is the one. Else the number tells, perhaps of several: all of them must agree, so
that nobody is rung at night. Many mobile numbers tell their country only; one whose prefix belongs to no country
(satellite, +800) tells nothing, and is not called until a time zone is stated.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import PhoneNumberType, timezone

from ringback.errors import NeverPossible
from ringback.numbers.rules import first_agreed

_SHOWN_ZONES = 3


class HoursOfDay(Protocol):
    """From when until when, in minutes since midnight; the end is not among them."""

    @property
    def starts_minute(self) -> int: ...
    @property
    def ends_minute(self) -> int: ...


class OutsideCallingHours(NeverPossible):
    """The customer may not be called at that hour of the customer's day; `next_allowed_at` says when, `zones` where."""

    code = "outside-calling-hours"


def zones_of(number: str, stated_zone: str | None = None) -> Sequence[str]:
    """The IANA time zones that a customer with this number (E.164) may be in; none: nothing is known."""
    if stated_zone is not None:
        return (stated_zone,)
    parsed = phonenumbers.parse(number)
    if phonenumbers.number_type(parsed) == PhoneNumberType.UNKNOWN:
        # Not (yet) given out, as far as the data knows: its prefix still tells where it is.
        found = timezone.time_zones_for_geographical_number(parsed)
    else:
        found = timezone.time_zones_for_number(parsed)
    return () if found == (timezone.UNKNOWN_TIMEZONE,) else found


def allowed_at(number: str, stated_zone: str | None, hours: HoursOfDay | None, at: datetime) -> datetime | None:
    """The earliest instant from `at` on at which this number (E.164) may be called; `at` itself when it may then.

    `hours` None: at any hour. The answer None: never, because no time zone is known, or the possible ones have no such
    hour in common.
    """
    if hours is None:
        return at
    zones = zones_of(number, stated_zone)
    if not zones:
        return None
    return first_agreed([ZoneInfo(zone) for zone in zones], hours.starts_minute, hours.ends_minute, at)


def require_allowed(number: str, stated_zone: str | None, hours: HoursOfDay | None, at: datetime) -> None:
    """Raises OutsideCallingHours when this number (E.164) may not be called at that instant."""
    allowed = allowed_at(number, stated_zone, hours, at)
    if allowed == at or hours is None:
        return
    zones = zones_of(number, stated_zone)
    raise OutsideCallingHours(
        f"{number} is called {_hours_text(hours)} of the customer's day ({_zones_text(zones)}); "
        + _next_text(allowed, zones),
        next_allowed_at=allowed,
        zones=list(zones),
    )


def _hours_text(hours: HoursOfDay) -> str:
    return f"from {_time_text(hours.starts_minute)} to {_time_text(hours.ends_minute)}"


def _time_text(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _zones_text(zones: Sequence[str]) -> str:
    if not zones:
        return "in an unknown time zone"
    more = f" and {len(zones) - _SHOWN_ZONES} more" if len(zones) > _SHOWN_ZONES else ""
    return f"in {', '.join(zones[:_SHOWN_ZONES])}{more}"


def _next_text(allowed: datetime | None, zones: Sequence[str]) -> str:
    if allowed is None:
        why = "these zones have no such hour in common" if zones else "the number does not tell it"
        return f"{why}: state the customer's time zone"
    return f"the next time is {allowed.astimezone(ZoneInfo(zones[0])).isoformat(timespec='minutes')}"
