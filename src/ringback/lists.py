"""What all lists have in common that are read page by page.

A page is found by what its neighbour is sorted by, never by counting rows; a cursor names that neighbour's place.
"""

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, TypeVar

import msgspec

from ringback.errors import NeverPossible

MAX_LIMIT = 250
DEFAULT_LIMIT = 100

T = TypeVar("T")


class InvalidFilter(NeverPossible):
    """A list was asked for with a filter, search, order, limit or cursor that cannot be."""

    code = "invalid-filter"


class Happened(Protocol):
    """What a list has that shows the newest first."""

    @property
    def at(self) -> datetime: ...

    @property
    def id(self) -> int: ...


H = TypeVar("H", bound=Happened)


class Place(msgspec.Struct, frozen=True):
    """Where a page of a list with the newest first ends."""

    at: datetime
    id: int


def require_limit(limit: int) -> None:
    """Raises InvalidFilter for a number that no page can have."""
    if not 1 <= limit <= MAX_LIMIT:
        raise InvalidFilter(f"limit is between 1 and {MAX_LIMIT}; {limit} is not", field="limit", value=limit)


def write_cursor(place: msgspec.Struct) -> str:
    """A place in a list as a text that fits into a URL."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def read_cursor(text: str, kind: type[T]) -> T:
    """The place that `write_cursor` made this text of. Raises ValueError for any other text."""
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=kind)
    except RecursionError:
        raise ValueError(text) from None


def place_of(cursor: str | None) -> Place | None:
    """Where the page before the one wanted ended; None: the first is wanted. Raises InvalidFilter."""
    if cursor is None:
        return None
    try:
        place = read_cursor(cursor, Place)
    except ValueError:
        place = None
    if place is None or place.at.tzinfo is None or not 0 <= place.id < 2**63:
        raise InvalidFilter(f"{cursor!r} is no cursor that a page gave", field="cursor", value=cursor)
    return place


def page_of(found: Sequence[H], limit: int) -> tuple[list[H], str | None]:
    """The first `limit` of what was found, the newest first, and the cursor of the page after them.

    For that one more is to be sought than the page has; None where there was none.
    """
    items = list(found[:limit])
    return items, write_cursor(Place(items[-1].at, items[-1].id)) if len(found) > limit else None
