"""Callbacks that are over, written straight into the database: what became of them is for the test to say."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from ringback.callbacks.states import Result, State
from ringback.database.pool import Connection, Database

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NUMBER = "+493012345601"


async def add_service(database: Database, name: str = "support", **settings: object) -> int:
    """A service on the main trunk, whose link exists."""
    async with database.transaction() as connection:
        await connection.execute("INSERT INTO links (id, adapter) VALUES ('main', 'simulator') ON CONFLICT DO NOTHING")
        trunk_id = await connection.fetchval("SELECT id FROM trunks WHERE name = 'main'")
        columns = {"name": name, "display_name": name, "trunk_id": trunk_id, **settings}
        marks = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
        return await connection.fetchval(
            f"INSERT INTO services ({', '.join(columns)}) VALUES ({marks}) RETURNING id",  # noqa: S608
            *columns.values(),
        )


async def add_callback(
    database: Database,
    *,
    service: str = "support",
    number: str = NUMBER,
    state: State = State.COMPLETED,
    result: Result | None = None,
    desired_at: datetime = NOW,
    is_scheduled: bool = True,
    promised_after: float | None = 120,
    dialled_after: float | None = None,
    completed_after: float = 600,
    talked_seconds: float | None = None,
    has_open_attempt: bool = False,
) -> UUID:
    """A callback with an attempt if it was dialled; times are seconds after the desired time. It is not counted yet."""
    callback_id = uuid7()
    is_completed = state is State.COMPLETED
    end = desired_at + timedelta(seconds=completed_after)
    async with database.transaction() as connection:
        await connection.execute(
            """
            INSERT INTO callbacks (
                id, service_id, phone_number, state, result, is_scheduled, desired_at, promised_local, promised_zone,
                promised_by, waits_alone, created_at, updated_at, queued_at, place_at, eligible_at, completed_at,
                attempts
            )
            SELECT $1, id, $2, $3, $4, $5, $6, $7, 'UTC', $8, false, $9, $9, $10, $10, $10, $11, $12
            FROM services WHERE name = $13
            """,
            callback_id,
            number,
            state,
            (result or Result.NO_ANSWER) if is_completed else None,
            is_scheduled,
            desired_at,
            desired_at.replace(tzinfo=None),
            None if promised_after is None else desired_at + timedelta(seconds=promised_after),
            min(desired_at, NOW),
            None if state is State.SCHEDULED else desired_at,
            end if is_completed else None,
            int(dialled_after is not None),
            service,
        )
        if is_completed:
            await connection.execute("INSERT INTO uncounted VALUES ($1)", callback_id)
        if dialled_after is not None:
            dialled_at = desired_at + timedelta(seconds=dialled_after)
            await _add_attempt(connection, callback_id, dialled_at, None if has_open_attempt else end, talked_seconds)
    return callback_id


async def _add_attempt(
    connection: Connection, callback_id: UUID, dialled_at: datetime, end: datetime | None, talked: float | None
) -> None:
    attempt_id = uuid7()
    joined_at = None if end is None or talked is None else end - timedelta(seconds=talked)
    await connection.execute(
        """
        INSERT INTO attempts (
            id, callback_id, service_id, trunk_id, link_id, link_token, number, strategy, opened_at,
            bridge_permitted_at, joined_at, closed_at, outcome
        )
        SELECT $1, c.id, s.id, s.trunk_id, 'main', 1, 1, s.strategy, $3, $4, $4, $5,
            CASE WHEN $5::timestamptz IS NOT NULL THEN 'JOINED' END
        FROM callbacks AS c JOIN services AS s ON s.id = c.service_id WHERE c.id = $2
        """,
        attempt_id,
        callback_id,
        dialled_at,
        joined_at,
        end,
    )
    await connection.execute(
        """
        INSERT INTO legs (
            id, attempt_id, callback_id, role, destination, created_at, dial_permitted_at, ended_at, outcome
        )
        SELECT $1, $2, id, 'CUSTOMER', phone_number, $4, $4, $5,
            CASE WHEN $5::timestamptz IS NOT NULL THEN 'NORMAL' END
        FROM callbacks WHERE id = $3
        """,
        uuid7(),
        attempt_id,
        callback_id,
        dialled_at,
        end,
    )


async def number_of(database: Database, table: str) -> int:
    """How many rows a table has."""
    async with database.connection() as connection:
        return await connection.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608


async def places_of(database: Database, digits: str) -> set[str]:
    """Every column of every table in which these digits are found, as table.column."""
    async with database.connection() as connection:
        columns = await connection.fetch(
            """
            SELECT c.relname AS table, a.attname AS column, a.atttypid = 'bytea'::regtype AS is_bytes
            FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
            """
        )
        found: set[str] = set()
        for table, column, is_bytes in columns:
            text = f"encode({column}, 'escape')" if is_bytes else f"{column}::text"
            query = f"SELECT EXISTS (SELECT FROM {table} WHERE position($1 IN {text}) > 0)"  # noqa: S608
            if await connection.fetchval(query, digits):
                found.add(f"{table}.{column}")
    return found
