"""Bulk work: what it covers, what becomes of each callback, and that it survives whatever stops it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from ringback.actors import Actor, ActorKind
from ringback.bulk import jobs
from ringback.bulk.model import BulkJob, BulkRequest, Cancellation, Kind, Recreation, Rescheduling
from ringback.bulk.worker import BulkWorker
from ringback.callbacks import requests
from ringback.callbacks.states import Result, State
from ringback.database.pool import Database
from ringback.database.queries import Query
from ringback.errors import DatabaseUnavailable
from tests.integration.world import TESTER, World

LUCY = Actor(ActorKind.USER, "lucy")
HOUR = 3600.0
NUMBERS = [f"+4930123450{number:02}" for number in range(60)]

_WAITING = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


class Death(Exception):
    """The worker dies here."""


@pytest.fixture
async def service(world: World) -> int:
    """The service "support"."""
    return await world.add_service()


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three callbacks in a batch."""
    monkeypatch.setattr(jobs, "BATCH_SIZES", dict.fromkeys(Kind, 3))


async def begin(world: World, request: BulkRequest, actor: Actor = TESTER) -> UUID:
    return (await jobs.ask(world.database, world.clock, actor, request)).id


async def work(world: World) -> int:
    return await BulkWorker(world.database, world.clock).run_once()


async def job(world: World, job_id: UUID, kind: Kind = Kind.CANCELLATION) -> BulkJob:
    return await jobs.get(world.database, kind, job_id)


def day(world: World, **fields: Any) -> dict[str, Any]:
    """All of the 24 hours from now, and of the last minute."""
    now = world.clock.now()
    return {"all": True, "from_at": now - timedelta(minutes=1), "to_at": now + timedelta(days=1), **fields}


async def items(world: World) -> list[dict[str, Any]]:
    return await world.fetch("SELECT * FROM bulk_items ORDER BY job_id, position")


async def states(world: World, *ids: UUID) -> list[State]:
    return [(await world.callback(each)).state for each in ids]


async def test_a_range_is_cancelled_and_what_rings_is_hung_up(world: World, service: int) -> None:
    await world.add_agent("anna", "100")
    world.far_end(NUMBERS[0], decides_after_seconds=None)
    ringing = await world.ask(NUMBERS[0])
    await world.until(world.is_rung(NUMBERS[0]))
    queued, soon = await world.ask(NUMBERS[1]), await world.ask(NUMBERS[2], in_seconds=HOUR)
    later = await world.ask(NUMBERS[3], in_seconds=48 * HOUR)
    job_id = await begin(world, Cancellation(**day(world), reason="storm"))
    assert await work(world) == 3
    assert await states(world, ringing, queued, soon, later) == [*[State.COMPLETED] * 3, State.SCHEDULED]
    await world.work()
    assert not world.is_ringing(NUMBERS[0])
    told = await job(world, job_id)
    assert (told.total, told.done, told.succeeded, told.refused, told.is_finished) == (3, 3, 3, 0, True)
    assert {(count.state_before, count.number) for count in told.counts} == {
        (State.ROUTING, 1),
        (State.QUEUED, 1),
        (State.SCHEDULED, 1),
    }


@pytest.mark.parametrize(("actor", "result"), [(TESTER, Result.CANCELLED), (LUCY, Result.CANCELLED_BY_ADMIN)])
async def test_the_result_says_who_cancelled(world: World, service: int, actor: Actor, result: Result) -> None:
    callback = await world.ask(NUMBERS[0])
    job_id = await begin(world, Cancellation(ids=[callback], reason="storm"), actor)
    await work(world)
    assert (await world.callback(callback)).result is result
    [last] = await world.fetch("SELECT actor_name, reason FROM transitions WHERE event = 'CANCELLED'")
    assert last == {"actor_name": actor.name, "reason": f"bulk cancellation {job_id}: storm"}


async def test_who_is_talking_or_done_is_left_alone_and_told_why(world: World, service: int) -> None:
    await world.add_agent("anna", "100")
    talking = await world.ask(NUMBERS[0])
    await world.until(world.in_state(talking, State.PROCESSING))
    done = await world.ask(NUMBERS[1], in_seconds=HOUR)
    await world.cancel(done)
    await begin(world, Cancellation(ids=[talking, done]))
    await work(world)
    assert await states(world, talking) == [State.PROCESSING]
    assert [(item["state_before"], item["is_done"], item["outcome"]) for item in await items(world)] == [
        ("PROCESSING", False, "transition-refused"),
        ("COMPLETED", False, "transition-refused"),
    ]
    assert "only a SCHEDULED, QUEUED or ROUTING callback can be cancelled" in (await items(world))[0]["reason"]


async def test_what_comes_into_the_range_after_the_request_is_not_touched(world: World, service: int) -> None:
    inside, outside = await world.ask(NUMBERS[0]), await world.ask(NUMBERS[1], in_seconds=48 * HOUR)
    await begin(world, Cancellation(**day(world)))
    created = await world.ask(NUMBERS[2])
    at = world.clock.now() + timedelta(hours=1)
    await requests.reschedule(world.database, world.clock, TESTER, outside, at)
    assert await work(world) == 1
    assert await states(world, inside, outside, created) == [State.COMPLETED, State.SCHEDULED, State.QUEUED]


async def test_what_left_the_range_or_its_state_after_the_request_is_still_meant(world: World, service: int) -> None:
    moved, promoted = [await world.ask(number, in_seconds=HOUR) for number in NUMBERS[:2]]
    await begin(world, Cancellation(**day(world, states=[State.SCHEDULED])))
    at = world.clock.now() + timedelta(days=3)
    await requests.reschedule(world.database, world.clock, TESTER, moved, at)
    await requests.call_now(world.database, world.clock, TESTER, promoted)
    assert await work(world) == 2
    assert await states(world, moved, promoted) == [State.COMPLETED, State.COMPLETED]


async def test_a_range_covers_only_the_states_and_services_named(world: World, service: int) -> None:
    await world.add_service("sales")
    queued, scheduled = await world.ask(NUMBERS[0]), await world.ask(NUMBERS[1], in_seconds=HOUR)
    of_sales = await world.ask(NUMBERS[2], "sales")
    await begin(world, Cancellation(**day(world, states=[State.QUEUED], services=["support"])))
    await work(world)
    assert await states(world, queued, scheduled, of_sales) == [State.COMPLETED, State.SCHEDULED, State.QUEUED]


async def test_a_range_is_rescheduled_the_earliest_first_and_cancelled_in_order_of_creation(
    world: World, service: int
) -> None:
    hours = {await world.ask(NUMBERS[number], in_seconds=hour * HOUR): hour for number, hour in enumerate((3, 1, 2))}
    await begin(world, Rescheduling(**day(world), shift_seconds=60))
    await work(world)
    assert [item["callback_id"] for item in await items(world)] == sorted(hours, key=hours.__getitem__)
    cancellation = await begin(world, Cancellation(**day(world)))
    await work(world)
    assert [item["callback_id"] for item in await items(world) if item["job_id"] == cancellation] == list(hours)


async def test_ids_asked_for_twice_or_unknown_have_one_line_each(world: World, service: int) -> None:
    callback, unknown = await world.ask(NUMBERS[0]), UUID(int=1)
    await begin(world, Cancellation(ids=[unknown, callback, unknown, callback]))
    await work(world)
    assert [(item["position"], item["callback_id"], item["outcome"]) for item in await items(world)] == [
        (1, unknown, "callback-not-found"),
        (2, callback, "CANCELLED"),
    ]


async def test_nothing_found_is_finished_at_once(world: World, service: int) -> None:
    told = await job(world, await begin(world, Cancellation(**day(world))))
    assert (told.total, told.is_finished) == (0, True)


async def test_wherever_a_worker_dies_the_next_goes_on_and_nothing_is_done_twice(
    world: World, service: int, small_batches: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    deaths = 0
    while True:
        ids = [await world.ask(number, in_seconds=HOUR) for number in NUMBERS[:8]]
        job_id = await begin(world, Cancellation(ids=ids))
        with monkeypatch.context() as patch:
            die_at_query(patch, deaths)
            try:
                await work(world)
            except Death:
                deaths += 1
                died = True
            else:
                died = False
        before = await job(world, job_id)
        assert before.done in (0, 3, 6, 8)
        assert before.is_finished == (before.done == 8)
        assert await work(world) == 8 - before.done
        told = await job(world, job_id)
        assert (told.done, told.succeeded, told.is_finished) == (8, 8, True)
        lines = [line for line in await items(world) if line["job_id"] == job_id]
        assert [(line["position"], line["callback_id"]) for line in lines] == list(enumerate(ids, 1))
        assert [await world.events(each) for each in ids] == [["SCHEDULED", "CANCELLED"]] * 8
        if not died:
            break
    assert deaths > 12


async def test_a_connection_lost_in_the_middle_of_a_batch_loses_nothing(
    world: World, service: int, small_batches: None
) -> None:
    ids = [await world.ask(number, in_seconds=HOUR) for number in NUMBERS[:5]]
    job_id = await begin(world, Cancellation(ids=ids))
    async with Database(world.database.url) as other, other.transaction() as holder:
        await holder.fetch("SELECT FROM callbacks WHERE id = $1 FOR UPDATE", ids[4])
        working = asyncio.create_task(work(world))
        await waiting_for_a_lock(world)
        await world.fetch("SELECT pg_terminate_backend(pid) " + _WAITING)
        with pytest.raises(DatabaseUnavailable):
            await working
    assert (await job(world, job_id)).done == 3
    assert await work(world) == 2
    assert (await job(world, job_id)).succeeded == 5


async def test_a_callback_that_somebody_holds_is_waited_for_and_not_passed_over(world: World, service: int) -> None:
    held, free = await world.ask(NUMBERS[0]), await world.ask(NUMBERS[1])
    await begin(world, Cancellation(ids=[held, free]))
    async with Database(world.database.url) as other, other.transaction() as holder:
        await holder.fetch("SELECT FROM callbacks WHERE id = $1 FOR UPDATE", held)
        working = asyncio.create_task(work(world))
        await waiting_for_a_lock(world)
        assert not working.done()
    assert await working == 2
    assert await states(world, held, free) == [State.COMPLETED, State.COMPLETED]


async def test_many_workers_share_the_work_and_each_callback_is_done_once(
    world: World, service: int, small_batches: None
) -> None:
    ids = [await world.ask(number, in_seconds=HOUR) for number in NUMBERS]
    halves = [await begin(world, Cancellation(ids=half)) for half in (ids[:30], ids[30:], ids)]
    looked_at = await asyncio.gather(*(work(world) for _ in range(4)))
    assert sum(looked_at) == 2 * len(ids)
    told = [await job(world, job_id) for job_id in halves]
    assert all(each.is_finished for each in told)
    assert sum(each.succeeded for each in told) == len(ids)
    assert (await world.fetch("SELECT count(*) FROM transitions WHERE event = 'CANCELLED'"))[0]["count"] == len(ids)


async def test_small_work_need_not_wait_for_the_end_of_large_work(
    world: World, service: int, small_batches: None
) -> None:
    large = await begin(world, Cancellation(ids=[UUID(int=number) for number in range(1, 31)]))
    await world.clock.advance(1)
    small = await begin(world, Cancellation(ids=[await world.ask(NUMBERS[0])]))
    await world.clock.advance(1)
    progress: list[tuple[int, bool]] = []
    while not (await job(world, large)).is_finished:
        await one_batch(world)
        progress.append(((await job(world, large)).done, (await job(world, small)).is_finished))
    assert next(done for done, is_small_finished in progress if is_small_finished) <= 3


async def test_one_row_that_the_database_refuses_does_not_hold_up_the_others(
    world: World, service: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [await world.ask(number) for number in NUMBERS[:7]]
    async with world.database.transaction() as connection:
        text = f"ALTER TABLE transitions ADD CONSTRAINT bad CHECK (event <> 'CANCELLED' OR callback_id <> '{ids[4]}')"
        await connection.execute(text)
    job_id = await begin(world, Cancellation(ids=ids))
    await work(world)
    told = await job(world, job_id)
    assert (told.succeeded, told.refused, told.is_finished) == (6, 1, True)
    assert [item["outcome"] for item in await items(world)] == [
        *["CANCELLED"] * 4,
        "internal-error",
        *["CANCELLED"] * 2,
    ]
    assert await states(world, ids[4]) == [State.QUEUED]


@pytest.mark.usefixtures("service")
async def test_a_callback_that_cannot_be_read_does_not_hold_up_bulk_work(world: World) -> None:
    ids = [await world.ask(number) for number in NUMBERS[:3]]
    await begin(world, Cancellation(ids=ids))
    await work(world)
    async with world.database.transaction() as connection:
        await connection.execute("UPDATE callbacks SET channel = 'PIGEON' WHERE id = $1", ids[1])
    job_id = await begin(world, Recreation(ids=ids))
    await work(world)
    told = await job(world, job_id, Kind.RECREATION)
    assert (told.succeeded, told.refused, told.is_finished) == (2, 1, True)


async def test_shifting_moves_each_callback_once_also_into_the_rest_of_the_range(world: World, service: int) -> None:
    ids = [await world.ask(number, in_seconds=hours * HOUR) for hours, number in enumerate(NUMBERS[:5], 1)]
    before = [(await world.callback(each)).desired_at for each in ids]
    await begin(world, Rescheduling(**day(world), shift_seconds=3600))
    assert await work(world) == 5
    after = [(await world.callback(each)).desired_at for each in ids]
    assert [late - early for early, late in zip(before, after, strict=True)] == [timedelta(hours=1)] * 5


async def test_what_rescheduling_refuses_keeps_its_time_and_is_told_by_its_code(world: World) -> None:
    await world.add_service(slot_capacity=1)
    first, second = [await world.ask(number, in_seconds=hours * HOUR) for hours, number in enumerate(NUMBERS[:2], 2)]
    queued = await world.ask(NUMBERS[3])
    at = world.clock.now() + timedelta(days=1)
    await begin(world, Rescheduling(ids=[first, second, queued], desired_at=at))
    await work(world)
    told = [(item["outcome"], item["is_done"]) for item in await items(world)]
    assert told == [("RESCHEDULED", True), ("slot-full", False), ("transition-refused", False)]
    assert (await world.callback(first)).desired_at == at
    assert await world.events(second) == ["SCHEDULED"]


async def test_a_shift_into_the_past_is_refused_one_by_one(world: World, service: int) -> None:
    near, far = await world.ask(NUMBERS[0], in_seconds=HOUR), await world.ask(NUMBERS[1], in_seconds=5 * HOUR)
    await begin(world, Rescheduling(ids=[near, far], shift_seconds=-7200))
    await work(world)
    assert [item["outcome"] for item in await items(world)] == ["in-the-past", "RESCHEDULED"]


async def test_recreating_makes_new_callbacks_linked_to_the_old(world: World, service: int) -> None:
    ids = [await world.ask(number) for number in NUMBERS[:3]]
    for each in ids:
        await world.cancel(each)
    waits_again = await world.ask(NUMBERS[1])
    await begin(world, Recreation(**day(world, results=[Result.CANCELLED])))
    await work(world)
    lines = await items(world)
    assert [line["outcome"] for line in lines] == ["RECREATED", "already-waiting", "RECREATED"]
    new = [line["new_callback_id"] for line in lines]
    assert new[1] is None
    assert str(waits_again) in lines[1]["reason"]
    assert [(await world.callback(each)).recreated_from for each in (new[0], new[2])] == [ids[0], ids[2]]


async def test_a_range_is_recreated_by_its_results(world: World, service: int) -> None:
    cancelled = await world.ask(NUMBERS[0])
    await world.cancel(cancelled)
    told = await job(world, await begin(world, Recreation(**day(world, results=[Result.BUSY]))), Kind.RECREATION)
    assert told.total == 0


async def test_the_recent_work_of_an_actor_is_their_own_of_the_last_day(world: World, service: int) -> None:
    old = await begin(world, Cancellation(ids=[UUID(int=1)]))
    await world.clock.advance(24 * HOUR + 1)
    first = await begin(world, Cancellation(ids=[UUID(int=1)]))
    await begin(world, Cancellation(ids=[UUID(int=1)]), LUCY)
    await world.clock.advance(1)
    second = await begin(world, Cancellation(ids=[UUID(int=2)]))
    found = await jobs.recent(world.database, world.clock, TESTER, Kind.CANCELLATION)
    assert [each.id for each in found] == [second, first]
    assert old not in [each.id for each in found]
    assert await jobs.recent(world.database, world.clock, TESTER, Kind.RECREATION) == []


async def test_every_batch_wakes_whoever_waits_for_changes(world: World, service: int) -> None:
    await begin(world, Cancellation(ids=[await world.ask(NUMBERS[0])]))
    listener = world.database.changes.listener()
    await listener.wait(0)
    await work(world)
    async with asyncio.timeout(20):
        await listener.wait(600)
    listener.close()


async def one_batch(world: World) -> None:
    """Let a worker do no more than one batch."""
    worker = BulkWorker(world.database, world.clock)
    working = asyncio.create_task(worker.run_once())
    listener = world.database.changes.listener()
    await listener.wait(20)
    listener.close()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def waiting_for_a_lock(world: World) -> None:
    async with asyncio.timeout(20):
        while not await world.fetch("SELECT pid " + _WAITING):  # noqa: ASYNC110 (another session has to wait)
            await asyncio.sleep(0.01)


def die_at_query(patch: pytest.MonkeyPatch, number: int) -> None:
    """The query with that number, counted from 0, is not sent any more."""
    asked = 0

    def counted(real: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def query(*arguments: Any, **named: Any) -> Any:
            nonlocal asked
            asked += 1
            if asked > number:
                raise Death
            return await real(*arguments, **named)

        return query

    for name in ("all", "first", "run"):
        patch.setattr(Query, name, counted(getattr(Query, name)))
