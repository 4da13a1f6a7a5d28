"""What tells one configuration from another."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import msgspec

from ringback.configuration.document import SECTIONS, Contents


class Kind(StrEnum):
    """What becomes of something."""

    ADDED = "ADDED"
    CHANGED = "CHANGED"
    REMOVED = "REMOVED"


class FieldChange(msgspec.Struct, frozen=True):
    """One setting before and after; before is None for what is added."""

    field: str
    before: Any
    after: Any


class Change(msgspec.Struct, frozen=True):
    """What becomes of one trunk, service or agent; of what is removed no settings are told."""

    kind: Kind
    section: str
    name: str
    fields: tuple[FieldChange, ...] = ()


def difference(before: Contents, after: Contents) -> list[Change]:
    """What was added, changed and removed, by section and name."""
    return [change for section in SECTIONS for change in _of_section(section, before, after)]


def _of_section(section: str, before: Contents, after: Contents) -> Iterator[Change]:
    old, new = before[section], after[section]
    for name in sorted({*old, *new}):
        if name not in new:
            yield Change(Kind.REMOVED, section, name)
        elif name not in old:
            yield Change(
                Kind.ADDED, section, name, tuple(FieldChange(field, None, new[name][field]) for field in new[name])
            )
        elif old[name] != new[name]:
            changed = (field for field in new[name] if old[name][field] != new[name][field])
            fields = (FieldChange(field, old[name][field], new[name][field]) for field in changed)
            yield Change(Kind.CHANGED, section, name, tuple(fields))
