"""Lists of callbacks, page by page, in the order of any column.

A page is found by what the callback beside it is sorted by, never by counting rows: the last page of a million costs
what the first one does, and a row that comes or goes meanwhile shifts nothing. What has the same place in the order is
ordered by id, which is the order of creation.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias
from uuid import UUID

import msgspec

from ringback.callbacks import views
from ringback.callbacks.filters import CallbackFilter, Restriction, Source, restriction
from ringback.callbacks.views import CallbackView
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.database.queries import Query, QueryFile
from ringback.lists import DEFAULT_LIMIT, InvalidFilter, read_cursor, require_limit, write_cursor

COUNTED_TO = 10_001
LAST = "last"


class Column(StrEnum):
    """What a list can be sorted by. Case does not count; who has no name, agent or result comes after all others."""

    STATE = "state"
    DESIRED_AT = "desired_at"
    PHONE_NUMBER = "phone_number"
    SERVICE = "service"
    ID = "id"
    UPDATED_AT = "updated_at"
    CUSTOMER_NAME = "customer_name"
    AGENT = "agent"
    ATTEMPTS = "attempts"
    RESULT = "result"


class Order(msgspec.Struct, frozen=True):
    """By which column, and whether the greatest comes first."""

    column: Column = Column.DESIRED_AT
    is_descending: bool = False

    def __str__(self) -> str:
        return f"-{self.column}" if self.is_descending else self.column


EARLIEST_FIRST = Order()


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a list. A cursor is null where nothing follows; totals beyond 10,000 are 10,001 and not exact."""

    items: list[CallbackView]
    next_cursor: str | None
    previous_cursor: str | None
    total: int
    total_is_exact: bool


class _Position(msgspec.Struct, frozen=True):
    """A callback's place in an order; `key` is what it is sorted by."""

    id: UUID
    key: Any


class _Cursor(msgspec.Struct, frozen=True):
    """Where to read from, which way, and in which order. No position: from the very end backwards."""

    is_forward: bool
    order: str
    beside: _Position | None


_KEY_TYPES: dict[Column, type[datetime | int | UUID]] = {
    Column.DESIRED_AT: datetime,
    Column.UPDATED_AT: datetime,
    Column.ID: UUID,
    Column.ATTEMPTS: int,
}

_NAMES = {Column.SERVICE: "names_of_services", Column.AGENT: "names_of_agents"}

_Variant: TypeAlias = tuple[Source, Column, bool]

_sql = QueryFile(__file__, "pages.sql")


def _page_query(source: Source, column: Column, *, ascending: bool) -> Query[_Position]:
    beyond, way = ("after", "ascending") if ascending else ("before", "descending")
    names = _NAMES.get(column, "no_names")
    return _sql.query("page", _Position, source=source, names=names, key=f"by_{column}", beyond=beyond, way=way)


_PAGES: dict[_Variant, Query[_Position]] = {
    (source, column, ascending): _page_query(source, column, ascending=ascending)
    for source in Source
    for column in Column
    for ascending in (True, False)
}
_TOTALS = {source: _sql.query("total", int, source=source) for source in Source}


async def find(
    database: Database,
    clock: Clock,
    wanted: CallbackFilter,
    *,
    order: Order = EARLIEST_FIRST,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
    counts_all: bool = False,
) -> Page:
    """One page of the callbacks wanted; `cursor` is one that a page in this order gave, or "last".

    Raises InvalidFilter, TimeWithoutOffset, ServiceNotFound, UnknownTimeZone.
    """
    require_limit(limit)
    start = _start(cursor, order)
    async with snapshot(database) as connection:
        now = clock.now()
        kept = await restriction(connection, wanted, now)
        positions, has_more = await _positions(connection, kept, order, start, limit)
        items = await views.show(connection, [position.id for position in positions], now)
        total = await _total(connection, kept, limit=None if counts_all else COUNTED_TO)
    return _page(items, positions, order, start, has_more, total, counts_all=counts_all)


def parse_order(text: str) -> Order:
    """The order named by a column, with `-` before it the greatest first. Raises InvalidFilter."""
    try:
        return Order(Column(text.removeprefix("-")), text.startswith("-"))
    except ValueError:
        known = ", ".join(Column)
        raise InvalidFilter(
            f"sort cannot be {text!r}; it is one of {known}, or -{known[:5]} and so on", field="sort", value=text
        ) from None


@asynccontextmanager
async def snapshot(database: Database) -> AsyncGenerator[Connection]:
    """A transaction to read lists in: rows and totals of one moment, each query planned for the very filter.

    A generic plan would fit none, and compiling a plan takes longer than any of them runs.
    """
    async with (
        database.connection() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        await connection.execute(
            "SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL jit = off; SET LOCAL random_page_cost = 1.1"
        )
        yield connection


async def _positions(
    connection: Connection, kept: Restriction, order: Order, start: _Cursor, limit: int
) -> tuple[list[_Position], bool]:
    query = _PAGES[kept.source, order.column, start.is_forward is not order.is_descending]
    after = {"after_key": start.beside and start.beside.key, "after_id": start.beside and start.beside.id}
    found = await query.all(connection, **_values(query, kept), **after, limit=limit + 1)
    page = found[:limit]
    return (page if start.is_forward else page[::-1]), len(found) > limit


async def _total(connection: Connection, kept: Restriction, *, limit: int | None) -> int:
    query = _TOTALS[kept.total_source]
    return await query.one(connection, **_values(query, kept), limit=limit)


def _values(query: Query[Any], kept: Restriction) -> dict[str, object]:
    return {name: value for name, value in msgspec.structs.asdict(kept).items() if name in query.parameters}


def _page(
    items: list[CallbackView],
    positions: Sequence[_Position],
    order: Order,
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
        next_cursor=write_cursor(_Cursor(True, str(order), positions[-1])) if has_next and positions else None,
        previous_cursor=_previous(positions, order) if has_previous else None,
        total=total,
        total_is_exact=counts_all or total < COUNTED_TO,
    )


def _previous(positions: Sequence[_Position], order: Order) -> str:
    # Behind the end, what comes before is the last page.
    return write_cursor(_Cursor(False, str(order), positions[0])) if positions else LAST


def _start(text: str | None, order: Order) -> _Cursor:
    if text is None:
        return _Cursor(True, str(order), None)
    if text == LAST:
        return _Cursor(False, str(order), None)
    try:
        return _checked(read_cursor(text, _Cursor), order)
    except ValueError:
        problem = f"{text!r} is no cursor that a page sorted by {order} gave, nor 'last'"
        raise InvalidFilter(problem, field="cursor", value=text) from None


def _checked(cursor: _Cursor, order: Order) -> _Cursor:
    """The cursor with its key as the database takes it. Raises ValueError when it is not one of this order."""
    if cursor.beside is None or cursor.order != str(order):
        raise ValueError(cursor.order)
    key = msgspec.convert(cursor.beside.key, _KEY_TYPES.get(order.column, str))
    if (isinstance(key, datetime) and key.tzinfo is None) or (isinstance(key, str) and "\0" in key):
        raise ValueError(key)
    return _Cursor(cursor.is_forward, cursor.order, _Position(cursor.beside.id, key))
