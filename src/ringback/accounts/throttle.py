"""How often somebody may try a password, counted over all servers.

An attempt is written down before the password is looked at and taken back when it was right, so that guesses at the
same time count as well. What is typed as a name is only kept as a hash: it may be a password in the wrong field.
"""

from datetime import datetime, timedelta

import msgspec

from ringback.addresses import neighbourhood
from ringback.database.pool import Connection
from ringback.database.queries import QueryFile
from ringback.errors import TooManyRequests

WINDOW = timedelta(minutes=15)
PER_NAME_AND_ADDRESS = 5
PER_ADDRESS = 20
PER_NAME = 100


class TooManyLogins(TooManyRequests):
    """Too many wrong passwords for this user or from this address: wait as long as Retry-After says."""

    code = "too-many-logins"


class _Counts(msgspec.Struct, frozen=True):
    """The time of the attempt that has to grow old before another is allowed; None: one is allowed now."""

    name_and_address: datetime | None
    address: datetime | None
    name: datetime | None


_sql = QueryFile(__file__, "throttle.sql")
_LOCK = _sql.command("lock_login_attempts")
_HINDERING = _sql.query("hindering_login_attempts", _Counts)
_ADD = _sql.query("add_login_attempt", int)
_TAKE_BACK = _sql.command("take_back_login_attempt")
_REMOVE_OLD = _sql.command("remove_login_attempts")


async def begin(connection: Connection, name: str, address: str | None, now: datetime) -> int:
    """Count an attempt, to be committed before the password is looked at; returns its id. Raises TooManyLogins."""
    of = {"name": name, "address": neighbourhood(address)}
    await _LOCK.run(connection, **of)
    found = await _HINDERING.one(
        connection,
        **of,
        since=now - WINDOW,
        per_name_and_address=PER_NAME_AND_ADDRESS,
        per_address=PER_ADDRESS,
        per_name=PER_NAME,
    )
    hindering = [at for at in (found.name_and_address, found.address, found.name) if at is not None]
    if hindering:
        raise _too_many(max(hindering) + WINDOW - now)
    return await _ADD.one(connection, **of, now=now)


async def take_back(connection: Connection, attempt: int) -> None:
    """The password was right: the attempt does not count."""
    await _TAKE_BACK.run(connection, id=attempt)


async def remove_old(connection: Connection, now: datetime, batch: int) -> int:
    """Remove attempts that count no more, `batch` at most; returns how many."""
    return await _REMOVE_OLD.run(connection, before=now - WINDOW, limit=batch)


def _too_many(left: timedelta) -> TooManyLogins:
    seconds = max(1, -int(-left.total_seconds() // 1))
    return TooManyLogins("Too many wrong passwords: wait before you try again", retry_after_seconds=seconds)
