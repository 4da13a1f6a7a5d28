"""How things stand in many services, told at once: the same as of each alone, and as an offer would say."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from asyncpg.connection import LoggedQuery

from ringback.actors import ENGINE
from ringback.callbacks import offers, standing
from ringback.callbacks.offers import OfferRequest
from ringback.callbacks.states import State
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.services import catalog
from ringback.services.catalog import ServiceChoices
from ringback.services.model import Mode
from ringback.services.schedule import CapacityRange, OpenRange, Weekday
from tests.integration.listed import write

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
# Open from 08:00 to 10:00 and from 11:00 to 12:00 on Mondays alone.
HOURS = {Weekday.MONDAY: [OpenRange("08:00", "10:00"), OpenRange("11:00", "12:00")]}
SUNDAY_MORNING = CapacityRange(weekday=Weekday.SUNDAY, starts="09:00", ends="10:00", capacity=1)
KINDS: Mapping[str, ServiceChoices] = {
    "always": ServiceChoices(),
    "now-closed": ServiceChoices(hours={Weekday.TUESDAY: [OpenRange("08:00", "10:00")]}),
    "never-open": ServiceChoices(hours={}),
    "in-hours": ServiceChoices(hours=HOURS, slot_capacity=1),
    "no-seats": ServiceChoices(slot_capacity=0),
    "few-seats": ServiceChoices(slot_capacity=0, weekly_capacity=[SUNDAY_MORNING]),
    "closed-down": ServiceChoices(mode=Mode.CLOSED),
    "paused": ServiceChoices(mode=Mode.PAUSED),
    "draining": ServiceChoices(mode=Mode.DRAINING),
    "not-for-now": ServiceChoices(is_immediate_enabled=False),
    "only-for-now": ServiceChoices(is_scheduled_enabled=False),
    "asked-enough": ServiceChoices(creation_limit=1, creation_limit_seconds=3_600),
    "asked-long-ago": ServiceChoices(creation_limit=1, creation_limit_seconds=60),
    "full": ServiceChoices(queue_limit=1),
    "not-full": ServiceChoices(queue_limit=2),
}
WAITED_IN = ("asked-enough", "asked-long-ago", "full", "not-full", "in-hours")


@pytest.fixture
async def clock(database: Database) -> ManualClock:
    """Monday at 09:00, with a service of each kind, in some of which somebody has waited for ten minutes."""
    clock = ManualClock(MONDAY)
    for name, choices in KINDS.items():
        await catalog.create(database, clock, ENGINE, name, choices)
    async with database.transaction() as connection:
        for name in WAITED_IN:
            await write(connection, name, MONDAY - timedelta(minutes=10), state=State.QUEUED)
    return clock


async def test_many_are_told_as_each_alone_and_by_name(database: Database, clock: ManualClock) -> None:
    told = await standing.statuses(database, clock)
    assert [status.service for status in told] == sorted(KINDS)
    assert told == [await standing.status(database, clock, name) for name in sorted(KINDS)]
    assert {status.service for status in told if status.waiting} == set(WAITED_IN)


@pytest.mark.parametrize("minutes", [0, 59, 60, 120, 1_440])
async def test_what_may_be_offered_is_what_an_offer_says(database: Database, clock: ManualClock, minutes: int) -> None:
    await clock.advance(minutes * 60)
    told = {
        each.service: (each.offer_immediate, each.offer_scheduled) for each in await standing.statuses(database, clock)
    }
    asked: dict[str, tuple[bool, bool]] = {}
    for name in KINDS:
        made = await offers.make(database, clock, name, OfferRequest())
        asked[name] = (made.offers_immediate, made.offers_scheduled)
    assert told == asked
    assert set(told.values()) >= {(True, True), (True, False), (False, True), (False, False)}
    assert told["few-seats"] == (True, True), "its only seat is days ahead"


async def test_they_take_as_many_queries_for_all_as_for_one(database: Database, clock: ManualClock) -> None:
    asked: list[str] = []

    def note(query: LoggedQuery) -> None:
        asked.append(query.query)

    async with database.connection() as connection:
        services = await catalog.list_with(connection)
        await standing.statuses_of(connection, services, clock.now())  # a connection asks once what types are
        await asyncio.sleep(0)
        connection.add_query_logger(note)
        counts: list[int] = []
        for some in ([service for service in services if service.name == "no-seats"], services):
            await standing.statuses_of(connection, some, clock.now())
            await asyncio.sleep(0)  # a query is noted a moment after it
            counts.append(len(asked))
            asked.clear()
        connection.remove_query_logger(note)
    assert counts == [8, 8]


async def test_only_those_given_are_told(database: Database, clock: ManualClock) -> None:
    async with database.connection() as connection:
        ids = await catalog.ids_of(connection, ["paused", "full"])
    assert [each.service for each in await standing.statuses(database, clock, within=ids)] == ["full", "paused"]
    assert await standing.statuses(database, clock, within=[]) == []
