"""Reading the audit: page by page, the newest first, or as a table."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import msgspec

from ringback.actors import Actor, ActorKind
from ringback.audit import journal
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile, Write
from ringback.instants import require_offset
from ringback.lists import DEFAULT_LIMIT, page_of, place_of, require_limit

_CALLBACKS = "callback."
# A generic plan would fit no filter, and compiling a plan takes longer than any of them runs.
_FOR_THIS_FILTER = "SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL jit = off"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody did. `services`: those that it concerns; `seal`: the number of its seal, None: not sealed yet."""

    id: int
    at: datetime
    actor_kind: ActorKind
    actor_name: str
    address: str | None
    action: str
    subject: str
    services: tuple[str, ...]
    details: Mapping[str, Any]
    seal: int | None


class EntryFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries; what is left out does not restrict.

    `from_at` <= time < `to_at`; `actor`: the name; `action`: how it begins, such as "service."; `subject`: the whole.
    `within`: the names of the only services that `asker` may see, beside what they did themselves; None: all.
    """

    from_at: datetime | None = None
    to_at: datetime | None = None
    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    within: Collection[str] | None = None
    asker: Actor | None = None


class EntryPage(msgspec.Struct, frozen=True):
    """Entries, the newest first; `next_cursor` is null where no older ones follow."""

    items: list[Entry]
    next_cursor: str | None


_sql = QueryFile(__file__, "entries.sql")
_PAGE = _sql.query("page", Entry)
_EXPORT = _sql.command("export")


async def find(
    database: Database, wanted: EntryFilter, *, limit: int = DEFAULT_LIMIT, cursor: str | None = None
) -> EntryPage:
    """One page; `cursor` is one that a page gave. Raises InvalidFilter, TimeWithoutOffset."""
    require_limit(limit)
    _require_offsets(wanted)
    before = place_of(cursor)
    place = {"before_at": before and before.at, "before_id": before and before.id}
    async with database.connection() as connection, connection.transaction(readonly=True):
        await connection.execute(_FOR_THIS_FILTER)
        found = await _PAGE.all(connection, **_values(wanted), **place, limit=limit + 1)
    return EntryPage(*page_of(found, limit))


async def export(database: Database, clock: Clock, actor: Actor, wanted: EntryFilter, write: Write) -> None:
    """Write the entries wanted as CSV, the newest first; that it was done is an entry too.

    Raises TimeWithoutOffset, TooManyStreams.
    """
    _require_offsets(wanted)
    async with database.stream() as connection:
        await connection.execute(_FOR_THIS_FILTER)
        async with database.transaction() as writing:
            await _record_export(writing, clock.now(), actor, wanted)
        await _EXPORT.copy_csv(connection, write, **_values(wanted))


async def _record_export(connection: Connection, now: datetime, actor: Actor, wanted: EntryFilter) -> None:
    told = ("from_at", "to_at", "action")  # of whom or of what may be anything that somebody typed
    filters = {name: value for name in told if (value := getattr(wanted, name)) is not None}
    await journal.record(connection, now, actor, "audit.exported", "audit", filters=filters)


def _values(wanted: EntryFilter) -> dict[str, object]:
    begins = wanted.action or ""
    return {
        "from_at": wanted.from_at,
        "to_at": wanted.to_at,
        "actor": wanted.actor,
        "subject": wanted.subject,
        "action": wanted.action,
        "is_of_callbacks": _CALLBACKS.startswith(begins) or begins.startswith(_CALLBACKS),
        "within": None if wanted.within is None else sorted(wanted.within),
        "asker_kind": wanted.asker and wanted.asker.kind,
        "asker_name": wanted.asker and wanted.asker.name,
    }


def _require_offsets(wanted: EntryFilter) -> None:
    require_offset("from", wanted.from_at)
    require_offset("to", wanted.to_at)
