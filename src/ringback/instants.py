"""Instants as people and programs write them: each with its offset from UTC."""

from datetime import datetime

from ringback.errors import NeverPossible


class TimeWithoutOffset(NeverPossible):
    """A time was given without its offset from UTC, so it is not known which instant is meant."""

    code = "time-without-offset"


def require_offset(field: str, instant: datetime | None) -> None:
    """Raises TimeWithoutOffset for a time that names no instant; none at all is none without an offset."""
    if instant is not None and instant.tzinfo is None:
        text = f"{field} {instant.isoformat()} has no offset from UTC; write one, such as Z or +01:00"
        raise TimeWithoutOffset(text, field=field, value=instant)
