"""`/api/v1/agents`."""

from typing import Annotated

import msgspec
from litestar import Response, get, post, put
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from ringback.accounts.principal import Principal
from ringback.accounts.rules import Permission
from ringback.agents import bulk_import, roster
from ringback.agents.bulk_import import MAX_AGENTS, Entry
from ringback.agents.model import Presence
from ringback.agents.roster import AgentChanges, AgentChoices, AgentView
from ringback.api.auth import needs
from ringback.api.backend import Backend
from ringback.api.problems import WHEN_CHANGING, WHEN_READING
from ringback.api.visibility import require_services
from ringback.callbacks.model import MAX_TEXT
from ringback.desk import own

PATH = "/api/v1/agents"
IMPORT_LIMIT_BYTES = 10_000_000

Text = Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]


class Agents(msgspec.Struct, frozen=True):
    """Agents, by name."""

    items: list[AgentView]


class AgentRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An agent as wanted. `endpoint`: what the telephone system rings. `services`: exactly those served."""

    endpoint: Text
    services: list[str]
    display_name: Text | None = None


class ImportRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The agents to create or change; those who are not among them stay as they are."""

    items: Annotated[list[AgentChoices], msgspec.Meta(max_length=MAX_AGENTS)]


class PresenceRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The presence asked for: READY, NOT_READY, BUSY_ELSEWHERE or OFFLINE."""

    state: Presence
    reason: Text | None = None


@get(opt=needs(Permission.SEE_AGENTS), summary="List agents", responses=WHEN_READING)
async def list_all(
    backend: NamedDependency[Backend], principal: NamedDependency[Principal], service: FromQuery[str | None] = None
) -> Agents:
    """Every agent, or those who serve one service.

    Whoever is given only some services sees those who serve one of them, or none at all.
    """
    if service is not None:
        require_services(principal, service)
    return Agents(await roster.list_all(backend.database, service=service, within=principal.within))


@get(
    "/{agent_name:str}",
    opt=needs(Permission.SEE_AGENTS, Permission.USE_DESK),
    summary="One agent",
    responses=WHEN_READING,
)
async def show(
    agent_name: FromPath[str], backend: NamedDependency[Backend], principal: NamedDependency[Principal]
) -> AgentView:
    """An agent, with presence and services."""
    return await roster.get(backend.database, agent_name, within=principal.within)


@put(
    "/{agent_name:str}",
    opt=needs(Permission.CHANGE_AGENTS, may_be_new=True),
    summary="Create or change an agent",
    responses={**WHEN_CHANGING, 201: ResponseSpec(AgentView, description="It is new", generate_examples=False)},
)
async def save(
    agent_name: FromPath[str],
    data: JSONBody[AgentRequest],
    backend: NamedDependency[Backend],
    principal: NamedDependency[Principal],
) -> Response[AgentView]:
    """A new agent is OFFLINE; repeating the request is harmless.

    Whoever is given only some services says which of those are served; others that the agent serves stay.
    """
    require_services(principal, *data.services)
    saved = await roster.save(
        backend.database,
        backend.clock,
        principal.actor,
        agent_name,
        endpoint=data.endpoint,
        services=data.services,
        display_name=data.display_name,
        within=principal.within,
    )
    return Response(saved.what, status_code=201 if saved.is_new else 200)


@post(
    "/import",
    opt=needs(Permission.CHANGE_AGENTS),
    status_code=200,
    request_max_body_size=IMPORT_LIMIT_BYTES,
    summary="Create or change many agents",
    responses=WHEN_CHANGING,
)
async def import_all(
    data: JSONBody[ImportRequest],
    backend: NamedDependency[Backend],
    principal: NamedDependency[Principal],
    dry_run: Annotated[bool, QueryParameter(description="true: only say what would become of them")] = False,
) -> AgentChanges:
    """All of them or none: each mistake is named in `details.problems`. Repeating the request is harmless."""
    entries = [Entry(f"items[{index}]", agent) for index, agent in enumerate(data.items)]
    return await bulk_import.import_all(
        backend.database, backend.clock, principal.actor, entries, is_rehearsal=dry_run, within=principal.within
    )


@post(
    "/{agent_name:str}/presence",
    opt=needs(Permission.CHANGE_PRESENCE, Permission.USE_DESK),
    status_code=200,
    summary="Ask for a presence",
    responses=WHEN_CHANGING,
)
async def ask_presence(
    agent_name: FromPath[str],
    data: JSONBody[PresenceRequest],
    backend: NamedDependency[Backend],
    principal: NamedDependency[Principal],
) -> AgentView:
    """Asked for during RESERVED or TALKING, it takes effect afterwards (`wanted_presence`).

    A user who is not that agent, and gives no reason, is named as the reason ("set by sonja"). An agent who asks for
    READY has the own desk open, and is NOT_READY once that is not looked at for a minute.
    """
    is_own = agent_name == principal.agent
    agent = await roster.ask_presence(
        backend.database,
        backend.clock,
        principal.actor,
        agent_name,
        data.state,
        data.reason,
        is_own=is_own,
        within=principal.within,
    )
    if data.state is Presence.READY and is_own and principal.may(Permission.USE_DESK):
        await own.note_open(backend.database, backend.clock, agent_name)
    return agent


HANDLERS = [list_all, show, save, import_all, ask_presence]
