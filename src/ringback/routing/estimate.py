"""How long a customer in the queue will wait: the first estimate.

Callbacks leave the queue one after the other; the mean time between the last departures, times the position, is the
point estimate. Where the telephone system tells of the callers who hold on the line, they stand in the same queue:
those who came before count in the position, and those who were answered count as departures. If the gaps are
independent and exponential, the wait until the k-th departure follows a gamma distribution of shape k, whose 10 % and
90 % points make the interval. Pure: no I/O, no clock.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
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


@dataclass(frozen=True)
class LiveQueue:
    """The callers who held on the line at `reported_at`, and how many were answered within the time before it."""

    waiting: int
    reported_at: datetime
    longest_wait_seconds: int | None = None
    answered: int | None = None
    answered_within_seconds: int | None = None

    @property
    def answered_per_second(self) -> float:
        """How fast callers on the line are answered; 0 when nothing tells."""
        return (self.answered or 0) / (self.answered_within_seconds or 1)

    def ahead_of(self, place_at: datetime) -> int:
        """How many of them came before somebody whose place in the queue is since `place_at`.

        They are taken to have come evenly over the longest wait. If that is not told, it is worked out by Little's law
        (J. D. C. Little, Operations Research 9 (1961) 383-387) from how fast they are answered; if nothing tells that
        either, all of them are counted: a wait is then overstated rather than understated.
        """
        span = self._span_seconds()
        if span is None or place_at >= self.reported_at:
            return self.waiting
        waited = (place_at - (self.reported_at - timedelta(seconds=span))).total_seconds()
        # The first of them came at the very beginning of that time, so that one caller has come from then on.
        return min(self.waiting, int(waited / span * self.waiting) + 1) if waited >= 0 and self.waiting else 0

    def _span_seconds(self) -> float | None:
        if self.longest_wait_seconds is not None:
            return self.longest_wait_seconds
        return self.waiting / self.answered_per_second if self.answered else None


def estimate_wait(
    departures: Departures,
    *,
    position: int,
    agents_logged_in: int,
    not_before_seconds: float = 0.0,
    live: LiveQueue | None = None,
) -> WaitEstimate | None:
    """The wait of the callback at `position` (1: the next; 0: it is being routed).

    None when it cannot be told: no agent is logged in, or there were fewer than two departures and nobody on the line
    was answered. `not_before_seconds`: what it waits at least, such as the pause before a retry.
    """
    if position <= 0:
        return WaitEstimate(0, 0, 0)
    gap = _common_gap_seconds(mean_gap_seconds(departures), live)
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


def _common_gap_seconds(gap: float | None, live: LiveQueue | None) -> float | None:
    """The mean time between departures of either kind: their paces add up."""
    answered = 0.0 if live is None else live.answered_per_second
    if not answered:
        return gap
    if gap is None:
        return 1 / answered
    return gap / (1 + gap * answered)


def _gamma_point(shape: int, z: float) -> float:
    # Wilson, Hilferty: The distribution of chi-square. PNAS 17 (1931) 684-688. Within 7 % at shape 1, 1 % from 4 on.
    return shape * (1 - 1 / (9 * shape) + z / (3 * sqrt(shape))) ** 3
