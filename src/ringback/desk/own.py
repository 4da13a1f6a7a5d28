"""Whose desk it is: users see and do there what the agent whom they are may."""

from uuid import UUID

from ringback.accounts.principal import Principal
from ringback.agents.presence import AgentNotFound
from ringback.database.pool import Connection
from ringback.database.queries import QueryFile
from ringback.errors import ConflictsNow

_sql = QueryFile(__file__, "own.sql")
_IS_OWN = _sql.query("is_own", bool)
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


async def is_own(connection: Connection, attempt_id: UUID, agent: str) -> bool:
    """Whether there is an attempt of this id, and this agent is in it."""
    return bool(await _IS_OWN.first(connection, attempt_id=attempt_id, agent=agent))
