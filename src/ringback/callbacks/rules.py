"""What follows from how an attempt ended: another attempt, or the result. Pure: no I/O, no clock.

The defaults are the table of docs/state_machine.md; each service may change how often and after how long an outcome is
retried, by the same mechanism.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from ringback.callbacks.states import Result

# A leg whose fate is unknown may ring on until its ring timeout; this is added before the customer is rung again.
UNKNOWN_MARGIN_SECONDS = 10

# An offer that everybody READY has declined already is made again after this, so that nobody uses up its limit at once.
DECLINED_BY_ALL_SECONDS = 30

# From TRUNK_SUSPECT_FROM different numbers in a row that fail alike within SUSPICION_SECONDS on, the trunk may be at
# fault: such a failure is not final, at most SUSPICION_RETRIES times for each callback. From TRUNK_FAILS_FROM on it is
# at fault: it is paused for TRUNK_PAUSE_SECONDS, and no such failure is final.
TRUNK_SUSPECT_FROM = 3
SUSPICION_RETRIES = 2
TRUNK_FAILS_FROM = 10
SUSPICION_SECONDS = 600
TRUNK_PAUSE_SECONDS = 60


class AttemptOutcome(StrEnum):
    """How an attempt ended."""

    JOINED = "JOINED"
    BUSY = "BUSY"
    NO_ANSWER = "NO_ANSWER"
    UNREACHABLE = "UNREACHABLE"
    ANSWERING_MACHINE = "ANSWERING_MACHINE"
    REJECTED = "REJECTED"
    REDIRECTED = "REDIRECTED"
    INVALID_NUMBER = "INVALID_NUMBER"
    CONGESTION = "CONGESTION"
    TRUNK_ERROR = "TRUNK_ERROR"
    CUSTOMER_HUNG_UP = "CUSTOMER_HUNG_UP"
    AGENT_UNAVAILABLE = "AGENT_UNAVAILABLE"
    DECLINED = "DECLINED"
    SNOOZED = "SNOOZED"
    NOT_REACHED = "NOT_REACHED"
    NOT_DIALLED = "NOT_DIALLED"
    CANCELLED = "CANCELLED"
    UNKNOWN = "UNKNOWN"


class AgentAnswer(StrEnum):
    """What an agent answers to a callback that is offered at the desk."""

    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    SNOOZED = "SNOOZED"


@dataclass(frozen=True)
class RetryRule:
    """What follows from one outcome.

    `limit`: how many attempts this outcome may cause in the life of a callback (None: no limit of its own, 0: it is
    final). `counts`: whether it counts against the customer, that is towards the service's `dial_attempts`.
    `result`: what the callback completes with when it is not retried further.
    """

    limit: int | None
    delay_seconds: int
    counts: bool
    result: Result


RETRY_RULES: Mapping[AttemptOutcome, RetryRule] = MappingProxyType(
    {
        AttemptOutcome.BUSY: RetryRule(None, 300, True, Result.BUSY),
        AttemptOutcome.NO_ANSWER: RetryRule(None, 300, True, Result.NO_ANSWER),
        AttemptOutcome.UNREACHABLE: RetryRule(None, 300, True, Result.UNREACHABLE),
        AttemptOutcome.ANSWERING_MACHINE: RetryRule(None, 300, True, Result.ANSWERING_MACHINE),
        AttemptOutcome.REJECTED: RetryRule(0, 300, True, Result.REJECTED),
        AttemptOutcome.REDIRECTED: RetryRule(0, 300, True, Result.REJECTED),
        AttemptOutcome.CUSTOMER_HUNG_UP: RetryRule(1, 300, True, Result.CUSTOMER_HUNG_UP),
        AttemptOutcome.INVALID_NUMBER: RetryRule(0, 300, True, Result.INVALID_NUMBER),
        AttemptOutcome.CONGESTION: RetryRule(None, 60, False, Result.TELEPHONY_FAILED),
        AttemptOutcome.TRUNK_ERROR: RetryRule(None, 60, False, Result.TELEPHONY_FAILED),
        AttemptOutcome.AGENT_UNAVAILABLE: RetryRule(None, 300, True, Result.AGENT_UNAVAILABLE),
        AttemptOutcome.DECLINED: RetryRule(5, 0, False, Result.AGENT_UNAVAILABLE),
        AttemptOutcome.SNOOZED: RetryRule(None, 300, False, Result.AGENT_UNAVAILABLE),
        AttemptOutcome.NOT_REACHED: RetryRule(None, 300, True, Result.NO_ANSWER),
        AttemptOutcome.NOT_DIALLED: RetryRule(None, 0, False, Result.UNKNOWN),
        AttemptOutcome.UNKNOWN: RetryRule(2, 300, False, Result.UNKNOWN),
    }
)

# What a trunk at fault makes of a call. The others need a trunk that works: somebody's telephone was reached.
TRUNK_MAY_BE_AT_FAULT = frozenset(
    {
        AttemptOutcome.UNREACHABLE,
        AttemptOutcome.REJECTED,
        AttemptOutcome.REDIRECTED,
        AttemptOutcome.INVALID_NUMBER,
        AttemptOutcome.CONGESTION,
        AttemptOutcome.TRUNK_ERROR,
    }
)

# Outcomes that a service's retry settings may name.
RETRIABLE = frozenset(RETRY_RULES) - {AttemptOutcome.NOT_DIALLED}


@dataclass(frozen=True)
class RetrySetting:
    """A service's own choice for one outcome; None keeps the default."""

    limit: int | None = None
    delay_seconds: int | None = None


@dataclass(frozen=True)
class TryAgain:
    """The callback waits in its place for another attempt, not before `delay_seconds` have passed."""

    delay_seconds: int
    reason: str


@dataclass(frozen=True)
class GiveUp:
    """The callback completes with `result`."""

    result: Result
    reason: str


def after_attempt(
    outcomes: Sequence[AttemptOutcome],
    *,
    dial_attempts: int,
    settings: Mapping[AttemptOutcome, RetrySetting],
    ring_timeout_seconds: int,
    numbers_failing_alike: int = 1,
    has_another_agent: bool = False,
    snooze_seconds: int | None = None,
) -> TryAgain | GiveUp:
    """Decide after the last of `outcomes`, which are all of the callback's attempts in order.

    `numbers_failing_alike`: how many different numbers in a row ended so on this trunk, this one included.
    `has_another_agent`: somebody is READY who has not declined the callback yet. `snooze_seconds`: as the agent asked.
    JOINED and CANCELLED are decided elsewhere: they have no retry.
    """
    outcome = outcomes[-1]
    rule = rule_for(outcome, settings)
    if _is_doubtful(outcome, outcomes.count(outcome), numbers_failing_alike):
        doubt = f"{numbers_failing_alike} numbers in a row ended so and the trunk may be at fault"
        return TryAgain(rule.delay_seconds, f"{_words(outcome)}, but {doubt}; next try in {rule.delay_seconds} s")
    times = outcomes.count(outcome)
    counted = sum(RETRY_RULES[past].counts for past in outcomes if past in RETRY_RULES)
    if rule.limit is not None and times > rule.limit:
        return GiveUp(rule.result, f"{_words(outcome)} ({times}x); retried at most {rule.limit}x after it")
    if rule.counts and counted >= dial_attempts:
        return GiveUp(rule.result, f"{_words(outcome)}; that was attempt {counted} of {dial_attempts}")
    delay = rule.delay_seconds
    if outcome is AttemptOutcome.UNKNOWN:
        delay = max(delay, ring_timeout_seconds + UNKNOWN_MARGIN_SECONDS)
    if outcome is AttemptOutcome.DECLINED and not has_another_agent:
        delay = max(delay, DECLINED_BY_ALL_SECONDS)
    if outcome is AttemptOutcome.SNOOZED and snooze_seconds is not None:
        delay = snooze_seconds
    tried = f", attempt {counted} of {dial_attempts}" if rule.counts else ""
    return TryAgain(delay, f"{_words(outcome)}{tried}; next try " + (f"in {delay} s" if delay else "now"))


def _is_doubtful(outcome: AttemptOutcome, times: int, numbers_failing_alike: int) -> bool:
    if outcome not in TRUNK_MAY_BE_AT_FAULT:
        return False
    is_suspect = numbers_failing_alike >= TRUNK_SUSPECT_FROM and times <= SUSPICION_RETRIES
    return is_suspect or numbers_failing_alike >= TRUNK_FAILS_FROM


def rule_for(outcome: AttemptOutcome, settings: Mapping[AttemptOutcome, RetrySetting]) -> RetryRule:
    """The rule for an outcome as the service has set it."""
    rule = RETRY_RULES[outcome]
    setting = settings.get(outcome, RetrySetting())
    return replace(
        rule,
        limit=rule.limit if setting.limit is None else setting.limit,
        delay_seconds=rule.delay_seconds if setting.delay_seconds is None else setting.delay_seconds,
    )


def _words(outcome: AttemptOutcome) -> str:
    return _IN_WORDS.get(outcome, outcome.value.lower().replace("_", " "))


_IN_WORDS: Mapping[AttemptOutcome, str] = MappingProxyType(
    {
        AttemptOutcome.BUSY: "the line was busy",
        AttemptOutcome.NO_ANSWER: "nobody answered",
        AttemptOutcome.UNREACHABLE: "the customer could not be reached",
        AttemptOutcome.REJECTED: "the call was rejected",
        AttemptOutcome.REDIRECTED: "the call was redirected",
        AttemptOutcome.ANSWERING_MACHINE: "an answering machine answered",
        AttemptOutcome.CUSTOMER_HUNG_UP: "the customer hung up before an agent came",
        AttemptOutcome.INVALID_NUMBER: "the number does not exist",
        AttemptOutcome.CONGESTION: "the telephone network was congested",
        AttemptOutcome.TRUNK_ERROR: "the trunk failed",
        AttemptOutcome.AGENT_UNAVAILABLE: "no agent took the call",
        AttemptOutcome.DECLINED: "the agent did not take the offer",
        AttemptOutcome.SNOOZED: "the agent put it off",
        AttemptOutcome.NOT_REACHED: "the agent said that the person was not reached",
        AttemptOutcome.NOT_DIALLED: "the customer was not rung",
        AttemptOutcome.UNKNOWN: "the engine was interrupted and the fate of the call is unknown",
    }
)
