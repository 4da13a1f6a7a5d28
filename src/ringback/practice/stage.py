"""Setting practice up: its services, agents and API key, beside whatever there is already."""

from collections.abc import Mapping

import msgspec

from ringback.accounts import api_keys
from ringback.accounts.api_keys import ApiKeyExists
from ringback.accounts.rules import Scope
from ringback.actors import ENGINE
from ringback.agents import roster
from ringback.agents.model import Presence
from ringback.clock import Clock
from ringback.database.pool import Database
from ringback.practice.cast import AGENTS, LINK, SERVICES
from ringback.services import catalog, trunks
from ringback.services.trunks import TrunkChoices

API_KEY = "practice"
OTHERWISE = "practice-"


class Stage(msgspec.Struct, frozen=True):
    """What practice plays on: the names of its services, and the secret of its API key when that is new."""

    services: tuple[str, ...]
    secret: str | None


async def set_up(database: Database, clock: Clock) -> Stage:
    """Make what is missing and leave alone what is real: where a real one has the name, practice takes another."""
    await trunks.save(database, clock, ENGINE, LINK, TrunkChoices(link=LINK), is_practice=True)
    names = await _services(database, clock)
    await _agents(database, clock, names)
    return Stage(tuple(names.values()), await _api_key(database, clock))


async def _services(database: Database, clock: Clock) -> Mapping[str, str]:
    there = {service.name: service.is_practice for service in await catalog.list_all(database)}
    names: dict[str, str] = {}
    for service in SERVICES:
        name = names[service.name] = _name(service.name, there)
        if name in there:
            await catalog.update(database, clock, ENGINE, name, service.choices)
        else:
            await catalog.create(database, clock, ENGINE, name, service.choices, is_practice=True)
    return names


async def _agents(database: Database, clock: Clock, services: Mapping[str, str]) -> None:
    there = {agent.name: agent.is_practice for agent in await roster.list_all(database)}
    for number, agent in enumerate(AGENTS, start=101):
        name = _name(agent.name, there)
        if name not in there:
            await roster.create(
                database,
                clock,
                ENGINE,
                name,
                endpoint=str(number),
                services=[services[service] for service in agent.services],
                display_name=agent.display_name,
                is_practice=True,
            )
        if name not in there or (await roster.get(database, name)).presence is Presence.OFFLINE:
            await roster.ask_presence(database, clock, ENGINE, name, Presence.READY)


async def _api_key(database: Database, clock: Clock) -> str | None:
    try:
        made = await api_keys.create(database, clock, ENGINE, API_KEY, list(Scope), is_practice=True)
    except ApiKeyExists:
        return None
    return made.secret


def _name(wanted: str, there: Mapping[str, bool]) -> str:
    """The wanted name, or one beside it if something real has it. `there`: each name, and whether it is practice."""
    return wanted if there.get(wanted, True) else f"{OTHERWISE}{wanted}"
