"""`ringback backup` and `ringback restore`: what was there is there again, and the work goes on."""

import asyncio
import stat
from pathlib import Path

import asyncpg
import pytest

from tests.acceptance.command import Command, Running, until
from tests.databases import create_database, drop_database

NUMBERS = ("+1 202-555-0133", "+1 202-555-0144")
_MARK = "SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {} AS t"


@pytest.fixture
def ringback(tmp_path: Path, database_url: str) -> Command:
    """The command on this test's own database: a callback that was cancelled, one that waits, an agent, an API key."""
    ringback = Command(tmp_path, {"RINGBACK_DATABASE_URL": database_url})
    ringback.does("services", "add", "support", "default_region=US")
    ringback.does("agents", "add", "anna", "--endpoint", "100", "--service", "support")
    ringback.does("api-keys", "create", "shop", "--scope", "create")
    cancelled, _ = (ringback.json("callbacks", "create", "support", number) for number in NUMBERS)
    ringback.does("callbacks", "cancel", cancelled["id"])
    return ringback


@pytest.fixture
async def empty_url(server_url: str) -> str:
    """The URL of a database with nothing in it."""
    return await create_database(server_url, "template1")


def test_everything_is_there_again_and_the_work_goes_on(
    ringback: Command, tmp_path: Path, database_url: str, empty_url: str
) -> None:
    file = tmp_path / "monday.dump"
    assert ringback.does("backup", str(file)).startswith(f"Written to {file} (")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = asyncio.run(content(database_url))

    elsewhere = Command(tmp_path, {"RINGBACK_DATABASE_URL": empty_url})
    assert elsewhere.does("restore", str(file)).startswith(f"Restored from {file}.")
    assert asyncio.run(content(empty_url)) == before
    assert elsewhere.does("migrate") == "The schema is up to date.\n"

    waiting = elsewhere.json("callbacks", "list", "--open")["items"][0]["id"]
    elsewhere.does("agents", "presence", "anna", "READY")
    new = elsewhere.json("callbacks", "create", "support", "+1 202-555-0155")["id"]
    with elsewhere.start("engine", "--link", "main=simulator:") as engine:
        wait_for_attempts(engine, elsewhere, waiting, new)
    asyncio.run(drop_database(empty_url))


def test_a_database_that_is_in_use_is_not_overwritten(ringback: Command, tmp_path: Path, database_url: str) -> None:
    file = tmp_path / "monday.dump"
    ringback.does("backup", str(file))
    ringback.does("callbacks", "create", "support", "+1 202-555-0155")
    before = asyncio.run(content(database_url))
    assert "restore into an empty one" in ringback.refuses("restore", str(file))
    assert asyncio.run(content(database_url)) == before


def test_a_backup_that_fails_leaves_the_last_one_and_nothing_half_made(ringback: Command, tmp_path: Path) -> None:
    file = tmp_path / "monday.dump"
    ringback.does("backup", str(file))
    whole = file.read_bytes()
    away = Command(tmp_path, {"RINGBACK_DATABASE_URL": f"postgresql:///nowhere?host={tmp_path}"})
    away.refuses("backup", str(file))
    assert file.read_bytes() == whole
    nowhere = tmp_path / "no such folder" / "x.dump"
    assert "pg_dump failed: " in ringback.refuses("backup", str(nowhere))
    assert sorted(tmp_path.glob("*.dump*")) == [file]


def test_what_is_no_whole_backup_leaves_the_database_empty(ringback: Command, tmp_path: Path, empty_url: str) -> None:
    file = tmp_path / "monday.dump"
    ringback.does("backup", str(file))
    whole = file.read_bytes()
    elsewhere = Command(tmp_path, {"RINGBACK_DATABASE_URL": empty_url})
    for damaged in (b"", b"this is no backup", whole[: len(whole) // 2]):
        file.write_bytes(damaged)
        assert "pg_restore failed: " in elsewhere.refuses("restore", str(file))
    assert "cannot be read" in elsewhere.refuses("restore", str(tmp_path / "missing"))
    assert asyncio.run(content(empty_url)) == {}
    asyncio.run(drop_database(empty_url))


def wait_for_attempts(engine: Running, ringback: Command, *ids: str) -> None:
    """The first of them is called: the place in the queue is what it was."""
    engine.entry("engine started")

    def dialled() -> list[str]:
        return [each for each in ids if ringback.json("callbacks", "show", each)["callback"]["attempts"]]

    assert until(dialled, "somebody is called")[0] == ids[0]


async def content(url: str) -> dict[str, str]:
    """A fingerprint of each table that has rows."""
    connection = await asyncpg.connect(url)
    try:
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        marks = {name: await connection.fetchval(_MARK.format(name)) for (name,) in tables}
        return {name: mark for name, mark in marks.items() if mark}
    finally:
        await connection.close()
