"""What an agent sees at the desk."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from ringback.agents.model import Presence
from ringback.callbacks.model import Channel
from ringback.callbacks.rules import AgentAnswer, AttemptOutcome
from ringback.callbacks.states import Result, State
from ringback.callbacks.views import LocalTime
from ringback.services.model import Strategy


class Phase(StrEnum):
    """How far the callback in hand is: offered, being rung, joined, or over and not finished yet."""

    OFFERED = "OFFERED"
    CONNECTING = "CONNECTING"
    TALKING = "TALKING"
    WRAP_UP = "WRAP_UP"


class LegState(StrEnum):
    """How far one side of a call is."""

    NOT_DIALLED = "NOT_DIALLED"
    DIALLED = "DIALLED"
    RINGING = "RINGING"
    ANSWERED = "ANSWERED"
    ENDED = "ENDED"


class AgentAtDesk(msgspec.Struct, frozen=True, kw_only=True):
    """The agent themselves. `wanted_presence` takes effect after the call; `services`: the names of those served."""

    name: str
    display_name: str
    presence: Presence
    presence_since: datetime
    presence_reason: str | None
    wanted_presence: Presence | None
    wanted_reason: str | None
    wrap_up_ends_at: datetime | None
    services: tuple[str, ...]


class PastAttempt(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier try of the same callback."""

    number: int
    opened_at: datetime
    outcome: AttemptOutcome | None
    agent: str | None


class PastCallback(msgspec.Struct, frozen=True, kw_only=True):
    """Another callback of the same number, in a service that the agent serves.

    `disposition` and `note`: what the agent of its last finished talk said of it.
    """

    id: UUID
    service: str
    desired_at: datetime
    state: State
    result: Result | None
    agent: str | None
    disposition: str | None
    note: str | None


class CallbackInHand(msgspec.Struct, frozen=True, kw_only=True):
    """Who is to be called, and why.

    `waited_seconds`: since it was asked for, or since its desired time when that was chosen. `crm_url`: the address
    that the service gives for looking the customer up, filled; null when it gives none. `history`: the 10 newest.
    """

    id: UUID
    service: str
    service_display_name: str
    phone_number: str
    phone_number_formatted: str
    customer_name: str | None
    language: str | None
    channel: Channel | None
    desired_at: datetime
    promised_local: LocalTime
    promised_zone: str
    is_scheduled: bool
    created_at: datetime
    waited_seconds: int
    priority: int
    user_data: Mapping[str, Any]
    has_name_recording: bool
    recreated_from: UUID | None
    attempts: Sequence[PastAttempt]
    crm_url: str | None
    history: Sequence[PastCallback]


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """The callback in hand.

    `answer_by`: when an offer is over that is not answered. `dispositions`: what `finish` takes. `finish_by`: until
    when, once the talk is over; `disposition`: what was said while they talk, after which the call is being ended.
    """

    attempt_id: UUID
    phase: Phase
    strategy: Strategy
    opened_at: datetime
    answer_by: datetime | None
    answer: AgentAnswer | None
    customer_leg: LegState
    agent_leg: LegState
    joined_at: datetime | None
    finish_by: datetime | None
    disposition: str | None
    dispositions: Sequence[str]
    callback: CallbackInHand


class Unfinished(msgspec.Struct, frozen=True, kw_only=True):
    """A talk of the last minutes that the agent has not finished yet, and still can until `finish_by`."""

    attempt_id: UUID
    callback_id: UUID
    service: str
    phone_number: str
    phone_number_formatted: str
    customer_name: str | None
    promised_zone: str
    ended_at: datetime
    finish_by: datetime
    dispositions: Sequence[str]


class Today(msgspec.Struct, frozen=True, kw_only=True):
    """What the agent did since midnight by the clock of the first of their services.

    `handled` talks, `talk_seconds` in all; offers `declined`; offers and calls `missed`.
    """

    since: datetime
    handled: int
    talk_seconds: int
    declined: int
    missed: int


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """How many callbacks of a service wait for an agent; 100: so many or more."""

    service: str
    display_name: str
    waiting: int


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """All that an agent's desk shows, as of one instant (`at`). `offer`: null when there is nothing in hand."""

    at: datetime
    agent: AgentAtDesk
    offer: Offer | None
    unfinished: Sequence[Unfinished]
    today: Today
    queue: Sequence[Queue]
