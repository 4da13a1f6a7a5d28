"""API keys: who may use the HTTP API, for what, and for which services.

A key's secret is shown once, when it is made; only its SHA-256 is stored (32 random bytes need no slow hash). Who makes
or changes keys gives no more services than they have (`within`), and changes or ends no key that has more. What is
changed holds with the next request that shows the key.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime, timedelta

import msgspec
from msgspec import UNSET, UnsetType

from ringback.accounts.principal import BeyondYourServices, Principal, lie_within
from ringback.accounts.rules import Scope, of_scopes
from ringback.actors import Actor, ActorKind
from ringback.audit import journal
from ringback.choices import chosen
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile
from ringback.errors import ConflictsNow, DatabaseUnavailable, NeverPossible, NotAuthenticated, NotFound
from ringback.instants import require_offset
from ringback.names import fits_a_path

PREFIX = "rbk_"
RANDOM_BYTES = 32
NOTED_EVERY = timedelta(minutes=1)


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """An API key, without its secret.

    `services`: the names of those it is given, None: all, also those to come. `has_other_services`: beside those shown
    it has some that whoever asks is not given, so that it is not theirs to change.
    """

    name: str
    scopes: tuple[Scope, ...]
    services: tuple[str, ...] | None
    has_other_services: bool
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    is_practice: bool


class ApiKeyChoices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be set in an API key; what is left out keeps its value.

    `services` null: all, also those to come. `expires_at` null: never.
    """

    scopes: list[Scope] | UnsetType = UNSET
    services: list[str] | UnsetType | None = UNSET
    expires_at: datetime | UnsetType | None = UNSET


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


class ApiKeyRevoked(ConflictsNow):
    """The API key is revoked, and stays so: make another one."""

    code = "api-key-revoked"


class InvalidApiKey(NeverPossible):
    """An API key cannot be like this: it needs a name, a scope, a service and an expiry in the future, if any."""

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
_LOCK = _sql.query("lock_api_key", int)
_TAKE_SERVICES = _sql.command("take_services")
_GIVE_SERVICES = _sql.query("give_services", str)
_API_KEYS = _sql.query("api_keys", ApiKey)
_CHANGE = _sql.command("change_api_key")
_REVOKE = _sql.command("revoke_api_key")
_WITH_HASH = _sql.query("api_key_with_hash", _Presented)
_NOTE_USED = _sql.command("note_api_key_used")


async def create(
    database: Database,
    clock: Clock,
    actor: Actor,
    name: str,
    scopes: Collection[Scope],
    *,
    services: Collection[str] | None = None,
    expires_at: datetime | None = None,
    is_practice: bool = False,
    within: Collection[str] | None = None,
) -> NewApiKey:
    """Make a key for `services` by name (None: all, also those to come).

    `within`: the services that who asks is given (None: all). Raises InvalidApiKey, TimeWithoutOffset,
    BeyondYourServices, ApiKeyExists.
    """
    now = clock.now()
    _check_name(name)
    _check(scopes, services, expires_at, now)
    _require_within(name, services, within)
    secret = PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
    async with database.transaction() as connection:
        is_new = await _CREATE.run(
            connection,
            name=name,
            key_hash=hash_of(secret),
            scopes=_in_order(scopes),
            sees_all_services=services is None,
            now=now,
            expires_at=expires_at,
            is_practice=is_practice,
        )
        if not is_new:
            text = f"There is an API key {name!r} already, perhaps revoked: choose another name"
            raise ApiKeyExists(text, api_key=name)
        await _give(connection, await _LOCK.one(connection, name=name), services or ())
        made = await _named(connection, name)
        await journal.record(
            connection,
            now,
            actor,
            "api-key.created",
            name,
            of_services=made.services or (),
            scopes=made.scopes,
            services=made.services,
            expires_at=made.expires_at,
        )
        return NewApiKey(made, secret)


async def list_all(database: Database, within: Collection[int] | None = None) -> list[ApiKey]:
    """Every key, also revoked ones, by name; of its services those among these ids are named (None: all)."""
    async with database.connection() as connection:
        return await _API_KEYS.all(connection, name=None, within=within)


async def change(
    database: Database,
    clock: Clock,
    actor: Actor,
    name: str,
    changes: ApiKeyChoices,
    *,
    within: Collection[str] | None = None,
) -> ApiKey:
    """Change what a key may do; its secret stays. `within`: as for `create`.

    Raises ApiKeyNotFound, ApiKeyRevoked, InvalidApiKey, TimeWithoutOffset, BeyondYourServices.
    """
    async with database.transaction() as connection:
        now = clock.now()
        key_id, before = await _locked(connection, name, within)
        if before.revoked_at is not None:
            raise ApiKeyRevoked(f"The API key {name!r} is revoked: make another one", api_key=name)
        wanted = _chosen(before, changes, now)
        _require_within(name, wanted.services, within)
        await _CHANGE.run(
            connection,
            id=key_id,
            scopes=wanted.scopes,
            sees_all_services=wanted.services is None,
            expires_at=wanted.expires_at,
        )
        await _give(connection, key_id, wanted.services or ())
        after = await _named(connection, name)
        if told := journal.changes(before, after):
            services = {*(before.services or ()), *(after.services or ())}
            await journal.record(connection, now, actor, "api-key.changed", name, of_services=services, changes=told)
        return after


async def revoke(
    database: Database, clock: Clock, actor: Actor, name: str, *, within: Collection[str] | None = None
) -> ApiKey:
    """End a key at once and for good; repeating it is harmless. `within`: as for `create`.

    Raises ApiKeyNotFound, BeyondYourServices.
    """
    async with database.transaction() as connection:
        now = clock.now()
        key_id, key = await _locked(connection, name, within)
        if key.revoked_at is None:
            await _REVOKE.run(connection, id=key_id, now=now)
            await journal.record(connection, now, actor, "api-key.revoked", name, of_services=key.services or ())
        return await _named(connection, name)


def hash_of(secret: str) -> bytes:
    """What is stored of a secret."""
    return hashlib.sha256(secret.encode()).digest()


class Authenticator:
    """Tells whose secret it is, and keeps `last_used_at` about right without making anybody wait."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._notes: dict[int, asyncio.Task[None]] = {}

    async def authenticate(self, secret: str, address: str | None = None) -> Principal:
        """Whose secret this is. Raises ApiKeyRefused."""
        async with self._database.connection() as connection:
            key = await _WITH_HASH.first(connection, key_hash=hash_of(secret))
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


async def _locked(connection: Connection, name: str, within: Collection[str] | None) -> tuple[int, ApiKey]:
    key_id = await _LOCK.first(connection, name=name)
    if key_id is None:
        raise ApiKeyNotFound(f"There is no API key {name!r}", api_key=name)
    key = await _named(connection, name)
    _require_within(name, key.services, within)
    return key_id, key


async def _named(connection: Connection, name: str) -> ApiKey:
    return await _API_KEYS.one(connection, name=name, within=None)


async def _give(connection: Connection, key_id: int, services: Collection[str]) -> None:
    await _TAKE_SERVICES.run(connection, id=key_id, but=list(services))
    given = await _GIVE_SERVICES.all(connection, id=key_id, services=list(services))
    for service in services:
        if service not in given:
            raise InvalidApiKey(f"There is no service {service!r} to give to an API key", service=service)


def _chosen(key: ApiKey, changes: ApiKeyChoices, now: datetime) -> ApiKey:
    values = chosen(changes)
    # What is over already, or has nothing left, may stay so.
    _check(values.get("scopes", key.scopes), values.get("services"), values.get("expires_at"), now)
    if "scopes" in values:
        values["scopes"] = tuple(_in_order(values["scopes"]))
    return msgspec.structs.replace(key, **values)


def _in_order(scopes: Collection[Scope]) -> list[Scope]:
    return [scope for scope in Scope if scope in scopes]


def _require_within(name: str, services: Collection[str] | None, within: Collection[str] | None) -> None:
    if not lie_within(services, within):
        raise BeyondYourServices(f"The API key {name!r} has, or would have, services that you are not given")


def _check_name(name: str) -> None:
    if not fits_a_path(name) or not name.isprintable():
        text = "has 1 to 64 characters, none of them a slash, blanks only inside, no mere dots"
        raise InvalidApiKey(f"The name of an API key {text}; {name!r} has not")


def _check(
    scopes: Collection[Scope], services: Collection[str] | None, expires_at: datetime | None, now: datetime
) -> None:
    if not scopes:
        raise InvalidApiKey(f"An API key needs at least one scope of {', '.join(Scope)}")
    if services is not None and not services:
        raise InvalidApiKey("An API key needs at least one service, or all")
    require_offset("expires_at", expires_at)
    if expires_at is not None and expires_at <= now:
        raise InvalidApiKey(f"An API key that expires at {expires_at.isoformat()} would never work")
