"""Reading the audit: page by page, the newest first, or as a table."""

import base64
import binascii
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime
from typing import Any

import msgspec

from ringback.actors import Actor, ActorKind
from ringback.audit import journal
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile
from ringback.errors import NeverPossible

MAX_LIMIT = 250
DEFAULT_LIMIT = 100
_CALLBACKS = "callback."
# A generic plan would fit no filter, and compiling a plan takes longer than any of them runs.
_FOR_THIS_FILTER = "SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL jit = off"

Write = Callable[[bytes], Awaitable[None]]


class InvalidAuditFilter(NeverPossible):
    """The audit was asked for with a time without offset, a limit or a cursor that cannot be."""

    code = "invalid-audit-filter"


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


class _Place(msgspec.Struct, frozen=True):
    at: datetime
    id: int


_sql = QueryFile(__file__, "entries.sql")
_PAGE = _sql.query("page", Entry)
_EXPORT = _sql.command("export")


async def find(
    database: Database, wanted: EntryFilter, *, limit: int = DEFAULT_LIMIT, cursor: str | None = None
) -> EntryPage:
    """One page; `cursor` is one that a page gave. Raises InvalidAuditFilter."""
    if not 1 <= limit <= MAX_LIMIT:
        text = f"limit is between 1 and {MAX_LIMIT}; {limit} is not"
        raise InvalidAuditFilter(text, field="limit", value=limit)
    _require_offsets(wanted)
    before = None if cursor is None else _read_cursor(cursor)
    place = {"before_at": before and before.at, "before_id": before and before.id}
    async with database.connection() as connection, connection.transaction(readonly=True):
        await connection.execute(_FOR_THIS_FILTER)
        found = await _PAGE.all(connection, **_values(wanted), **place, limit=limit + 1)
    items = found[:limit]
    return EntryPage(items, _write_cursor(items[-1]) if len(found) > limit else None)


async def export(database: Database, clock: Clock, actor: Actor, wanted: EntryFilter, write: Write) -> None:
    """Write the entries wanted as CSV, the newest first; that it was done is an entry too.

    Raises InvalidAuditFilter, TooManyStreams.
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
    for field, instant in (("from", wanted.from_at), ("to", wanted.to_at)):
        if instant is not None and instant.tzinfo is None:
            text = f"{field}: {instant.isoformat()} has no offset from UTC, such as Z or +01:00"
            raise InvalidAuditFilter(text, field=field, value=instant)


def _write_cursor(entry: Entry) -> str:
    place = msgspec.json.encode(_Place(entry.at, entry.id))
    return base64.urlsafe_b64encode(place).decode().rstrip("=")


def _read_cursor(text: str) -> _Place:
    try:
        place = msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=_Place)
    except (msgspec.DecodeError, binascii.Error, ValueError, RecursionError):
        raise InvalidAuditFilter(f"{text!r} is no cursor that a page gave", field="cursor", value=text) from None
    if place.at.tzinfo is None or not 0 <= place.id < 2**63:
        raise InvalidAuditFilter(f"{text!r} is no cursor that a page gave", field="cursor", value=text)
    return place
