"""Logging in with name and password, and out again."""

from datetime import datetime
from typing import NoReturn

import msgspec

from ringback.accounts import passwords, sessions, throttle
from ringback.accounts.principal import Principal
from ringback.accounts.sessions import NewSession
from ringback.actors import Actor, ActorKind
from ringback.audit import journal
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile
from ringback.errors import NotAuthenticated


class LoginRefused(NotAuthenticated):
    """Name and password do not fit together, or the user is disabled: which of it is not told."""

    code = "login-refused"


class _Candidate(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    name: str
    password_hash: str
    is_enabled: bool


_sql = QueryFile(__file__, "logins.sql")
_CANDIDATE = _sql.query("candidate", _Candidate)
_LOG_IN = _sql.query("log_in", int)
_REPLACE_HASH = _sql.command("replace_password_hash")


async def log_in(
    database: Database, clock: Clock, name: str, password: str, address: str | None, *, instead_of: str | None = None
) -> NewSession:
    """Begin a session of the user whose name and password these are.

    `instead_of`: the token of a session that ends by it. Raises LoginRefused, TooManyLogins.
    """
    async with database.transaction() as connection:
        attempt = await throttle.begin(connection, name, address, clock.now())
        user = await _CANDIDATE.first(connection, name=name)
    if not await passwords.is_right(password, user and user.password_hash) or user is None or not user.is_enabled:
        await _refuse(database, clock.now(), user, address)
    fresh = await passwords.hashed(password) if passwords.is_outdated(user.password_hash) else None
    async with database.transaction() as connection:
        now = clock.now()
        # What was checked may have changed since: the user disabled, the password reset.
        if await _LOG_IN.first(connection, id=user.id, password_hash=user.password_hash, now=now) is None:
            raise _refused()
        await throttle.take_back(connection, attempt)
        if fresh is not None:
            await _REPLACE_HASH.run(connection, id=user.id, password_hash=fresh)
        if instead_of is not None:
            await sessions.end_with_token(connection, instead_of)
        await journal.record(connection, now, Actor(ActorKind.USER, user.name, address), "user.logged-in", user.name)
        return await sessions.begin(connection, user.id, now)


async def log_out(connection: Connection, now: datetime, who: Principal) -> None:
    """End the session of who asks."""
    if who.session_id is not None:
        await sessions.end(connection, who.session_id)
        await journal.record(connection, now, who.actor, "user.logged-out", who.actor.name)


async def _refuse(database: Database, now: datetime, user: _Candidate | None, address: str | None) -> NoReturn:
    # The name of nobody is not written down: it may be a password, typed into the wrong field.
    name = "" if user is None else user.name
    reason = "unknown" if user is None else "wrong-password" if user.is_enabled else "disabled"
    async with database.transaction() as connection:
        await journal.record(
            connection, now, Actor(ActorKind.USER, name, address), "login.refused", name, reason=reason
        )
    raise _refused()


def _refused() -> LoginRefused:
    return LoginRefused("Name and password do not fit together, or this user may not log in")
