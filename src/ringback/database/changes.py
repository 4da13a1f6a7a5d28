"""How a change that one process commits wakes the loops of all the others.

Each process sends at most one NOTIFY per 50 ms, after its commits: a NOTIFY inside a transaction takes a lock that
is global to the server (12,900 -> 4,300 transactions per second measured). One that is lost costs its listeners a
poll, nothing else.
"""

import asyncio
from contextlib import suppress
from typing import Any

import asyncpg

CHANNEL = "ringback"
COALESCE_SECONDS = 0.05
RECONNECT_SECONDS = 1.0


class Changes:
    """Wakes whoever waits for a change of the database, whichever process made it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._waiting: set[asyncio.Event] = set()
        self._is_unsent = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def announce(self) -> None:
        """Something was committed: wake this process now and the others within 50 ms."""
        self._wake()
        self._is_unsent.set()
        self._start()

    def listener(self) -> "Listener":
        """A waiter of its own: a change between two waits is not missed."""
        self._start()
        return Listener(self._waiting)

    async def close(self) -> None:
        """Stop; what was not sent yet costs the others a poll."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def _start(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._exchange(), name="changes")

    def _wake(self) -> None:
        for waiting in self._waiting:
            waiting.set()

    async def _exchange(self) -> None:
        while True:
            with suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await self._exchange_until_lost()
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _exchange_until_lost(self) -> None:
        connection: asyncpg.Connection[Any] = await asyncpg.connect(self._url, timeout=5, command_timeout=5)
        try:
            own_pid = connection.get_server_pid()

            def heard(_connection: object, pid: int, _channel: str, _payload: object) -> None:
                if pid != own_pid:
                    self._wake()

            await connection.add_listener(CHANNEL, heard)
            # Sending shows that the connection is gone, and it is made anew.
            connection.add_termination_listener(lambda _: self._is_unsent.set())
            while True:
                await self._is_unsent.wait()
                self._is_unsent.clear()
                await connection.execute(f"NOTIFY {CHANNEL}")
                await asyncio.sleep(COALESCE_SECONDS)
        finally:
            connection.terminate()


class Listener:
    """One loop's ear for changes."""

    def __init__(self, waiting: set[asyncio.Event]) -> None:
        self._event = asyncio.Event()
        self._waiting = waiting
        waiting.add(self._event)

    async def wait(self, at_most_seconds: float) -> None:
        """Return at the next change (or one since the last wait), or when the time is over."""
        # Not wait_for: before Python 3.12 it swallows a cancellation that comes together with a wake.
        with suppress(TimeoutError):
            async with asyncio.timeout(at_most_seconds):
                await self._event.wait()
        self._event.clear()

    def wake(self) -> None:
        """End the present wait, or the next one at once."""
        self._event.set()

    def close(self) -> None:
        """Hear no more."""
        self._waiting.discard(self._event)
