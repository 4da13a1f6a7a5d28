"""Callbacks written straight into the database, for lists: in any state, of any time, by the dozen."""

import random
from datetime import datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from ringback.callbacks.states import Result, State
from ringback.database.pool import Connection

INSERT = """
INSERT INTO callbacks (
    id, service_id, phone_number, state, result, is_scheduled, desired_at, promised_local, promised_zone, waits_alone,
    created_at, updated_at, queued_at, place_at, eligible_at, completed_at, customer_name, attempts, agent_id,
    last_agent_id
)
SELECT
    $1, s.id, $3, $4::text, $5, true, $6::timestamptz, $6, 'UTC', false, $6, $7::timestamptz, q.at, q.at, q.at,
    CASE WHEN $4 = 'COMPLETED' THEN $7 END, $8, $9, CASE WHEN $4 = 'PROCESSING' THEN a.id END, a.id
FROM services AS s
LEFT JOIN agents AS a ON a.name = $10
CROSS JOIN (SELECT CASE WHEN $4 <> 'SCHEDULED' THEN $6::timestamptz END AS at) AS q
WHERE s.name = $2
"""
PLACES = """
INSERT INTO agents (name, display_name, endpoint) SELECT n, n, 'sip:x@127.0.0.1' FROM unnest($1::text[]) AS a(n)
"""
AGENTS = ["ada", "Bob", "clara"]


async def write(
    connection: Connection,
    service: str,
    desired_at: datetime,
    *,
    number: str = "+4930111",
    state: State = State.SCHEDULED,
    result: Result | None = None,
    updated_at: datetime | None = None,
    name: str | None = None,
    attempts: int = 0,
    agent: str | None = None,
    callback_id: UUID | None = None,
) -> UUID:
    """Write one; returns its id."""
    made = callback_id or uuid7()
    changed_at = updated_at or desired_at
    values = (made, service, number, state, result, desired_at, changed_at, name, attempts, agent)
    assert await connection.execute(INSERT, *values) == "INSERT 0 1"
    return made


async def write_any(connection: Connection, chance: random.Random, around: datetime) -> UUID:
    """Write one of any kind, with much that is alike among many of them. The services and agents must be there."""
    state = chance.choice([State.SCHEDULED, State.QUEUED, State.PROCESSING, State.COMPLETED, State.COMPLETED])
    return await write(
        connection,
        chance.choice(["support", "Sales", "billing"]),
        around + timedelta(minutes=chance.randint(0, 20)),
        number=f"+49301234{chance.randint(0, 9)}",
        state=state,
        result=chance.choice(list(Result)) if state is State.COMPLETED else None,
        updated_at=around + timedelta(hours=chance.randint(0, 5)),
        name=chance.choice([None, "ada", "Ada", "Zoe", "Émile", "~", " "]),
        attempts=chance.randint(0, 3),
        agent=chance.choice(AGENTS) if state is State.PROCESSING else chance.choice([None, *AGENTS]),
    )


async def write_agents(connection: Connection) -> None:
    """The agents of `write_any`."""
    await connection.execute(PLACES, AGENTS)
