"""What is written in the audit stays as it was, or it shows."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from ringback.actors import ENGINE, Actor, ActorKind
from ringback.audit import journal, seals, verification
from ringback.audit.verification import Verification
from ringback.clock import ManualClock
from ringback.database.pool import Connection, Database
from ringback.engine.cleaner import Cleaner
from ringback.engine.sealer import Sealer

ANNA = Actor(ActorKind.USER, "anna", "10.0.0.7")


async def write(database: Database, clock: ManualClock, number: int = 1) -> None:
    """Let so many things be done."""
    for n in range(number):
        async with database.transaction() as connection:
            await journal.record(connection, clock.now(), ANNA, "service.changed", f"s{n}", wait=1.50, why="Ä — ✓")


async def sealed(database: Database, clock: ManualClock, *batches: int) -> None:
    """A seal over each batch."""
    for number in batches:
        await write(database, clock, number)
        assert await Sealer(database, clock).run_once() == number


async def problems(database: Database, **expected: Any) -> list[str]:
    """What is wrong."""
    return (await verification.verify(database, **expected)).problems


@asynccontextmanager
async def behind_the_back(database: Database) -> AsyncGenerator[Connection]:
    """As whoever owns the database can: without the triggers."""
    async with database.transaction() as connection:
        await connection.execute("SET LOCAL session_replication_role = replica")
        yield connection


async def test_what_was_done_is_sealed_and_each_seal_follows_from_the_one_before(database: Database) -> None:
    clock = ManualClock()
    await sealed(database, clock, 3, 2)
    await write(database, clock, 1)
    found = await verification.verify(database)
    assert (found.seals, found.entries, found.unsealed, found.problems) == (2, 5, 1, [])
    assert found.newest == await seals.newest(database)
    async with database.connection() as connection:
        rows = await connection.fetch("SELECT hash, previous_hash FROM audit_seals ORDER BY id")
    assert (rows[0]["previous_hash"], rows[1]["previous_hash"]) == (bytes(32), rows[0]["hash"])


async def test_nothing_to_seal_makes_no_seal(database: Database) -> None:
    assert await Sealer(database, ManualClock()).run_once() == 0
    with pytest.raises(seals.NoSealYet):
        await seals.newest(database)
    assert await verification.verify(database) == Verification(
        seals=0, seals_without_entries=0, entries=0, unsealed=0, newest=None, problems=[]
    )


async def test_more_than_a_batch_becomes_several_seals(database: Database) -> None:
    clock = ManualClock()
    deeds = [journal.Deed(action="agent.created", subject=f"a{n}") for n in range(seals.BATCH + 5)]
    async with database.transaction() as connection:
        await journal.record_all(connection, clock.now(), ANNA, deeds)
    assert await Sealer(database, clock).run_once() == seals.BATCH + 5
    assert (await seals.newest(database)).id == 2
    assert await problems(database) == []


async def test_an_entry_that_commits_late_goes_into_a_later_seal(database: Database) -> None:
    clock = ManualClock()
    async with database.transaction() as connection:
        await journal.record(connection, clock.now(), ANNA, "trunk.changed", "late")
        await sealed(database, clock, 2)
    assert await Sealer(database, clock).run_once() == 1
    newest = await seals.newest(database)
    assert (newest.id, newest.first_entry_id) == (2, 1)
    assert await problems(database) == []


async def test_many_who_write_and_seal_at_once_make_one_chain(database: Database) -> None:
    clock = ManualClock()

    async def seal_often() -> int:
        return sum([await Sealer(database, clock).run_once() for _ in range(10)])

    writers = [write(database, clock, 20) for _ in range(5)]
    counts = await asyncio.gather(*(seal_often() for _ in range(4)), *writers)
    rest = await Sealer(database, clock).run_once()
    assert sum(count or 0 for count in counts) + rest == 100
    found = await verification.verify(database)
    assert (found.entries, found.unsealed, found.problems) == (100, 0, [])


async def test_a_sealer_that_is_at_work_keeps_no_writer_waiting(database: Database) -> None:
    clock = ManualClock()
    await write(database, clock)
    async with database.transaction() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext('ringback audit seals'))")
        await connection.execute("SELECT FROM audit_entries FOR UPDATE")
        async with asyncio.timeout(5):
            await write(database, clock)
            assert await Sealer(database, clock).run_once() == 0
    assert await Sealer(database, clock).run_once() == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET subject = 'other'",
        "UPDATE audit_entries SET seal_id = NULL",
        "UPDATE audit_entries SET seal_id = 1, actor_name = 'ben' WHERE seal_id IS NULL",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
        "TRUNCATE audit_seals CASCADE",
        "UPDATE audit_seals SET hash = previous_hash",
        "UPDATE audit_seals SET entry_ids = NULL, entry_hashes = NULL",
        "DELETE FROM audit_seals",
    ],
)
async def test_the_database_refuses_to_change_what_is_written(database: Database, statement: str) -> None:
    clock = ManualClock()
    await sealed(database, clock, 2)
    await write(database, clock)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
        async with database.transaction() as connection:
            await connection.execute(statement)
    assert await problems(database) == []


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE audit_entries SET subject = 'other' WHERE id = 3", ["entry 3 of seal 2 was changed"]),
        ("UPDATE audit_entries SET address = NULL WHERE id = 3", ["entry 3 of seal 2 was changed"]),
        ("UPDATE audit_entries SET at = at + interval '1 us' WHERE id = 3", ["entry 3 of seal 2 was changed"]),
        ("UPDATE audit_entries SET of_services = '{x}' WHERE id = 3", ["entry 3 of seal 2 was changed"]),
        ("DELETE FROM audit_entries WHERE id = 4", ["entry 4 of seal 2 is missing"]),
        ("UPDATE audit_entries SET seal_id = NULL WHERE id = 4", ["entry 4 of seal 2 is missing"]),
        (
            "INSERT INTO audit_entries (at, actor_kind, actor_name, action, subject, seal_id)"
            " VALUES (now(), 'USER', 'ben', 'user.created', 'eve', 1)",
            ["entry 7 of seal 1 was added"],
        ),
        ("UPDATE audit_seals SET sealed_at = now() WHERE id = 1", ["seal 1 was changed: what it lists does not have"]),
        ("UPDATE audit_seals SET entries = 9 WHERE id = 1", ["seal 1 was changed: what it lists does not have"]),
        ("DELETE FROM audit_seals WHERE id = 2", ["seal 2 is missing", "seal 2 is missing: 2 entries are said to be"]),
        (
            "UPDATE audit_seals SET entry_ids = NULL, entry_hashes = NULL WHERE id = 1",
            ["the entries of seal 1 were removed, and not because", "entry 1 of seal 1", "entry 2 of seal 1"],
        ),
        (
            "UPDATE audit_seals SET hash = sha256('x') WHERE id = 2",
            ["seal 2 was changed: what it lists", "seal 3 was changed, or the one before"],
        ),
    ],
)
async def test_what_is_changed_behind_the_back_shows(database: Database, statement: str, told: list[str]) -> None:
    await sealed(database, ManualClock(), 2, 2, 2)
    async with behind_the_back(database) as connection:
        await connection.execute(statement)
    found = await problems(database)
    assert len(found) == len(told), found
    assert all(problem.startswith(text) for problem, text in zip(found, told, strict=True)), found


async def test_removing_the_newest_seal_with_its_entries_shows_only_against_one_that_was_noted(
    database: Database,
) -> None:
    await sealed(database, ManualClock(), 2, 2)
    noted = await seals.newest(database)
    expected = {noted.id: bytes.fromhex(noted.hash)}
    assert await problems(database, expected=expected) == []
    async with behind_the_back(database) as connection:
        await connection.execute("DELETE FROM audit_entries WHERE seal_id = 2")
        await connection.execute("DELETE FROM audit_seals WHERE id = 2")
    assert await problems(database) == []
    assert await problems(database, expected=expected) == ["seal 2, which was noted elsewhere, is missing"]


async def test_rewriting_the_whole_chain_shows_only_against_a_seal_that_was_noted(database: Database) -> None:
    clock = ManualClock()
    await sealed(database, clock, 2, 2)
    noted = await seals.newest(database)
    async with behind_the_back(database) as connection:
        await connection.execute("UPDATE audit_entries SET actor_name = 'ben', seal_id = NULL")
        await connection.execute("DELETE FROM audit_seals")
    await Sealer(database, clock).run_once()
    await sealed(database, clock, 1)
    assert await problems(database) == []
    [told] = await problems(database, expected={noted.id: bytes.fromhex(noted.hash)})
    assert told.startswith("seal 2 is not the one noted elsewhere")


async def test_entries_are_removed_in_whole_seals_when_they_are_old_and_an_entry_tells(database: Database) -> None:
    clock = ManualClock()
    await sealed(database, clock, 2, 3)
    await clock.advance(timedelta(days=10).total_seconds())
    await sealed(database, clock, 1)
    cleaner = Cleaner(database, clock, audit_days=10)
    assert await cleaner.run_once() == 0
    await clock.advance(timedelta(days=1).total_seconds())
    assert await cleaner.run_once() == 5
    assert await cleaner.run_once() == 0
    await Sealer(database, clock).run_once()
    found = await verification.verify(database)
    assert (found.seals, found.seals_without_entries, found.entries, found.problems) == (4, 2, 2, [])
    async with database.connection() as connection:
        row = await connection.fetchrow("SELECT * FROM audit_entries ORDER BY id DESC LIMIT 1")
    assert row
    assert (row["action"], row["actor_kind"], row["details"]) == (
        "audit.entries-removed",
        "ENGINE",
        {"up_to_seal": 2, "entries": 5},
    )


async def test_an_entry_without_a_seal_is_never_removed_however_old(database: Database) -> None:
    clock = ManualClock()
    await write(database, clock, 2)
    await clock.advance(timedelta(days=100).total_seconds())
    assert await Cleaner(database, clock, audit_days=10).run_once() == 0


async def test_several_cleaners_and_sealers_at_once_leave_one_sound_chain(database: Database) -> None:
    clock = ManualClock()
    await sealed(database, clock, *[1] * 12)
    await clock.advance(timedelta(days=30).total_seconds())
    await write(database, clock, 3)
    work = [Cleaner(database, clock, 10).run_once() for _ in range(3)]
    work += [Sealer(database, clock).run_once() for _ in range(3)]
    await asyncio.gather(*work)
    await Cleaner(database, clock, 10).run_once()
    found = await verification.verify(database)
    assert (found.seals_without_entries, found.problems) == (12, [])


@pytest.mark.parametrize(
    "settings",
    [
        "TimeZone = 'Asia/Kathmandu'",
        "DateStyle = 'German, DMY'",
        "IntervalStyle = 'sql_standard'",
        "bytea_output = 'escape'",
    ],
)
async def test_the_hashes_do_not_depend_on_the_settings_of_the_server(
    database: Database, database_url: str, settings: str
) -> None:
    await sealed(database, ManualClock(), 3)
    async with database.connection() as connection:
        name = await connection.fetchval("SELECT current_database()")
        await connection.execute(f'ALTER DATABASE "{name}" SET {settings}')
    async with Database(database_url) as opened_anew:
        assert await problems(opened_anew) == []


async def test_the_hashes_outlive_a_dump_and_restore_of_the_rows(database: Database) -> None:
    await sealed(database, ManualClock(), 3, 2)
    async with behind_the_back(database) as connection:
        await connection.execute("CREATE TEMPORARY TABLE texts AS SELECT e::text AS line FROM audit_entries AS e")
        await connection.execute("DELETE FROM audit_entries")
        await connection.execute(
            "INSERT INTO audit_entries OVERRIDING SYSTEM VALUE"
            " SELECT (line::audit_entries).* FROM texts ORDER BY line DESC"
        )
    found = await verification.verify(database)
    assert (found.entries, found.problems) == (5, [])


async def test_anybody_can_recompute_a_seal_as_the_page_tells(database: Database) -> None:
    await sealed(database, ManualClock(), 2, 3)
    query = _query_of_the_page()
    async with database.connection() as connection:
        rows = await connection.fetch(query)
    assert [row["is_right"] for row in rows] == [True, True]


async def test_what_the_engine_and_customers_do_is_told_by_their_callbacks_alone(database: Database) -> None:
    clock = ManualClock()
    async with database.transaction() as connection:
        for actor in (ENGINE, Actor(ActorKind.CUSTOMER, "practice")):
            await journal.record(connection, clock.now(), actor, "callback.created", "x")
        assert await connection.fetchval("SELECT count(*) FROM audit_entries") == 0


def _query_of_the_page() -> str:
    page = Path(__file__).parents[2].joinpath("docs/audit.md").read_text(encoding="utf-8")
    return page.partition("```sql\n")[2].partition("```")[0]
