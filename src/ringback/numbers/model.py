"""Which numbers a service calls, as it is stored and as the API takes it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import msgspec

MAX_PATTERN = 200
MAX_PATTERNS = 1_000


class PatternKind(StrEnum):
    """How a pattern is read."""

    PREFIX = "PREFIX"
    WILDCARD = "WILDCARD"
    REGEX = "REGEX"


class BlockedPattern(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Numbers that are not called: those that fit the pattern, in E.164.

    PREFIX: they begin with it, such as +49180. WILDCARD: the whole number, where `*` is any digits and `?` is one.
    REGEX: what is found anywhere in the number, in RE2's syntax; `^` and `$` are its beginning and end.
    """

    kind: PatternKind
    pattern: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_PATTERN)]
    note: Annotated[str, msgspec.Meta(max_length=MAX_PATTERN)] = ""


class NumberRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which numbers a service calls; what is left out does not restrict.

    `permitted_countries`: ISO 3166, such as DE, or 001 for numbers of no country; empty: all. Premium and impossible
    numbers are never called.
    """

    permitted_countries: Sequence[str] = ()
    blocked: Annotated[Sequence[BlockedPattern], msgspec.Meta(max_length=MAX_PATTERNS)] = ()
