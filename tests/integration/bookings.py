"""Callbacks with seats, written as their creators write them: the callback first, then its seat."""

from datetime import UTC, datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from ringback.booking import rules, seats
from ringback.booking.plan import plan_of
from ringback.database.pool import Connection, Database
from ringback.services.model import Service

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

_INSERT = """
    INSERT INTO callbacks (
        id, service_id, phone_number, state, is_scheduled, desired_at, promised_local, promised_zone, waits_alone,
        created_at, updated_at, slot_at
    )
    VALUES ($1, $2, '+4930123', 'SCHEDULED', true, $3, $3 AT TIME ZONE 'UTC', 'UTC', false, $4, $4, $5)
"""


async def book(database: Database, service: Service, at: datetime) -> UUID:
    """A SCHEDULED callback with a seat in the slot of `at`; raises as `seats.take` does, and leaves nothing then."""
    async with database.transaction() as connection:
        return await book_with(connection, service, at)


async def book_with(connection: Connection, service: Service, at: datetime) -> UUID:
    """`book` within a transaction of the caller."""
    callback_id = uuid7()
    slot_at = rules.slot_start(plan_of(service), at)
    await connection.execute(_INSERT, callback_id, service.id, at, NOW, slot_at)
    assert await seats.take(connection, service, at, NOW) == slot_at
    return callback_id


async def rebook(database: Database, service: Service, callback_id: UUID, at: datetime) -> None:
    """Move a callback and its seat to another time, as a rescheduling does."""
    async with database.transaction() as connection:
        seat = await connection.fetchval("SELECT slot_at FROM callbacks WHERE id = $1 FOR UPDATE", callback_id)
        slot_at = await seats.move(connection, service, seat, at, NOW)
        await connection.execute(
            "UPDATE callbacks SET desired_at = $2, slot_at = $3 WHERE id = $1", callback_id, at, slot_at
        )


async def booked(database: Database) -> dict[datetime, int]:
    """How many seats are taken of each slot that has some."""
    async with database.connection() as connection:
        rows = await connection.fetch("SELECT starts_at, booked FROM slots WHERE booked > 0")
    return {row["starts_at"]: row["booked"] for row in rows}


async def seated(database: Database) -> dict[datetime, int]:
    """The same, counted from the callbacks."""
    async with database.connection() as connection:
        rows = await connection.fetch(
            "SELECT slot_at, count(*) AS taken FROM callbacks"
            " WHERE state <> 'COMPLETED' AND slot_at IS NOT NULL GROUP BY slot_at"
        )
    return {row["slot_at"]: row["taken"] for row in rows}
