"""Seats are taken and given back by many at once: never one too many, never one lost."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from ringback.actors import ENGINE
from ringback.booking import seats
from ringback.booking.seats import SlotFull, SlotsChanged
from ringback.booking.slots import FreeSlot, free_slots, nearest_free
from ringback.clock import ManualClock
from ringback.database.pool import Connection, Database
from ringback.services import catalog
from ringback.services.catalog import ServiceChoices
from ringback.services.model import Mode, Service
from ringback.services.schedule import CapacityRange, OpenRange, SpecialDay, Weekday
from tests.integration.bookings import NOW, book, book_with, booked, rebook, seated

TEN = NOW + timedelta(hours=1)
MINUTE = timedelta(minutes=1)


async def service_with(database: Database, **choices: object) -> Service:
    return await catalog.create(database, ManualClock(), ENGINE, "support", ServiceChoices(**choices))  # pyright: ignore[reportArgumentType]


async def nearest(database: Database, service: Service, at: datetime, now: datetime = NOW) -> list[FreeSlot]:
    async with database.connection() as connection:
        return await nearest_free(connection, service, at, now)


async def test_of_a_hundred_who_want_one_seat_exactly_one_gets_it(database: Database) -> None:
    service = await service_with(database, slot_capacity=1)
    wanted = [TEN + MINUTE * (n % 30) for n in range(100)]
    answers = await asyncio.gather(*(book(database, service, at) for at in wanted), return_exceptions=True)
    full = [answer for answer in answers if isinstance(answer, SlotFull)]
    assert len([answer for answer in answers if isinstance(answer, UUID)]) == 1
    assert len(full) == 99
    assert await booked(database) == await seated(database) == {TEN: 1}
    free = [slot["starts_at"] for slot in full[0].details["slots"]]  # pyright: ignore
    assert free == [TEN + timedelta(minutes=30) * n for n in (-1, 1, 2, 3, 4, 5)]


async def test_of_a_hundred_who_want_seven_seats_exactly_seven_get_one(database: Database) -> None:
    service = await service_with(database, slot_capacity=7)
    answers = await asyncio.gather(*(book(database, service, TEN) for _ in range(100)), return_exceptions=True)
    assert sum(isinstance(answer, SlotFull) for answer in answers) == 93
    assert await booked(database) == await seated(database) == {TEN: 7}


async def test_a_full_slot_is_told_with_its_service_its_time_and_where_there_is_room(database: Database) -> None:
    service = await service_with(database, slot_capacity=2, time_zone="Europe/Berlin")
    for _ in range(2):
        await book(database, service, TEN)
    await book(database, service, TEN + timedelta(minutes=30))
    with pytest.raises(SlotFull, match="The slot 2026-11-23 11:00 Europe/Berlin of 'support' is full \\(capacity 2\\)"):
        await book(database, service, TEN + MINUTE)
    with pytest.raises(SlotFull) as refusal:
        await book(database, service, TEN + MINUTE)
    details = dict(refusal.value.details)
    slots = details.pop("slots")
    assert details == {"service": "support", "slot_at": TEN, "capacity": 2}
    assert isinstance(slots, list)
    assert slots[0] == {"starts_at": TEN - timedelta(minutes=30), "free": 2}
    assert slots[1] == {"starts_at": TEN + timedelta(minutes=30), "free": 1}


async def test_a_slot_without_seats_takes_nobody_and_one_without_a_limit_everybody(database: Database) -> None:
    monday_at_ten = CapacityRange(weekday=Weekday.MONDAY, starts="10:00", ends="11:00", capacity=0)
    service = await service_with(database, weekly_capacity=[monday_at_ten])
    with pytest.raises(SlotFull):
        await book(database, service, TEN)
    for _ in range(3):
        await book(database, service, TEN - timedelta(minutes=30))
    assert await booked(database) == {TEN - timedelta(minutes=30): 3}


async def test_seats_that_were_taken_without_a_limit_count_when_there_is_one(database: Database) -> None:
    service = await service_with(database)
    for _ in range(3):
        await book(database, service, TEN)
    narrow = await catalog.update(database, ManualClock(), ENGINE, "support", ServiceChoices(slot_capacity=3))
    with pytest.raises(SlotFull):
        await book(database, narrow, TEN)
    narrower = await catalog.update(database, ManualClock(), ENGINE, "support", ServiceChoices(slot_capacity=1))
    with pytest.raises(SlotFull):
        await book(database, narrower, TEN)
    assert await booked(database) == {TEN: 3}
    wide = await catalog.update(database, ManualClock(), ENGINE, "support", ServiceChoices(slot_capacity=4))
    await book(database, wide, TEN)
    assert await booked(database) == {TEN: 4}


async def test_a_refused_booking_leaves_nothing(database: Database) -> None:
    service = await service_with(database, slot_capacity=1)

    async def book_and_fail(connection: Connection) -> None:
        await book_with(connection, service, TEN)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        async with database.transaction() as connection:
            await book_and_fail(connection)
    assert await booked(database) == {}
    await book(database, service, TEN)


async def test_a_seat_that_is_given_back_can_be_taken_again(database: Database) -> None:
    service = await service_with(database, slot_capacity=1)
    await book(database, service, TEN)
    async with database.transaction() as connection:
        await seats.give_back(connection, [(service.id, TEN)])
    await book(database, service, TEN)
    assert await booked(database) == {TEN: 1}


async def test_many_seats_are_given_back_at_once_and_none_twice_over(database: Database) -> None:
    service = await service_with(database)
    for at in (TEN, TEN, TEN, TEN + timedelta(hours=1)):
        await book(database, service, at)
    async with database.transaction() as connection:
        await seats.give_back(connection, [])
        await seats.give_back(
            connection, [(service.id, TEN), (service.id, TEN), (service.id, TEN + timedelta(hours=1))]
        )
        await seats.give_back(
            connection, [(service.id, TEN + timedelta(hours=1)), (service.id, TEN + timedelta(hours=9))]
        )
    assert await booked(database) == {TEN: 1}


async def test_moves_in_opposite_directions_and_bookings_do_not_wait_for_each_other_for_ever(
    database: Database,
) -> None:
    service = await service_with(database)
    slots = [TEN + timedelta(minutes=30) * n for n in range(4)]
    ids = [await book(database, service, slots[n % 4]) for n in range(16)]
    for step in (1, 2, 3):
        moves = [rebook(database, service, it, slots[(n * step + step) % 4]) for n, it in enumerate(ids)]
        async with asyncio.timeout(20):
            await asyncio.gather(*moves, *(book(database, service, slot) for slot in slots))
    assert await booked(database) == await seated(database)


async def test_a_move_into_a_full_slot_is_refused_and_within_a_full_slot_is_not(database: Database) -> None:
    service = await service_with(database, slot_capacity=1)
    first = await book(database, service, TEN)
    await book(database, service, TEN + timedelta(hours=1))
    with pytest.raises(SlotFull):
        await rebook(database, service, first, TEN + timedelta(hours=1))
    assert await booked(database) == {TEN: 1, TEN + timedelta(hours=1): 1}
    await rebook(database, service, first, TEN + timedelta(minutes=10))
    assert await booked(database) == await seated(database) == {TEN: 1, TEN + timedelta(hours=1): 1}


async def test_who_has_a_seat_moves_within_its_slot_also_when_there_are_fewer_seats_now(database: Database) -> None:
    service = await service_with(database, slot_capacity=2)
    first, _ = [await book(database, service, TEN) for _ in range(2)]
    service = await catalog.update(database, ManualClock(), ENGINE, "support", ServiceChoices(slot_capacity=1))
    await rebook(database, service, first, TEN + timedelta(minutes=10))
    assert await booked(database) == await seated(database) == {TEN: 2}


async def test_slots_tell_what_is_left_from_now_on(database: Database) -> None:
    hours = {Weekday.MONDAY: [OpenRange("09:00", "10:15")], Weekday.TUESDAY: [OpenRange("09:00", "09:30")]}
    few = SpecialDay(date=date(2026, 11, 24), ranges=[OpenRange("09:00", "09:30")], slot_capacity=5)
    service = await service_with(database, hours=hours, special_days=[few], slot_capacity=1)
    await book(database, service, TEN)
    async with database.connection() as connection:
        found = await free_slots(connection, service, NOW - timedelta(days=7), NOW + timedelta(days=2), NOW + MINUTE)
        none = await free_slots(connection, service, NOW - timedelta(days=7), NOW, NOW + MINUTE)
    half_hour, tuesday = timedelta(minutes=30), NOW + timedelta(days=1)
    assert found == [
        FreeSlot(NOW + half_hour, TEN, 1, 1),
        FreeSlot(TEN, TEN + timedelta(minutes=15), 1, 0),
        FreeSlot(tuesday, tuesday + half_hour, 5, 5),
    ]
    assert none == []


async def test_the_nearest_free_slots_are_sought_on_both_sides_and_only_in_the_future(database: Database) -> None:
    service = await service_with(database, hours={Weekday.MONDAY: [OpenRange("09:00", "12:00")]}, slot_capacity=1)
    found = await nearest(database, service, TEN, now=NOW + MINUTE)
    assert [slot.starts_at for slot in found] == [NOW + timedelta(minutes=30) * n for n in range(1, 6)] + [
        NOW + timedelta(days=7)
    ]


async def test_the_nearest_free_slots_are_at_most_31_days_ahead(database: Database) -> None:
    weekly = await service_with(database, hours={Weekday.MONDAY: [OpenRange("09:00", "09:30")]}, slot_capacity=1)
    found = await nearest(database, weekly, NOW + timedelta(days=14))
    assert [slot.starts_at for slot in found] == [NOW + timedelta(days=7) * n for n in range(1, 5)]
    closed = await catalog.update(database, ManualClock(), ENGINE, "support", ServiceChoices(hours={}))
    assert await nearest(database, closed, TEN) == []


async def in_the_midst(
    database: Database, act: Callable[[Connection], Awaitable[object]], others: Callable[[], Awaitable[object]]
) -> None:
    """Act, let the others begin and wait for a lock, then commit; returns when all are done."""
    async with database.transaction() as connection:
        await act(connection)
        waiting = asyncio.ensure_future(others())
        await until_somebody_waits(database)
    await waiting


async def until_somebody_waits(database: Database, connections: int = 1) -> None:
    """Wait until so many connections to this database wait for a lock."""
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with asyncio.timeout(20), database.connection() as connection:
        while True:
            if await connection.fetchval(asked) >= connections:
                return
            await asyncio.sleep(0.01)


async def test_a_change_of_the_grid_waits_for_who_is_booking_and_counts_the_seat(database: Database) -> None:
    service = await service_with(database, slot_minutes=30)
    await in_the_midst(
        database,
        lambda connection: book_with(connection, service, TEN + timedelta(minutes=20)),
        lambda: catalog.update(database, ManualClock(), ENGINE, "support", ServiceChoices(slot_minutes=15)),
    )
    assert await booked(database) == await seated(database) == {TEN + timedelta(minutes=15): 1}


async def test_a_change_of_the_grid_waits_for_who_is_moving_and_counts_the_seat(database: Database) -> None:
    service = await service_with(database, slot_minutes=30)
    moved = await book(database, service, TEN)

    async def move(connection: Connection) -> None:
        seat = await connection.fetchval("SELECT slot_at FROM callbacks WHERE id = $1 FOR UPDATE", moved)
        at = TEN + timedelta(minutes=50)
        slot_at = await seats.move(connection, service, seat, at, NOW)
        await connection.execute("UPDATE callbacks SET desired_at = $2, slot_at = $3 WHERE id = $1", moved, at, slot_at)

    await in_the_midst(
        database,
        move,
        lambda: catalog.update(database, ManualClock(), ENGINE, "support", ServiceChoices(slot_minutes=15)),
    )
    assert await booked(database) == await seated(database) == {TEN + timedelta(minutes=45): 1}


async def test_other_changes_of_a_service_do_not_wait_for_who_is_booking(database: Database) -> None:
    service = await service_with(database)
    async with asyncio.timeout(20), database.transaction() as connection:
        await book_with(connection, service, TEN)
        await catalog.update(
            database, ManualClock(), ENGINE, "support", ServiceChoices(mode=Mode.CLOSED, slot_capacity=3)
        )
    assert (await catalog.get(database, "support")).mode is Mode.CLOSED


async def test_who_comes_after_a_change_of_the_grid_does_not_go_before_it(database: Database) -> None:
    service = await service_with(database, slot_minutes=30)
    async with asyncio.timeout(20), database.transaction() as connection:
        await book_with(connection, service, TEN)
        change = asyncio.ensure_future(
            catalog.update(database, ManualClock(), ENGINE, "support", ServiceChoices(slot_minutes=15))
        )
        await until_somebody_waits(database)
        late = asyncio.ensure_future(book(database, service, TEN))
        await until_somebody_waits(database, 2)
    await change
    with pytest.raises(SlotsChanged):
        await late


async def test_a_change_of_the_grid_does_not_wait_for_calls_that_are_being_routed(database: Database) -> None:
    service = await service_with(database, slot_minutes=30)
    routed = await book(database, service, TEN)
    waiting = await book(database, service, TEN + timedelta(minutes=20))
    async with database.transaction() as connection:
        await connection.execute(
            "UPDATE callbacks SET state = 'ROUTING', queued_at = $2, place_at = $2, eligible_at = $2,"
            " customer_held_until = $2 WHERE id = $1",
            routed,
            TEN,
        )
    async with asyncio.timeout(20), database.transaction() as connection:
        await connection.execute("SELECT FROM callbacks WHERE id = $1 FOR UPDATE", routed)
        await catalog.update(database, ManualClock(), ENGINE, "support", ServiceChoices(slot_minutes=15))
        await connection.execute("SELECT FROM services FOR SHARE")
    assert await booked(database) == await seated(database) == {TEN: 1, TEN + timedelta(minutes=15): 1}
    async with database.transaction() as connection:
        await connection.execute("DELETE FROM callbacks WHERE id = ANY ($1)", [routed, waiting])
        await seats.give_back(connection, [(service.id, TEN), (service.id, TEN + timedelta(minutes=15))])
    assert await booked(database) == {}


async def test_who_books_or_moves_by_slots_that_were_changed_meanwhile_is_told(database: Database) -> None:
    outdated = await service_with(database, slot_minutes=30)
    moved = await book(database, outdated, TEN)
    for changes in (ServiceChoices(slot_minutes=15), ServiceChoices(slot_minutes=30, time_zone="Asia/Kathmandu")):
        service = await catalog.update(database, ManualClock(), ENGINE, "support", changes)
        with pytest.raises(SlotsChanged):
            await book(database, outdated, TEN)
        with pytest.raises(SlotsChanged):
            await rebook(database, outdated, moved, TEN)
        await book(database, service, TEN)
    assert await booked(database) == await seated(database)


async def test_seats_follow_through_many_changes_of_the_grid_under_way(database: Database) -> None:
    service = await service_with(database)
    ids = [await book(database, service, TEN + MINUTE * 7 * n) for n in range(10)]

    async def change(minutes: int) -> None:
        await catalog.update(database, ManualClock(), ENGINE, "support", ServiceChoices(slot_minutes=minutes))

    async def keep_on(act: Callable[[Service], Awaitable[object]]) -> None:
        while True:
            try:
                await act(await catalog.get(database, "support"))
            except SlotsChanged:
                continue
            return

    async with asyncio.timeout(30):
        await asyncio.gather(
            *(change(minutes) for minutes in (5, 10, 15, 60, 30, 5)),
            *(keep_on(lambda now, n=n: book(database, now, TEN + MINUTE * 11 * n)) for n in range(10)),
            *(
                keep_on(lambda now, n=n, it=it: rebook(database, now, it, TEN + MINUTE * 3 * n))
                for n, it in enumerate(ids)
            ),
        )
    assert await booked(database) == await seated(database)
    assert sum((await booked(database)).values()) == 20


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns"])
async def test_seats_are_moved_to_the_same_slots_as_new_ones_are_taken_in(database: Database, zone: str) -> None:
    service = await service_with(database, time_zone="UTC", slot_minutes=5)
    changes = [
        datetime(2027, 3, 28, 1, tzinfo=UTC),
        datetime(2027, 4, 3, 15, tzinfo=UTC),
        datetime(2027, 10, 2, 15, 30, tzinfo=UTC),
    ]
    times = [change + timedelta(minutes=11, seconds=7) * n for change in changes for n in range(-12, 12)]
    for at in times:
        await book(database, service, at)
    for minutes in (60, 15):
        moved = await catalog.update(
            database, ManualClock(), ENGINE, "support", ServiceChoices(time_zone=zone, slot_minutes=minutes)
        )
        before = await booked(database)
        for at in times:
            await book(database, moved, at)
        assert await booked(database) == {slot: 2 * taken for slot, taken in before.items()} == await seated(database)
        async with database.transaction() as connection:
            await connection.execute(
                "DELETE FROM callbacks WHERE id IN (SELECT id FROM callbacks ORDER BY id DESC LIMIT $1)", len(times)
            )
        moved = await catalog.update(
            database, ManualClock(), ENGINE, "support", ServiceChoices(time_zone="UTC", slot_minutes=5)
        )
