"""The only source of the present time.

All processes of one installation must agree on the time, so it is the database's: a `SystemClock` is set by it and
then moves with the monotonic clock, untouched by whatever happens to the machine's wall clock. SQL takes the time
as `:now`. Tests and planning use a `ManualClock`, which stands still until it is moved.
"""

import asyncio
import heapq
import itertools
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What tells the time and lets time pass."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that only ever grow, for measuring how long something took."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let that many seconds of this clock pass."""
        ...


class SystemClock:
    """The time of the database, carried on by the monotonic clock; the machine's own time until it is first set."""

    def __init__(self) -> None:
        self._anchor = datetime.now(UTC)
        self._anchored_at = time.monotonic()

    def now(self) -> datetime:
        return self._anchor + timedelta(seconds=time.monotonic() - self._anchored_at)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def set(self, database_time: datetime, read_at: float) -> timedelta:
        """Take over the database's time, which was read when `monotonic()` said `read_at`.

        Returns how far this clock was behind (negative: ahead).
        """
        behind = database_time - (self._anchor + timedelta(seconds=read_at - self._anchored_at))
        self._anchor, self._anchored_at = database_time, read_at
        return behind


class ManualClock:
    """A clock that stands still until `advance` moves it; whoever sleeps on it is woken in the order of due time."""

    def __init__(self, start: datetime = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)) -> None:
        self._start = start
        self._elapsed = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._elapsed + max(seconds, 0.0), next(self._order), woken))
        await woken

    async def advance(self, seconds: float) -> None:
        """Move on by that many seconds, stopping at each sleeper's due time to let it run."""
        end = self._elapsed + seconds
        await _let_others_run()
        while self._sleepers and self._sleepers[0][0] <= end:
            due_at, _, woken = heapq.heappop(self._sleepers)
            self._elapsed = max(self._elapsed, due_at)
            if not woken.done():
                woken.set_result(None)
            await _let_others_run()
        self._elapsed = max(self._elapsed, end)
        await _let_others_run()

    def jump(self, seconds: float) -> None:
        """Move on at once, as if nothing had run meanwhile; sleepers are woken by the next `advance`."""
        self._elapsed += seconds


async def _let_others_run() -> None:
    for _ in range(5):
        await asyncio.sleep(0)
