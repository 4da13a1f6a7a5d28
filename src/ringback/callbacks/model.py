"""A callback and what is known of it, as the database holds it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from ringback.actors import ActorKind
from ringback.callbacks.states import Event, Result, State

MAX_TEXT = 200


class Channel(StrEnum):
    """Where the customer asked."""

    IVR = "IVR"
    WEB = "WEB"
    MOBILE = "MOBILE"
    UNKNOWN = "UNKNOWN"


class Callback(msgspec.Struct, frozen=True, kw_only=True):
    """One request of a customer to be called.

    `promised_local` is the wall-clock time that the customer was promised, in `promised_zone` (IANA). `place_at`
    orders the queue: the instant since which it waits, moved ahead by its priority. `eligible_at`: not dialled
    before. `waits_alone`: no other uncompleted callback of this number may be in the service. `zone_is_stated`: the
    customer named `promised_zone`. `slot_at`: the start of the slot in which it has a seat (CANCELLED or CLAIMED: had).
    `promised_by`: dialled for the first time by then, it is on time. `last_agent_id`: of the newest attempt.
    """

    id: UUID
    service_id: int
    phone_number: str
    state: State
    result: Result | None
    is_scheduled: bool
    desired_at: datetime
    promised_local: datetime
    promised_zone: str
    zone_is_stated: bool
    slot_at: datetime | None
    promised_by: datetime | None
    offer_id: UUID | None
    recreated_from: UUID | None
    priority: int
    customer_name: str | None
    language: str | None
    channel: Channel | None
    user_data: Mapping[str, Any]
    waits_alone: bool
    created_at: datetime
    updated_at: datetime
    queued_at: datetime | None
    place_at: datetime | None
    eligible_at: datetime | None
    customer_held_until: datetime | None
    agent_id: int | None
    last_agent_id: int | None
    attempts: int
    completed_at: datetime | None


class Booking(msgspec.Struct, frozen=True, kw_only=True):
    """When a callback is wanted, and the seat it has: the fields of `Callback` that change together."""

    desired_at: datetime
    promised_local: datetime
    promised_zone: str
    zone_is_stated: bool
    slot_at: datetime | None
    promised_by: datetime | None


class Transition(msgspec.Struct, frozen=True, kw_only=True):
    """One change of a callback's state."""

    at: datetime
    from_state: State | None
    event: Event
    to_state: State
    result: Result | None
    actor_kind: ActorKind
    actor_name: str
    reason: str
    agent: str | None
    attempt_id: UUID | None
