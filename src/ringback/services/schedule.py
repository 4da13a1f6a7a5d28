"""What a service says of its hours and its seats, as it is stored and as the API takes it.

Times of day are the service's own wall clock, written HH:MM; 24:00 is the end of the day. What follows from them for
real instants is worked out by `booking.rules`.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, TypeAlias

import msgspec

MAX_RANGES = 24
MAX_SPECIAL_DAYS = 1_000
MAX_CAPACITY = 1_000_000

TIME_OF_DAY = "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"
TimeOfDay: TypeAlias = Annotated[str, msgspec.Meta(pattern=TIME_OF_DAY)]
Capacity: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=MAX_CAPACITY)]


class Weekday(StrEnum):
    """A day of the week."""

    MONDAY = "MONDAY"
    TUESDAY = "TUESDAY"
    WEDNESDAY = "WEDNESDAY"
    THURSDAY = "THURSDAY"
    FRIDAY = "FRIDAY"
    SATURDAY = "SATURDAY"
    SUNDAY = "SUNDAY"


class OpenRange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From `opens` until just before `closes`; one that closes at or before it opens ends on the next day."""

    opens: TimeOfDay
    closes: TimeOfDay


Ranges: TypeAlias = Annotated[Sequence[OpenRange], msgspec.Meta(max_length=MAX_RANGES)]

# A weekday that is left out is closed.
WeeklyHours: TypeAlias = Mapping[Weekday, Ranges]


class SpecialDay(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A day with hours of its own; without `ranges` it is closed.

    `yearly`: each year on this day. `slot_capacity`: the seats of each of its slots, when they differ. It replaces the
    weekday's hours and a public holiday; one for this very year goes before a yearly one.
    """

    date: dt.date
    name: Annotated[str, msgspec.Meta(max_length=200)] = ""
    yearly: bool = False
    ranges: Ranges = ()
    slot_capacity: Capacity | None = None


class PublicHolidays(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Closed on the public holidays of a country (ISO 3166, such as DE) and, where they differ, of a part of it."""

    country: str
    subdivision: str | None = None


class CapacityRange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many seats each slot has that begins within this time of a weekday."""

    weekday: Weekday
    starts: TimeOfDay
    ends: TimeOfDay
    capacity: Capacity


class CallingHours(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a customer may be called, by the customer's own clock; it ends on the day on which it starts."""

    starts: TimeOfDay = "08:00"
    ends: TimeOfDay = "21:00"

    @property
    def starts_minute(self) -> int:
        """Minutes since midnight."""
        return minutes_of(self.starts)

    @property
    def ends_minute(self) -> int:
        """Minutes since midnight; not among the hours itself."""
        return minutes_of(self.ends)


def minutes_of(time_of_day: TimeOfDay) -> int:
    """Minutes since midnight; 24:00 is 1440."""
    hours, minutes = time_of_day.split(":")
    return int(hours) * 60 + int(minutes)
