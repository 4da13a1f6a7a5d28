"""API keys: who may use the HTTP API, and for what.

A key's secret is shown once, when it is made; only its SHA-256 is stored (32 random bytes need no slow hash).
"""

import asyncio
import hashlib
import secrets
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime, timedelta

import msgspec

from ringback.accounts.principal import Principal
from ringback.accounts.rules import Scope, of_scopes
from ringback.actors import Actor, ActorKind
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile
from ringback.errors import ConflictsNow, DatabaseUnavailable, NeverPossible, NotAuthenticated, NotFound

PREFIX = "rbk_"
RANDOM_BYTES = 32
NOTED_EVERY = timedelta(minutes=1)
MAX_NAME_LENGTH = 64


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """An API key as stored, without its secret. `services`: the names of those it is given, None: all."""

    id: int
    name: str
    scopes: tuple[Scope, ...]
    services: tuple[str, ...] | None
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
    """The API key in the X-API-Key header is unknown, expired or revoked."""

    code = "api-key-refused"


class _Presented(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    name: str
    scopes: tuple[Scope, ...]
    sees_all_services: bool
    services: dict[str, int]
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


_sql = QueryFile(__file__, "api_keys.sql")
_CREATE = _sql.command("create_api_key")
_GIVE_SERVICES = _sql.query("give_services", str)
_API_KEYS = _sql.query("api_keys", ApiKey)
_REVOKE = _sql.command("revoke_api_key")
_WITH_HASH = _sql.query("api_key_with_hash", _Presented)
_NOTE_USED = _sql.command("note_api_key_used")


async def create(
    database: Database,
    clock: Clock,
    name: str,
    scopes: Collection[Scope],
    *,
    services: Collection[str] | None = None,
    expires_at: datetime | None = None,
    is_practice: bool = False,
) -> NewApiKey:
    """Make a key for `services` by name (None: all, also those to come). Raises InvalidApiKey, ApiKeyExists."""
    now = clock.now()
    _check(name, scopes, expires_at, now)
    secret = PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
    async with database.transaction() as connection:
        is_new = await _CREATE.run(
            connection,
            name=name,
            key_hash=_hashed(secret),
            scopes=sorted(set(scopes)),
            sees_all_services=services is None,
            now=now,
            expires_at=expires_at,
            is_practice=is_practice,
        )
        if not is_new:
            text = f"There is an API key {name!r} already, perhaps revoked: choose another name"
            raise ApiKeyExists(text, api_key=name)
        await _give(connection, name, services or ())
        return NewApiKey(await _API_KEYS.one(connection, name=name), secret)


async def list_all(database: Database) -> list[ApiKey]:
    """Every key, also revoked ones, by name."""
    async with database.connection() as connection:
        return await _API_KEYS.all(connection, name=None)


async def revoke(database: Database, clock: Clock, name: str) -> ApiKey:
    """End a key at once; repeating it is harmless. Raises ApiKeyNotFound."""
    async with database.transaction() as connection:
        if not await _REVOKE.run(connection, name=name, now=clock.now()):
            raise ApiKeyNotFound(f"There is no API key {name!r}", api_key=name)
        return await _API_KEYS.one(connection, name=name)


class Authenticator:
    """Tells whose secret it is, and keeps `last_used_at` about right without making anybody wait."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._notes: dict[int, asyncio.Task[None]] = {}

    async def authenticate(self, secret: str, address: str | None = None) -> Principal:
        """Whose secret this is. Raises ApiKeyRefused."""
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
        return Principal(
            actor=Actor(ActorKind.API_KEY, key.name, address),
            permissions=of_scopes(key.scopes),
            services=None if key.sees_all_services else key.services,
            api_key_id=key.id,
        )

    async def close(self) -> None:
        """Finish what is being noted."""
        await asyncio.gather(*self._notes.values())

    def _note_used(self, key: _Presented, now: datetime) -> None:
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


async def _give(connection: Connection, name: str, services: Collection[str]) -> None:
    given = await _GIVE_SERVICES.all(connection, name=name, services=list(services))
    for service in services:
        if service not in given:
            raise InvalidApiKey(f"There is no service {service!r} to give to an API key", service=service)


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
