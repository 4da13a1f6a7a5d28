"""A service: a virtual queue, and how its callbacks are kept."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Generic, TypeVar

import msgspec

from ringback.numbers.model import NumberRules
from ringback.services.schedule import CallingHours, CapacityRange, PublicHolidays, SpecialDay, WeeklyHours

T = TypeVar("T")


class Saved(msgspec.Struct, Generic[T], frozen=True):
    """What was saved, as it is now; `is_new`: there was none of its name before."""

    what: T
    is_new: bool


class Mode(StrEnum):
    """What a service does: takes callbacks and dials them, only takes them, only dials them, or neither."""

    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    DRAINING = "DRAINING"
    CLOSED = "CLOSED"

    @property
    def takes_callbacks(self) -> bool:
        """Whether new callbacks are taken."""
        return self in (Mode.RUNNING, Mode.PAUSED)

    @property
    def dials(self) -> bool:
        """Whether what waits is dialled, within the service's hours."""
        return self in (Mode.RUNNING, Mode.DRAINING)


class AtClosing(StrEnum):
    """What becomes of callbacks that wait when the service closes: they keep their place, or expire."""

    CARRY = "CARRY"
    EXPIRE = "EXPIRE"


class Strategy(StrEnum):
    """Who is rung first. PREVIEW: the agent is asked at the desk before anybody is, and rung first then."""

    CUSTOMER_FIRST = "CUSTOMER_FIRST"
    AGENT_FIRST = "AGENT_FIRST"
    PREVIEW = "PREVIEW"


# The disposition that every service has beside its own: the callback is retried.
PERSON_NOT_REACHED = "PERSON_NOT_REACHED"


class RetryChoice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How often and after how long one outcome is retried; what is None keeps the default of docs/state_machine.md."""

    limit: int | None = None
    delay_seconds: int | None = None


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """A service as it is stored; docs/services.md explains every field. `*_seconds` are whole seconds.

    A limit of 0 and a capacity of None do not limit. `hours` None: open at all hours, but for special days.
    """

    id: int
    name: str
    display_name: str
    mode: Mode
    is_immediate_enabled: bool
    is_scheduled_enabled: bool
    time_zone: str
    default_region: str | None
    trunk: str
    route_point: str
    strategy: Strategy
    caller_id: str
    caller_name: str
    window_seconds: int
    ring_timeout_seconds: int
    agent_ring_timeout_seconds: int
    reserve_timeout_seconds: int
    customer_hold_seconds: int
    max_talk_seconds: int
    wrap_up_seconds: int
    agent_no_answer_limit: int
    dial_attempts: int
    retries: Mapping[str, RetryChoice]
    max_waiting_per_number: int
    expire_after_seconds: int
    early_seconds: int
    priority_step_seconds: int
    default_priority: int
    at_closing: AtClosing
    number_limit: int
    number_limit_seconds: int
    creation_limit: int
    creation_limit_seconds: int
    queue_limit: int
    hours: WeeklyHours | None
    special_days: Sequence[SpecialDay]
    public_holidays: PublicHolidays | None
    slot_minutes: int
    slot_capacity: int | None
    weekly_capacity: Sequence[CapacityRange]
    number_rules: NumberRules
    calling_hours: CallingHours | None
    dispositions: Sequence[str]
    crm_url: str
    is_practice: bool
