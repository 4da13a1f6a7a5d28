"""The rescuer: takes every link that nobody holds, or whose holder died, and works it.

The takeover is a commit (a new token on the link and on its open attempts) and then a comparison with the switch,
which the link's dialer makes at every new connection; see docs/architecture.md, rule 4.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress

import structlog

from ringback.clock import Clock
from ringback.database.pool import Database
from ringback.engine.dialer import Dialer
from ringback.engine.link import Lease, acquire, deserted_links, free_links, holder_name, release_all
from ringback.engine.session import Session
from ringback.errors import DatabaseUnavailable, SetupError
from ringback.telephony.absent import AbsentTelephony
from ringback.telephony.links import adapter_name
from ringback.telephony.port import Telephony

# A link that this process cannot use is left to others for so long.
UNUSABLE_SECONDS = 30.0
# One whose session failed otherwise is taken again after this.
FAILED_SECONDS = 2.0

log = structlog.get_logger(__name__)


class Rescuer:
    """Holds as many of the configured links as it can get."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        links: Mapping[str, str],
        open_link: Callable[[str, str], Telephony],
        lease_seconds: float,
    ) -> None:
        self._database = database
        self._clock = clock
        self._links = links
        self._open_link = open_link
        self._lease_seconds = lease_seconds
        self._holder = holder_name()
        self._working: dict[str, asyncio.Task[None]] = {}
        self._not_before: dict[str, float] = {}
        self.sessions: dict[str, Session] = {}

    async def run_once(self) -> int:
        """Take what is free; returns how many links were taken."""
        now = self._clock.monotonic()
        wanted = [link for link in self._links if link not in self._working and now >= self._not_before.get(link, now)]
        taken = sum([await self._take(link) for link in await free_links(self._database, self._clock, wanted)])
        return taken + await self._settle_deserted_links()

    async def close(self) -> None:
        """Give every link back."""
        for session in self.sessions.values():
            session.stop()
        await asyncio.gather(*self._working.values(), return_exceptions=True)
        with suppress(DatabaseUnavailable):
            await release_all(self._database, self._holder)

    async def _take(self, link_id: str) -> bool:
        url = self._links[link_id]
        telephony = self._open_link(link_id, url)
        lease = await self._acquire(link_id, adapter_name(url))
        if lease is None:
            return False
        session = self.sessions[link_id] = Session(self._database, self._clock, lease, telephony)
        self._working[link_id] = asyncio.create_task(self._work(link_id, session), name=f"session {link_id}")
        return True

    async def _settle_deserted_links(self) -> int:
        """Close what nobody will ever work: calls over a link that is in no engine's settings any more."""
        deserted = await deserted_links(self._database, self._clock, list(self._links))
        for link_id, adapter in deserted:
            lease = await self._acquire(link_id, adapter)
            if lease is not None:
                log.warning("settling the calls of a link that no engine is configured with", link=link_id)
                await Dialer(self._database, self._clock, lease, AbsentTelephony()).settle_without_link()
                await lease.release("no engine is configured with this link")
        return len(deserted)

    async def _acquire(self, link_id: str, adapter: str) -> Lease | None:
        return await acquire(
            self._database,
            self._clock,
            link_id,
            adapter,
            holder=self._holder,
            lease_seconds=self._lease_seconds,
        )

    async def _work(self, link_id: str, session: Session) -> None:
        try:
            await session.run()
        except SetupError as problem:
            log.error("link cannot be used by this engine", link=link_id, problem=str(problem))
            self._not_before[link_id] = self._clock.monotonic() + UNUSABLE_SECONDS
        except Exception:
            log.exception("the session of a link failed", link=link_id)
            self._not_before[link_id] = self._clock.monotonic() + FAILED_SECONDS
        finally:
            del self._working[link_id], self.sessions[link_id]
