"""Keeping what calls with an API key were refused or failed, without making any of them wait.

They wait in memory until the next batch is written: at most `MOST_WAITING`, whatever comes beyond that, while the
database is away or too slow, is dropped and counted. So is what was not written when the server stops.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress

import structlog
from litestar.datastructures import Headers
from litestar.types import HTTPScope

from ringback.accounts import api_errors
from ringback.accounts.api_errors import Failure
from ringback.accounts.api_keys import hash_of
from ringback.api import correlation
from ringback.api.auth import HEADER
from ringback.api.backend import Backend
from ringback.errors import DatabaseUnavailable

MOST_WAITING = 1_000
PAUSE_SECONDS = 0.5
LAST_SECONDS = 2.0

log = structlog.get_logger(__name__)


class Failures:
    """What waits to be kept; `on_dropped` is told how many never will be."""

    def __init__(self, backend: Backend, on_dropped: Callable[[int], None]) -> None:
        self._backend = backend
        self._on_dropped = on_dropped
        self._waiting: deque[Failure] = deque()
        self._has_come = asyncio.Event()

    def note(self, scope: HTTPScope, method: str, route: str, status: int) -> None:
        """Let a call that was answered be kept with the next batch, if it showed a key and was refused or failed."""
        code, secret = correlation.code_of(scope), Headers.from_scope(scope).get(HEADER)
        if code is None or secret is None:
            return
        if len(self._waiting) >= MOST_WAITING:
            self._on_dropped(1)
            return
        failure = Failure(
            at=self._backend.clock.now(),
            correlation_id=correlation.of(scope),
            key_hash=hash_of(secret),
            method=method,
            route=route,
            status=status,
            code=code,
        )
        self._waiting.append(failure)
        self._has_come.set()

    @asynccontextmanager
    async def being_kept(self) -> AsyncGenerator[None]:
        """While this is open what comes is kept, in batches; at its end what still waits, if that is soon done."""
        keeping = asyncio.create_task(self._keep_on(), name="keep API errors")
        try:
            yield
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            await self._finish()

    async def _keep_on(self) -> None:
        while True:
            await self._has_come.wait()
            self._has_come.clear()
            try:
                await self._keep()
            except DatabaseUnavailable:
                self._has_come.set()
            await asyncio.sleep(PAUSE_SECONDS)

    async def _finish(self) -> None:
        with suppress(DatabaseUnavailable, TimeoutError):
            async with asyncio.timeout(LAST_SECONDS):
                await self._keep()
        self._on_dropped(len(self._waiting))
        self._waiting.clear()

    async def _keep(self) -> None:
        batch = list(self._waiting)
        if not batch:
            return
        try:
            async with self._backend.database.connection() as connection:
                await api_errors.keep(connection, batch)
        except DatabaseUnavailable:
            raise
        except Exception:
            log.exception("API errors cannot be kept")
            self._on_dropped(len(batch))
        for _ in batch:
            self._waiting.popleft()
