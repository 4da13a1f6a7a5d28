"""Each callback is counted once, whoever counts and whatever dies, and the numbers are those of docs/records.md."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from ringback.actors import ENGINE, Actor, ActorKind
from ringback.callbacks.states import Result, State
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.engine.counter import Counter
from ringback.instants import TimeWithoutOffset
from ringback.lists import InvalidFilter
from ringback.practice import remove
from ringback.reports import counting
from ringback.reports.report import Per, Period, report
from ringback.services import catalog
from ringback.services.catalog import ServiceNotFound
from tests.integration.past import NOW, add_callback, add_service, number_of
from tests.integration.world import World

DAY = timedelta(days=1)


async def periods(database: Database, per: Per = Per.HOUR, *services: str) -> list[Period]:
    """What is told of the days about NOW."""
    found = await report(
        database, ManualClock(), from_at=NOW - 2 * DAY, to_at=NOW + 2 * DAY, per=per, services=services
    )
    return found.items


async def only_period(database: Database) -> Period:
    (period,) = await periods(database)
    return period


async def test_a_talk_is_counted_when_it_is_over_with_all_its_numbers(world: World) -> None:
    await world.add_service()
    await world.add_agent("anna")
    callback_id = await world.ask("+4930123401", in_seconds=60)
    await world.until(world.in_state(callback_id, State.COMPLETED))
    assert await Counter(world.database).run_once() == 1
    assert await Counter(world.database).run_once() == 0

    found = await report(world.database, world.clock, from_at=NOW, to_at=NOW + DAY)
    (period,) = found.items
    assert (period.service, period.starts_at, period.asked, period.kept, period.kept_rate) == (
        "support",
        NOW,
        1,
        1,
        1.0,
    )
    assert (period.scheduled, period.dialled, period.attempts) == (1, 1, 1)
    assert period.talk_seconds > 0
    assert period.results == {Result.AGENT: 1}


async def test_the_report_is_the_same_before_and_after_counting(database: Database) -> None:
    await add_service(database)
    await add_callback(database, result=Result.AGENT, dialled_after=30, talked_seconds=100)
    await add_callback(database, result=Result.BUSY, dialled_after=300)
    await add_callback(database, result=Result.AGENT, dialled_after=60, desired_at=NOW + timedelta(hours=5))
    await add_callback(database, state=State.SCHEDULED)
    before = await periods(database), await periods(database, Per.DAY)
    assert await counting.count_completed(database) == 3
    assert (await periods(database), await periods(database, Per.DAY)) == before
    assert before[1][0].asked == 4


@pytest.mark.parametrize(
    ("dialled_after", "completed_after", "promised_after", "expected"),
    [
        (0, 600, 120, (1, 0, 0)),
        (120, 600, 120, (1, 0, 0)),
        (121, 600, 120, (0, 1, 1)),
        (3720, 4000, 120, (0, 1, 3600)),
        (None, 86_400, 120, (0, 1, 86_280)),
        (None, 60, 120, (0, 0, 0)),
        (500, 600, None, (0, 0, 0)),
    ],
    ids=["at once", "at its very end", "a second late", "an hour late", "never", "withdrawn in time", "no promise"],
)
async def test_on_time_is_first_dialled_by_the_time_promised(
    database: Database,
    dialled_after: float | None,
    completed_after: float,
    promised_after: float | None,
    expected: tuple[int, int, int],
) -> None:
    await add_service(database)
    await add_callback(
        database, dialled_after=dialled_after, completed_after=completed_after, promised_after=promised_after
    )
    await Counter(database).run_once()
    period = await only_period(database)
    assert (period.on_time, period.late, period.late_seconds) == expected
    assert period.on_time_rate == (None if not any(expected[:2]) else float(expected[0]))
    assert period.mean_wait_seconds == dialled_after


async def test_withdrawn_and_open_ones_do_not_count_against_the_kept_rate(database: Database) -> None:
    await add_service(database)
    for result in (Result.AGENT, Result.NO_ANSWER, Result.CANCELLED, Result.CLAIMED_BY_CALLER):
        await add_callback(database, result=result)
    for state in (State.SCHEDULED, State.QUEUED):
        await add_callback(database, state=state)
    await Counter(database).run_once()
    period = await only_period(database)
    assert (period.asked, period.open, period.kept, period.withdrawn, period.kept_rate) == (6, 2, 1, 2, 0.5)
    await add_callback(database, result=Result.CANCELLED_BY_ADMIN)
    assert (await only_period(database)).kept_rate == round(1 / 3, 4)


async def test_hours_and_days_are_those_of_the_services_own_clock(database: Database) -> None:
    await add_service(database, "berlin", time_zone="Europe/Berlin")
    await add_service(database, "kolkata", time_zone="Asia/Kolkata")
    late_evening = datetime(2026, 11, 22, 23, 40, tzinfo=UTC)
    for service in ("berlin", "kolkata"):
        await add_callback(database, service=service, desired_at=late_evening)
    await Counter(database).run_once()
    hours = {period.service: period.local_start for period in await periods(database)}
    assert hours == {"berlin": datetime(2026, 11, 23, 0), "kolkata": datetime(2026, 11, 23, 5)}  # noqa: DTZ001
    days = {period.service: period.starts_at for period in await periods(database, Per.DAY)}
    assert days == {
        "berlin": datetime(2026, 11, 22, 23, tzinfo=UTC),
        "kolkata": datetime(2026, 11, 22, 18, 30, tzinfo=UTC),
    }


async def test_the_hour_that_comes_twice_is_two_hours_of_one_day(database: Database) -> None:
    await add_service(database, time_zone="Europe/Berlin")
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    for desired_at in (first, second):
        await add_callback(database, desired_at=desired_at)
    await Counter(database).run_once()
    hours = (await report(database, ManualClock(), from_at=first, to_at=second)).items
    assert [period.starts_at.hour for period in hours] == [0, 1]
    assert [period.local_start.hour for period in hours] == [2, 2]
    (day,) = (await report(database, ManualClock(), from_at=first, to_at=second, per=Per.DAY)).items
    assert day.asked == 2


async def test_what_was_counted_keeps_the_zone_of_then(database: Database) -> None:
    await add_service(database)
    await add_callback(database)
    await Counter(database).run_once()
    async with database.transaction() as connection:
        await connection.execute("UPDATE services SET time_zone = 'Asia/Tokyo'")
    await add_callback(database)
    await Counter(database).run_once()
    assert {(period.time_zone, period.asked) for period in await periods(database, Per.DAY)} == {
        ("UTC", 1),
        ("Asia/Tokyo", 1),
    }


async def test_whole_hours_and_days_are_told_that_overlap_with_the_time_asked_for(database: Database) -> None:
    await add_service(database)
    for hours in (-10, 0, 1, 14, 15):
        await add_callback(database, desired_at=NOW + timedelta(hours=hours))
    await Counter(database).run_once()
    start, end = NOW + timedelta(minutes=59), NOW + timedelta(hours=1)
    (hour,) = (await report(database, ManualClock(), from_at=start, to_at=end)).items
    assert (hour.starts_at, hour.asked) == (NOW, 1)
    (day,) = (await report(database, ManualClock(), from_at=start, to_at=end, per=Per.DAY)).items
    assert (day.starts_at, day.asked) == (NOW.replace(hour=0), 3)


async def test_counters_at_once_count_each_callback_once(database: Database) -> None:
    await add_service(database)
    await add_service(database, "sales")
    for hours in range(30):
        service = "sales" if hours % 2 else "support"
        await add_callback(database, service=service, desired_at=NOW + timedelta(hours=hours % 7))
    counted = await asyncio.gather(*(counting.count_completed(database, batch=3) for _ in range(20)))
    assert sum(counted) + await Counter(database).run_once() == 30
    assert sum(period.asked for period in await periods(database)) == 30
    assert await number_of(database, "uncounted") == 0


async def test_a_counter_that_dies_before_its_commit_has_counted_nothing(database: Database) -> None:
    await add_service(database)
    ids = [await add_callback(database) for _ in range(3)]
    async with database.connection() as connection:
        dying = connection.transaction()
        await dying.start()
        assert await counting.count_with(connection, ids) == 3
        await dying.rollback()
    assert await number_of(database, "hourly_counts") == 0
    assert await Counter(database).run_once() == 3
    assert (await only_period(database)).asked == 3


async def test_what_another_counter_is_about_to_count_is_left_to_it(database: Database) -> None:
    await add_service(database)
    first, second = [await add_callback(database) for _ in range(2)]
    async with database.transaction() as connection:
        assert await counting.count_with(connection, [first]) == 1
        async with database.transaction() as other:
            assert await counting.count_with(other, [first]) == 0
    assert await counting.count_completed(database) == 1
    assert (await only_period(database)).asked == 2
    assert first != second


async def test_counts_of_a_deleted_service_are_still_told_and_unknown_names_refused(database: Database) -> None:
    await add_service(database)
    await add_callback(database)
    await Counter(database).run_once()
    async with database.transaction() as connection:
        await connection.execute("DELETE FROM callbacks")
    await catalog.delete(database, ManualClock(), ENGINE, "support")
    assert len(await periods(database, Per.HOUR, "support")) == 1
    with pytest.raises(ServiceNotFound):
        await periods(database, Per.HOUR, "support", "suport")


async def test_counts_of_practice_are_marked_and_go_with_practice(database: Database) -> None:
    await add_service(database, "sales", is_practice=True)
    await add_service(database)
    for service in ("sales", "support"):
        await add_callback(database, service=service)
    await Counter(database).run_once()
    assert {(period.service, period.is_practice) for period in await periods(database)} == {
        ("sales", True),
        ("support", False),
    }
    await remove(database, ManualClock(), Actor(ActorKind.USER, "operator"))
    assert [period.service for period in await periods(database)] == ["support"]


async def test_what_goes_with_practice_uncounted_leaves_no_count(database: Database) -> None:
    await add_service(database, "sales", is_practice=True)
    await add_callback(database, service="sales")
    await remove(database, ManualClock(), Actor(ActorKind.USER, "operator"))
    assert await number_of(database, "uncounted") == 0
    assert await Counter(database).run_once() == 0


async def test_a_note_whose_callback_is_gone_is_taken_away_and_counts_nothing(database: Database) -> None:
    await add_service(database)
    await add_callback(database)
    async with database.transaction() as connection:
        await connection.execute("DELETE FROM callbacks")
    await Counter(database).run_once()
    assert await number_of(database, "uncounted") == 0
    assert await periods(database) == []


async def test_a_time_that_cannot_be_is_refused(database: Database) -> None:
    clock = ManualClock()
    with pytest.raises(InvalidFilter):
        await report(database, clock, from_at=NOW, to_at=NOW)
    with pytest.raises(InvalidFilter):
        await report(database, clock, from_at=NOW - 63 * DAY, to_at=NOW)
    with pytest.raises(TimeWithoutOffset):
        await report(database, clock, from_at=NOW.replace(tzinfo=None))
    assert (await report(database, clock, from_at=NOW - 63 * DAY, to_at=NOW, per=Per.DAY)).items == []
