"""The first user, who makes all others: made when there is nobody yet."""

import msgspec

from ringback.accounts import passwords, users
from ringback.accounts.passwords import PasswordTooWeak
from ringback.audit import journal
from ringback.clock import Clock
from ringback.database.pool import Database
from ringback.database.queries import QueryFile
from ringback.settings import InvalidSetting

NAME = "admin"


class FirstAdministrator(msgspec.Struct, frozen=True):
    """The administrator just made. `password`: to be shown once, and changed; None: it is the one of the settings."""

    name: str
    password: str | None


_sql = QueryFile(__file__, "first_administrator.sql")
_IS_THERE_A_USER = _sql.query("is_there_a_user", bool)
_CREATE = _sql.command("create_first_administrator")


async def make(database: Database, clock: Clock, password: str | None) -> FirstAdministrator | None:
    """Make the administrator of all services, with this password or a random one; None: there are users already.

    Of several processes that do this at once, one makes it. Raises InvalidSetting for a password that is too weak.
    """
    async with database.connection() as connection:
        if await _IS_THERE_A_USER.one(connection):
            return None
    if password is not None:
        _check(password)
    chosen = password or passwords.random()
    password_hash = await passwords.hashed(chosen)
    async with database.transaction() as connection:
        await users.lock(connection)
        values = {"name": NAME, "password_hash": password_hash, "must_change_password": password is None}
        if not await _CREATE.run(connection, **values, now=clock.now()):
            return None
        await journal.record_of_engine(connection, clock.now(), "user.created", NAME)
    return FirstAdministrator(NAME, chosen if password is None else None)


def _check(password: str) -> None:
    try:
        passwords.check(password, NAME)
    except PasswordTooWeak as problem:
        raise InvalidSetting(f"RINGBACK_ADMIN_PASSWORD cannot be used: {problem}") from None
