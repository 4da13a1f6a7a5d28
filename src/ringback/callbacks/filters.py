"""Which callbacks a list shows: what is asked for, and the values that restrict its queries."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import msgspec

from ringback.callbacks.shown_times import MINUTE, Span, TimeFormat, spans_shown_with
from ringback.callbacks.states import CAN_BE_LATE, UNCOMPLETED, WORRYING, Result, State
from ringback.database.pool import Connection
from ringback.database.queries import QueryFile
from ringback.instants import require_offset
from ringback.lists import InvalidFilter
from ringback.services import catalog
from ringback.services.time_zones import time_zone

MAX_SEARCH = 100
MAX_IDS = 100
# As many numbers that a search finds are looked up one by one; of more, the callbacks are met soon along the list.
NUMBERS_LOOKED_UP = 3_000
# As many are looked up to count their callbacks, by their share of all numbers; of more, those too are met soon.
NUMBERS_COUNTED = MappingProxyType({"fewest": 500, "most": 30_000, "share": 0.02})
# Below this share of its whole span a search for times looks up each span by itself.
SPARSE = 0.005
# Above this share of all times of update a callback within is met soon along the list.
MOST = 0.5

# Fewer digits are in so many numbers, and in no index.
TRIGRAM = 3
DIGITS = frozenset("0123456789")
ID_DIGITS = 32
_PART_OF_ID = re.compile("[0-9a-f-]+")


class SearchBy(StrEnum):
    """The column that is searched."""

    ID = "id"
    STATE = "state"
    RESULT = "result"
    DESIRED_AT = "desired_at"
    PHONE_NUMBER = "phone_number"
    SERVICE = "service"
    UPDATED_AT = "updated_at"


class CallbackFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which callbacks; what is left out does not restrict.

    `ids`: these and no others, at most MAX_IDS; one that no callback has finds none. `from_at` <= desired time <
    `to_at`. `services` are names. `is_open`: not COMPLETED (False: COMPLETED only).
    `needs_attention`: late, which is past their window and with no agent yet, or COMPLETED with a WORRYING result.
    `search`: what the column `search_by` must show somewhere, whatever its case; times are shown by the clock of
    `time_zone` (IANA). `within`: the ids of the services that whoever asks may see at all; None: every service.
    """

    ids: Collection[UUID] = ()
    from_at: datetime | None = None
    to_at: datetime | None = None
    states: Sequence[State] = ()
    services: Sequence[str] = ()
    results: Sequence[Result] = ()
    is_open: bool | None = None
    needs_attention: bool = False
    search: str | None = None
    search_by: SearchBy = SearchBy.PHONE_NUMBER
    time_zone: str = "UTC"
    time_format: TimeFormat = TimeFormat.H24
    within: Collection[int] | None = None


class Source(StrEnum):
    """Where the queries of a list begin: a part of pages.sql."""

    EVERY_CALLBACK = "every_callback"
    OF_NUMBERS = "of_numbers"
    DESIRED_WITHIN = "desired_within"
    UPDATED_WITHIN = "updated_within"


class Restriction(msgspec.Struct, kw_only=True):
    """The parameters of the queries in pages.sql, None where nothing is restricted.

    `source` and `total_source`: which variants find a page and count everything in the least time. With `ids` that is
    EVERY_CALLBACK: those are found at once, and all else is looked at in them alone.
    """

    source: Source = Source.EVERY_CALLBACK
    total_source: Source = Source.EVERY_CALLBACK
    ids: list[UUID] | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None
    states: list[State] | None = None
    results: list[Result] | None = None
    late_at: datetime | None = None
    service_ids: list[int] | None = None
    first_id: UUID | None = None
    last_id: UUID | None = None
    id_part: str | None = None
    digits: str | None = None
    numbers: list[str] | None = None
    starts: list[datetime] | None = None
    ends: list[datetime] | None = None
    desired_within: "list[asyncpg.Range[datetime]] | None" = None
    updated_within: "list[asyncpg.Range[datetime]] | None" = None

    def keep_kinds(self, states: Collection[State], results: Collection[Result]) -> None:
        """Keep only what is in one of these states, or COMPLETED with one of these results."""
        kept_states = set(UNCOMPLETED if self.states is None else self.states) & set(states)
        kept_results = set(Result if self.results is None else self.results) & set(results)
        self.states = None if kept_states >= UNCOMPLETED else sorted(kept_states)
        self.results = None if kept_results >= set(Result) else sorted(kept_results)

    def keep_services(self, ids: Collection[int]) -> None:
        """Keep only what is of these services."""
        self.service_ids = sorted(set(ids) if self.service_ids is None else set(ids) & set(self.service_ids))

    def keep_nothing(self) -> None:
        """Nothing is in the list."""
        self.keep_kinds((), ())


class _Numbers(msgspec.Struct, frozen=True):
    phone_numbers: list[str]


class _Extent(msgspec.Struct, frozen=True):
    first_at: datetime | None
    last_at: datetime | None


_sql = QueryFile(__file__, "pages.sql")
_NUMBERS_WITH = _sql.query("numbers_with", _Numbers)
_NUMBERS_TO_COUNT = _sql.query("numbers_to_count", int)
_SERVICES_CALLED = _sql.query("services_called", int)
_HAS_ID_BETWEEN = _sql.query("has_id_between", bool)
_EXTENT_OF_DESIRED_AT = _sql.query("extent_of_desired_at", _Extent)
_EXTENT_OF_UPDATED_AT = _sql.query("extent_of_updated_at", _Extent)


async def restriction(connection: Connection, wanted: CallbackFilter, now: datetime) -> Restriction:
    """What the filter means for the queries. Raises InvalidFilter, TimeWithoutOffset, ServiceNotFound, UnknownTimeZone.

    `connection` is within the transaction that the queries will be read in.
    """
    require_offset("from", wanted.from_at)
    require_offset("to", wanted.to_at)
    kept = Restriction(ids=_ids(wanted), from_at=wanted.from_at, to_at=wanted.to_at)
    _keep_kinds_wanted(kept, wanted, now)
    if wanted.within is not None:
        kept.keep_services(wanted.within)
    if wanted.services:
        kept.keep_services(await catalog.ids_of(connection, wanted.services))
    zone = time_zone(wanted.time_zone)
    text = (wanted.search or "").strip()
    if len(text) > MAX_SEARCH or "\0" in text:
        raise InvalidFilter(f"search has at most {MAX_SEARCH} characters, none of them NUL", field="search", value=text)
    if text:
        await _keep_found(connection, kept, wanted, text, zone)
    return kept


def _ids(wanted: CallbackFilter) -> list[UUID] | None:
    ids = sorted(set(wanted.ids))
    if len(ids) > MAX_IDS:
        raise InvalidFilter(
            f"id names at most {MAX_IDS} callbacks, and these are {len(ids)}", field="id", value=len(ids)
        )
    return ids or None


def _keep_kinds_wanted(kept: Restriction, wanted: CallbackFilter, now: datetime) -> None:
    if wanted.states:
        kept.keep_kinds(wanted.states, Result if State.COMPLETED in wanted.states else ())
    if wanted.results:
        kept.keep_kinds((), wanted.results)
    if wanted.is_open is not None:
        kept.keep_kinds(*((UNCOMPLETED, ()) if wanted.is_open else ((), Result)))
    if wanted.needs_attention:
        kept.keep_kinds(CAN_BE_LATE, WORRYING)
        kept.late_at = now


async def _keep_found(
    connection: Connection, kept: Restriction, wanted: CallbackFilter, text: str, zone: ZoneInfo
) -> None:
    match wanted.search_by:
        case SearchBy.ID:
            await _keep_id(connection, kept, wanted, text.lower())
        case SearchBy.STATE:
            results = [result for result in Result if text.upper() in shown_state(State.COMPLETED, result)]
            kept.keep_kinds([state for state in UNCOMPLETED if text.upper() in state], results)
        case SearchBy.RESULT:
            kept.keep_kinds((), [result for result in Result if text.upper() in result])
        case SearchBy.SERVICE:
            kept.keep_services(await _SERVICES_CALLED.all(connection, part=text))
        case SearchBy.PHONE_NUMBER:
            await _keep_number(connection, kept, text)
        case SearchBy.DESIRED_AT:
            await _keep_desired(connection, kept, wanted, text, zone)
        case SearchBy.UPDATED_AT:
            await _keep_updated(connection, kept, wanted, text, zone)


def shown_state(state: State, result: Result | None) -> str:
    """A state as lists show it, such as COMPLETED (AGENT)."""
    return state if result is None else f"{state} ({result})"


async def _keep_id(connection: Connection, kept: Restriction, wanted: CallbackFilter, text: str) -> None:
    """What begins with the text, which is found at once; only if nothing does, what has it anywhere."""
    if not _PART_OF_ID.fullmatch(text):
        kept.keep_nothing()
        return
    digits = text.replace("-", "")
    if len(digits) <= ID_DIGITS:
        first, last = UUID(digits.ljust(ID_DIGITS, "0")), UUID(digits.ljust(ID_DIGITS, "f"))
        is_beginning = str(first).startswith(text) or text == digits
        between = {"first_id": first, "last_id": last, "within": wanted.within}
        if is_beginning and await _HAS_ID_BETWEEN.one(connection, **between):
            kept.first_id, kept.last_id = first, last
            return
    kept.id_part = text


async def _keep_number(connection: Connection, kept: Restriction, text: str) -> None:
    """Digits count, and nothing else: no letter is part of a number, whatever is between the digits is ignored."""
    digits = "".join(character for character in text.replace("(0)", "") if character in DIGITS)
    if any(character.isalnum() and character not in DIGITS for character in text):
        kept.keep_nothing()
    elif digits:
        kept.digits = digits = await _as_kept(connection, digits)
        if len(digits) >= TRIGRAM and kept.ids is None:
            await _look_up_numbers(connection, kept, digits)


async def _as_kept(connection: Connection, digits: str) -> str:
    """Without the zeros that are dialled before a national or international number, if no number has them."""
    without = digits.lstrip("0")
    if without == digits or len(without) < TRIGRAM:
        return digits
    return digits if (await _NUMBERS_WITH.one(connection, digits=digits, limit=1)).phone_numbers else without


async def _look_up_numbers(connection: Connection, kept: Restriction, digits: str) -> None:
    most = await _NUMBERS_TO_COUNT.one(connection, **NUMBERS_COUNTED)
    numbers = (await _NUMBERS_WITH.one(connection, digits=digits, limit=most + 1)).phone_numbers
    if len(numbers) <= most:
        kept.total_source, kept.numbers = Source.OF_NUMBERS, numbers
    if len(numbers) <= min(most, NUMBERS_LOOKED_UP):
        kept.source = Source.OF_NUMBERS


async def _keep_desired(
    connection: Connection, kept: Restriction, wanted: CallbackFilter, text: str, zone: ZoneInfo
) -> None:
    extent = await _EXTENT_OF_DESIRED_AT.one(connection)
    if extent.first_at is None or extent.last_at is None:
        return  # there is nothing at all
    first_at = max(extent.first_at, wanted.from_at or extent.first_at)
    end = min(extent.last_at + MINUTE, wanted.to_at or extent.last_at + MINUTE)
    spans = spans_shown_with(text, zone, wanted.time_format, Span(first_at, end))
    if not spans:
        kept.keep_nothing()
        return
    kept.from_at, kept.to_at = spans[0].starts_at, spans[-1].ends_at
    if kept.ids is None and _are_sparse(spans):
        kept.source = kept.total_source = Source.DESIRED_WITHIN
        kept.starts, kept.ends = _bounds(spans)
    else:
        kept.desired_within = _ranges(spans)


async def _keep_updated(
    connection: Connection, kept: Restriction, wanted: CallbackFilter, text: str, zone: ZoneInfo
) -> None:
    extent = await _EXTENT_OF_UPDATED_AT.one(connection)
    if extent.first_at is None or extent.last_at is None:
        return
    whole = Span(extent.first_at, extent.last_at + MINUTE)
    spans = spans_shown_with(text, zone, wanted.time_format, whole)
    if not spans:
        kept.keep_nothing()
    elif kept.ids is None and _are_sparse(spans) and spans[0].seconds < MOST * whole.seconds:
        kept.source = kept.total_source = Source.UPDATED_WITHIN
        kept.starts, kept.ends = _bounds(spans)
    else:
        kept.updated_within = _ranges(spans)


def _are_sparse(spans: Sequence[Span]) -> bool:
    whole = (spans[-1].ends_at - spans[0].starts_at).total_seconds()
    return len(spans) == 1 or sum(span.seconds for span in spans) < SPARSE * whole


def _bounds(spans: Sequence[Span]) -> tuple[list[datetime], list[datetime]]:
    return [span.starts_at for span in spans], [span.ends_at for span in spans]


def _ranges(spans: Sequence[Span]) -> "list[asyncpg.Range[datetime]]":
    return [asyncpg.Range(span.starts_at, span.ends_at) for span in spans]
