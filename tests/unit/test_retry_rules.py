"""What follows from how an attempt ended."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.callbacks.rules import (
    DECLINED_BY_ALL_SECONDS,
    RETRY_RULES,
    UNKNOWN_MARGIN_SECONDS,
    AttemptOutcome,
    GiveUp,
    RetrySetting,
    TryAgain,
    after_attempt,
)
from ringback.callbacks.states import RESULTS, Event, Result

O = AttemptOutcome  # noqa: E741


def decide(*outcomes: AttemptOutcome, dial_attempts: int = 3, **settings: RetrySetting) -> TryAgain | GiveUp:
    chosen = {AttemptOutcome(name): setting for name, setting in settings.items()}
    return after_attempt(outcomes, dial_attempts=dial_attempts, settings=chosen, ring_timeout_seconds=30)


@pytest.mark.parametrize("outcome", [O.BUSY, O.NO_ANSWER, O.UNREACHABLE, O.ANSWERING_MACHINE, O.AGENT_UNAVAILABLE])
def test_third_attempt_that_counts_is_the_last(outcome: AttemptOutcome) -> None:
    assert isinstance(decide(outcome, outcome), TryAgain)
    assert decide(outcome, outcome, outcome) == GiveUp(Result(outcome), decide(outcome, outcome, outcome).reason)


@pytest.mark.parametrize(
    ("outcome", "result"),
    [(O.REJECTED, Result.REJECTED), (O.REDIRECTED, Result.REJECTED), (O.INVALID_NUMBER, Result.INVALID_NUMBER)],
)
def test_final_outcomes_are_not_retried(outcome: AttemptOutcome, result: Result) -> None:
    decision = decide(outcome)
    assert isinstance(decision, GiveUp)
    assert decision.result is result


def test_customer_who_hung_up_is_called_once_more() -> None:
    assert isinstance(decide(O.CUSTOMER_HUNG_UP), TryAgain)
    decision = decide(O.CUSTOMER_HUNG_UP, O.CUSTOMER_HUNG_UP)
    assert isinstance(decision, GiveUp)
    assert decision.result is Result.CUSTOMER_HUNG_UP


def decide_offer(*outcomes: AttemptOutcome, **terms: Any) -> TryAgain | GiveUp:
    return after_attempt(outcomes, dial_attempts=1, settings={}, ring_timeout_seconds=30, **terms)


def test_declined_offer_goes_to_the_next_agent_at_once_and_otherwise_waits() -> None:
    for has_another_agent, delay in ((True, 0), (False, DECLINED_BY_ALL_SECONDS)):
        decision = decide_offer(O.DECLINED, has_another_agent=has_another_agent)
        assert isinstance(decision, TryAgain)
        assert decision.delay_seconds == delay


def test_offer_that_is_declined_a_sixth_time_is_made_to_nobody_any_more() -> None:
    assert isinstance(decide_offer(*[O.DECLINED] * 5, has_another_agent=True), TryAgain)
    decision = decide_offer(*[O.DECLINED] * 6, has_another_agent=True)
    assert isinstance(decision, GiveUp)
    assert decision.result is Result.AGENT_UNAVAILABLE


def test_snooze_has_no_limit_and_lasts_as_the_agent_asked() -> None:
    decision = decide_offer(*[O.SNOOZED] * 50, snooze_seconds=7)
    assert isinstance(decision, TryAgain)
    assert decision.delay_seconds == 7


def test_snooze_of_an_earlier_attempt_does_not_delay_another_outcome() -> None:
    decision = after_attempt(
        [O.SNOOZED, O.BUSY], dial_attempts=3, settings={}, ring_timeout_seconds=30, snooze_seconds=7
    )
    assert isinstance(decision, TryAgain)
    assert decision.delay_seconds == 300


def test_person_who_was_not_reached_counts_as_one_attempt_like_nobody_answering() -> None:
    assert isinstance(decide(O.NO_ANSWER, O.NOT_REACHED), TryAgain)
    decision = decide(O.NO_ANSWER, O.NOT_REACHED, O.NOT_REACHED)
    assert isinstance(decision, GiveUp)
    assert decision.result is Result.NO_ANSWER


@pytest.mark.parametrize("outcome", [O.CONGESTION, O.TRUNK_ERROR, O.NOT_DIALLED])
def test_what_the_customer_has_no_part_in_is_never_counted(outcome: AttemptOutcome) -> None:
    assert isinstance(decide(*[outcome] * 50), TryAgain)
    assert isinstance(decide(O.BUSY, *[outcome] * 50, O.BUSY), TryAgain)
    assert isinstance(decide(O.BUSY, outcome, O.BUSY, outcome, O.BUSY), GiveUp)


def test_unknown_fate_is_retried_at_most_twice_and_after_the_leg_cannot_ring_any_more() -> None:
    soon = RetrySetting(delay_seconds=1)
    decision = decide(O.UNKNOWN, O.UNKNOWN, UNKNOWN=soon)
    assert isinstance(decision, TryAgain)
    assert decision.delay_seconds == 30 + UNKNOWN_MARGIN_SECONDS
    assert isinstance(decide(O.UNKNOWN, O.UNKNOWN, O.UNKNOWN), GiveUp)


def test_service_may_change_limit_and_delay_of_an_outcome() -> None:
    decision = decide(O.REJECTED, REJECTED=RetrySetting(limit=1, delay_seconds=7))
    assert isinstance(decision, TryAgain)
    assert decision.delay_seconds == 7
    assert isinstance(decide(O.BUSY, BUSY=RetrySetting(limit=0)), GiveUp)


def test_reason_is_for_people() -> None:
    assert decide(O.BUSY).reason == "the line was busy, attempt 1 of 3; next try in 300 s"
    assert decide(O.NOT_DIALLED).reason == "the customer was not rung; next try now"


@given(
    st.lists(st.sampled_from(sorted(RETRY_RULES)), min_size=1, max_size=12),
    st.integers(min_value=1, max_value=5),
)
def test_every_history_has_an_answer_that_the_state_machine_accepts(
    outcomes: list[AttemptOutcome], dial_attempts: int
) -> None:
    decision = decide(*outcomes, dial_attempts=dial_attempts)
    counted = sum(RETRY_RULES[outcome].counts for outcome in outcomes)
    match decision:
        case GiveUp(result, reason):
            assert result in RESULTS[Event.FAILED]
            assert reason
        case TryAgain(delay_seconds, reason):
            assert delay_seconds >= 0
            assert reason
            assert counted < dial_attempts or not RETRY_RULES[outcomes[-1]].counts
