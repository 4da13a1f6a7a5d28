"""A configuration file: what it may say, and how it is read and written."""

import re
from collections.abc import Mapping
from typing import Any, TypeAlias, TypeVar

import msgspec

from ringback.agents.roster import AgentChoices
from ringback.configuration import yaml_text
from ringback.configuration.mistakes import InvalidConfiguration, Mistake
from ringback.configuration.yaml_text import Content, Path
from ringback.services.catalog import ServiceChoices
from ringback.services.trunks import TrunkChoices
from ringback.services.wording import plain

VERSION = 1
TRUNKS, SERVICES, AGENTS = "trunks", "services", "agents"
SECTIONS = (TRUNKS, SERVICES, AGENTS)

T = TypeVar("T", bound=msgspec.Struct)

# The settings of everything of a section, by name, as plain values.
Section: TypeAlias = Mapping[str, Mapping[str, Any]]
Contents: TypeAlias = Mapping[str, Section]

_HEAD = """\
# The configuration of a Ringback installation, written by `ringback config export`.
# `ringback config apply FILE --dry-run` tells what it would change; docs/configuration-file.md explains it.
"""
_PLACE = re.compile(r" - at (`key` in )?`\$(?P<path>[^`]*)`$")
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_OF_SOME_KEY = re.compile(r"`\$\[\.\.\.\]|`key` in `\$`")
_TEXT_WANTED = re.compile(r"Expected `str[^`]*`, got `(int|float|bool|null)`")


class Document(msgspec.Struct, frozen=True):
    """What a file asks for. A section that it does not have is None: nothing of it is touched."""

    trunks: Mapping[str, TrunkChoices] | None
    services: Mapping[str, ServiceChoices] | None
    agents: Mapping[str, AgentChoices] | None
    content: Content

    def mistake(self, path: Path, text: str) -> Mistake:
        """A mistake in what is at the path."""
        return Mistake(self.content.line(path), ".".join(path), text)

    def states(self, path: Path) -> bool:
        """Whether the file says anything of this."""
        return path in self.content.lines


def write(contents: Contents) -> str:
    """The file that says this."""
    return _HEAD + yaml_text.write({"version": VERSION, **contents})


def read(text: str) -> Document:
    """What a file asks for. Raises InvalidConfiguration with every mistake in its form."""
    content = yaml_text.read(text)
    reading = _Reading(content)
    sections = reading.sections()
    trunks = reading.section(sections, TRUNKS, TrunkChoices)
    services = reading.section(sections, SERVICES, ServiceChoices)
    agents = reading.section(sections, AGENTS, AgentChoices)
    if reading.mistakes:
        raise InvalidConfiguration(sorted(reading.mistakes, key=lambda mistake: mistake.line))
    return Document(trunks, services, agents, content)


class _Reading:
    def __init__(self, content: Content) -> None:
        self._content = content
        self.mistakes: list[Mistake] = []

    def sections(self) -> Mapping[str, Any]:
        value = self._content.value
        if not isinstance(value, dict) or "version" not in value:
            self._mistake((), f"a configuration begins with `version: {VERSION}`")
            return {}
        found: dict[str, Any] = dict(value)  # pyright: ignore[reportUnknownArgumentType] (its keys are texts)
        if (version := found.pop("version")) != VERSION:
            self._mistake(("version",), f"this Ringback reads version {VERSION}, not {version}")
        for name in sorted(set(found) - set(SECTIONS)):
            self._mistake((name,), f"it is none of {', '.join(SECTIONS)}")
        return found

    def section(self, sections: Mapping[str, Any], name: str, wanted: type[T]) -> Mapping[str, T] | None:
        if name not in sections:
            return None
        entries = self._map((name,), sections[name])
        return {key: entry for key, value in entries.items() if (entry := self._entry((name, key), value, wanted))}

    def _entry(self, path: Path, value: Any, wanted: type[T]) -> T | None:
        before = len(self.mistakes)
        given = self._map(path, value)
        fields = {field.name: field for field in msgspec.structs.fields(wanted)}
        known = set(fields) - {"name"}
        for unknown in sorted(set(given) - known):
            self._mistake((*path, unknown), f"there is no such setting; there are {', '.join(sorted(known))}")
        for missing in sorted(name for name in known - set(given) if fields[name].required):
            self._mistake(path, f"{missing} is missing")
        found: dict[str, Any] = {"name": path[-1]} if "name" in fields else {}
        for name in (name for name in given if name in known):
            found[name] = self._setting((*path, name), given[name], fields[name].type)
        return wanted(**found) if len(self.mistakes) == before else None

    def _map(self, path: Path, value: Any) -> Mapping[str, Any]:
        if isinstance(value, dict):
            return value  # pyright: ignore[reportUnknownVariableType] (its keys are texts)
        self._mistake(path, "it is a map of names to what they have; {} for none")
        return {}

    def _setting(self, path: Path, value: Any, kind: Any) -> Any:
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError as problem:
            if _OF_SOME_KEY.search(str(problem)) is None:
                self._not_fitting(path, plain(str(problem), kind))
            else:
                self._map_not_fitting(path, value, kind)

    def _map_not_fitting(self, path: Path, entries: Mapping[str, Any], kind: Any) -> None:
        """Tell of each entry what does not fit: of a map msgspec does not say which one it is."""
        for key, value in entries.items():
            try:
                msgspec.convert({key: value}, kind)
            except msgspec.ValidationError as problem:
                self._not_fitting((*path, key), plain(str(problem), kind))

    def _not_fitting(self, path: Path, problem: str) -> None:
        place = _PLACE.search(problem)
        steps = _STEP.findall(place["path"]) if place else []
        text = _PLACE.sub("", problem).replace("Object contains unknown field", "there is no such setting:")
        if _TEXT_WANTED.search(text):
            text += "; text that looks like something else is written in quotes"
        self._mistake((*path, *(name or index for name, index in steps)), text)

    def _mistake(self, path: Path, text: str) -> None:
        self.mistakes.append(Mistake(self._content.line(path), ".".join(path), text))
