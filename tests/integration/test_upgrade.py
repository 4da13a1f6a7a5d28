"""A database of the first schema, with something in it, becomes one of today's without losing a word."""

from collections.abc import AsyncGenerator

import asyncpg
import pytest

from ringback.database.migrate import migrate, migrations
from ringback.database.pool import Connection, prepare_connection
from tests.databases import create_database, drop_database

_FILLED = """
INSERT INTO links (id, adapter) VALUES ('main', 'simulator'), ('carrier', 'sip');
INSERT INTO services (name, display_name, link_id, is_enabled, expire_after_seconds) VALUES
    ('support', 'Support', 'main', true, 86400), ('sales', 'Sales', 'carrier', false, 2678400);
INSERT INTO agents (name, display_name, endpoint) VALUES ('anna', 'Anna', '201'), ('ben', 'Ben', '202');
INSERT INTO callbacks (
    id, service_id, phone_number, state, result, is_scheduled, desired_at, promised_local, promised_zone, waits_alone,
    created_at, updated_at, queued_at, place_at, eligible_at, completed_at
)
SELECT '00000000-0000-7000-8000-000000000001', id, '+493012345601', 'COMPLETED', 'NO_ANSWER', false, now(), now(),
    'UTC', true, now(), now(), now(), now(), now(), now()
FROM services WHERE name = 'sales';
INSERT INTO attempts (
    id, callback_id, service_id, link_id, link_token, number, strategy, agent_id, opened_at, closed_at, outcome
)
SELECT gen_random_uuid(), c.id, c.service_id, 'carrier', 1, number, 'CUSTOMER_FIRST', a.id, now(), now(), 'NO_ANSWER'
FROM callbacks AS c, (VALUES (1, 'anna'), (2, 'ben')) AS tried (number, agent) JOIN agents AS a ON a.name = agent;
"""


@pytest.fixture
async def upgraded(server_url: str) -> AsyncGenerator[Connection]:
    """A connection to a database that was filled under the first migration and then given the others."""
    url = await create_database(server_url)
    connection = await asyncpg.connect(url)
    await prepare_connection(connection)
    try:
        await connection.execute(migrations()[0].sql)
        await connection.execute(_FILLED)
        await _record_the_first(connection)
        await migrate(connection)
        yield connection
    finally:
        await connection.close()
        await drop_database(url)


async def test_each_service_keeps_its_link_by_a_trunk_of_that_name(upgraded: Connection) -> None:
    rows = await upgraded.fetch(
        "SELECT s.name, s.mode, t.name AS trunk, t.link_id"
        " FROM services AS s JOIN trunks AS t ON t.id = s.trunk_id ORDER BY s.name"
    )
    assert [tuple(row) for row in rows] == [
        ("sales", "CLOSED", "carrier", "carrier"),
        ("support", "RUNNING", "main", "main"),
    ]


async def test_what_was_tried_is_counted_and_its_last_agent_known(upgraded: Connection) -> None:
    row = await upgraded.fetchrow(
        "SELECT c.attempts, a.name FROM callbacks AS c JOIN agents AS a ON a.id = c.last_agent_id"
    )
    assert row
    assert tuple(row) == (2, "ben")
    assert await upgraded.fetchval("SELECT count(DISTINCT trunk_id) FROM attempts") == 1
    assert await upgraded.fetchval("SELECT count(*) FROM uncounted") == 1


async def test_nothing_waits_for_longer_than_its_records_are_kept(upgraded: Connection) -> None:
    rows = await upgraded.fetch("SELECT name, expire_after_seconds FROM services")
    assert {tuple(row) for row in rows} == {("support", 86_400), ("sales", 1_209_600)}


async def _record_the_first(connection: Connection) -> None:
    first = migrations()[0]
    await connection.execute(
        "CREATE TABLE schema_migrations (number int PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,"
        " applied_at timestamptz NOT NULL DEFAULT clock_timestamp())"
    )
    await connection.execute(
        "INSERT INTO schema_migrations (number, name, checksum) VALUES ($1, $2, $3)",
        first.number,
        first.name,
        first.checksum,
    )
