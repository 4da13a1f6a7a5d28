"""Who holds a telephony link.

A link has one holder at a time, by a lease in the database that grows its `token` with each holder. The holder renews
it three times per lease and stops acting by itself when two thirds have passed without a renewal, so it is silent
before anybody else can take over, even while it cannot reach the database.
"""

import os
import secrets
import socket
from datetime import timedelta

import msgspec
import structlog

from ringback.clock import Clock
from ringback.database.pool import Database
from ringback.database.queries import QueryFile

# A link that nobody has held for so long was taken out of the settings.
DESERTED_SECONDS = 120.0


class _Deserted(msgspec.Struct, frozen=True):
    id: str
    adapter: str


_sql = QueryFile(__file__)
_ENSURE = _sql.command("ensure_link")
_ACQUIRE = _sql.query("acquire_link", int)
_TAKE_OVER_ATTEMPTS = _sql.command("take_over_attempts")
_RENEW = _sql.command("renew_link")
_RELEASE = _sql.command("release_link")
_RELEASE_ALL = _sql.command("release_links_of_holder")
_FREE_LINKS = _sql.query("free_links", str)
_DESERTED_LINKS = _sql.query("deserted_links", _Deserted)
_TELL = _sql.command("tell_link")

log = structlog.get_logger(__name__)


class Lease:
    """The right of this process to act on a link, as long as it is renewed."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        link_id: str,
        holder: str,
        token: int,
        seconds: float,
        acquired_at: float,
    ) -> None:
        self.link_id = link_id
        self.token = token
        self.seconds = seconds
        self._database = database
        self._clock = clock
        self._holder = holder
        self._renewed_at = acquired_at
        self._is_lost = False

    @property
    def is_lost(self) -> bool:
        """Somebody else holds the link now: this lease will never be valid again."""
        return self._is_lost

    @property
    def is_valid(self) -> bool:
        """Whether this process may act on the link at this moment."""
        return not self._is_lost and self._clock.monotonic() - self._renewed_at < self.seconds * 2 / 3

    def lose(self) -> None:
        """Act no more: the switch told us that somebody else is in control."""
        self._is_lost = True

    async def renew(self) -> None:
        """Prolong the lease; afterwards it `is_lost` if somebody has taken it over. Raises DatabaseUnavailable."""
        sent_at = self._clock.monotonic()
        expires_at = self._clock.now() + timedelta(seconds=self.seconds)
        async with self._database.urgent_connection() as connection:
            renewed = await _RENEW.run(
                connection, id=self.link_id, holder=self._holder, token=self.token, expires_at=expires_at
            )
        if renewed:
            self._renewed_at = sent_at
        else:
            self._is_lost = True

    async def tell(self, *, is_up: bool, problem: str | None = None, epoch: str | None = None) -> None:
        """Say in the database whether calls can be made on the link. Raises DatabaseUnavailable."""
        async with self._database.transaction() as connection:
            await _TELL.run(
                connection,
                id=self.link_id,
                holder=self._holder,
                token=self.token,
                is_up=is_up,
                problem=problem,
                epoch=epoch,
            )

    async def release(self, problem: str | None = None) -> None:
        """Give the link back, for somebody else to take at once. Raises DatabaseUnavailable."""
        self._is_lost = True
        async with self._database.transaction() as connection:
            await _RELEASE.run(
                connection,
                id=self.link_id,
                holder=self._holder,
                token=self.token,
                problem=problem,
                now=self._clock.now(),
            )


def holder_name() -> str:
    """A name for this process that nobody else has: host, process id and a random part."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


async def release_all(database: Database, holder: str) -> None:
    """Give back all that the holder has, also what it took without coming to know of it. Raises DatabaseUnavailable."""
    async with database.transaction() as connection:
        await _RELEASE_ALL.run(connection, holder=holder)


async def free_links(database: Database, clock: Clock, link_ids: list[str]) -> list[str]:
    """Those of the links that nobody holds."""
    async with database.connection() as connection:
        return await _FREE_LINKS.all(connection, ids=link_ids, now=clock.now())


async def deserted_links(database: Database, clock: Clock, configured: list[str]) -> list[tuple[str, str]]:
    """Id and adapter of links with open attempts that nobody has held for long and this engine is not to hold."""
    deserted_since = clock.now() - timedelta(seconds=DESERTED_SECONDS)
    async with database.connection() as connection:
        found = await _DESERTED_LINKS.all(connection, configured=configured, deserted_since=deserted_since)
    return [(link.id, link.adapter) for link in found]


async def acquire(
    database: Database, clock: Clock, link_id: str, adapter: str, *, holder: str, lease_seconds: float
) -> Lease | None:
    """Take the link if nobody holds it (any more), and its open attempts with it, in one commit; None if held.

    From this commit on, whatever the former holder tries to commit for those attempts finds nothing.
    """
    now, acquired_at = clock.now(), clock.monotonic()
    async with database.transaction() as connection:
        await _ENSURE.run(connection, id=link_id, adapter=adapter)
        token = await _ACQUIRE.first(
            connection, id=link_id, holder=holder, now=now, expires_at=now + timedelta(seconds=lease_seconds)
        )
        if token is None:
            return None
        taken_over = await _TAKE_OVER_ATTEMPTS.run(connection, link_id=link_id, token=token)
        lease = Lease(database, clock, link_id, holder, token, lease_seconds, acquired_at)
    log.info("link taken", link=link_id, token=token, open_attempts=taken_over)
    return lease
