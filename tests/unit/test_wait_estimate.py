"""The first wait estimate: mean gap times position, and an interval that means what it says."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.routing.estimate import Departures, LiveQueue, WaitEstimate, estimate_wait, mean_gap_seconds

FIRST = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def departures(count: int, gap_seconds: float) -> Departures:
    return Departures(count, FIRST, FIRST + timedelta(seconds=gap_seconds * (count - 1)))


def estimate(position: int, gap_seconds: float, *, not_before_seconds: float = 0.0) -> WaitEstimate:
    found = estimate_wait(
        departures(32, gap_seconds), position=position, agents_logged_in=1, not_before_seconds=not_before_seconds
    )
    assert found is not None
    return found


def test_the_point_is_the_mean_gap_times_the_position() -> None:
    assert mean_gap_seconds(departures(32, 20.0)) == 20.0
    assert estimate(3, 20.0).point == 60


def test_nothing_is_told_when_no_agent_is_logged_in() -> None:
    assert estimate_wait(departures(32, 20.0), position=1, agents_logged_in=0) is None


@pytest.mark.parametrize("known", [Departures(0, None, None), Departures(1, FIRST, FIRST)])
def test_nothing_is_told_before_two_departures(known: Departures) -> None:
    assert estimate_wait(known, position=1, agents_logged_in=1) is None


def test_who_is_being_routed_waits_no_more_whatever_is_known() -> None:
    assert estimate_wait(Departures(0, None, None), position=0, agents_logged_in=0) == WaitEstimate(0, 0, 0)


def test_a_pause_before_a_retry_is_waited_at_least() -> None:
    assert estimate(1, 10.0, not_before_seconds=300.0) == WaitEstimate(300, 300, 300)


@given(position=st.integers(1, 2000), gap=st.floats(0, 3600))
def test_the_interval_holds_the_point_and_is_never_negative(position: int, gap: float) -> None:
    found = estimate(position, gap)
    assert 0 <= found.low <= found.point <= found.high


@given(position=st.integers(1, 500), gap=st.floats(0.1, 600))
def test_a_later_place_never_waits_less(position: int, gap: float) -> None:
    here, behind = estimate(position, gap), estimate(position + 1, gap)
    assert (here.low, here.point, here.high) <= (behind.low, behind.point, behind.high)
    assert here.low <= behind.low
    assert here.high <= behind.high


@pytest.mark.parametrize("position", [1, 2, 5, 40])
def test_eight_of_ten_waits_fall_into_the_interval_when_gaps_are_exponential(position: int) -> None:
    chance = random.Random(7)
    mean = 100.0
    found = estimate(position, mean)
    waits = [sum(chance.expovariate(1 / mean) for _ in range(position)) for _ in range(4000)]
    below = sum(wait < found.low for wait in waits) / len(waits)
    above = sum(wait > found.high for wait in waits) / len(waits)
    assert below == pytest.approx(0.1, abs=0.02)
    assert above == pytest.approx(0.1, abs=0.02)


def live(waiting: int, **told: int) -> LiveQueue:
    return LiveQueue(waiting, FIRST, **told)


def before_report(seconds: float) -> datetime:
    return FIRST - timedelta(seconds=seconds)


def test_a_new_caller_stands_behind_everybody_on_the_line() -> None:
    for queue in (live(7), live(7, longest_wait_seconds=30), live(7, longest_wait_seconds=0)):
        assert queue.ahead_of(FIRST) == 7


@pytest.mark.parametrize(("waited", "ahead"), [(101, 0), (100, 1), (81, 1), (80, 2), (50, 3), (20, 5), (1, 5)])
def test_callers_on_the_line_came_evenly_over_the_longest_wait(waited: float, ahead: int) -> None:
    assert live(5, longest_wait_seconds=100).ahead_of(before_report(waited)) == ahead


def test_without_the_longest_wait_it_follows_from_how_fast_callers_are_answered() -> None:
    # Six a minute: five of them wait for 50 s.
    queue = live(5, answered=6, answered_within_seconds=60)
    assert [queue.ahead_of(before_report(waited)) for waited in (51, 50, 39, 1)] == [0, 1, 2, 5]


def test_when_nothing_tells_when_they_came_all_on_the_line_are_counted() -> None:
    assert live(5).ahead_of(before_report(3600)) == 5
    assert live(5, answered=0, answered_within_seconds=60).ahead_of(before_report(3600)) == 5


@given(waiting=st.integers(0, 5000), longest=st.integers(0, 7200), waited=st.floats(0, 10_000))
def test_no_more_are_ahead_than_wait_and_a_later_place_has_no_fewer(waiting: int, longest: int, waited: float) -> None:
    queue = live(waiting, longest_wait_seconds=longest)
    earlier, later = queue.ahead_of(before_report(waited)), queue.ahead_of(before_report(waited / 2))
    assert 0 <= earlier <= later <= waiting


def test_the_paces_of_callbacks_and_callers_add_up() -> None:
    # One callback every 20 s and one caller every 20 s: somebody leaves the queue every 10 s.
    told = live(2, answered=30, answered_within_seconds=600)
    found = estimate_wait(departures(32, 20.0), position=3, agents_logged_in=1, live=told)
    assert found is not None
    assert found.point == 30


def test_answered_callers_alone_make_an_estimate_and_unanswered_ones_none() -> None:
    nothing = Departures(0, None, None)
    answered = live(2, answered=10, answered_within_seconds=100)
    found = estimate_wait(nothing, position=2, agents_logged_in=1, live=answered)
    assert found is not None
    assert found.point == 20
    for queue in (live(2), live(2, answered=0, answered_within_seconds=100)):
        assert estimate_wait(nothing, position=2, agents_logged_in=1, live=queue) is None
    assert estimate_wait(nothing, position=2, agents_logged_in=0, live=answered) is None
