"""A service: a virtual queue, and how its callbacks are kept."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec


class Strategy(StrEnum):
    """Who is rung first."""

    CUSTOMER_FIRST = "CUSTOMER_FIRST"
    AGENT_FIRST = "AGENT_FIRST"


class RetryChoice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How often and after how long one outcome is retried; what is None keeps the default of docs/state_machine.md."""

    limit: int | None = None
    delay_seconds: int | None = None


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """A service as it is stored; docs/services.md explains every field. `*_seconds` are whole seconds."""

    id: int
    name: str
    display_name: str
    is_enabled: bool
    time_zone: str
    default_region: str | None
    link_id: str
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
    is_practice: bool
