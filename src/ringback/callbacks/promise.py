"""The time that a customer is promised: checked, and kept both as an instant and as the customer's wall clock.

A time zone may change its rules between promise and call, and one wall-clock hour a year does not exist: with the
customer's own reading kept beside the instant, such a day is decided and not guessed.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from ringback.errors import NeverPossible
from ringback.instants import require_offset
from ringback.services.time_zones import time_zone

DAYS_AHEAD = 31


class NoSuchLocalTime(NeverPossible):
    """The clocks of the time zone skip this time that day."""

    code = "no-such-local-time"


class TooFarAhead(NeverPossible):
    """The desired time is more than 31 days ahead."""

    code = "too-far-ahead"


class InThePast(NeverPossible):
    """The desired time is over."""

    code = "in-the-past"


class Promise(msgspec.Struct, frozen=True):
    """An instant, and what the customer's clock shows then in the IANA zone `zone`."""

    at: datetime
    local: datetime
    zone: str


def promise_now(now: datetime, zone_name: str) -> Promise:
    """The promise of an immediate callback: as soon as an agent is free. Raises UnknownTimeZone."""
    return _promise(now, time_zone(zone_name))


def promise_at(desired_at: datetime, zone_name: str, now: datetime) -> Promise:
    """The promise of a call at a chosen time.

    Raises UnknownTimeZone, TimeWithoutOffset, TooFarAhead, InThePast, NoSuchLocalTime.
    """
    zone = time_zone(zone_name)
    require_offset("desired_at", desired_at)
    if desired_at > now + timedelta(days=DAYS_AHEAD):
        latest = (now + timedelta(days=DAYS_AHEAD)).isoformat(timespec="seconds")
        text = f"{desired_at.isoformat()} is too far ahead: at most {DAYS_AHEAD} days, that is until {latest}"
        raise TooFarAhead(text, desired_at=desired_at)
    if desired_at < now:
        text = f"{desired_at.isoformat()} is over: it is {now.isoformat(timespec='seconds')}"
        raise InThePast(text, desired_at=desired_at)
    _require_reading(desired_at, zone)
    return _promise(desired_at, zone)


def in_words(local: datetime, zone_name: str) -> str:
    """A promised time for people, by the customer's clock."""
    return f"{local:%Y-%m-%d %H:%M} {zone_name}"


def instant_in_words(at: datetime) -> str:
    """An instant for people, in UTC and to the second."""
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _promise(instant: datetime, zone: ZoneInfo) -> Promise:
    local = instant.astimezone(zone)
    return Promise(instant, local.replace(tzinfo=None), zone.key)


def _require_reading(desired_at: datetime, zone: ZoneInfo) -> None:
    """Refuse a reading that the zone's clocks skip, written with the zone's offset before or after the gap.

    With any other offset it was not meant as a reading of this zone, and with Z it never is: it is a plain instant.
    """
    reading = desired_at.replace(tzinfo=zone)
    before, after = (reading.replace(fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    # PEP 495: in a gap, and only there, the offset of fold=0 is the smaller one.
    if before >= after or not desired_at.utcoffset() or desired_at.utcoffset() not in (before, after):
        return
    gap_start = _last_reading_before(reading, before, after)
    text = (
        f"{desired_at:%Y-%m-%d %H:%M:%S} does not exist in {zone.key}: "
        f"that day the clocks go from {gap_start:%H:%M} to {gap_start + (after - before):%H:%M}"
    )
    raise NoSuchLocalTime(text, desired_at=desired_at, time_zone=zone.key)


def _last_reading_before(reading: datetime, before: timedelta, after: timedelta) -> datetime:
    """The wall-clock time at which the gap that `reading` lies in begins."""
    naive = reading.replace(tzinfo=None, fold=0)
    low, high = 0, int((after - before).total_seconds())
    while low < high:  # how many whole seconds before the reading the gap began
        middle = (low + high + 1) // 2
        earlier = (naive - timedelta(seconds=middle)).replace(tzinfo=reading.tzinfo)
        is_in_gap = (earlier.utcoffset() or timedelta()) < (earlier.replace(fold=1).utcoffset() or timedelta())
        low, high = (middle, high) if is_in_gap else (low, middle - 1)
    return naive - timedelta(seconds=low)
