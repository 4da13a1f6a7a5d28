"""How a user likes the console to look: kept with the user, so that it is the same wherever they log in.

Whatever an earlier or a later version has stored is read as far as it is understood; the rest is as by default.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec

from ringback.accounts.principal import Principal
from ringback.database.pool import Database
from ringback.database.queries import QueryFile
from ringback.errors import NeverPossible
from ringback.lists import MAX_LIMIT

MAX_TEXT = 64
MAX_COLUMNS = 30
MAX_RANGES = 50
MAX_SERVICES = 1_000
# About a year: records are kept for less.
MAX_OFFSET_MINUTES = 527_040

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TEXT)]
Offset = Annotated[int, msgspec.Meta(ge=-MAX_OFFSET_MINUTES, le=MAX_OFFSET_MINUTES)]
# Those of callbacks.states, which lies above this package; a test compares.
StateName = Literal["SCHEDULED", "QUEUED", "ROUTING", "PROCESSING", "COMPLETED"]


class InvalidPreferences(NeverPossible):
    """Preferences that contradict themselves; `field` says where."""

    code = "invalid-preferences"


class Theme(StrEnum):
    """Light or dark, or as the user's system is."""

    SYSTEM = "SYSTEM"
    LIGHT = "LIGHT"
    DARK = "DARK"


class CustomRange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A range of the user's own, from and to so many minutes after now (negative: before)."""

    name: Text
    start_minutes: Offset
    end_minutes: Offset


class Preferences(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a user prefers; names only, no words of any language.

    `columns`: those of the table of callbacks, in order. `visible_states`, `visible_services`: null shows all.
    `default_range`: the range that the table begins with, or the name of one of `custom_ranges`.
    """

    columns: Annotated[tuple[Text, ...], msgspec.Meta(max_length=MAX_COLUMNS)] = (
        "state",
        "desired_at",
        "phone_number",
        "service",
    )
    show_24_hour: bool = True
    show_utc: bool = False
    custom_ranges: Annotated[tuple[CustomRange, ...], msgspec.Meta(max_length=MAX_RANGES)] = ()
    visible_states: Annotated[tuple[StateName, ...], msgspec.Meta(max_length=5)] | None = None
    visible_services: Annotated[tuple[Text, ...], msgspec.Meta(max_length=MAX_SERVICES)] | None = None
    theme: Theme = Theme.SYSTEM
    default_range: Text = "LAST_14_DAYS"
    page_size: Annotated[int, msgspec.Meta(ge=1, le=MAX_LIMIT)] = MAX_LIMIT
    advanced_metrics: bool = False


class _Stored(msgspec.Struct, frozen=True):
    preferences: dict[str, Any]


_sql = QueryFile(__file__, "preferences.sql")
_STORED = _sql.query("stored_preferences", _Stored)
_STORE = _sql.command("store_preferences")


async def of_user(database: Database, who: Principal) -> Preferences:
    """What the user who asks prefers."""
    async with database.connection() as connection:
        return understood((await _STORED.one(connection, id=who.user_id)).preferences)


async def save(database: Database, who: Principal, preferences: Preferences) -> None:
    """Keep what the user who asks prefers from now on. Raises InvalidPreferences."""
    _check(preferences)
    async with database.transaction() as connection:
        await _STORE.run(connection, id=who.user_id, preferences=msgspec.to_builtins(preferences))


def understood(stored: dict[str, Any]) -> Preferences:
    """What is stored, as far as this version knows it."""
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(Preferences):
        if field.name in stored:
            try:
                values[field.name] = msgspec.convert(stored[field.name], field.type)
            except msgspec.ValidationError:
                continue
    return Preferences(**values)


def _check(preferences: Preferences) -> None:
    _require_unique("columns", preferences.columns)
    _require_unique("visible_states", preferences.visible_states or ())
    _require_unique("visible_services", preferences.visible_services or ())
    _require_unique("custom_ranges", [own.name for own in preferences.custom_ranges])
    for own in preferences.custom_ranges:
        if own.start_minutes >= own.end_minutes:
            raise InvalidPreferences(f"The range {own.name!r} starts before it ends", field="custom_ranges")


def _require_unique(field: str, names: Collection[str]) -> None:
    if len(set(names)) < len(names):
        raise InvalidPreferences(f"{field} names each once", field=field)
