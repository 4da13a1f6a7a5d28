"""Every query in the source is one that PostgreSQL accepts over the present schema, with its row type's columns."""

import importlib
import pkgutil
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest

import ringback
from ringback.database.pool import Database
from ringback.database.queries import ALL_QUERIES, Query, QueryFile


def _import_everything() -> None:
    for module in pkgutil.walk_packages(ringback.__path__, "ringback."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


_import_everything()
# A query in several variants has one text for each.
_QUERIES = list({query.text: query for query in sorted(ALL_QUERIES, key=lambda query: query.name)}.values())


async def test_every_query_can_be_prepared_and_has_the_columns_of_its_row_type(database: Database) -> None:
    problems: list[str] = []
    async with database.connection() as connection:
        for query in _QUERIES:
            try:
                statement = await connection.prepare(query.text)
            except asyncpg.PostgresError as error:
                problems.append(f"{query.name}: {error}")
                continue
            problems += _mismatches(query, [column.name for column in statement.get_attributes()])
    assert not problems, "\n".join(problems)


async def test_a_query_over_a_missing_column_is_found(database: Database) -> None:
    async with database.connection() as connection:
        with pytest.raises(asyncpg.UndefinedColumnError):
            await connection.prepare("SELECT no_such_column FROM callbacks")


def test_a_row_type_with_a_column_too_many_is_found() -> None:
    query = Query("test.query", "SELECT 1 AS a", _TwoColumns)
    ALL_QUERIES.remove(query)
    assert _mismatches(query, ["a"]) == ["test.query: no column for ['b']"]


def test_no_query_file_has_a_query_that_nobody_declares() -> None:
    declared = {query.name for query in ALL_QUERIES}
    files = {path for package in ringback.__path__ for path in _sql_files(package)}
    unused = [
        f"{path}: {name}"
        for path in files
        for name in QueryFile(path, path.rsplit("/", 1)[-1]).names
        if f"{path.rsplit('/', 2)[-2]}.{name}" not in declared
    ]
    assert not unused


def _sql_files(package: str) -> list[str]:

    return [str(path) for path in Path(package).rglob("*.sql") if path.parent.name != "migrations"]


class _TwoColumns(msgspec.Struct):
    a: int
    b: int


def _mismatches(query: Query[Any], columns: list[str]) -> list[str]:
    if not issubclass(query.row_type, msgspec.Struct):
        return []
    missing = sorted(set(query.row_type.__struct_fields__) - set(columns))
    return [f"{query.name}: no column for {missing}"] if missing else []
