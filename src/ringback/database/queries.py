"""SQL lives in `queries.sql` beside the code that uses it; this loads it and decodes its rows.

A file is a sequence of queries, each under a line `-- name: get_callback`. A parameter is written `:phone_number`
and passed by that name; casts (`::text`), slices (`[1:2]`) and quoted text are left alone. A query is declared once,
with the type of its rows:

    sql = QueryFile(__file__)
    GET_CALLBACK = sql.query("get_callback", Callback)
    callback = await GET_CALLBACK.first(connection, id=callback_id)

Rows become the declared type: a msgspec Struct with the columns as fields, or a plain type for a single column.
A test prepares every query against the real schema.
"""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Generic, TypeVar
from uuid import UUID

import asyncpg
import msgspec

from ringback.database.pool import Connection, note_write

Row = TypeVar("Row")

_HEADER = re.compile(r"^-- name: (\w+)$", re.MULTILINE)
_WRITES = re.compile(r"\bINSERT INTO\b|(?<!FOR )\bUPDATE\b|\bDELETE FROM\b")
_PARAMETER = re.compile(r"'(?:[^']|'')*'|--[^\n]*|::\w+|\[[^\]]*\]|:([a-z_]\w*)")

ALL_QUERIES: list["Query[Any]"] = []


class Query(Generic[Row]):
    """One named query whose rows are of one type."""

    def __init__(self, name: str, text: str, row_type: type[Row]) -> None:
        self.name = name
        self.row_type = row_type
        self.text, self.parameters = _numbered(text)
        self._writes = _WRITES.search(text) is not None
        self._is_struct = issubclass(row_type, msgspec.Struct)
        ALL_QUERIES.append(self)

    async def all(self, connection: Connection, **values: object) -> list[Row]:
        """Every row."""
        records = await connection.fetch(self.text, *self._arguments(values))
        self._note(len(records))
        return [self._decode(record) for record in records]

    async def first(self, connection: Connection, **values: object) -> Row | None:
        """The first row, or None."""
        record = await connection.fetchrow(self.text, *self._arguments(values))
        if record is None:
            return None
        self._note(1)
        return self._decode(record)

    async def one(self, connection: Connection, **values: object) -> Row:
        """The first row of a query that always has one. Raises LookupError when it has none."""
        row = await self.first(connection, **values)
        if row is None:
            raise LookupError(f"query {self.name} found nothing")  # not its arguments: they may be personal
        return row

    async def run(self, connection: Connection, **values: object) -> int:
        """Execute; returns how many rows it touched."""
        status = await connection.execute(self.text, *self._arguments(values))
        last = status.rsplit(" ", 1)[-1]
        rows = int(last) if last.isdigit() else 0
        self._note(rows)
        return rows

    def _note(self, rows: int) -> None:
        if self._writes and rows:
            note_write()

    def _arguments(self, values: dict[str, object]) -> list[object]:
        if len(values) != len(self.parameters):
            raise TypeError(f"query {self.name} takes {self.parameters}, given {sorted(values)}")
        return [values[name] for name in self.parameters]

    def _decode(self, record: asyncpg.Record) -> Row:
        return decode(dict(record.items()) if self._is_struct else record[0], self.row_type)


class QueryFile:
    """The `queries.sql` (or another file) beside a module."""

    def __init__(self, module_file: str, name: str = "queries.sql") -> None:
        self._path = Path(module_file).with_name(name)
        pieces = _HEADER.split(self._path.read_text(encoding="utf-8"))
        self._texts = dict(zip(pieces[1::2], (text.strip() for text in pieces[2::2]), strict=True))

    @property
    def names(self) -> frozenset[str]:
        """The queries in the file."""
        return frozenset(self._texts)

    def query(self, name: str, row_type: type[Row]) -> Query[Row]:
        """The query of that name, with the type of its rows. Raises KeyError when the file has none."""
        return Query(f"{self._path.parent.name}.{name}", self._texts[name], row_type)

    def command(self, name: str) -> Query[None]:
        """A query whose rows nobody reads."""
        return Query(f"{self._path.parent.name}.{name}", self._texts[name], type(None))


def decode(value: object, wanted: type[Row]) -> Row:
    """A value, or a row as a mapping of column names to values, as the wanted type."""
    return msgspec.convert(value, wanted, strict=False, builtin_types=_AS_THEY_ARE)


_AS_THEY_ARE = (datetime, date, time, timedelta, UUID, Decimal, bytes)


def _numbered(text: str) -> tuple[str, tuple[str, ...]]:
    names: list[str] = []

    def number(match: re.Match[str]) -> str:
        name = match[1]
        if name is None:
            return match[0]
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    return _PARAMETER.sub(number, text), tuple(names)
