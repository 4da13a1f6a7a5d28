"""Parts of SQL that several queries share, and variants of a query."""

from collections.abc import Generator
from pathlib import Path

import pytest

from ringback.database.queries import ALL_QUERIES, QueryFile

SQL = """
-- part: wanted
a > :least AND {known}

-- part: known
a IS NOT NULL
-- What comes after a part must not be swallowed by a comment at its end.

-- part: by_age
age

-- part: by_name
name || '{}'

-- name: page
SELECT {key} FROM people WHERE {wanted} ORDER BY {key}

-- name: lost
SELECT {nothing}
"""


@pytest.fixture
def sql(tmp_path: Path) -> Generator[QueryFile]:
    (tmp_path / "people.sql").write_text(SQL)
    before = len(ALL_QUERIES)
    yield QueryFile(str(tmp_path / "people.py"), "people.sql")
    del ALL_QUERIES[before:]


def test_parts_are_put_in_where_a_query_names_them(sql: QueryFile) -> None:
    query = sql.query("page", int, key="by_age")
    assert query.text == "SELECT age FROM people WHERE a > $1 AND a IS NOT NULL ORDER BY age"
    assert query.parameters == ("least",)


def test_a_variant_has_another_part_in_the_same_place(sql: QueryFile) -> None:
    assert sql.query("page", int, key="by_name").text.endswith("ORDER BY name || '{}'")


def test_a_part_that_nobody_wrote_is_an_error(sql: QueryFile) -> None:
    with pytest.raises(KeyError, match="nothing"):
        sql.query("lost", int)
    with pytest.raises(KeyError, match="by_height"):
        sql.query("page", int, key="by_height")


def test_parts_are_no_queries(sql: QueryFile) -> None:
    assert sql.names == {"page", "lost"}
