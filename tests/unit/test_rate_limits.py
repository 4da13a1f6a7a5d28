"""Buckets of tokens: how often somebody may ask, and how little is remembered of it."""

import pytest

from ringback.api import limits
from ringback.api.limits import KEPT_SECONDS, Buckets, RateLimitReached, RateLimits


class Moved:
    """A clock that the test moves."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def moved() -> Moved:
    """A clock that stands."""
    return Moved()


def taken(buckets: Buckets, name: bytes, times: int) -> int:
    """How many of so many requests are let through."""
    through = 0
    for _ in range(times):
        try:
            buckets.take(name)
        except RateLimitReached:
            continue
        through += 1
    return through


def test_a_minutes_requests_may_come_at_once_and_then_evenly(moved: Moved) -> None:
    buckets = Buckets(60, moved)
    assert taken(buckets, b"anna", 70) == 60
    moved.now += 5
    assert taken(buckets, b"anna", 70) == 5
    moved.now += 3_000
    assert taken(buckets, b"anna", 70) == 60


def test_nobody_pays_for_others(moved: Moved) -> None:
    buckets = Buckets(2, moved)
    assert taken(buckets, b"anna", 5) == 2
    assert taken(buckets, b"bert", 5) == 2


def test_whoever_asks_too_often_is_told_when_to_come_again(moved: Moved) -> None:
    buckets = Buckets(2, moved)
    taken(buckets, b"anna", 2)
    with pytest.raises(RateLimitReached) as refused:
        buckets.take(b"anna")
    assert (refused.value.retry_after_seconds, refused.value.details) == (30, {"limit": 2})
    moved.now += 30
    buckets.take(b"anna")


def test_asking_while_refused_does_not_put_the_end_of_it_off(moved: Moved) -> None:
    buckets = Buckets(1, moved)
    buckets.take(b"anna")
    for _ in range(59):
        moved.now += 1
        assert taken(buckets, b"anna", 1) == 0
    moved.now += 1
    assert taken(buckets, b"anna", 1) == 1


def test_no_limit_is_none(moved: Moved) -> None:
    assert taken(Buckets(0, moved), b"anna", 20_000) == 20_000


def test_whoever_was_not_seen_for_long_is_forgotten(moved: Moved) -> None:
    buckets = Buckets(60, moved)
    for number in range(10):
        buckets.take(b"%d" % number)
    moved.now += KEPT_SECONDS
    for _ in range(10):
        buckets.take(b"anna")
    assert len(buckets) == 1


def test_made_up_names_fill_no_memory(moved: Moved, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_BUCKETS", 100)
    buckets = Buckets(60, moved)
    for number in range(1_000):
        buckets.take(b"%d" % number)
        buckets.know(b"known %d" % number)
    assert len(buckets) <= 101


def let_through(rates: RateLimits, address: str, credential: str | None, times: int = 10) -> int:
    """How many of so many requests are let through."""
    through = 0
    for _ in range(times):
        try:
            rates.take(address, credential)
        except RateLimitReached:
            continue
        through += 1
    return through


def test_made_up_keys_count_with_the_address_they_come_from() -> None:
    rates = RateLimits(5, 3)
    assert sum(let_through(rates, "192.0.2.1", f"key {number}", 1) for number in range(10)) == 3
    assert let_through(rates, "192.0.2.2", None) == 3


def test_a_good_key_has_its_own_count_wherever_it_comes_from() -> None:
    rates = RateLimits(5, 3)
    rates.accepted("good")
    assert let_through(rates, "192.0.2.1", None) == 3
    assert let_through(rates, "192.0.2.1", "good", 3) + let_through(rates, "192.0.2.2", "good") == 5


def test_a_key_that_is_good_no_longer_counts_with_its_address() -> None:
    rates = RateLimits(5, 3)
    rates.accepted("good")
    rates.refused("good")
    assert let_through(rates, "192.0.2.1", "good") == 3


def test_keys_without_limit_are_not_counted_with_their_address() -> None:
    rates = RateLimits(0, 3)
    rates.accepted("good")
    assert let_through(rates, "192.0.2.1", "good") == 10


def test_all_addresses_of_one_ipv6_network_count_together() -> None:
    rates = RateLimits(5, 3)
    assert let_through(rates, "2001:db8::1", None, 2) + let_through(rates, "2001:db8::2", None) == 3
    assert let_through(rates, "2001:db8:0:1::1", None) == 3
