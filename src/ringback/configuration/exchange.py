"""Writing the configuration of an installation to a file, and taking one over: all of it, or nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import UNSET

from ringback.actors import Actor
from ringback.agents import roster
from ringback.agents.roster import AgentChoices
from ringback.audit import journal
from ringback.booking import setup
from ringback.clock import Clock
from ringback.configuration import document
from ringback.configuration.difference import Change, Kind, difference
from ringback.configuration.document import AGENTS, SECTIONS, SERVICES, TRUNKS, Contents, Document
from ringback.configuration.mistakes import InvalidConfiguration, Mistake
from ringback.database.pool import Connection, Database
from ringback.errors import Refused
from ringback.numbers.screening import InvalidNumberRules
from ringback.services import catalog, trunks
from ringback.services.catalog import ServiceChoices
from ringback.services.model import Service
from ringback.services.schedule import Weekday
from ringback.services.time_zones import UnknownTimeZone
from ringback.services.trunks import MAIN, TrunkNotFound

# Refusals whose `field`, if they have one, is not that of the service.
_FIELDS: Mapping[type[Refused], str] = MappingProxyType(
    {UnknownTimeZone: "time_zone", InvalidNumberRules: "number_rules", TrunkNotFound: "trunk"}
)
_DELETE = MappingProxyType({TRUNKS: trunks.delete_with, SERVICES: catalog.delete_with, AGENTS: roster.delete_with})


class Applied(msgspec.Struct, frozen=True):
    """What a file changed. `unlisted`: what it does not name, in sections that it has, and which stays as it is."""

    changes: list[Change]
    unlisted: list[Change]


async def export(database: Database) -> str:
    """The configuration as a file."""
    async with database.rehearsal() as connection:
        found = await contents(connection)
    return document.write(found)  # which takes seconds when there is much: not with a transaction open


async def apply(
    database: Database, clock: Clock, actor: Actor, text: str, *, is_rehearsal: bool, prunes: bool
) -> Applied:
    """Make the installation as the file says, in one transaction.

    `prunes`: remove what the sections of the file do not name. `is_rehearsal`: change nothing, only see what would
    change. Raises InvalidConfiguration with every mistake.
    """
    asked = document.read(text)
    async with database.rehearsal() if is_rehearsal else database.transaction() as connection:
        before = await contents(connection)
        now = clock.now()
        taking = _Taking(connection, now, actor, asked, before)
        await taking.trunks()
        await taking.services()
        await taking.agents()
        unlisted = taking.unlisted()
        if prunes:
            await taking.remove(unlisted)
        if taking.mistakes:
            raise InvalidConfiguration(sorted(taking.mistakes, key=lambda mistake: mistake.line))
        changes = [_as_stated(asked, change) for change in difference(before, await contents(connection))]
        if changes:
            counts = Counter(change.kind.lower() for change in changes)
            await journal.record(connection, now, actor, "configuration.applied", "configuration", counts=counts)
    return Applied(changes, [] if prunes else unlisted)


async def contents(connection: Connection) -> Contents:
    """The configuration as plain values: no presence, no secrets, nothing of practice."""
    services = await catalog.list_with(connection)
    real = {service.name for service in services if not service.is_practice}
    return {
        TRUNKS: {
            trunk.name: {"link": trunk.link, "channels": trunk.channels, "calls_per_second": trunk.calls_per_second}
            for trunk in await trunks.list_with(connection)
            if not trunk.is_practice
        },
        SERVICES: {service.name: _settings(service) for service in services if not service.is_practice},
        AGENTS: {
            agent.name: {
                "display_name": agent.display_name,
                "endpoint": agent.endpoint,
                "services": [name for name in agent.services if name in real],
            }
            for agent in await roster.list_with(connection)
            if not agent.is_practice
        },
    }


def _settings(service: Service) -> dict[str, Any]:
    # By way of JSON, so that what is the same looks the same, however it was read.
    said: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(service))
    if said["hours"] is not None:
        said["hours"] = {day.value: said["hours"][day] for day in Weekday if day in said["hours"]}
    return {field: said[field] for field in ServiceChoices.__struct_fields__}


class _Taking:
    """One file being taken over within a transaction; goes on after a mistake to find the others."""

    def __init__(self, connection: Connection, now: datetime, actor: Actor, asked: Document, before: Contents) -> None:
        self._connection = connection
        self._now = now
        self._actor = actor
        self._asked = asked
        self._before = before
        self.mistakes: list[Mistake] = []

    async def trunks(self) -> None:
        practice = {trunk.name for trunk in await trunks.list_with(self._connection) if trunk.is_practice}
        for name, choices in sorted((self._asked.trunks or {}).items()):
            if self._is_free(TRUNKS, name, practice):
                try:
                    await trunks.save_with(self._connection, self._now, self._actor, name, choices)
                except Refused as refusal:
                    self._mistake((TRUNKS, name), refusal)

    async def services(self) -> None:
        practice = {service.name for service in await catalog.list_with(self._connection) if service.is_practice}
        for name, choices in sorted((self._asked.services or {}).items()):
            if self._is_free(SERVICES, name, practice):
                await self._service(name, choices)

    async def _service(self, name: str, choices: ServiceChoices) -> None:
        """Save it; if a setting is refused, note that and try without it, to find the next one."""
        while True:
            try:
                async with self._connection.transaction():
                    await setup.save_with(self._connection, self._now, self._actor, name, choices)
            except Refused as refusal:
                field = _field(refusal)
                if getattr(choices, field, UNSET) is UNSET:
                    self._mistake((SERVICES, name), refusal)
                    return
                self._mistake((SERVICES, name, field), refusal)
                choices = msgspec.structs.replace(choices, **{field: UNSET})
            else:
                return

    async def agents(self) -> None:
        asked = self._asked.agents or {}
        present = await roster.list_with(self._connection)
        practice = {agent.name for agent in present if agent.is_practice}
        services = await catalog.list_with(self._connection)
        known = {service.name for service in services} | set(self._asked.services or {})
        played = {service.name for service in services if service.is_practice}
        sound = [
            agent
            for name, agent in sorted(asked.items())
            if self._is_free(AGENTS, name, practice) and self._is_sound(agent, known)
        ]
        if not self.mistakes:
            serving = {agent.name: played & set(agent.services) for agent in present}
            wanted = [_serving_too(agent, serving.get(agent.name, set())) for agent in sound]
            await roster.save_all_with(self._connection, self._now, self._actor, wanted)

    def unlisted(self) -> list[Change]:
        """What the sections of the file do not name."""
        asked = {TRUNKS: self._asked.trunks, SERVICES: self._asked.services, AGENTS: self._asked.agents}
        return [
            Change(Kind.REMOVED, section, name)
            for section in reversed(SECTIONS)
            if (named := asked[section]) is not None
            for name in sorted(set(self._before[section]) - set(named) - {MAIN if section == TRUNKS else ""})
        ]

    async def remove(self, unlisted: Iterable[Change]) -> None:
        for change in unlisted:
            try:
                await _DELETE[change.section](self._connection, self._now, self._actor, change.name)
            except Refused as refusal:
                self._mistake((change.section, change.name), refusal)

    def _is_free(self, section: str, name: str, practice: set[str]) -> bool:
        if name in practice:
            text = "practice has this name; `ringback practice remove` takes practice away"
            self.mistakes.append(self._asked.mistake((section, name), text))
        return name not in practice

    def _is_sound(self, agent: AgentChoices, services: set[str]) -> bool:
        before = len(self.mistakes)
        try:
            roster.check(agent)
        except roster.InvalidAgent as refusal:
            self._mistake((AGENTS, agent.name, str(refusal.details["field"])), refusal)
        for index, service in enumerate(agent.services):
            if service not in services:
                text = f"there is no service {service!r}"
                self.mistakes.append(self._asked.mistake((AGENTS, agent.name, "services", str(index)), text))
        return len(self.mistakes) == before

    def _mistake(self, path: document.Path, refusal: Refused) -> None:
        self.mistakes.append(self._asked.mistake(path, str(refusal)))


def _as_stated(asked: Document, change: Change) -> Change:
    """Of what is added, only the settings that the file states: the others are the defaults."""
    if change.kind is not Kind.ADDED:
        return change
    stated = (field for field in change.fields if asked.states((change.section, change.name, field.field)))
    return msgspec.structs.replace(change, fields=tuple(stated))


def _field(refusal: Refused) -> str:
    stated = str(refusal.details.get("field", ""))
    return _FIELDS.get(type(refusal)) or stated.partition(".")[0].partition("[")[0]


def _serving_too(agent: AgentChoices, played: Iterable[str]) -> AgentChoices:
    """A real agent may serve services of practice too, which no file names."""
    return msgspec.structs.replace(agent, services=[*agent.services, *sorted(played)])
