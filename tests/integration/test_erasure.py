"""A customer is forgotten: nothing of the number is left in any table, the counts stay, and nobody is rung twice."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from ringback.actors import Actor, ActorKind
from ringback.callbacks.states import Result, State
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.engine.cleaner import Cleaner
from ringback.engine.counter import Counter
from ringback.engine.eraser import Eraser
from ringback.numbers.phone import InvalidNumber
from ringback.records import erasure
from ringback.records.erasure import Erasure, erase
from ringback.reports.report import report
from tests.integration.past import NOW, NUMBER, add_callback, add_service, number_of, places_of
from tests.integration.world import World

ASKER = Actor(ActorKind.API_KEY, "tester")
DIGITS = NUMBER.removeprefix("+")
OTHER = "+493012345699"
LISTENS = "+4930123401"  # far ends of the simulator go by the last digits: this one answers
NOTHING = Erasure(cancelled=0, removed=0, remaining=0)


async def asked(database: Database, clock: ManualClock) -> dict[Result, int]:
    """The results that the reports tell."""
    found = await report(database, clock, from_at=NOW - timedelta(days=30), to_at=NOW + timedelta(days=30))
    return {
        result: sum(period.results.get(result, 0) for period in found.items)
        for result in Result
        if any(result in period.results for period in found.items)
    }


async def fill(database: Database) -> UUID:
    """One callback of the number with all that can be kept of it, and one of somebody else. Returns the first."""
    await add_service(database)
    callback_id = await add_callback(database, result=Result.AGENT, dialled_after=5, talked_seconds=60)
    await add_callback(database, number=OTHER, dialled_after=5)
    async with database.transaction() as connection:
        for statement in (
            "UPDATE callbacks SET user_data = jsonb_build_object('call', phone_number), customer_name = phone_number"
            " WHERE id = $1",
            "INSERT INTO decisions (callback_id, at, rule, detail) VALUES ($1, now(), 'rule', $2)",
            "INSERT INTO name_recordings VALUES ($1, $2::text::bytea, now())",
            "INSERT INTO transitions (callback_id, at, event, to_state, actor_kind, actor_name, reason)"
            " VALUES ($1, now(), 'SCHEDULED', 'SCHEDULED', 'USER', 'x', $2)",
            "WITH key AS (INSERT INTO api_keys (name, key_hash, scopes, sees_all_services, created_at)"
            " VALUES ('k', 'h', '{read}', true, now()) RETURNING id)"
            " INSERT INTO idempotency_keys SELECT id, 'once', 'hash', $1, $2::text::bytea, now() FROM key",
            "WITH job AS (INSERT INTO bulk_jobs (id, kind, actor_kind, actor_name, asked_at, request, total,"
            " request_hash) VALUES (gen_random_uuid(), 'RECREATION', 'USER', 'x', now(), '{}', 1, '') RETURNING id)"
            " INSERT INTO bulk_items (job_id, position, callback_id, phone_number, is_done, outcome, reason)"
            " SELECT id, 1, $1, $2, false, 'REFUSED', $2 || ' waits already' FROM job",
        ):
            values = (callback_id, NUMBER) if "$2" in statement else (callback_id,)
            await connection.execute(statement, *values)
    return callback_id


async def test_nothing_of_the_number_is_left_in_any_table_and_the_counts_stay(database: Database) -> None:
    clock = ManualClock(NOW)
    await fill(database)
    counted = await asked(database, clock)
    assert await places_of(database, DIGITS) >= {
        "callbacks.phone_number",
        "callbacks.user_data",
        "callbacks.customer_name",
        "legs.destination",
        "transitions.reason",
        "decisions.detail",
        "name_recordings.audio",
        "idempotency_keys.answer",
        "bulk_items.phone_number",
        "bulk_items.reason",
    }
    assert await erase(database, clock, ASKER, "+49 30 123456-01") == Erasure(cancelled=0, removed=1, remaining=0)
    assert await places_of(database, DIGITS) == set()
    assert await places_of(database, OTHER.removeprefix("+")) >= {"callbacks.phone_number", "legs.destination"}
    assert await asked(database, clock) == counted == {Result.AGENT: 1, Result.NO_ANSWER: 1}
    assert await number_of(database, "bulk_items") == 1
    assert await erase(database, clock, ASKER, NUMBER) == NOTHING


async def test_what_is_open_is_cancelled_and_gone(database: Database) -> None:
    await add_service(database)
    await add_callback(database, state=State.SCHEDULED, desired_at=NOW + timedelta(days=3))
    await add_callback(database, state=State.QUEUED)
    await add_callback(database, state=State.QUEUED, number=OTHER)
    clock = ManualClock(NOW)
    assert await erase(database, clock, ASKER, NUMBER) == Erasure(cancelled=2, removed=2, remaining=0)
    assert await places_of(database, DIGITS) == set()
    assert await asked(database, clock) == {Result.CANCELLED: 2}
    assert await number_of(database, "callbacks") == 1


async def test_a_user_who_erases_counts_as_the_one_who_cancelled(database: Database) -> None:
    await add_service(database)
    await add_callback(database, state=State.QUEUED)
    clock = ManualClock(NOW)
    await erase(database, clock, Actor(ActorKind.USER, "anna"), NUMBER)
    assert await asked(database, clock) == {Result.CANCELLED_BY_ADMIN: 1}


async def test_one_that_rings_is_hung_up_and_goes_when_that_is_over(world: World) -> None:
    await world.add_service()
    await world.add_agent("anna")
    world.far_end(LISTENS, decides_after_seconds=None)
    callback_id = await world.ask(LISTENS)
    await world.until(world.is_rung(LISTENS))
    done = await erase(world.database, world.clock, ASKER, LISTENS)
    assert done == Erasure(cancelled=1, removed=0, remaining=1)
    assert (await world.callback(callback_id)).result is Result.CANCELLED
    assert await Eraser(world.database, world.clock).run_once() == 0
    assert await number_of(world.database, "erasures") == 1

    await world.until(lambda: _is_closed(world))
    assert await Eraser(world.database, world.clock).run_once() == 1
    assert await places_of(world.database, LISTENS.removeprefix("+")) == set()
    assert world.rang(LISTENS) == 1


async def test_a_talk_goes_on_and_its_callback_is_removed_when_it_is_over(world: World) -> None:
    await world.add_service()
    await world.add_agent("anna")
    callback_id = await world.ask(LISTENS)
    await world.until(world.in_state(callback_id, State.PROCESSING))
    assert await erase(world.database, world.clock, ASKER, LISTENS) == Erasure(cancelled=0, removed=0, remaining=1)
    await world.until(world.in_state(callback_id, State.COMPLETED))
    assert (await world.callback(callback_id)).result is Result.AGENT
    assert await Eraser(world.database, world.clock).run_once() == 1
    assert await places_of(world.database, LISTENS.removeprefix("+")) == set()
    assert (await asked(world.database, world.clock))[Result.AGENT] == 1


async def test_a_callback_asked_for_after_the_erasure_is_a_new_request_and_stays(world: World) -> None:
    await world.add_service()
    await world.add_service("sales")
    await world.add_agent("anna")
    talking = await world.ask(LISTENS)
    await world.until(world.in_state(talking, State.PROCESSING))
    await erase(world.database, world.clock, ASKER, LISTENS)
    await world.clock.advance(1.0)
    new = await world.ask(LISTENS, "sales", in_seconds=3_600)
    await world.until(world.in_state(talking, State.COMPLETED))
    assert await Eraser(world.database, world.clock).run_once() == 1
    assert (await world.callback(new)).state is State.SCHEDULED
    assert (await number_of(world.database, "erasures"), await number_of(world.database, "callbacks")) == (0, 1)


async def test_an_erasure_that_was_only_asked_for_when_the_process_died_is_gone_on_with(database: Database) -> None:
    clock = ManualClock(NOW)
    await fill(database)
    await add_callback(database, state=State.QUEUED)
    async with database.transaction() as connection:
        await connection.execute("INSERT INTO erasures VALUES ($1, $2, 'API_KEY', 'tester')", NUMBER, NOW)
    assert await Eraser(database, clock).run_once() == 3  # one cancelled, two removed
    assert await places_of(database, DIGITS) == set()


async def test_one_whose_callbacks_are_gone_already_is_finished(database: Database) -> None:
    clock = ManualClock(NOW)
    await fill(database)
    async with database.transaction() as connection:
        await connection.execute("INSERT INTO erasures VALUES ($1, $2, 'API_KEY', 'tester')", NUMBER, NOW)
        await connection.execute("DELETE FROM callbacks WHERE phone_number = $1", NUMBER)
    await Eraser(database, clock).run_once()
    assert await places_of(database, DIGITS) == set()


async def test_erasing_counting_and_cleaning_at_once_counts_everything_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "BATCH", 2)
    await add_service(database)
    for _ in range(12):
        await add_callback(database, result=Result.BUSY, desired_at=NOW - timedelta(days=15))
    clock = ManualClock(NOW)
    await asyncio.gather(
        *(erase(database, clock, ASKER, NUMBER) for _ in range(3)),
        *(Counter(database).run_once() for _ in range(3)),
        *(Cleaner(database, clock).run_once() for _ in range(2)),
    )
    await Eraser(database, clock).run_once()
    assert await erase(database, clock, ASKER, NUMBER) == NOTHING
    assert await asked(database, clock) == {Result.BUSY: 12}
    assert (await number_of(database, "callbacks"), await number_of(database, "erasures")) == (0, 0)


@pytest.mark.parametrize("text", ["030 12345601", "+49 30 123456 please", "", "+999 1234567"])
async def test_a_number_that_is_none_changes_nothing(database: Database, text: str) -> None:
    await add_service(database)
    await add_callback(database)
    with pytest.raises(InvalidNumber):
        await erase(database, ManualClock(NOW), ASKER, text)
    assert (await number_of(database, "callbacks"), await number_of(database, "erasures")) == (1, 0)


async def test_a_number_that_may_not_be_called_can_be_erased(database: Database) -> None:
    await add_service(database)
    premium = "+4990012345678"
    await add_callback(database, number=premium)
    assert await erase(database, ManualClock(NOW), ASKER, premium) == Erasure(cancelled=0, removed=1, remaining=0)


async def _is_closed(world: World) -> bool:
    (attempt,) = await world.fetch("SELECT closed_at FROM attempts")
    return attempt["closed_at"] is not None
