"""`ringback audit`, as a person at a terminal uses it."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.engine.sealer import Sealer
from tests.acceptance.command import Command


@pytest.fixture
def ringback(tmp_path: Path, database_url: str) -> Command:
    """The command on this test's own database, in which two things were done."""
    ringback = Command(tmp_path, {"RINGBACK_DATABASE_URL": database_url})
    ringback.does("services", "add", "support")
    ringback.does("services", "set", "support", "wrap_up_seconds=7")
    return ringback


def seal(url: str) -> None:
    """As the engine does."""

    async def do() -> None:
        async with Database(url) as database:
            await Sealer(database, ManualClock()).run_once()

    asyncio.run(do())


def test_what_was_done_is_listed_the_newest_first(ringback: Command) -> None:
    changed, created = ringback.json("audit", "list")["items"]
    assert (changed["action"], created["action"]) == ("service.changed", "service.created")
    assert changed["actor_name"].endswith("(command line)")
    assert changed["details"] == {"changes": [{"field": "wrap_up_seconds", "before": 45, "after": 7}]}
    told = ringback.does("audit", "list", "--limit", "1")
    assert "service.changed" in told
    cursor = told.partition("--cursor ")[2].strip()
    assert "service.created" in ringback.does("audit", "list", "--cursor", cursor)
    assert ringback.does("audit", "list", "--action", "user.") == "No entry fits.\n"
    assert "has no offset from UTC" in ringback.refuses("audit", "list", "--from", "2026-11-23T09:00")


def test_verify_says_what_was_changed_and_exits_with_1(ringback: Command, database_url: str) -> None:
    assert "2 have no seal yet" in ringback.does("audit", "verify")
    seal(database_url)
    sound = ringback.does("audit", "verify")
    assert "The audit is as it was sealed." in sound
    noted = sound.partition("Newest seal: ")[2].split()[0]
    ringback.does("audit", "verify", "--expect", noted)

    async def tamper() -> None:
        connection = await asyncpg.connect(database_url)
        await connection.execute("SET session_replication_role = replica")
        await connection.execute("UPDATE audit_entries SET actor_name = 'somebody else' WHERE id = 2")
        await connection.close()

    asyncio.run(tamper())
    found = ringback.run("audit", "verify")
    assert found.returncode == 1
    assert "entry 2 of seal 1 was changed" in found.stdout
    assert "The audit is NOT as it was sealed." in found.stdout
    other = f"1={'0' * 64}"
    assert "seal 1 is not the one noted elsewhere" in ringback.run("audit", "verify", "--expect", other).stdout


@pytest.mark.parametrize("noted", ["1", "1=abc", "x=" + "0" * 64, "1=" + "z" * 64])
def test_what_was_noted_must_be_a_seal_with_its_whole_hash(ringback: Command, noted: str) -> None:
    assert ringback.run("audit", "verify", "--expect", noted).returncode == 2
