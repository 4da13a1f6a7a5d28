"""SQL lives in `queries.sql` beside the code that uses it; this loads it and decodes its rows.

A file is a sequence of queries, each under a line `-- name: get_callback`. A parameter is written `:phone_number`
and passed by that name; casts (`::text`), slices (`[1:2]`) and quoted text are left alone. A query is declared once,
with the type of its rows:

    sql = QueryFile(__file__)
    GET_CALLBACK = sql.query("get_callback", Callback)
    callback = await GET_CALLBACK.first(connection, id=callback_id)

What several queries share stands under a line `-- part: by_name` and is put in where they say `{by_name}`. A query that
differs in one word says `{key}`, and is declared for each word by the part that this stands for there:

    PAGE_BY_NAME = sql.query("page", Callback, key="by_name")

Rows become the declared type: a msgspec Struct with the columns as fields, or a plain type for a single column.
A test prepares every query against the real schema.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from types import GenericAlias
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

import asyncpg
import msgspec

from ringback.database.csv_lines import CsvLines
from ringback.database.pool import STREAM_SECONDS, Connection, note_write

Row = TypeVar("Row")
# What takes the next piece of a file.
Write = Callable[[bytes], Awaitable[None]]

_HEADER = re.compile(r"^-- (name|part): (\w+)$", re.MULTILINE)
_COMMENT = re.compile(r"^--.*$", re.MULTILINE)
_PLACE = re.compile(r"\{([a-z]\w*)\}")
_WRITES = re.compile(r"\bINSERT INTO\b|(?<!FOR )\bUPDATE\b|\bDELETE FROM\b")
_PARAMETER = re.compile(r"'(?:[^']|'')*'|--[^\n]*|::\w+|\[[^\]]*\]|:([a-z_]\w*)")
_NUMBERED = re.compile(r"\$(\d+)")

ALL_QUERIES: list["Query[Any]"] = []


class Query(Generic[Row]):
    """One named query whose rows are of one type."""

    def __init__(self, name: str, text: str, row_type: type[Row]) -> None:
        self.name = name
        self.row_type = row_type
        self.text, self.parameters = _numbered(text)
        self._writes = _WRITES.search(text) is not None
        self._is_struct = issubclass(row_type, msgspec.Struct)
        self._rows_type: type[list[Row]] = cast("type[list[Row]]", GenericAlias(list, (row_type,)))
        ALL_QUERIES.append(self)

    async def all(self, connection: Connection, **values: object) -> list[Row]:
        """Every row."""
        records = await connection.fetch(self.text, *self._arguments(values))
        self._note(len(records))
        if self._is_struct:
            return decode([dict(record.items()) for record in records], self._rows_type)
        return decode([record[0] for record in records], self._rows_type)

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

    async def copy_csv(self, connection: Connection, write: Write, **values: object) -> None:
        """Read every row through COPY, as CSV by RFC 4180 in UTF-8 with a header line, within `STREAM_SECONDS`.

        Each piece is written before PostgreSQL is asked for more; when `write` fails, the COPY ends. Raises
        TimeoutError, and what `write` raises.
        """
        lines = CsvLines()

        async def write_lines(piece: bytes) -> None:
            await write(lines.ended(piece))

        text = await self._with_types(connection)
        await connection.copy_from_query(
            text, *self._arguments(values), output=write_lines, timeout=STREAM_SECONDS, format="csv", header=True
        )

    async def _with_types(self, connection: Connection) -> str:
        """The text with the type of each parameter: COPY takes none, so that quoted values stand in their places."""
        statement = await connection.prepare(self.text)
        types = [f"{kind.schema}.{kind.name}" for kind in statement.get_parameters()]
        return _NUMBERED.sub(lambda number: f"{number[0]}::{types[int(number[1]) - 1]}", self.text)

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
        found = list(zip(pieces[1::3], pieces[2::3], (text.strip() for text in pieces[3::3]), strict=True))
        self._texts = {name: text for kind, name, text in found if kind == "name"}
        # What is put into the middle of a query must not end in a comment, which would swallow what comes after it.
        self._parts = {name: _COMMENT.sub("", text).strip() for kind, name, text in found if kind == "part"}

    @property
    def names(self) -> frozenset[str]:
        """The queries in the file."""
        return frozenset(self._texts)

    def query(self, name: str, row_type: type[Row], **parts: str) -> Query[Row]:
        """The query of that name, with the type of its rows; `parts`: which part stands where it says `{so}`.

        Raises KeyError when the file has no such query or part.
        """
        return Query(f"{self._path.parent.name}.{name}", self._whole(self._texts[name], parts), row_type)

    def command(self, name: str) -> Query[None]:
        """A query whose rows nobody reads. Raises KeyError as `query` does."""
        return self.query(name, type(None))

    def _whole(self, text: str, parts: Mapping[str, str]) -> str:
        return _PLACE.sub(lambda place: self._whole(self._parts[parts.get(place[1], place[1])], parts), text)


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
