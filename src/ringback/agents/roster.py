"""The agents of an installation: who they are, which services they serve and what their presence is.

Whoever is given only some services reads and changes `within` their ids: of an agent they are shown, and change, only
which of those are served and a callback of theirs, and whoever serves others alone is not in their lists.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg
import msgspec

from ringback.accounts.principal import BeyondYourServices
from ringback.actors import Actor, ActorKind
from ringback.agents import presence
from ringback.agents.model import Presence
from ringback.agents.presence import AgentNotFound
from ringback.audit import journal
from ringback.audit.journal import Deed
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile
from ringback.errors import ConflictsNow, NeverPossible
from ringback.services import catalog
from ringback.services.model import Saved

MAX_NAME_LENGTH = 64
MAX_TEXT = 200
NO_PATHS = (".", "..", "import")  # an address would lead elsewhere


class InvalidAgent(NeverPossible):
    """A field of an agent has a value that cannot be; `field` says which."""

    code = "invalid-agent"


class AgentExists(ConflictsNow):
    """There is an agent of this name already."""

    code = "agent-exists"


class AgentInUse(ConflictsNow):
    """The agent has had calls, which still tell of them, and cannot be deleted; OFFLINE and no services do as well."""

    code = "agent-in-use"


class AgentsCallback(msgspec.Struct, frozen=True, kw_only=True):
    """The callback that an agent is reserved for (ROUTING) or talks in (PROCESSING), and since when it is that far."""

    id: UUID
    service: str
    state: Literal["ROUTING", "PROCESSING"]
    since: datetime


class AgentView(msgspec.Struct, frozen=True, kw_only=True):
    """An agent as shown, with the names of the services served, and the callback in hand, null when there is none."""

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
    callback: AgentsCallback | None


class AgentChoices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An agent as wanted. `endpoint`: what the telephone system rings. `services`: exactly those served.

    Without `display_name` it stays as it is; a new agent is shown by name.
    """

    name: str
    endpoint: str
    services: Sequence[str]
    display_name: str | None = None


class AgentChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What became of agents that were to be saved: their names; `unchanged`: how many were like that already."""

    created: list[str]
    changed: list[str]
    unchanged: int


class _Settings(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    display_name: str
    endpoint: str
    services: tuple[str, ...]


_sql = QueryFile(__file__, "roster.sql")
_AGENTS = _sql.query("agents", AgentView)
_ADD_ALL = _sql.query("add_all", str)
_LOCK_ALL = _sql.query("lock_all", _Settings)
_CHANGE_ALL = _sql.query("change_all", str)
_SERVE_ALL = _sql.query("serve_all", str)
_IS_VISIBLE = _sql.query("is_visible", bool)
_FOREIGN_AMONG = _sql.query("foreign_among", str)
_SHARED_AMONG = _sql.query("shared_among", str)
_PRACTICE_AMONG = _sql.query("practice_among", str)
_DELETE = _sql.command("delete")


async def list_all(
    database: Database, *, service: str | None = None, within: Collection[int] | None = None
) -> list[AgentView]:
    """Every agent, or those who serve one service, by name. Raises ServiceNotFound."""
    async with database.connection() as connection:
        service_id = None if service is None else (await catalog.named(connection, service)).id
        return await _AGENTS.all(connection, name=None, service_id=service_id, within=within)


async def list_with(connection: Connection) -> list[AgentView]:
    """Every agent, by name."""
    return await _AGENTS.all(connection, name=None, service_id=None, within=None)


async def get(database: Database, name: str, *, within: Collection[int] | None = None) -> AgentView:
    """Raises AgentNotFound."""
    async with database.connection() as connection:
        return await named(connection, name, within=within)


async def named(connection: Connection, name: str, *, within: Collection[int] | None = None) -> AgentView:
    """The agent of that name. Raises AgentNotFound."""
    agent = await _AGENTS.first(connection, name=name, service_id=None, within=within)
    if agent is None:
        raise not_found(name)
    return agent


def not_found(name: str) -> AgentNotFound:
    """The error for a name that no agent has, or none that whoever asks may see."""
    return AgentNotFound(f"There is no agent {name!r}", agent=name)


async def is_visible(connection: Connection, name: str, within: Collection[int]) -> bool | None:
    """Whether the agent serves one of these services, or none at all; None when there is no such agent."""
    return await _IS_VISIBLE.first(connection, name=name, within=within)


async def save(
    database: Database,
    clock: Clock,
    actor: Actor,
    name: str,
    *,
    endpoint: str,
    services: Sequence[str],
    display_name: str | None = None,
    is_practice: bool = False,
    within: Collection[int] | None = None,
) -> Saved[AgentView]:
    """Create the agent, OFFLINE, or change one who is there; `services` are then exactly those served.

    Without `display_name` it stays as it is. `is_practice` counts at creation. `within`: the ids of the services that
    may be changed; what is served beside them stays, and so does the endpoint then. Raises InvalidAgent,
    ServiceNotFound, BeyondYourServices.
    """
    wanted = AgentChoices(name=name, endpoint=endpoint, services=services, display_name=display_name)
    check(wanted)
    async with database.transaction() as connection:
        await catalog.ids_of(connection, services)
        now = clock.now()
        changes = await save_all_with(connection, now, actor, [wanted], is_practice=is_practice, within=within)
        return Saved(await named(connection, name, within=within), bool(changes.created))


async def save_all_with(
    connection: Connection,
    now: datetime,
    actor: Actor,
    wanted: Sequence[AgentChoices],
    *,
    is_practice: bool = False,
    within: Collection[int] | None = None,
) -> AgentChanges:
    """`save` for many within a transaction of the caller, in few queries.

    Each was checked, each service exists, and no name is among them twice. Raises BeyondYourServices.
    """
    rows = {
        "names": [agent.name for agent in wanted],
        "display_names": [agent.display_name for agent in wanted],
        "endpoints": [agent.endpoint for agent in wanted],
    }
    created = set(await _ADD_ALL.all(connection, **rows, now=now, is_practice=is_practice))
    before = await _LOCK_ALL.all(connection, names=rows["names"])
    if within is not None:
        await _require_same_telephones(connection, before, wanted, within)
    changed = set(await _CHANGE_ALL.all(connection, **rows))
    pairs = [(agent.name, service) for agent in wanted for service in agent.services]
    changed |= set(
        await _SERVE_ALL.all(
            connection,
            names=rows["names"],
            agents=[agent for agent, _ in pairs],
            services=[service for _, service in pairs],
            within=within,
        )
    )
    changed -= created
    after = await _LOCK_ALL.all(connection, names=rows["names"])
    await journal.record_all(connection, now, actor, _deeds(before, after, created))
    return AgentChanges(
        created=sorted(created), changed=sorted(changed), unchanged=len(wanted) - len(created) - len(changed)
    )


async def practice_among(connection: Connection, names: Sequence[str]) -> set[str]:
    """Which of these are agents of practice."""
    return set(await _PRACTICE_AMONG.all(connection, names=list(names)))


async def foreign_among(connection: Connection, names: Sequence[str], within: Collection[int]) -> set[str]:
    """Which of these are agents of other services alone."""
    return set(await _FOREIGN_AMONG.all(connection, names=list(names), within=within))


async def create(
    database: Database,
    clock: Clock,
    actor: Actor,
    name: str,
    *,
    endpoint: str,
    services: Sequence[str],
    display_name: str | None = None,
    is_practice: bool = False,
) -> AgentView:
    """As `save`, for an agent who must be new. Raises AgentExists too."""
    async with database.connection() as connection:
        if await _AGENTS.first(connection, name=name, service_id=None, within=None) is not None:
            raise AgentExists(f"There is an agent {name!r} already", agent=name)
    saved = await save(
        database,
        clock,
        actor,
        name,
        endpoint=endpoint,
        services=services,
        display_name=display_name,
        is_practice=is_practice,
    )
    return saved.what


async def delete(database: Database, clock: Clock, actor: Actor, name: str) -> None:
    """Delete an agent of whom no call tells. Raises AgentNotFound, AgentInUse."""
    async with database.transaction() as connection:
        await delete_with(connection, clock.now(), actor, name)


async def delete_with(connection: Connection, now: datetime, actor: Actor, name: str) -> None:
    """`delete` within a transaction of the caller, which a refusal leaves as it was."""
    try:
        async with connection.transaction():
            agent = await named(connection, name)
            await _DELETE.run(connection, name=name)
            await journal.record(connection, now, actor, "agent.deleted", name, of_services=agent.services)
    except asyncpg.ForeignKeyViolationError:
        text = f"The agent {name!r} has had calls: make them OFFLINE and let them serve no service instead"
        raise AgentInUse(text, agent=name) from None


async def ask_presence(
    database: Database,
    clock: Clock,
    actor: Actor,
    name: str,
    wanted: Presence,
    reason: str | None = None,
    *,
    is_own: bool = False,
    within: Collection[int] | None = None,
) -> AgentView:
    """Ask for a presence; during RESERVED or TALKING it takes effect afterwards.

    A user who gives no reason is the reason: agents see who did it. `is_own`: the user is that agent.
    Raises AgentNotFound, PresenceRefused.
    """
    async with database.transaction() as connection:
        now, before = clock.now(), await named(connection, name)
        await presence.ask(connection, name, wanted, reason or (None if is_own else _set_by(actor)), now)
        after = await named(connection, name, within=within)
        if msgspec.structs.replace(after, services=before.services, callback=before.callback) != before:
            told = {"presence": wanted, "of_services": before.services}
            await journal.record(connection, now, actor, "presence.asked", name, **told)
        return after


def check(agent: AgentChoices) -> None:
    """Raises InvalidAgent for the first field that cannot be."""
    name = agent.name
    fits = name.isprintable() and name == name.strip() and "/" not in name and name not in NO_PATHS
    if not fits or not 1 <= len(name) <= MAX_NAME_LENGTH:
        allowed = f"has 1 to {MAX_NAME_LENGTH} characters, no slash, blanks only inside, is no mere dots nor 'import'"
        raise _invalid("name", name, allowed)
    if not agent.endpoint.strip() or not _is_line(agent.endpoint):
        raise _invalid("endpoint", agent.endpoint, "is what the telephone system rings, such as sip:anna@10.0.0.7")
    if agent.display_name is not None and not (agent.display_name.strip() and _is_line(agent.display_name)):
        raise _invalid("display_name", agent.display_name, f"is one line of 1 to {MAX_TEXT} characters")


async def _require_same_telephones(
    connection: Connection, before: Sequence[_Settings], wanted: Sequence[AgentChoices], within: Collection[int]
) -> None:
    """Another endpoint would send the customers of the other services to another telephone."""
    endpoints = {agent.name: agent.endpoint for agent in before}
    shared = await _SHARED_AMONG.all(connection, names=list(endpoints), within=within)
    for agent in wanted:
        if agent.name in shared and agent.endpoint != endpoints[agent.name]:
            text = f"The agent {agent.name!r} serves services that you are not given: their endpoint stays as it is"
            raise BeyondYourServices(text, agent=agent.name)


def _deeds(before: Sequence[_Settings], after: Sequence[_Settings], created: Collection[str]) -> list[Deed]:
    """What the audit tells of agents that were saved, before and after in the same order."""
    deeds: list[Deed] = []
    for old, new in zip(before, after, strict=True):
        concerned = [*old.services, *new.services]
        if new.name in created:
            told: dict[str, object] = {"display_name": new.display_name, "services": new.services}
            deeds.append(Deed(action="agent.created", subject=new.name, of_services=concerned, details=told))
        elif changes := journal.changes(old, new, untold={"endpoint"}):
            told = {"changes": changes}
            deeds.append(Deed(action="agent.changed", subject=new.name, of_services=concerned, details=told))
    return deeds


def _set_by(actor: Actor) -> str | None:
    """The reason that is given for who gives none. A key tells what the agent has done at the telephone."""
    return f"set by {actor.name}" if actor.kind is ActorKind.USER else None


def _is_line(text: str) -> bool:
    return text.isprintable() and len(text) <= MAX_TEXT


def _invalid(field: str, value: object, allowed: str) -> InvalidAgent:
    return InvalidAgent(f"{field} {allowed}; {value!r} is not", field=field, value=value)
