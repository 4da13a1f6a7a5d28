"""Sessions: a user who is logged in, known again by the token in a cookie.

A token is 32 random bytes, so its SHA-256 is stored and no slow hash is needed. Rights are read with every request:
whatever is changed in a user holds at once, without a new login.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

import msgspec

from ringback.accounts.principal import Principal
from ringback.accounts.rules import Role, of_roles
from ringback.actors import Actor, ActorKind
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile
from ringback.errors import NotAuthenticated

RANDOM_BYTES = 32
# A session ends after so long without a request, and in any case after so long.
IDLE = timedelta(hours=12)
LIFETIME = timedelta(days=7)
NOTED_EVERY = timedelta(minutes=1)


class SessionEnded(NotAuthenticated):
    """Nobody is logged in here, or not any more: log in (again)."""

    code = "session-ended"


class NewSession(msgspec.Struct, frozen=True, kw_only=True):
    """A session just begun; `token` goes into the browser's cookie and cannot be had again."""

    token: str
    expires_at: datetime


class NamedService(msgspec.Struct, frozen=True):
    """A service as menus show it."""

    name: str
    display_name: str


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """Who is logged in, as their console shows it; `services`: those they are given, by name."""

    name: str
    display_name: str
    roles: tuple[Role, ...]
    agent: str | None
    must_change_password: bool
    sees_all_services: bool
    services: tuple[NamedService, ...]
    expires_at: datetime


class _Session(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    last_used_at: datetime
    user_id: int
    name: str
    roles: tuple[Role, ...]
    sees_all_services: bool
    services: dict[str, int]
    agent: str | None
    must_change_password: bool


_sql = QueryFile(__file__, "sessions.sql")
_BEGIN = _sql.command("begin_session")
_WITH_HASH = _sql.query("session_with_hash", _Session)
_NOTE_USED = _sql.command("note_session_used")
_SIGNED_IN = _sql.query("signed_in", SignedIn)
_END = _sql.command("end_session")
_END_WITH_HASH = _sql.command("end_session_with_hash")
_END_OF_USER = _sql.command("end_sessions_of_user")
_REMOVE_ENDED = _sql.command("remove_ended_sessions")


async def begin(connection: Connection, user_id: int, now: datetime) -> NewSession:
    """Begin a session of a user whose password was right."""
    token, expires_at = secrets.token_urlsafe(RANDOM_BYTES), now + LIFETIME
    await _BEGIN.run(connection, token_hash=_hashed(token), user_id=user_id, now=now, expires_at=expires_at)
    return NewSession(token=token, expires_at=expires_at)


async def authenticate(
    database: Database, clock: Clock, token: str, address: str | None = None, *, is_use: bool = True
) -> Principal:
    """Whose session this is the token of. Raises SessionEnded. `is_use`: whether that keeps it from ending idle."""
    now = clock.now()
    async with database.connection() as connection:
        session = await _WITH_HASH.first(connection, token_hash=_hashed(token), now=now, idle_since=now - IDLE)
        if session is None:
            raise _ended()
        if is_use and now - session.last_used_at >= NOTED_EVERY:
            await _NOTE_USED.run(connection, id=session.id, now=now)
    return Principal(
        actor=Actor(ActorKind.USER, session.name, address),
        permissions=of_roles(session.roles),
        services=None if session.sees_all_services else session.services,
        user_id=session.user_id,
        session_id=session.id,
        agent=session.agent,
        must_change_password=session.must_change_password,
    )


def csrf_token(token: str) -> str:
    """What a page of this session sends in the X-CSRF-Token header: no other site can know it."""
    return hashlib.sha256(f"csrf {token}".encode()).hexdigest()


async def signed_in(connection: Connection, who: Principal) -> SignedIn:
    """Whose session it is that who asks has. Raises SessionEnded."""
    found = await _SIGNED_IN.first(connection, id=who.session_id)
    if found is None:
        raise _ended()
    return found


async def end(connection: Connection, session_id: int) -> None:
    """Log out."""
    await _END.run(connection, id=session_id)


async def end_with_token(connection: Connection, token: str) -> None:
    """End the session that another takes the place of, if there is one of that token."""
    await _END_WITH_HASH.run(connection, token_hash=_hashed(token))


async def end_of_user(connection: Connection, user_id: int, *, but: int | None = None) -> int:
    """End every session of a user, `but` one; returns how many."""
    return await _END_OF_USER.run(connection, user_id=user_id, but=but)


async def remove_ended(connection: Connection, now: datetime, batch: int) -> int:
    """Remove the sessions that are over, `batch` at most; returns how many."""
    return await _REMOVE_ENDED.run(connection, now=now, idle_since=now - IDLE, limit=batch)


def _ended() -> SessionEnded:
    return SessionEnded("You are not logged in, or not any more: log in again")


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
