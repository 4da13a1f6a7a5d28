"""Trunks: where calls leave a telephony link, how many at once, and how many a second."""

from datetime import datetime
from typing import Annotated

import asyncpg
import msgspec

from ringback.actors import Actor
from ringback.audit import journal
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile
from ringback.errors import ConflictsNow, NeverPossible, NotFound
from ringback.names import fits_a_path
from ringback.services.model import Saved

MAIN = "main"
LEAST_CALLS_PER_SECOND = 0.01


class TrunkNotFound(NotFound):
    """There is no trunk of this name."""

    code = "trunk-not-found"


class TrunkExists(ConflictsNow):
    """There is a trunk of this name already."""

    code = "trunk-exists"


class TrunkInUse(ConflictsNow):
    """Services or calls of the last days go through the trunk, or it is the first one, so that it cannot be deleted."""

    code = "trunk-in-use"


class InvalidTrunk(NeverPossible):
    """A field of a trunk has a value that cannot be; `field` says which."""

    code = "invalid-trunk"


class TrunkChoices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A trunk as wanted: the telephony link it is part of, and its limits; null does not limit."""

    link: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    channels: Annotated[int, msgspec.Meta(ge=1, le=100_000)] | None = None
    calls_per_second: Annotated[float, msgspec.Meta(ge=LEAST_CALLS_PER_SECOND, le=1_000)] | None = None


class Trunk(msgspec.Struct, frozen=True, kw_only=True):
    """A trunk as it is.

    `channels`: customers' calls at once. `calls_per_second`: how fast they are begun. `paused_until`: its calls
    failed alike, so none is begun before; `pause_reason` says how.
    """

    name: str
    link: str
    channels: int | None
    calls_per_second: float | None
    paused_until: datetime | None
    pause_reason: str | None
    is_practice: bool


_sql = QueryFile(__file__)
_ALL = _sql.query("all_trunks", Trunk)
_NAMED = _sql.query("trunk_named", Trunk)
_ID = _sql.query("trunk_id", int)
_ADD = _sql.command("add_trunk")
_LOCK_NAMED = _sql.query("lock_trunk_named", Trunk)
_CHANGE = _sql.command("change_trunk")
_RESUME = _sql.command("resume_trunk")
_DELETE = _sql.command("delete_trunk")


async def list_all(database: Database) -> list[Trunk]:
    """Every trunk, by name."""
    async with database.connection() as connection:
        return await list_with(connection)


async def list_with(connection: Connection) -> list[Trunk]:
    """Every trunk, by name."""
    return await _ALL.all(connection)


async def get(database: Database, name: str) -> Trunk:
    """Raises TrunkNotFound."""
    async with database.connection() as connection:
        return await named(connection, name)


async def named(connection: Connection, name: str) -> Trunk:
    """The trunk of that name. Raises TrunkNotFound."""
    return _found(await _NAMED.first(connection, name=name), name)


async def id_named(connection: Connection, name: str) -> int:
    """What the database calls the trunk of that name. Raises TrunkNotFound."""
    trunk_id = await _ID.first(connection, name=name)
    if trunk_id is None:
        raise _not_found(name)
    return trunk_id


async def save(
    database: Database, clock: Clock, actor: Actor, name: str, choices: TrunkChoices, *, is_practice: bool = False
) -> Saved[Trunk]:
    """Create a trunk, or change one; `is_practice` counts at creation. Raises InvalidTrunk."""
    async with database.transaction() as connection:
        return await save_with(connection, clock.now(), actor, name, choices, is_practice=is_practice)


async def save_with(
    connection: Connection,
    now: datetime,
    actor: Actor,
    name: str,
    choices: TrunkChoices,
    *,
    is_practice: bool = False,
) -> Saved[Trunk]:
    """`save` within a transaction of the caller."""
    if not fits_a_path(name):
        text = f"A trunk's name has 1 to 64 characters, none of them a slash, blanks only inside; {name!r} is not so"
        raise InvalidTrunk(text, field="name", value=name)
    wanted = msgspec.structs.asdict(choices)
    is_new = bool(await _ADD.run(connection, name=name, is_practice=is_practice, **wanted))
    before = _found(await _LOCK_NAMED.first(connection, name=name), name)
    after = msgspec.structs.replace(before, **wanted)
    if after != before:
        await _CHANGE.run(connection, name=name, **wanted)
    if is_new:
        await journal.record(connection, now, actor, "trunk.created", name, **wanted)
    elif after != before:
        await journal.record(connection, now, actor, "trunk.changed", name, changes=journal.changes(before, after))
    return Saved(after, is_new)


async def create(database: Database, clock: Clock, actor: Actor, name: str, choices: TrunkChoices) -> Trunk:
    """A new trunk. Raises TrunkExists, InvalidTrunk."""
    async with database.transaction() as connection:
        saved = await save_with(connection, clock.now(), actor, name, choices)
        if not saved.is_new:
            raise TrunkExists(f"There is a trunk {name!r} already", trunk=name)
        return saved.what


async def resume(database: Database, clock: Clock, actor: Actor, name: str) -> Trunk:
    """End the pause of a trunk before its time. Raises TrunkNotFound."""
    async with database.transaction() as connection:
        if await _RESUME.run(connection, name=name):
            await journal.record(connection, clock.now(), actor, "trunk.resumed", name)
        return await named(connection, name)


async def delete(database: Database, clock: Clock, actor: Actor, name: str) -> None:
    """Raises TrunkNotFound, TrunkInUse."""
    async with database.transaction() as connection:
        await delete_with(connection, clock.now(), actor, name)


async def delete_with(connection: Connection, now: datetime, actor: Actor, name: str) -> None:
    """`delete` within a transaction of the caller, which a refusal leaves as it was."""
    if name == MAIN:
        raise TrunkInUse(f"The trunk {MAIN!r} stays: every new service begins with it", trunk=name)
    try:
        async with connection.transaction():
            if not await _DELETE.run(connection, name=name):
                raise _not_found(name)
            await journal.record(connection, now, actor, "trunk.deleted", name)
    except asyncpg.ForeignKeyViolationError:
        text = f"The trunk {name!r} cannot be deleted: services, or calls of the last days, go through it"
        raise TrunkInUse(text, trunk=name) from None


def _found(trunk: Trunk | None, name: str) -> Trunk:
    if trunk is None:
        raise _not_found(name)
    return trunk


def _not_found(name: str) -> TrunkNotFound:
    return TrunkNotFound(f"There is no trunk {name!r}", trunk=name)
