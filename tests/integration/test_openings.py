"""The table of openings says the same as the hours, for as long ahead as anybody dials."""

from datetime import UTC, datetime, timedelta

from ringback.actors import ENGINE
from ringback.booking import openings, rules
from ringback.booking.plan import plan_of
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.services import catalog
from ringback.services.catalog import ServiceChoices
from ringback.services.schedule import OpenRange, PublicHolidays, Weekday

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NINE_TO_FIVE = {day: [OpenRange("09:00", "17:00")] for day in Weekday}
DAY = timedelta(days=1)


async def refresh(database: Database, now: datetime = NOW) -> int:
    async with database.transaction() as connection:
        return await openings.refresh(connection, now)


async def written(database: Database) -> list[tuple[datetime, datetime]]:
    async with database.connection() as connection:
        rows = await connection.fetch("SELECT opens_at, closes_at FROM openings ORDER BY opens_at")
    return [(row["opens_at"], row["closes_at"]) for row in rows]


async def is_open(database: Database, at: datetime) -> bool:
    async with database.connection() as connection:
        return await connection.fetchval("SELECT is_open(s, $1) FROM services AS s WHERE name = 'support'", at)


async def test_openings_are_written_35_days_ahead_and_then_left_alone(database: Database) -> None:
    service = await catalog.create(
        database, ManualClock(), ENGINE, "support", ServiceChoices(hours=NINE_TO_FIVE, time_zone="Europe/Berlin")
    )
    assert not await is_open(database, NOW)
    assert await refresh(database) == 1
    assert await refresh(database) == 0
    expected = rules.openings(plan_of(service), NOW - 7 * DAY, NOW + 35 * DAY)
    assert (await written(database))[: len(expected)] == [(o.opens_at, o.closes_at) for o in expected]
    assert await is_open(database, NOW)
    assert not await is_open(database, NOW + timedelta(hours=7))


async def test_sql_and_rules_agree_at_each_opening_and_closing(database: Database) -> None:
    night = {Weekday.FRIDAY: [OpenRange("22:00", "03:00")], Weekday.SATURDAY: [OpenRange("03:00", "04:00")]}
    service = await catalog.create(
        database, ManualClock(), ENGINE, "support", ServiceChoices(hours=night, time_zone="America/New_York")
    )
    plan, spring = plan_of(service), datetime(2027, 3, 1, tzinfo=UTC)
    await refresh(database, spring)
    edges = [at for o in rules.openings(plan, spring, spring + 30 * DAY) for at in (o.opens_at, o.closes_at)]
    assert len(edges) > 4
    for edge in edges:
        for at in (edge - timedelta(microseconds=1), edge):
            assert await is_open(database, at) == (rules.opening_at(plan, at) is not None)


async def test_openings_are_renewed_as_time_goes_on_and_old_ones_removed(database: Database) -> None:
    await catalog.create(database, ManualClock(), ENGINE, "support", ServiceChoices(hours=NINE_TO_FIVE))
    await refresh(database)
    assert await refresh(database, NOW + 2 * DAY) == 0
    later = NOW + 4 * DAY
    assert await refresh(database, later) == 1
    found = await written(database)
    assert found[0][1] > later - 7 * DAY
    assert found[-1][1] > later + 35 * DAY
    assert len({opens for opens, _ in found}) == len(found)


async def test_a_change_of_hours_closes_until_they_are_written_anew(database: Database) -> None:
    await catalog.create(database, ManualClock(), ENGINE, "support", ServiceChoices(hours=NINE_TO_FIVE))
    await refresh(database)
    await catalog.update(database, ManualClock(), ENGINE, "support", ServiceChoices(wrap_up_seconds=1))
    assert await is_open(database, NOW)
    await catalog.update(
        database,
        ManualClock(),
        ENGINE,
        "support",
        ServiceChoices(hours={Weekday.MONDAY: [OpenRange("08:00", "10:00")]}),
    )
    assert not await is_open(database, NOW)
    assert await refresh(database) == 1
    assert await is_open(database, NOW)
    assert not await is_open(database, NOW + DAY)


async def test_services_that_are_always_open_need_no_openings(database: Database) -> None:
    await catalog.create(database, ManualClock(), ENGINE, "support")
    assert await refresh(database) == 0
    assert await is_open(database, NOW)


async def test_whole_days_and_days_open_but_for_holidays_are_open_for_as_long_as_is_written(database: Database) -> None:
    whole = {day: [OpenRange("00:00", "24:00")] for day in Weekday}
    await catalog.create(database, ManualClock(), ENGINE, "support", ServiceChoices(hours=whole))
    await refresh(database)
    assert await written(database) == [(rules.BEGINNING, rules.FOREVER)]
    assert await is_open(database, NOW)
    await catalog.update(
        database, ManualClock(), ENGINE, "support", ServiceChoices(hours=None, public_holidays=PublicHolidays("DE"))
    )
    await refresh(database)
    assert await is_open(database, datetime(2026, 12, 24, 23, tzinfo=UTC))
    assert not await is_open(database, datetime(2026, 12, 25, 12, tzinfo=UTC))


async def test_a_service_that_somebody_changes_is_left_to_the_next_round(database: Database) -> None:
    await catalog.create(database, ManualClock(), ENGINE, "sales", ServiceChoices(hours=NINE_TO_FIVE))
    await catalog.create(database, ManualClock(), ENGINE, "support", ServiceChoices(hours=NINE_TO_FIVE))
    async with database.transaction() as connection:
        await connection.execute("SELECT FROM services WHERE name = 'support' FOR NO KEY UPDATE")
        assert await refresh(database) == 1
    assert not await is_open(database, NOW)
    assert await refresh(database) == 1
    assert await is_open(database, NOW)


async def test_more_services_than_one_round_takes_are_all_written(database: Database) -> None:
    for n in range(openings.BATCH + 1):
        await catalog.create(database, ManualClock(), ENGINE, f"service {n}", ServiceChoices(hours=NINE_TO_FIVE))
    assert [await refresh(database) for _ in range(3)] == [openings.BATCH, 1, 0]


async def test_hours_that_are_not_understood_any_more_stop_no_other_service(database: Database) -> None:
    await catalog.create(database, ManualClock(), ENGINE, "support", ServiceChoices(hours=NINE_TO_FIVE))
    await catalog.create(database, ManualClock(), ENGINE, "sales", ServiceChoices(hours=NINE_TO_FIVE))
    await refresh(database)
    async with database.transaction() as connection:
        strange = {"country": "XX", "subdivision": None}
        await connection.execute("UPDATE services SET public_holidays = $1 WHERE name = 'support'", strange)
    later = NOW + 4 * DAY
    assert await refresh(database, later) == 2
    assert await refresh(database, later) == 0
    assert await is_open(database, NOW + 30 * DAY)
    assert await refresh(database, later + timedelta(hours=2)) == 1
