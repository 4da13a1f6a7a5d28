"""What is to happen later on the simulated exchange, in the order of due time, on the clock it was given."""

import asyncio
import contextlib
import heapq
import itertools
from collections.abc import Callable

from ringback.clock import Clock


class Appointment:
    """One thing that is to happen once, unless it is cancelled before."""

    def __init__(self, due_at: float, action: Callable[[], None]) -> None:
        self.due_at = due_at
        self._action: Callable[[], None] | None = action

    def cancel(self) -> None:
        """It will not happen."""
        self._action = None

    def happen(self) -> None:
        """Do it, if it still stands."""
        action, self._action = self._action, None
        if action is not None:
            action()


class Timetable:
    """Appointments on a clock. Those of the same instant happen in the order in which they were made."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._order = itertools.count()
        self._appointments: list[tuple[float, int, Appointment]] = []
        self._alarm: asyncio.Task[None] | None = None
        self._wakes_at = float("inf")

    def after(self, seconds: float, action: Callable[[], None]) -> Appointment:
        """Do that so many seconds from now, never before the caller is done. Needs a running event loop."""
        appointment = Appointment(self._clock.monotonic() + max(seconds, 0.0), action)
        heapq.heappush(self._appointments, (appointment.due_at, next(self._order), appointment))
        if appointment.due_at < self._wakes_at:
            self._set_alarm()
        return appointment

    async def close(self) -> None:
        """Nothing happens any more."""
        self._appointments.clear()
        if self._alarm is not None:
            self._alarm.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._alarm

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._wakes_at = self._appointments[0][0]
        self._alarm = asyncio.create_task(self._keep())

    async def _keep(self) -> None:
        while self._appointments:
            self._wakes_at = self._appointments[0][0]
            await self._clock.sleep(self._wakes_at - self._clock.monotonic())
            self._wakes_at = float("-inf")  # what is added while things happen needs no new alarm
            while self._appointments and self._appointments[0][0] <= self._clock.monotonic():
                heapq.heappop(self._appointments)[2].happen()
        self._wakes_at = float("inf")
