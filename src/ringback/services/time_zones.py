"""IANA time zones by name."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from ringback.errors import NeverPossible


class UnknownTimeZone(NeverPossible):
    """There is no IANA time zone of this name."""

    code = "unknown-time-zone"


def time_zone(name: str) -> ZoneInfo:
    """The zone of that name, such as Europe/Berlin. Raises UnknownTimeZone."""
    if name not in _names():
        raise UnknownTimeZone(f"{name!r} is no IANA time zone; write one like Europe/Berlin", time_zone=name)
    return ZoneInfo(name)


@cache
def _names() -> frozenset[str]:
    # These files stand beside the zones in some systems; the first differs from machine to machine.
    return frozenset(available_timezones() - {"localtime", "Factory"})
