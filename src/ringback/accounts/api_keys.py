"""API keys: who may use the HTTP API, and for what.

A key's secret is shown once, when it is made; only its SHA-256 is stored (32 random bytes need no slow hash).
"""

import asyncio
import hashlib
import secrets
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from ringback.clock import Clock
from ringback.database.pool import Database
from ringback.database.queries import QueryFile
from ringback.errors import ConflictsNow, DatabaseUnavailable, NeverPossible, NotAuthenticated, NotFound

PREFIX = "rbk_"
RANDOM_BYTES = 32
NOTED_EVERY = timedelta(minutes=1)
MAX_NAME_LENGTH = 64


class Scope(StrEnum):
    """What an API key may do: create callbacks; read everything; cancel, reschedule and configure; keep agents."""

    CREATE = "create"
    READ = "read"
    MANAGE = "manage"
    AGENTS = "agents"


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """An API key as stored, without its secret."""

    id: int
    name: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    is_practice: bool


class NewApiKey(msgspec.Struct, frozen=True):
    """A key just made. `secret` is what goes into the X-API-Key header; it cannot be had again."""

    key: ApiKey
    secret: str


class ApiKeyExists(ConflictsNow):
    """There is an API key of this name already, perhaps a revoked one."""

    code = "api-key-exists"


class ApiKeyNotFound(NotFound):
    """There is no API key of this name."""

    code = "api-key-not-found"


class InvalidApiKey(NeverPossible):
    """An API key cannot be made like this: it needs a name, a scope and an expiry in the future, if any."""

    code = "invalid-api-key"


class ApiKeyRefused(NotAuthenticated):
    """The X-API-Key header is missing, or its key is unknown, expired or revoked."""

    code = "api-key-refused"


_sql = QueryFile(__file__)
_CREATE = _sql.query("create_api_key", ApiKey)
_ALL = _sql.query("api_keys", ApiKey)
_REVOKE = _sql.query("revoke_api_key", ApiKey)
_WITH_HASH = _sql.query("api_key_with_hash", ApiKey)
_NOTE_USED = _sql.command("note_api_key_used")


async def create(
    database: Database,
    clock: Clock,
    name: str,
    scopes: Collection[Scope],
    *,
    expires_at: datetime | None = None,
    is_practice: bool = False,
) -> NewApiKey:
    """Make a key. Raises InvalidApiKey, ApiKeyExists."""
    now = clock.now()
    _check(name, scopes, expires_at, now)
    secret = PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
    async with database.transaction() as connection:
        key = await _CREATE.first(
            connection,
            name=name,
            key_hash=_hashed(secret),
            scopes=sorted(set(scopes)),
            now=now,
            expires_at=expires_at,
            is_practice=is_practice,
        )
    if key is None:
        raise ApiKeyExists(f"There is an API key {name!r} already, perhaps revoked: choose another name", api_key=name)
    return NewApiKey(key, secret)


async def list_all(database: Database) -> list[ApiKey]:
    """Every key, also revoked ones, by name."""
    async with database.connection() as connection:
        return await _ALL.all(connection)


async def revoke(database: Database, clock: Clock, name: str) -> ApiKey:
    """End a key at once; repeating it is harmless. Raises ApiKeyNotFound."""
    async with database.transaction() as connection:
        key = await _REVOKE.first(connection, name=name, now=clock.now())
    if key is None:
        raise ApiKeyNotFound(f"There is no API key {name!r}", api_key=name)
    return key


class Authenticator:
    """Tells whose secret it is, and keeps `last_used_at` about right without making anybody wait."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._notes: dict[int, asyncio.Task[None]] = {}

    async def authenticate(self, secret: str | None) -> ApiKey:
        """The key that this is the secret of. Raises ApiKeyRefused."""
        if not secret:
            raise ApiKeyRefused("Send an API key in the X-API-Key header; `ringback api-keys create` makes one")
        async with self._database.connection() as connection:
            key = await _WITH_HASH.first(connection, key_hash=_hashed(secret))
        now = self._clock.now()
        if key is None:
            raise ApiKeyRefused("This API key is unknown")
        if key.revoked_at is not None:
            raise ApiKeyRefused(f"The API key {key.name!r} was revoked at {key.revoked_at.isoformat()}")
        if key.expires_at is not None and key.expires_at <= now:
            raise ApiKeyRefused(f"The API key {key.name!r} expired at {key.expires_at.isoformat()}")
        self._note_used(key, now)
        return key

    async def close(self) -> None:
        """Finish what is being noted."""
        await asyncio.gather(*self._notes.values())

    def _note_used(self, key: ApiKey, now: datetime) -> None:
        if key.id in self._notes or (key.last_used_at is not None and now - key.last_used_at < NOTED_EVERY):
            return
        self._notes[key.id] = asyncio.create_task(self._note(key.id, now), name="note API key used")

    async def _note(self, key_id: int, now: datetime) -> None:
        try:
            with suppress(DatabaseUnavailable):
                async with self._database.connection() as connection:
                    await _NOTE_USED.run(connection, id=key_id, now=now)
        finally:
            del self._notes[key_id]


def _hashed(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _check(name: str, scopes: Collection[Scope], expires_at: datetime | None, now: datetime) -> None:
    if not name.strip() or len(name) > MAX_NAME_LENGTH or not name.isprintable():
        raise InvalidApiKey(f"The name of an API key has 1 to {MAX_NAME_LENGTH} characters; {name!r} has not")
    if not scopes:
        raise InvalidApiKey(f"An API key needs at least one scope of {', '.join(Scope)}")
    if expires_at is not None and expires_at.tzinfo is None:
        raise InvalidApiKey(f"{expires_at.isoformat()} has no offset from UTC, such as Z or +01:00")
    if expires_at is not None and expires_at <= now:
        raise InvalidApiKey(f"An API key that expires at {expires_at.isoformat()} would never work")
