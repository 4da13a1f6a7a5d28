"""Bulk work on the command line: what is under way, and what became of it."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

from ringback.actors import Actor, ActorKind
from ringback.bulk import jobs
from ringback.bulk.model import Cancellation
from ringback.bulk.worker import BulkWorker
from ringback.clock import SystemClock
from ringback.database.pool import Database
from tests.acceptance.command import Command

LUCY = Actor(ActorKind.USER, "lucy")


async def test_bulk_work_is_listed_and_shown_by_the_end_of_its_id(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    ringback = Command(tmp_path, {"RINGBACK_DATABASE_URL": database_url})
    assert "No bulk work" in ringback.does("bulk", "list")
    clock = SystemClock()
    await database.set_clock(clock)
    job = await jobs.ask(database, clock, LUCY, Cancellation(ids=[UUID(int=1), UUID(int=2)]))
    listed = ringback.does("bulk", "list")
    assert "CANCELLATION" in listed
    assert "lucy" in listed
    assert "0 of 2" in listed
    await BulkWorker(database, clock).run_once()
    shown = ringback.json("bulk", "show", str(job.id)[-8:])
    assert (shown["id"], shown["done"], shown["refused"], shown["is_finished"]) == (str(job.id), 2, 2, True)
    assert "callback-not-found" in ringback.does("bulk", "show", str(job.id))
    assert [each["id"] for each in ringback.json("bulk", "list")] == [str(job.id)]
    assert clock.now() - job.asked_at < timedelta(hours=1)


def test_bulk_work_that_does_not_exist_is_told_in_one_line(tmp_path: Path, database_url: str) -> None:
    ringback = Command(tmp_path, {"RINGBACK_DATABASE_URL": database_url})
    for text in ("0123abcd", "xyz"):
        assert "There is no bulk work whose id ends with" in ringback.refuses("bulk", "show", text)
