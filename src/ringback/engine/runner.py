"""The engine: all its loops, started and stopped together. Any number of engines share one database."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from ringback.bulk.worker import BulkWorker
from ringback.clock import Clock
from ringback.database.pool import Database
from ringback.engine.cleaner import Cleaner
from ringback.engine.counter import Counter
from ringback.engine.desk import DeskTimer
from ringback.engine.eraser import Eraser
from ringback.engine.expirer import Expirer
from ringback.engine.opener import Opener
from ringback.engine.promoter import Promoter
from ringback.engine.rescuer import Rescuer
from ringback.engine.router import Router
from ringback.engine.sealer import Sealer
from ringback.engine.wrap_up import WrapUpTimer
from ringback.errors import DatabaseUnavailable
from ringback.settings import Settings
from ringback.telephony.links import open_telephony

# This often a loop looks by itself: for the time passing, and the router for a wake that was lost.
POLL_SECONDS = {
    "opener": 0.25,
    "promoter": 0.25,
    "router": 0.25,
    "rescuer": 0.5,
    "wrap-up": 0.25,
    "desk": 2.0,
    "expirer": 2.0,
    "bulk": 0.5,
    "counter": 2.0,
    "cleaner": 60.0,
    "eraser": 2.0,
    "sealer": 5.0,
}
WOKEN_BY_CHANGES = frozenset({"router"})
FAILED_SECONDS = 1.0

log = structlog.get_logger(__name__)


class Engine:
    """One engine process's work."""

    def __init__(self, database: Database, clock: Clock, settings: Settings) -> None:
        self._database = database
        self.rescuer = Rescuer(
            database,
            clock,
            settings.links,
            lambda link_id, url: open_telephony(link_id, url, clock, settings),
            settings.link_lease_seconds,
        )
        self.loops: dict[str, Callable[[], Awaitable[int]]] = {
            "opener": Opener(database, clock).run_once,
            "promoter": Promoter(database, clock).run_once,
            "router": Router(database, clock).run_once,
            "rescuer": self.rescuer.run_once,
            "wrap-up": WrapUpTimer(database, clock).run_once,
            "desk": DeskTimer(database, clock).run_once,
            "expirer": Expirer(database, clock).run_once,
            "bulk": BulkWorker(database, clock).run_once,
            "counter": Counter(database).run_once,
            "cleaner": Cleaner(database, clock, settings.audit_days).run_once,
            "eraser": Eraser(database, clock).run_once,
            "sealer": Sealer(database, clock).run_once,
        }

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; then give the links back."""
        loops = [asyncio.create_task(self._loop(name), name=name) for name in self.loops]
        try:
            log.info("engine started")
            await stop.wait()
        finally:
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)
            await self.rescuer.close()
            log.info("engine stopped")

    async def _loop(self, name: str) -> None:
        listener = self._database.changes.listener() if name in WOKEN_BY_CHANGES else None
        while True:
            try:
                await self.loops[name]()
            except DatabaseUnavailable as problem:
                log.warning("waiting for the database", loop=name, problem=str(problem))
                await asyncio.sleep(FAILED_SECONDS)
            except Exception:
                log.exception("a loop failed and goes on", loop=name)
                await asyncio.sleep(FAILED_SECONDS)
            await (listener.wait(POLL_SECONDS[name]) if listener else asyncio.sleep(POLL_SECONDS[name]))
