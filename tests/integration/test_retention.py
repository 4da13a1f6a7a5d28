"""What is old is removed with all beneath it; what is open, or not counted yet, never."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from ringback.callbacks.states import Result, State
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.database.queries import ALL_QUERIES
from ringback.engine.cleaner import Cleaner
from ringback.engine.counter import Counter
from ringback.engine.expirer import Expirer
from ringback.records import retention
from ringback.services import bounds
from tests.integration.past import NOW, add_callback, add_service, number_of

KEPT = timedelta(days=14)
SECOND = timedelta(seconds=1)
BENEATH = ("callbacks", "transitions", "attempts", "legs", "decisions", "idempotency_keys", "name_recordings")


async def clean(database: Database) -> int:
    """Count what completed, then remove what is old at NOW."""
    await Counter(database).run_once()
    return await Cleaner(database, ManualClock(NOW)).run_once()


async def kept(database: Database) -> set[UUID]:
    """The callbacks that are there."""
    async with database.connection() as connection:
        return {row["id"] for row in await connection.fetch("SELECT id FROM callbacks")}


async def run(database: Database, statement: str, *values: object) -> None:
    async with database.transaction() as connection:
        await connection.execute(statement, *values)


async def test_a_callback_is_removed_14_days_after_its_desired_time_and_not_before(database: Database) -> None:
    await add_service(database)
    await add_callback(database, desired_at=NOW - KEPT - SECOND)
    youngest = await add_callback(database, desired_at=NOW - KEPT)
    ahead = await add_callback(database, desired_at=NOW + KEPT, completed_after=-1e6, result=Result.CANCELLED)
    assert await clean(database) == 1
    assert await kept(database) == {youngest, ahead}


@pytest.mark.parametrize("state", [state for state in State if state is not State.COMPLETED])
async def test_what_is_open_is_never_removed(database: Database, state: State) -> None:
    await add_service(database)
    needs_agent = state in (State.ROUTING, State.PROCESSING)
    callback_id = await add_callback(database, state=State.SCHEDULED, desired_at=NOW - 10 * KEPT)
    async with database.transaction() as connection:
        agent_id = await connection.fetchval(
            "INSERT INTO agents (name, display_name, endpoint) VALUES ('anna', 'Anna', '1') RETURNING id"
        )
        since = None if state is State.SCHEDULED else NOW
        await connection.execute(
            "UPDATE callbacks SET state = $1, agent_id = $2, queued_at = $3, place_at = $3, eligible_at = $3",
            state,
            agent_id if needs_agent else None,
            since,
        )
    assert await clean(database) == 0
    assert await kept(database) == {callback_id}


async def test_what_still_waits_after_14_days_expires_and_is_then_removed(database: Database) -> None:
    longest = bounds.RANGES["expire_after_seconds"][1]
    assert timedelta(seconds=longest) == retention.KEPT
    await add_service(database, expire_after_seconds=longest)
    for state in (State.SCHEDULED, State.QUEUED):
        await add_callback(database, state=state, desired_at=NOW - KEPT - SECOND)
    assert await clean(database) == 0
    assert await Expirer(database, ManualClock(NOW)).run_once() == 2
    assert await clean(database) == 2
    assert await kept(database) == set()


async def test_one_that_is_not_counted_yet_stays_until_it_is(database: Database) -> None:
    await add_service(database)
    callback_id = await add_callback(database, desired_at=NOW - 2 * KEPT)
    cleaner = Cleaner(database, ManualClock(NOW))
    assert await cleaner.run_once() == 0
    assert await kept(database) == {callback_id}
    await Counter(database).run_once()
    assert await cleaner.run_once() == 1
    assert await number_of(database, "hourly_counts") == 1


async def test_one_whose_call_may_still_ring_stays_until_that_is_over(database: Database) -> None:
    await add_service(database)
    await add_callback(database, desired_at=NOW - 2 * KEPT, dialled_after=5, has_open_attempt=True)
    assert await clean(database) == 0
    await run(database, "UPDATE attempts SET closed_at = $1, outcome = 'CANCELLED'", NOW)
    assert await clean(database) == 1


async def test_all_beneath_a_callback_goes_with_it_and_what_was_recreated_from_it_stays(database: Database) -> None:
    await add_service(database)
    old = await add_callback(database, desired_at=NOW - 2 * KEPT, dialled_after=5)
    new = await add_callback(database, state=State.QUEUED)
    async with database.transaction() as connection:
        await connection.execute("UPDATE callbacks SET recreated_from = $1 WHERE id = $2", old, new)
        for statement in (
            "INSERT INTO decisions (callback_id, at, rule, detail) VALUES ($1, now(), 'rule', 'detail')",
            "INSERT INTO name_recordings VALUES ($1, 'audio', now())",
            "INSERT INTO transitions (callback_id, at, event, to_state, actor_kind, actor_name, reason)"
            " VALUES ($1, now(), 'SCHEDULED', 'SCHEDULED', 'USER', 'x', '')",
            "WITH key AS (INSERT INTO api_keys (name, key_hash, scopes, sees_all_services, created_at)"
            " VALUES ('k', 'h', '{read}', true, now()) RETURNING id)"
            " INSERT INTO idempotency_keys SELECT id, 'once', 'hash', $1, 'answer', now() FROM key",
        ):
            await connection.execute(statement, old)
    assert [await number_of(database, table) for table in BENEATH] == [2, 1, 1, 1, 1, 1, 1]
    await clean(database)
    assert [await number_of(database, table) for table in BENEATH] == [1, 0, 0, 0, 0, 0, 0]
    assert await kept(database) == {new}


async def test_a_name_recording_goes_4_days_after_completion_and_its_callback_stays(database: Database) -> None:
    await add_service(database)
    four_days = timedelta(days=4)
    old = await add_callback(database, desired_at=NOW - four_days, completed_after=0)
    young = await add_callback(database, desired_at=NOW - four_days, completed_after=1)
    waits = await add_callback(database, state=State.SCHEDULED, desired_at=NOW + KEPT)
    for callback_id in (old, young, waits):
        await run(database, "INSERT INTO name_recordings VALUES ($1, 'audio', $2)", callback_id, NOW - KEPT)
    assert await clean(database) == 1
    async with database.connection() as connection:
        left = {row["callback_id"] for row in await connection.fetch("SELECT callback_id FROM name_recordings")}
    assert left == {young, waits}
    assert await kept(database) == {old, young, waits}


async def test_offers_and_slots_go_after_14_days_but_not_an_offer_that_a_callback_came_from(database: Database) -> None:
    service_id = await add_service(database)
    callback_id = await add_callback(database, state=State.SCHEDULED, desired_at=NOW + KEPT)
    of_callback, old, young = uuid7(), uuid7(), uuid7()
    for offer_id, made_at in ((of_callback, NOW - 2 * KEPT), (old, NOW - KEPT - SECOND), (young, NOW - KEPT)):
        await run(
            database,
            "INSERT INTO offers (id, service_id, made_at, offers_immediate, offers_scheduled, place)"
            " VALUES ($1, $2, $3, true, true, 1)",
            offer_id,
            service_id,
            made_at,
        )
    await run(database, "UPDATE callbacks SET offer_id = $1 WHERE id = $2", of_callback, callback_id)
    for starts_at in (NOW - KEPT - SECOND, NOW - KEPT, NOW + KEPT):
        await run(database, "INSERT INTO slots VALUES ($1, $2, 1, 5)", service_id, starts_at)
    assert await clean(database) == 2
    async with database.connection() as connection:
        assert {row["id"] for row in await connection.fetch("SELECT id FROM offers")} == {of_callback, young}
    assert await number_of(database, "slots") == 2


async def test_bulk_work_goes_14_days_after_its_end_with_every_line_of_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 3)
    monkeypatch.setattr(retention, "PAUSE_SECONDS", 0)
    for finished_at in (NOW - KEPT - SECOND, NOW - KEPT, None):
        job_id = uuid7()
        await run(
            database,
            "INSERT INTO bulk_jobs (id, kind, actor_kind, actor_name, asked_at, request, total, done, finished_at,"
            " request_hash) VALUES ($1, 'CANCELLATION', 'USER', 'x', $2, '{}', 10, 10, $3, '')",
            job_id,
            NOW - 2 * KEPT,
            finished_at,
        )
        await run(
            database,
            "INSERT INTO bulk_items (job_id, position, callback_id, is_done, outcome, reason)"
            " SELECT $1, n, gen_random_uuid(), true, 'DONE', '' FROM generate_series(1, 10) AS n",
            job_id,
        )
    assert await clean(database) == 11
    assert (await number_of(database, "bulk_jobs"), await number_of(database, "bulk_items")) == (2, 20)


async def test_cleaners_at_once_remove_each_callback_once_in_batches(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 3)
    monkeypatch.setattr(retention, "PAUSE_SECONDS", 0)
    await add_service(database)
    for _ in range(20):
        await add_callback(database, desired_at=NOW - 2 * KEPT)
    await Counter(database).run_once()
    removed = await asyncio.gather(*(Cleaner(database, ManualClock(NOW)).run_once() for _ in range(4)))
    assert sum(removed) + await clean(database) == 20
    assert await kept(database) == set()


async def test_what_is_old_is_found_by_an_index(database: Database) -> None:
    await add_service(database)
    async with database.transaction() as connection:
        await connection.execute(
            """
            INSERT INTO callbacks (
                id, service_id, phone_number, state, result, is_scheduled, desired_at, promised_local, promised_zone,
                waits_alone, created_at, updated_at, completed_at
            )
            SELECT gen_random_uuid(), s.id, '+49301234', 'COMPLETED', 'EXPIRED', true, at, at::timestamp, 'UTC', false,
                at, at, at
            FROM services AS s, generate_series($1::timestamptz, $1 + interval '15 days', interval '1 minute') AS at
            """,
            NOW - KEPT,
        )
        await connection.execute("ANALYZE callbacks")
        (query,) = (query for query in ALL_QUERIES if query.name == "records.remove_callbacks")
        plan = await connection.fetchval(f"EXPLAIN (FORMAT JSON) {query.text}", NOW - KEPT + timedelta(hours=1), 1_000)
    scans = [node for node in _nodes(json.loads(plan)[0]["Plan"]) if node.get("Relation Name") == "callbacks"]
    assert scans
    assert not [node for node in scans if "Seq Scan" in node["Node Type"]], plan


def _nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for child in plan.get("Plans", []) for node in _nodes(child))]
