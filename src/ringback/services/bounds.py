"""What each setting of a service can be."""

from collections.abc import Sequence
from types import MappingProxyType

import phonenumbers

from ringback.errors import NeverPossible
from ringback.numbers import screening
from ringback.services import crm_url
from ringback.services.model import PERSON_NOT_REACHED, RetryChoice, Service
from ringback.services.schedule import MAX_CAPACITY
from ringback.services.time_zones import time_zone

# What the schema's CHECKs allow, so that a refusal can name the field; a test compares the two.
RANGES = MappingProxyType(
    {
        "window_seconds": (1, 86_400),
        "ring_timeout_seconds": (1, 300),
        "agent_ring_timeout_seconds": (1, 300),
        "reserve_timeout_seconds": (1, 3_600),
        "customer_hold_seconds": (0, 3_600),
        "max_talk_seconds": (1, 86_400),
        "wrap_up_seconds": (0, 3_600),
        "agent_no_answer_limit": (1, 100),
        "dial_attempts": (1, 100),
        "max_waiting_per_number": (0, 1_000),
        "expire_after_seconds": (1, 1_209_600),
        "early_seconds": (0, 3_600),
        "priority_step_seconds": (0, 86_400),
        "default_priority": (-1_000, 1_000),
        "number_limit": (0, 100_000),
        "number_limit_seconds": (1, 1_209_600),
        "creation_limit": (0, 10_000_000),
        "creation_limit_seconds": (1, 1_209_600),
        "queue_limit": (0, 1_000_000),
        "slot_capacity": (0, MAX_CAPACITY),
    }
)

# The outcomes that `retries` may name: callbacks.rules.RETRIABLE, which lies above this package; a test compares.
RETRIABLE = frozenset(
    {
        "BUSY",
        "NO_ANSWER",
        "UNREACHABLE",
        "ANSWERING_MACHINE",
        "REJECTED",
        "REDIRECTED",
        "INVALID_NUMBER",
        "CONGESTION",
        "TRUNK_ERROR",
        "CUSTOMER_HUNG_UP",
        "AGENT_UNAVAILABLE",
        "DECLINED",
        "SNOOZED",
        "NOT_REACHED",
        "UNKNOWN",
    }
)
SLOT_MINUTES = (5, 10, 15, 30, 60)
MAX_RETRIES = 100
MAX_RETRY_DELAY_SECONDS = 86_400
MAX_TEXT = 200
MAX_DISPOSITIONS = 50
MAX_DISPOSITION = 60
_TEXTS = ("display_name", "route_point", "caller_id", "caller_name")


class InvalidService(NeverPossible):
    """A field of a service has a value that cannot be; `field` says which."""

    code = "invalid-service"


def check(service: Service) -> None:
    """Raises InvalidService, UnknownTimeZone or InvalidNumberRules for the first field that cannot be."""
    time_zone(service.time_zone)
    if service.default_region is not None and service.default_region not in phonenumbers.SUPPORTED_REGIONS:
        raise invalid("default_region", service.default_region, "is an ISO 3166 country such as DE, or nothing")
    for field in _TEXTS:
        text = getattr(service, field)
        if len(text) > MAX_TEXT or not text.isprintable():
            raise invalid(field, text, f"is one line of at most {MAX_TEXT} characters")
    if not service.display_name.strip():
        raise invalid("display_name", service.display_name, "is not empty")
    if service.slot_minutes not in SLOT_MINUTES:
        raise invalid("slot_minutes", service.slot_minutes, f"is one of {', '.join(map(str, SLOT_MINUTES))}")
    for field, (low, high) in RANGES.items():
        value = getattr(service, field)
        if value is not None and not low <= value <= high:
            raise invalid(field, value, f"is between {low} and {high}")
    for outcome, choice in service.retries.items():
        _check_retry(outcome, choice)
    screening.check_rules(service.number_rules)
    _check_dispositions(service.dispositions)
    if problem := crm_url.problem_of(service.crm_url):
        raise invalid("crm_url", service.crm_url, problem)
    hours = service.calling_hours
    if hours is not None and hours.starts >= hours.ends:
        raise invalid("calling_hours", f"{hours.starts}-{hours.ends}", "starts before it ends, on the same day")


def invalid(field: str, value: object, allowed: str) -> InvalidService:
    """The error for a field that is not as it has to be: `allowed`, said of the field."""
    return InvalidService(f"{field} {allowed}; {value!r} is not", field=field, value=value)


def _check_retry(outcome: str, choice: RetryChoice) -> None:
    if outcome not in RETRIABLE:
        raise invalid("retries", outcome, f"names outcomes: {', '.join(sorted(RETRIABLE))}")
    if choice.limit is not None and not 0 <= choice.limit <= MAX_RETRIES:
        raise invalid(f"retries.{outcome}.limit", choice.limit, f"is between 0 and {MAX_RETRIES}")
    if choice.delay_seconds is not None and not 0 <= choice.delay_seconds <= MAX_RETRY_DELAY_SECONDS:
        allowed = f"is between 0 and {MAX_RETRY_DELAY_SECONDS}"
        raise invalid(f"retries.{outcome}.delay_seconds", choice.delay_seconds, allowed)


def _check_dispositions(dispositions: Sequence[str]) -> None:
    if len(dispositions) > MAX_DISPOSITIONS:
        raise invalid("dispositions", len(dispositions), f"are at most {MAX_DISPOSITIONS}")
    for number, text in enumerate(dispositions):
        if not 1 <= len(text) <= MAX_DISPOSITION or not text.isprintable() or text != text.strip():
            raise invalid("dispositions", text, f"are of 1 to {MAX_DISPOSITION} characters on one line each")
        if text in dispositions[:number] or text == PERSON_NOT_REACHED:
            raise invalid("dispositions", text, f"differ from each other and from {PERSON_NOT_REACHED}")
