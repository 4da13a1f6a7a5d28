"""The one task of a process that looks for changes while somebody listens, and tells them."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from contextvars import Context

import structlog

from ringback.accounts.principal import Principal
from ringback.clock import Clock
from ringback.database.changes import Listener as Ear
from ringback.database.pool import Database
from ringback.errors import DatabaseUnavailable
from ringback.events.listeners import Listener, Listeners
from ringback.events.looks import Looks

# What a lost notification costs.
POLL_SECONDS = 2.0
# Changes that follow each other are told together. A look that takes long is followed by a pause that is longer.
PAUSE_SECONDS = 0.25
PAUSE_PER_LOOK = 9

log = structlog.get_logger(__name__)


class Watcher:
    """Tells listeners what changes; works only while there are any."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._looks = Looks(database, clock)
        self._listeners = Listeners()
        self._ear: Ear | None = None
        self._task: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def listening(self, principal: Principal, *, has_missed: bool) -> AsyncGenerator[Listener]:
        """Somebody listens as long as the block lasts. Raises TooManyListeners.

        `has_missed`: they listened before, and do not know what changed since.
        """
        listener = self._listeners.join(principal, has_missed=has_missed)
        self._start()
        try:
            yield listener
        finally:
            self._listeners.leave(listener)
            self._wake()

    def stop(self) -> None:
        """Let all listeners go, so that nobody has to wait for them; whoever comes yet goes at once."""
        self._listeners.close()

    async def close(self) -> None:
        """Stop looking."""
        self.stop()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _start(self) -> None:
        if self._task is None:
            # In a context of its own: it outlives the request that it begins with, whose id is not for its log lines.
            self._task = asyncio.create_task(self._watch(), name="watch for changes", context=Context())
        self._wake()

    def _wake(self) -> None:
        if self._ear is not None:
            self._ear.wake()

    async def _watch(self) -> None:
        self._ear = self._database.changes.listener()
        self._looks.forget()
        try:
            while len(self._listeners):
                started = time.monotonic()
                await self._look()
                await asyncio.sleep(max(PAUSE_SECONDS, PAUSE_PER_LOOK * (time.monotonic() - started)))
                await self._ear.wait(POLL_SECONDS)
        finally:
            self._ear.close()
            self._ear = self._task = None

    async def _look(self) -> None:
        try:
            changes = await self._looks.next()
        except DatabaseUnavailable as problem:
            log.warning("cannot look for changes", problem=str(problem))
        except Exception:
            log.exception("a look for changes failed; the next one comes")
        else:
            self._listeners.look_taken(changes, self._looks.rights)
