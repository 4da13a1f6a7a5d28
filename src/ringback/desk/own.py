"""Whose desk it is: users see and do there what the agent whom they are may."""

from uuid import UUID

from ringback.accounts.principal import Principal
from ringback.agents import presence
from ringback.agents.presence import AgentNotFound
from ringback.callbacks.agents_word import not_found
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile
from ringback.errors import ConflictsNow

_sql = QueryFile(__file__, "own.sql")
_CALLBACK_OF = _sql.query("callback_of", UUID)
_AGENT_ID = _sql.query("agent_id", int)


class NoAgentForYou(ConflictsNow):
    """The user has a desk, but is no agent: an administrator has to say which agent they are."""

    code = "no-agent-for-you"


def agent_of(principal: Principal) -> str:
    """The name of the agent whom a user is. Raises NoAgentForYou."""
    if principal.agent is None:
        raise NoAgentForYou("You are no agent here: an administrator has to say in your user which agent you are")
    return principal.agent


async def agent_id(connection: Connection, agent: str) -> int:
    """The id of the agent of that name. Raises AgentNotFound."""
    found = await _AGENT_ID.first(connection, agent=agent)
    if found is None:
        raise AgentNotFound(f"There is no agent {agent!r}", agent=agent)
    return found


async def note_open(database: Database, clock: Clock, agent: str) -> None:
    """The agent's desk is open; this is no change that anybody is woken for. Raises AgentNotFound."""
    async with database.connection() as connection:
        await presence.note_desk(connection, await agent_id(connection, agent), clock.now())


async def callback_of(connection: Connection, attempt_id: UUID, agent: str) -> UUID:
    """The callback of an attempt that this agent is in. Raises OfferNotFound."""
    found = await _CALLBACK_OF.first(connection, attempt_id=attempt_id, agent=agent)
    if found is None:
        raise not_found(attempt_id)
    return found
