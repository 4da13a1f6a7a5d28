"""Brings callbacks into states that only an engine reaches."""

from uuid import UUID

from ringback.actors import ENGINE
from ringback.callbacks import lifecycle
from ringback.callbacks.states import Event, State
from ringback.clock import Clock
from ringback.database.pool import Database


async def promote(database: Database, clock: Clock, callback_id: UUID) -> None:
    """SCHEDULED -> QUEUED."""
    await _change(database, clock, callback_id, State.SCHEDULED, Event.PROMOTED)


async def route(database: Database, clock: Clock, callback_id: UUID, agent: str) -> None:
    """QUEUED -> ROUTING to an agent."""
    await _change(database, clock, callback_id, State.QUEUED, Event.AGENT_RESERVED, agent)


async def join(database: Database, clock: Clock, callback_id: UUID, agent: str) -> None:
    """ROUTING -> PROCESSING with an agent."""
    await _change(database, clock, callback_id, State.ROUTING, Event.JOINED, agent)


async def _change(
    database: Database, clock: Clock, callback_id: UUID, before: State, event: Event, agent: str | None = None
) -> None:
    async with database.transaction() as connection:
        agent_id = await connection.fetchval("SELECT id FROM agents WHERE name = $1", agent)
        changed = await lifecycle.change(
            connection,
            [callback_id],
            before,
            event,
            now=clock.now(),
            actor=ENGINE,
            reason="for a test",
            agent_id=agent_id,
        )
        assert changed
