"""YAML as configuration files need it: no surprises.

Only null, true, false and plain decimal numbers are anything but text: `NO` is the country, 08:00 a time of day and
2026-12-24 a date as written. Keys are text and stand once. Tags, anchors and aliases are refused.
"""

import re
from collections.abc import Mapping
from typing import Any, ClassVar, TypeAlias

import msgspec
import yaml

from ringback.configuration.mistakes import InvalidConfiguration, Mistake

Path: TypeAlias = tuple[str, ...]

_TAG = "tag:yaml.org,2002:"
_NULL = re.compile(r"null|~|")
_BOOLEAN = re.compile(r"true|false")
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,30}([eE][-+]?[0-9]{1,2})?|[eE][-+]?[0-9]{1,2})")
# Everything else is written in quotes, so that whoever reads it, and by whatever YAML, takes it for text.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z_]*([ /][A-Za-z_]+)*")


class Content(msgspec.Struct, frozen=True):
    """What a file says, as plain values, and the line of everything in it by its path."""

    value: Any
    lines: Mapping[Path, int]

    def line(self, path: Path) -> int:
        """The line of what is at the path, or of the nearest above it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 0)


class _Loader(yaml.SafeLoader):
    # None of those it inherits.
    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}  # pyright: ignore[reportIncompatibleVariableOverride]


for _name, _pattern in (("null", _NULL), ("bool", _BOOLEAN), ("int", _INTEGER), ("float", _NUMBER)):
    _Loader.add_implicit_resolver(  # pyright: ignore[reportUnknownMemberType] (its stub has no types)
        _TAG + _name, re.compile(f"^(?:{_pattern.pattern})$"), None
    )


class _Dumper(yaml.SafeDumper):
    """Indents lists, and quotes what another reader might take for something else."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None if _PLAIN.fullmatch(text) else '"'
    return dumper.represent_scalar(  # pyright: ignore[reportUnknownMemberType] (its stub has no types)
        f"{_TAG}str", text, style=style
    )


_Dumper.add_representer(str, _represent_text)


def write(value: object) -> str:
    """Plain values as YAML, in the order in which they are."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120, default_flow_style=False)


def read(text: str) -> Content:
    """What a text says. Raises InvalidConfiguration."""
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as problem:
        line = 0 if problem.problem_mark is None else problem.problem_mark.line + 1
        raise InvalidConfiguration([Mistake(line, "", f"this is no YAML: {problem.problem}")]) from None
    except yaml.YAMLError as problem:
        raise InvalidConfiguration([Mistake(0, "", f"this is no YAML: {str(problem).splitlines()[0]}")]) from None
    except RecursionError:
        raise InvalidConfiguration([Mistake(0, "", "it is nested too deep")]) from None
    reading = _Reading()
    value = None if node is None else reading.value(node, ())
    if reading.mistakes:
        raise InvalidConfiguration(reading.mistakes)
    return Content(value, reading.lines)


class _Reading:
    """Values out of nodes; remembers where everything stands, and every mistake."""

    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self.mistakes: list[Mistake] = []
        self._seen: set[int] = set()

    def value(self, node: yaml.Node, path: Path) -> Any:
        line = self.lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in self._seen:
            return self._mistake(line, path, "anchors and aliases are not understood: write it out")
        self._seen.add(id(node))
        match node:
            case yaml.MappingNode(tag="tag:yaml.org,2002:map"):
                return self._mapping(node, path)
            case yaml.SequenceNode(tag="tag:yaml.org,2002:seq"):
                return [self.value(item, (*path, str(index))) for index, item in enumerate(node.value)]
            case yaml.ScalarNode():
                return self._scalar(node, path)
            case _:
                return self._mistake(line, path, f"the tag {node.tag} is not understood")

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode) or not _can_be_kept(key.value):
                self._mistake(line, path, "a key is a text")
                continue
            if key.value in found:
                self._mistake(line, (*path, key.value), "it stands here twice")
            self.lines[(*path, key.value)] = line
            found[key.value] = self.value(value, (*path, key.value))
        return found

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        text = node.value
        if not _can_be_kept(text):
            return self._mistake(node.start_mark.line + 1, path, "the database cannot keep this text")
        match node.tag.removeprefix(_TAG):
            case "str":
                return text
            case "null" if _NULL.fullmatch(text):
                return None
            case "bool" if _BOOLEAN.fullmatch(text):
                return text == "true"
            case "int" if _INTEGER.fullmatch(text):
                return int(text)
            case "float" if _NUMBER.fullmatch(text):
                return float(text)
            case _:
                return self._mistake(node.start_mark.line + 1, path, f"the tag {node.tag} is not understood")

    def _mistake(self, line: int, path: Path, text: str) -> None:
        self.mistakes.append(Mistake(line, ".".join(path), text))


def _can_be_kept(text: str) -> bool:
    """PostgreSQL keeps neither NUL characters nor halves of surrogate pairs, which YAML can write."""
    return "\x00" not in text and text.encode(errors="ignore").decode() == text
