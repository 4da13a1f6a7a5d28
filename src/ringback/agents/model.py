"""An agent: a person with a telephone endpoint, serving one or more services."""

from datetime import datetime
from enum import StrEnum

import msgspec


class Presence(StrEnum):
    """Whether an agent can take a callback, and if not, why."""

    READY = "READY"
    NOT_READY = "NOT_READY"
    BUSY_ELSEWHERE = "BUSY_ELSEWHERE"
    RESERVED = "RESERVED"
    TALKING = "TALKING"
    WRAP_UP = "WRAP_UP"
    OFFLINE = "OFFLINE"


# What an agent, or who acts for one, may ask for; the others follow from the calls.
ASKABLE = frozenset({Presence.READY, Presence.NOT_READY, Presence.BUSY_ELSEWHERE, Presence.OFFLINE})
ENGAGED = frozenset({Presence.RESERVED, Presence.TALKING})
LOGGED_IN = frozenset(Presence) - {Presence.OFFLINE}


class Agent(msgspec.Struct, frozen=True, kw_only=True):
    """An agent as stored.

    `wanted_presence` was asked for while RESERVED or TALKING and takes effect afterwards. `idle_since` orders the
    READY ones. `missed_calls` in a row lead to NOT_READY. `desk_seen_at`: when an own desk was last known to be open,
    None: it never was, or was closed.
    """

    id: int
    name: str
    display_name: str
    endpoint: str
    presence: Presence
    presence_since: datetime
    presence_reason: str | None
    wanted_presence: Presence | None
    wanted_reason: str | None
    idle_since: datetime | None
    wrap_up_ends_at: datetime | None
    missed_calls: int
    desk_seen_at: datetime | None
    is_practice: bool
