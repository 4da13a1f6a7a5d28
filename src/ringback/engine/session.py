"""One link while this process holds it: from the takeover to the day it is lost or given back."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress

import structlog

from ringback.clock import Clock
from ringback.database.pool import Database
from ringback.engine.dialer import Dialer
from ringback.engine.link import Lease
from ringback.errors import DatabaseUnavailable, RingbackError, SetupError
from ringback.telephony.port import Telephony

POLL_SECONDS = 0.25
# So long the end of a session waits for the steps under way, for the telephony's last words, and for what follows.
LEAVE_SECONDS = 5.0

log = structlog.get_logger(__name__)


class SessionBroken(RingbackError):
    """A session cannot go on: it has become deaf, or does not renew its lease any more."""


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

        Raises SetupError when this process can never work it, SessionBroken when this session can work it no longer;
        the link is given back in either case.
        """
        if not self.lease.is_valid:
            # Frozen since it was taken: to connect now would take the link from its next holder.
            log.warning("link lost before it was used", link=self.lease.link_id)
            self.lease.lose()
            self._listener.close()
            return
        renewing = asyncio.create_task(self._keep_renewing(), name=f"lease of {self.lease.link_id}")
        fencing = asyncio.create_task(self._keep_fenced(), name=f"fence of {self.lease.link_id}")
        listening = asyncio.create_task(self._listen(), name=f"link {self.lease.link_id}")
        try:
            await self._telephony.start()
            await self._work(renewing, fencing, listening)
        except SetupError as problem:
            self._problem = str(problem)
            raise
        finally:
            fencing.cancel()
            try:
                await self._leave(listening)
            finally:
                for task in (renewing, fencing, listening):
                    task.cancel()
                await asyncio.gather(renewing, fencing, listening, return_exceptions=True)
                self._listener.close()

    async def _work(self, *tasks: "asyncio.Task[None]") -> None:
        while not (self._is_stopping or self.lease.is_lost):
            try:
                await self.dialer.run_once()
            except DatabaseUnavailable as problem:
                log.warning("the dialer waits for the database", link=self.lease.link_id, problem=str(problem))
                await self._listener.wait(POLL_SECONDS)
            if any(task.done() for task in tasks) and not self.lease.is_lost:
                raise SessionBroken(f"a part of the session of link {self.lease.link_id!r} has ended")
            await self._listener.wait(POLL_SECONDS)

    async def _listen(self) -> None:
        await self.dialer.listen(self._listener.wake)
        self._listener.wake()

    async def _keep_renewing(self) -> None:
        while not self.lease.is_lost:
            try:
                await self.lease.renew()
            except Exception as problem:  # whatever it is: the next renewal is due all the same
                log.warning("the lease could not be renewed", link=self.lease.link_id, problem=str(problem))
            await self._clock.sleep(self.lease.seconds / 3)
        self._listener.wake()

    async def _keep_fenced(self) -> None:
        """Act on the end and the return of the lease's validity, whatever the dialer waits for meanwhile."""
        was_valid = True
        while not self.lease.is_lost:
            if self.lease.is_valid is not was_valid:
                was_valid = self.lease.is_valid
                log.warning("link free to act again" if was_valid else "link fenced", link=self.lease.link_id)
                if not was_valid:
                    await self._attempt("abandon", self.dialer.abandon())
                self._listener.wake()
            await self._clock.sleep(POLL_SECONDS)

    async def _leave(self, listening: "asyncio.Task[None]") -> None:
        await self._attempt("finish its steps", self.dialer.begin_no_more())
        if not self.lease.is_lost:
            await self._attempt("abandon its calls", self.dialer.abandon())
        await self._attempt("close the telephony", self._telephony.close())
        await asyncio.wait([listening], timeout=LEAVE_SECONDS)
        if not self.lease.is_lost:
            await self._attempt("finish its calls", self.dialer.finish())
            await self._attempt("give the link back", self.lease.release(self._problem))
        log.info("link left", link=self.lease.link_id)

    async def _attempt(self, what: str, work: Awaitable[None]) -> None:
        """Do one thing of several that must all be tried."""
        try:
            with suppress(DatabaseUnavailable):
                await asyncio.wait_for(work, LEAVE_SECONDS * 2)
        except Exception:
            log.exception(f"the session of a link could not {what}", link=self.lease.link_id)
