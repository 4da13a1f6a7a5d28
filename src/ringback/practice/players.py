"""What keeps practice moving: customers who come, agents who answer offers and come back after a missed call."""

from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec
import structlog

from ringback.actors import ENGINE, Actor, ActorKind
from ringback.agents import roster
from ringback.agents.model import Presence
from ringback.callbacks import agents_word, requests
from ringback.clock import Clock
from ringback.database.pool import Database
from ringback.database.queries import QueryFile
from ringback.errors import DatabaseUnavailable, Refused
from ringback.practice.agents import reply
from ringback.practice.cast import SEED
from ringback.practice.customers import Customers
from ringback.services.model import Mode

ENOUGH_WAITING = 25
AT_FIRST = 6
TICK_SECONDS = 0.5
PAUSE_OF_AGENTS = timedelta(seconds=15)
KEPT = timedelta(hours=24)
FORGETS_EVERY_SECONDS = 60.0
FORGOTTEN_AT_ONCE = 1_000

CUSTOMER = Actor(ActorKind.CUSTOMER, "practice")


class _Offer(msgspec.Struct, frozen=True):
    attempt_id: UUID
    agent_id: int
    opened_at: datetime


_sql = QueryFile(__file__)
_SERVICES = _sql.query("services", str)
_WAITING = _sql.query("waiting", int)
_RESTED_AGENTS = _sql.query("rested_agents", str)
_OFFERS = _sql.query("offers", _Offer)
_FORGET = _sql.command("forget")

log = structlog.get_logger(__name__)


class Players:
    """Customers and agents of practice, one step at a time."""

    def __init__(self, database: Database, clock: Clock, seed: int = SEED) -> None:
        self._database = database
        self._clock = clock
        self._seed = seed
        self._customers: Customers | None = None
        self._next_comes_at = clock.monotonic()
        self._to_come_at_once = AT_FIRST
        self._forgets_at = clock.monotonic()

    async def run(self) -> None:
        """Play until cancelled, or until practice is removed."""
        while True:
            try:
                if not await self.run_once():
                    log.info("practice was removed; no more customers come")
                    return
            except DatabaseUnavailable as problem:
                log.warning("practice waits for the database", problem=str(problem))
            except asyncpg.ForeignKeyViolationError:
                log.info("a service of practice went while a customer came")
            await self._clock.sleep(TICK_SECONDS)

    async def run_once(self) -> bool:
        """Do what is due now; False when there is no practice any more."""
        async with self._database.connection() as connection:
            services = await _SERVICES.all(connection, modes=list(Mode))
            enabled = await _SERVICES.all(connection, modes=[mode for mode in Mode if mode.takes_callbacks])
            waiting = await _WAITING.one(connection, limit=ENOUGH_WAITING)
        await self._answer_offers()
        if enabled:
            await self._bring_customers(enabled, ENOUGH_WAITING - waiting)
            await self._bring_agents_back()
            await self._forget_the_oldest()
        return bool(services)

    async def _bring_customers(self, services: list[str], room: int) -> None:
        if self._customers is None or self._customers.services != services:
            self._customers = Customers(self._seed, services)
        while room > 0 and (self._to_come_at_once > 0 or self._clock.monotonic() >= self._next_comes_at):
            room -= 1
            self._to_come_at_once -= 1
            self._next_comes_at = self._clock.monotonic() + self._customers.gap_seconds()
            await self._bring(self._customers)

    async def _bring(self, customers: Customers) -> None:
        request = customers.next(self._clock.now())
        # The same number again, or whatever rules somebody gave the service to see what they do.
        with suppress(Refused):
            await requests.create(self._database, self._clock, CUSTOMER, request)

    async def _answer_offers(self) -> None:
        """Agents of practice at whose desk nobody sits answer what is offered to them."""
        now = self._clock.now()
        async with self._database.connection() as connection:
            offers = await _OFFERS.all(connection)
        for offer in offers:
            said = reply(self._seed, offer.attempt_id)
            if said.answer is not None and now >= offer.opened_at + timedelta(seconds=said.after_seconds):
                with suppress(Refused):  # cancelled at this moment
                    async with self._database.transaction() as connection:
                        await agents_word.answer(
                            connection, offer.attempt_id, offer.agent_id, said.answer, now, said.snooze_seconds
                        )

    async def _bring_agents_back(self) -> None:
        async with self._database.connection() as connection:
            names = await _RESTED_AGENTS.all(connection, since=self._clock.now() - PAUSE_OF_AGENTS)
        for name in names:
            await roster.ask_presence(self._database, self._clock, ENGINE, name, Presence.READY)

    async def _forget_the_oldest(self) -> None:
        """Nobody practises with what was yesterday; the table must not grow for ever."""
        if self._clock.monotonic() < self._forgets_at:
            return
        self._forgets_at = self._clock.monotonic() + FORGETS_EVERY_SECONDS
        async with self._database.transaction() as connection:
            await _FORGET.run(connection, before=self._clock.now() - KEPT, limit=FORGOTTEN_AT_ONCE)
