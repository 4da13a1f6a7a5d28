"""Lists of callbacks, page by page, the earliest desired time first.

A page is found by the (desired time, id) of the callback beside it, never by counting rows: the last page of a
million costs what the first one does, and a row that comes or goes meanwhile shifts nothing.
"""

import base64
import binascii
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

import msgspec

from ringback.callbacks import views
from ringback.callbacks.promise import require_offset
from ringback.callbacks.states import Result, State
from ringback.callbacks.views import CallbackView
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile
from ringback.errors import NeverPossible
from ringback.services import catalog

MAX_LIMIT = 250
DEFAULT_LIMIT = 100
COUNTED_TO = 10_001
LAST = "last"


class InvalidFilter(NeverPossible):
    """A list was asked for with a filter, limit or cursor that cannot be."""

    code = "invalid-filter"


class CallbackFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which callbacks; what is left out does not restrict.

    `from_at` <= desired time < `to_at`. `services` are names. `is_open`: not COMPLETED (False: COMPLETED only).
    """

    from_at: datetime | None = None
    to_at: datetime | None = None
    states: Sequence[State] = ()
    services: Sequence[str] = ()
    result: Result | None = None
    is_open: bool | None = None


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a list. A cursor is null where nothing follows; totals beyond 10,000 are 10,001 and not exact."""

    items: list[CallbackView]
    next_cursor: str | None
    previous_cursor: str | None
    total: int
    total_is_exact: bool


class _Position(msgspec.Struct, frozen=True):
    id: UUID
    desired_at: datetime


class _Cursor(msgspec.Struct, frozen=True):
    """Where to read from, and which way. No position: from the very end backwards."""

    is_forward: bool
    beside: _Position | None


_sql = QueryFile(__file__, "views.sql")
_FORWARD = _sql.query("page_forward", _Position)
_BACKWARD = _sql.query("page_backward", _Position)
_TOTAL = _sql.query("total", int)


async def find(
    database: Database,
    clock: Clock,
    wanted: CallbackFilter,
    *,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
    counts_all: bool = False,
) -> Page:
    """One page of the callbacks wanted; `cursor` is one that a page gave, or "last".

    Raises InvalidFilter, TimeWithoutOffset, ServiceNotFound.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise InvalidFilter(f"limit is between 1 and {MAX_LIMIT}; {limit} is not", field="limit", value=limit)
    start = _read_cursor(cursor)
    async with _snapshot(database) as connection:
        restriction = await _restriction(connection, wanted)
        positions, has_more = await _positions(connection, restriction, start, limit)
        items = await views.show(connection, [position.id for position in positions], clock.now())
        total = await _TOTAL.one(connection, **restriction, limit=None if counts_all else COUNTED_TO)
    return _page(items, positions, start, has_more, total, counts_all=counts_all)


@asynccontextmanager
async def _snapshot(database: Database) -> AsyncGenerator[Connection]:
    """Rows and total of one moment, each planned for the very filter: a generic plan would fit none."""
    async with (
        database.connection() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        await connection.execute("SET LOCAL plan_cache_mode = force_custom_plan")
        yield connection


async def _restriction(connection: Connection, wanted: CallbackFilter) -> dict[str, object]:
    for field, instant in (("from", wanted.from_at), ("to", wanted.to_at)):
        if instant is not None:
            require_offset(field, instant)
    states = set(wanted.states) or set(State)
    if wanted.is_open is not None:
        states &= set(State) - {State.COMPLETED} if wanted.is_open else {State.COMPLETED}
    return {
        "from_at": wanted.from_at,
        "to_at": wanted.to_at,
        "service_ids": await catalog.ids_of(connection, wanted.services) if wanted.services else None,
        "states": None if states == set(State) else sorted(states),
        "result": wanted.result,
    }


async def _positions(
    connection: Connection, restriction: dict[str, object], start: _Cursor, limit: int
) -> tuple[list[_Position], bool]:
    query = _FORWARD if start.is_forward else _BACKWARD
    after_at, after_id = (start.beside.desired_at, start.beside.id) if start.beside else (None, None)
    found = await query.all(connection, **restriction, after_at=after_at, after_id=after_id, limit=limit + 1)
    page = found[:limit]
    return (page if start.is_forward else page[::-1]), len(found) > limit


def _page(
    items: list[CallbackView],
    positions: Sequence[_Position],
    start: _Cursor,
    has_more: bool,
    total: int,
    *,
    counts_all: bool,
) -> Page:
    has_next = has_more if start.is_forward else start.beside is not None
    has_previous = (start.beside is not None) if start.is_forward else has_more
    return Page(
        items=items,
        next_cursor=_write_cursor(_Cursor(True, positions[-1])) if has_next and positions else None,
        previous_cursor=_previous(positions) if has_previous else None,
        total=total,
        total_is_exact=counts_all or total < COUNTED_TO,
    )


def _previous(positions: Sequence[_Position]) -> str:
    # Behind the end, what comes before is the last page.
    return _write_cursor(_Cursor(False, positions[0])) if positions else LAST


def _write_cursor(cursor: _Cursor) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode().rstrip("=")


def _read_cursor(text: str | None) -> _Cursor:
    if text is None:
        return _Cursor(True, None)
    if text == LAST:
        return _Cursor(False, None)
    try:
        cursor = msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=_Cursor)
    except (msgspec.DecodeError, binascii.Error, ValueError, RecursionError):
        cursor = None
    if cursor is None or cursor.beside is None or cursor.beside.desired_at.tzinfo is None:
        raise InvalidFilter(f"{text!r} is no cursor that a page gave, nor 'last'", field="cursor", value=text)
    return cursor
