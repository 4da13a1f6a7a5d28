"""Bulk work: one thing done to many callbacks. What can be asked for, and how far it is."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import msgspec

from ringback.actors import Actor
from ringback.callbacks.states import Event, Result, State, after

MAX_IDS = 10_000
MAX_TEXT = 200
MAX_NAMES = 1_000


class Kind(StrEnum):
    """What is done."""

    CANCELLATION = "CANCELLATION"
    RESCHEDULING = "RESCHEDULING"
    RECREATION = "RECREATION"

    @property
    def covered(self) -> frozenset[State]:
        """The states of which a range has the callbacks: of what is over only a recreation speaks."""
        return frozenset({State.COMPLETED}) if self is Kind.RECREATION else frozenset(State) - {State.COMPLETED}

    @property
    def possible(self) -> frozenset[State]:
        """The states in which it can be done."""
        match self:
            case Kind.CANCELLATION:
                return _allowing(Event.CANCELLED)
            case Kind.RESCHEDULING:
                return _allowing(Event.RESCHEDULED)
            case Kind.RECREATION:
                return self.covered


class Selection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which callbacks: either `ids`, or `all` whose desired time is at `from` or later and before `to`.

    Of `all` only those of the states and services named, if any are named, and with `needs_attention` only those that
    are late or COMPLETED with a result to look at, when it is asked.
    """

    ids: Annotated[Sequence[UUID], msgspec.Meta(max_length=MAX_IDS)] | None = None
    all: bool = False
    from_at: datetime | None = msgspec.field(name="from", default=None)
    to_at: datetime | None = msgspec.field(name="to", default=None)
    states: Sequence[State] = msgspec.field(name="state", default=())
    services: Annotated[Sequence[str], msgspec.Meta(max_length=MAX_NAMES)] = msgspec.field(name="service", default=())
    needs_attention: bool = False


class Cancellation(Selection, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Cancel callbacks: either `ids`, or `all` in the range of desired times `from` to `to`, which it excludes.

    `reason` is kept with each. Those in PROCESSING are told and left alone; `all` passes over COMPLETED ones.
    """

    reason: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)] | None = None


class Rescheduling(Selection, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Change the desired time of SCHEDULED callbacks, selected as for a cancellation.

    Either all to `desired_at`, or each by `shift_seconds` (negative: earlier). `time_zone` (IANA) replaces the one
    that each was promised in.
    """

    desired_at: datetime | None = None
    shift_seconds: int | None = None
    time_zone: str | None = None


class Recreation(Selection, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Ask anew for COMPLETED callbacks, selected as for a cancellation: now, or at `desired_at`.

    `result` restricts `all` to those that completed so, such as TELEPHONY_FAILED. `time_zone` (IANA) replaces the one
    that each was promised in.
    """

    results: Sequence[Result] = msgspec.field(name="result", default=())
    desired_at: datetime | None = None
    time_zone: str | None = None


BulkRequest = Cancellation | Rescheduling | Recreation
REQUESTS: Mapping[Kind, type[BulkRequest]] = {
    Kind.CANCELLATION: Cancellation,
    Kind.RESCHEDULING: Rescheduling,
    Kind.RECREATION: Recreation,
}


def kind_of(request: BulkRequest) -> Kind:
    """What a request asks to be done."""
    match request:
        case Cancellation():
            return Kind.CANCELLATION
        case Rescheduling():
            return Kind.RESCHEDULING
        case Recreation():
            return Kind.RECREATION


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """So many callbacks that were in `state_before` (null: there was no such callback) ended with `outcome`.

    `outcome`: CANCELLED, RESCHEDULED or RECREATED, or the code of the error that refused it.
    """

    state_before: State | None
    outcome: str
    number: int


class BulkJob(msgspec.Struct, frozen=True, kw_only=True):
    """Bulk work and how far it is: of `total` callbacks `done`, of those `succeeded`, the others refused.

    `request`: what was asked, without the ids. `counts`: what became of them so far.
    """

    id: UUID
    kind: Kind
    asked_by: Actor
    asked_at: datetime
    request: Mapping[str, Any]
    total: int
    done: int
    succeeded: int
    refused: int
    counts: Sequence[Count]
    is_finished: bool
    finished_at: datetime | None


class BulkItem(msgspec.Struct, frozen=True, kw_only=True):
    """A callback that was asked for, as it was, and what became of it: `outcome` as in `Count`, `reason` for people.

    `state`, `result`, `desired_at_now`: as it is now; null when it is there no longer. `phone_number_formatted`: as
    people read it.
    """

    position: int
    callback_id: UUID
    phone_number: str | None
    service: str | None
    desired_at: datetime | None
    state_before: State | None
    is_done: bool
    outcome: str
    reason: str
    new_callback_id: UUID | None
    state: State | None
    result: Result | None
    desired_at_now: datetime | None
    phone_number_formatted: str | None = None


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What bulk work would do now: `total` callbacks would be changed.

    `states`: how many of each state are in `total`. `excluded`: those that it would leave alone, by state.
    `not_found`: ids that no callback has.
    """

    total: int
    states: Mapping[State, int]
    excluded: Mapping[State, int]
    not_found: int


def _allowing(event: Event) -> frozenset[State]:
    return frozenset(state for state in State if after(state, event) is not None)
