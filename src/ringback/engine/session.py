"""One link while this process holds it: from the takeover to the day it is lost or given back."""

import asyncio
from contextlib import suppress

import structlog

from ringback.clock import Clock
from ringback.database.pool import Database
from ringback.engine.dialer import Dialer
from ringback.engine.link import Lease
from ringback.errors import DatabaseUnavailable, SetupError
from ringback.telephony.port import Telephony

POLL_SECONDS = 0.25
LAST_WORDS_SECONDS = 5.0

log = structlog.get_logger(__name__)


class Session:
    """Renews the lease, listens to the telephony and runs the dialer."""

    def __init__(self, database: Database, clock: Clock, lease: Lease, telephony: Telephony) -> None:
        self.lease = lease
        self.dialer = Dialer(database, clock, lease, telephony)
        self._clock = clock
        self._telephony = telephony
        self._listener = database.changes.listener()
        self._is_stopping = False
        self._problem: str | None = None

    def stop(self) -> None:
        """Ask `run` to give the link back and return."""
        self._is_stopping = True
        self._listener.wake()

    async def run(self) -> None:
        """Work the link until `stop` is called or somebody else holds it.

        Raises SetupError when this process can never work it; the link is given back with that problem told.
        """
        renewing = asyncio.create_task(self._keep_renewing(), name=f"lease of {self.lease.link_id}")
        listening = asyncio.create_task(self.dialer.listen(self._listener.wake), name=f"link {self.lease.link_id}")
        try:
            await self._telephony.start()
            await self._work()
        except SetupError as problem:
            self._problem = str(problem)
            raise
        finally:
            await self._leave(listening)
            renewing.cancel()
            listening.cancel()
            await asyncio.gather(renewing, listening, return_exceptions=True)
            self._listener.close()

    async def _work(self) -> None:
        is_fenced = False
        while not (self._is_stopping or self.lease.is_lost):
            try:
                await self.dialer.run_once()
            except DatabaseUnavailable as problem:
                log.warning("the dialer waits for the database", link=self.lease.link_id, problem=str(problem))
                await self._listener.wait(POLL_SECONDS)
            if is_fenced is self.lease.is_valid:
                is_fenced = not is_fenced
                await self._fence(is_fenced)
            await self._listener.wait(POLL_SECONDS)

    async def _fence(self, is_fenced: bool) -> None:
        log.warning("link fenced" if is_fenced else "link free to act again", link=self.lease.link_id)
        if is_fenced:
            await self.dialer.abandon()

    async def _keep_renewing(self) -> None:
        while not self.lease.is_lost:
            with suppress(DatabaseUnavailable):
                await self.lease.renew()
            await self._clock.sleep(self.lease.seconds / 3)
        self._listener.wake()

    async def _leave(self, listening: "asyncio.Task[None]") -> None:
        if not self.lease.is_lost:
            await self.dialer.abandon()
        await self._telephony.close()
        await asyncio.wait([listening], timeout=LAST_WORDS_SECONDS)
        if not self.lease.is_lost:
            with suppress(DatabaseUnavailable):
                await self.dialer.finish()
                await self.lease.release(self._problem)
        log.info("link left", link=self.lease.link_id)
