"""The agents of an installation: who they are, which services they serve and what their presence is."""

from datetime import datetime

import asyncpg
import msgspec

from ringback.agents import presence
from ringback.agents.model import Presence
from ringback.agents.presence import AgentNotFound
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile
from ringback.errors import ConflictsNow, NeverPossible
from ringback.services import catalog

MAX_NAME_LENGTH = 64
NO_PATHS = (".", "..")  # an address would lead elsewhere


class InvalidAgent(NeverPossible):
    """A field of an agent has a value that cannot be; `field` says which."""

    code = "invalid-agent"


class AgentExists(ConflictsNow):
    """There is an agent of this name already."""

    code = "agent-exists"


class AgentInUse(ConflictsNow):
    """The agent has had calls, which still tell of them, and cannot be deleted; OFFLINE and no services do as well."""

    code = "agent-in-use"


class AgentView(msgspec.Struct, frozen=True, kw_only=True):
    """An agent as shown, with the names of the services served."""

    name: str
    display_name: str
    endpoint: str
    presence: Presence
    presence_since: datetime
    presence_reason: str | None
    wanted_presence: Presence | None
    wanted_reason: str | None
    wrap_up_ends_at: datetime | None
    is_practice: bool
    services: tuple[str, ...]


_sql = QueryFile(__file__, "roster.sql")
_AGENTS = _sql.query("agents", AgentView)
_SAVE = _sql.query("save", int)
_DELETE = _sql.command("delete")
_LEAVE_SERVICES = _sql.command("leave_services")
_JOIN_SERVICES = _sql.command("join_services")


async def list_all(database: Database, *, service: str | None = None) -> list[AgentView]:
    """Every agent, or those who serve one service, by name. Raises ServiceNotFound."""
    async with database.connection() as connection:
        service_id = None if service is None else (await catalog.named(connection, service)).id
        return await _AGENTS.all(connection, name=None, service_id=service_id)


async def get(database: Database, name: str) -> AgentView:
    """Raises AgentNotFound."""
    async with database.connection() as connection:
        return await named(connection, name)


async def named(connection: Connection, name: str) -> AgentView:
    """The agent of that name. Raises AgentNotFound."""
    agent = await _AGENTS.first(connection, name=name, service_id=None)
    if agent is None:
        raise AgentNotFound(f"There is no agent {name!r}", agent=name)
    return agent


async def save(
    database: Database,
    clock: Clock,
    name: str,
    *,
    endpoint: str,
    services: list[str],
    display_name: str | None = None,
    is_practice: bool = False,
) -> AgentView:
    """Create the agent, OFFLINE, or change one who is there; `services` are then exactly those served.

    Without `display_name` it stays as it is. `is_practice` counts at creation. Raises InvalidAgent, ServiceNotFound.
    """
    _check(name, endpoint, display_name)
    async with database.transaction() as connection:
        service_ids = await catalog.ids_of(connection, services)
        agent_id = await _SAVE.one(
            connection,
            name=name,
            display_name=display_name,
            endpoint=endpoint,
            now=clock.now(),
            is_practice=is_practice,
        )
        await _LEAVE_SERVICES.run(connection, id=agent_id, service_ids=service_ids)
        await _JOIN_SERVICES.run(connection, id=agent_id, service_ids=service_ids)
        return await named(connection, name)


async def create(
    database: Database,
    clock: Clock,
    name: str,
    *,
    endpoint: str,
    services: list[str],
    display_name: str | None = None,
    is_practice: bool = False,
) -> AgentView:
    """As `save`, for an agent who must be new. Raises AgentExists too."""
    async with database.connection() as connection:
        if await _AGENTS.first(connection, name=name, service_id=None) is not None:
            raise AgentExists(f"There is an agent {name!r} already", agent=name)
    return await save(
        database,
        clock,
        name,
        endpoint=endpoint,
        services=services,
        display_name=display_name,
        is_practice=is_practice,
    )


async def delete(database: Database, name: str) -> None:
    """Delete an agent of whom no call tells. Raises AgentNotFound, AgentInUse."""
    try:
        async with database.transaction() as connection:
            if not await _DELETE.run(connection, name=name):
                raise AgentNotFound(f"There is no agent {name!r}", agent=name)
    except asyncpg.ForeignKeyViolationError:
        text = f"The agent {name!r} has had calls: make them OFFLINE and let them serve no service instead"
        raise AgentInUse(text, agent=name) from None


async def ask_presence(
    database: Database, clock: Clock, name: str, wanted: Presence, reason: str | None = None
) -> AgentView:
    """Ask for a presence; during RESERVED or TALKING it takes effect afterwards.

    Raises AgentNotFound, PresenceRefused.
    """
    async with database.transaction() as connection:
        await presence.ask(connection, name, wanted, reason, clock.now())
        return await named(connection, name)


def _check(name: str, endpoint: str, display_name: str | None) -> None:
    fits = name.isprintable() and name == name.strip() and "/" not in name and name not in NO_PATHS
    if not fits or not 1 <= len(name) <= MAX_NAME_LENGTH:
        raise _invalid(
            "name", name, f"has 1 to {MAX_NAME_LENGTH} characters, no slash, blanks only inside, no mere dots"
        )
    if not endpoint.strip() or not endpoint.isprintable():
        raise _invalid("endpoint", endpoint, "is what the telephone system rings, such as sip:anna@10.0.0.7")
    if display_name is not None and not display_name.strip():
        raise _invalid("display_name", display_name, "is not empty")


def _invalid(field: str, value: object, allowed: str) -> InvalidAgent:
    return InvalidAgent(f"{field} {allowed}; {value!r} is not", field=field, value=value)
