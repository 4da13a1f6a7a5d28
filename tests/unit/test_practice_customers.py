"""The customers of practice can be nobody real, come in the same order for the same seed, and ask for what can be."""

from datetime import UTC, datetime, timedelta

import pytest

from ringback.callbacks.promise import promise_at
from ringback.numbers import phone
from ringback.practice.cast import AGENTS, LINK_URL, SERVICES
from ringback.practice.customers import FICTIONAL_RANGES, Customers
from ringback.telephony.simulator import InProcessSimulator, open_simulator

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NAMES = ("billing", "sales", "support")


@pytest.mark.parametrize("number_range", FICTIONAL_RANGES)
def test_both_ends_of_each_range_are_numbers_that_may_be_called(number_range: tuple[str, int, int, int]) -> None:
    prefix, first, last, digits = number_range
    for line in (first, last):
        number = f"{prefix}{line:0{digits}d}"
        assert phone.parse(number, None) == number


def test_every_number_is_from_a_range_kept_for_fiction() -> None:
    customers = Customers(3, NAMES)
    numbers = {customers.next(NOW).phone_number for _ in range(500)}
    assert len(numbers) > 100
    for number in numbers:
        assert any(
            number.startswith(prefix) and first <= int(number.removeprefix(prefix)) <= last
            for prefix, first, last, _ in FICTIONAL_RANGES
        ), number


def test_the_same_seed_brings_the_same_customers() -> None:
    one, other = Customers(3, NAMES), Customers(3, NAMES)
    assert [(one.gap_seconds(), one.next(NOW)) for _ in range(50)] == [
        (other.gap_seconds(), other.next(NOW)) for _ in range(50)
    ]
    assert Customers(3, NAMES).next(NOW) != Customers(4, NAMES).next(NOW)


def test_some_want_to_be_called_now_and_some_at_a_time_that_can_be_promised() -> None:
    customers = Customers(3, NAMES)
    requests = [customers.next(NOW) for _ in range(200)]
    times = [request.desired_at for request in requests if request.desired_at]
    assert 20 < len(times) < 100
    assert all(promise_at(time, "UTC", NOW).at == time for time in times)
    assert max(times) < NOW + timedelta(minutes=3)
    assert {request.service for request in requests} == set(NAMES)


def test_there_are_three_services_and_a_dozen_agents_and_each_service_has_several() -> None:
    assert (len(SERVICES), len(AGENTS)) == (3, 12)
    for service in SERVICES:
        assert sum(service.name in agent.services for agent in AGENTS) >= 4


def test_practice_calls_over_a_simulator_in_the_engines_own_process() -> None:
    assert isinstance(open_simulator(LINK_URL), InProcessSimulator)
