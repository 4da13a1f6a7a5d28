"""How long a customer in the queue will wait: the first estimate.

Callbacks leave the queue one after the other; the mean time between the last departures, times the position, is the
point estimate. If the gaps are independent and exponential, the wait until the k-th departure follows a gamma
distribution of shape k, whose 10 % and 90 % points make the interval. Pure: no I/O, no clock.
"""

from dataclasses import dataclass
from datetime import datetime
from math import sqrt

# How many departures are looked at; more would follow a change of pace too slowly.
DEPARTURES = 32

# The 90 % point of the standard normal distribution; the 10 % point is its negative.
_Z90 = 1.2815515655446004


@dataclass(frozen=True)
class WaitEstimate:
    """Whole seconds: in 8 of 10 cases the wait is between `low` and `high` if the pace stays as it was."""

    low: int
    point: int
    high: int


@dataclass(frozen=True)
class Departures:
    """The newest departures of a service, at most `DEPARTURES`: how many, the first and the last of them."""

    count: int
    first: datetime | None
    last: datetime | None


def estimate_wait(
    departures: Departures, *, position: int, agents_logged_in: int, not_before_seconds: float = 0.0
) -> WaitEstimate | None:
    """The wait of the callback at `position` (1: the next; 0: it is being routed).

    None when it cannot be told: no agent is logged in, or there were fewer than two departures.
    `not_before_seconds`: what it waits at least, such as the pause before a retry.
    """
    if position <= 0:
        return WaitEstimate(0, 0, 0)
    gap = mean_gap_seconds(departures)
    if gap is None or agents_logged_in <= 0:
        return None
    low, point, high = (
        max(seconds, not_before_seconds)
        for seconds in (gap * _gamma_point(position, -_Z90), gap * position, gap * _gamma_point(position, _Z90))
    )
    return WaitEstimate(int(low), round(point), -int(-high // 1))


def mean_gap_seconds(departures: Departures) -> float | None:
    """The mean time between departures; None for fewer than two."""
    if departures.count < 2 or departures.first is None or departures.last is None:
        return None
    return (departures.last - departures.first).total_seconds() / (departures.count - 1)


def _gamma_point(shape: int, z: float) -> float:
    # Wilson, Hilferty: The distribution of chi-square. PNAS 17 (1931) 684-688. Within 7 % at shape 1, 1 % from 4 on.
    return shape * (1 - 1 / (9 * shape) + z / (3 * sqrt(shape))) ** 3
