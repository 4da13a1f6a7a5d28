"""A small contact centre for tests: real PostgreSQL, the real engine, the simulator, all on a clock that is moved."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from ringback.actors import ENGINE, Actor, ActorKind
from ringback.agents.model import Agent
from ringback.callbacks import agents_word, lifecycle
from ringback.callbacks.agents_word import Word
from ringback.callbacks.model import Callback
from ringback.callbacks.rules import AgentAnswer
from ringback.callbacks.states import Event, Result, State
from ringback.clock import ManualClock
from ringback.database.pool import Connection, Database
from ringback.database.queries import decode
from ringback.engine.desk import DeskTimer
from ringback.engine.dialer import Dialer
from ringback.engine.expirer import Expirer
from ringback.engine.link import acquire
from ringback.engine.opener import Opener
from ringback.engine.promoter import Promoter
from ringback.engine.router import Router
from ringback.engine.wrap_up import WrapUpTimer
from ringback.services import catalog, trunks
from ringback.services.catalog import ServiceChoices
from ringback.services.trunks import TrunkChoices
from ringback.telephony.port import Capability, DialRequest, LegRole
from ringback.telephony.simulator import (
    DialledDigits,
    Exchange,
    Fact,
    FactKind,
    FarEnd,
    InProcessSimulator,
    OrdinaryFarEnds,
)

TESTER = Actor(ActorKind.API_KEY, "tester")
LEASE_SECONDS = 1e6
CALL_SECONDS = 20.0


class SurvivingSimulator(InProcessSimulator):
    """The simulator as a switch of its own: its calls go on when the engine is gone."""

    capabilities = InProcessSimulator.capabilities | {Capability.SURVIVES_ENGINE}

    async def close(self) -> None:
        self.exchange.leave("main", self)


class World:
    """One service's worth of callbacks, agents and calls. `pass_time` moves the clock and lets the engine work."""

    calls_survive = False

    def __init__(self, database: Database, clock: ManualClock | None = None) -> None:
        self.database = database
        self.clock = clock or ManualClock()
        self.journal: list[Fact] = []
        self.exchange = Exchange(self.clock, DialledDigits(OrdinaryFarEnds()), journal=self.journal.append)
        self.dialer: Dialer | None = None
        self._listening: asyncio.Task[None] | None = None
        self._telephony: InProcessSimulator | None = None

    # -- the engine

    async def start_engine(self) -> None:
        """Take the link over as an engine process does at its start."""
        lease = await acquire(
            self.database, self.clock, "main", "simulator", holder=str(uuid7()), lease_seconds=LEASE_SECONDS
        )
        assert lease, "the link is held by another engine"
        self._telephony = (SurvivingSimulator if self.calls_survive else InProcessSimulator)(self.exchange)
        self.dialer = Dialer(self.database, self.clock, lease, self._telephony)
        await self._telephony.start()
        self._listening = asyncio.create_task(self.dialer.listen(lambda: None))
        await self.work()

    async def kill_engine(self) -> None:
        """Let the engine vanish without a word (and its calls with it), and its lease run out."""
        assert self._telephony
        assert self._listening
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)
        await self._telephony.close()
        self.dialer = None
        async with self.database.transaction() as connection:
            await connection.execute("UPDATE links SET expires_at = $1 WHERE id = 'main'", self.clock.now())

    async def work(self) -> None:
        """Let every loop of the engine do all that it can do now."""
        while await self.look_once():
            pass

    async def pass_time(self, seconds: float, step: float = 1.0) -> None:
        """Move the clock on, the engine working all the while."""
        for _ in range(round(seconds / step)):
            await self.clock.advance(step)
            await self.work()

    async def until(self, condition: Callable[[], Awaitable[bool]], within: float = 120.0) -> None:
        """Move the clock on until the condition holds; fails when it does not within that many seconds."""
        began_at = self.clock.monotonic()
        await self.work()
        while (passed := self.clock.monotonic() - began_at) < within:
            if await condition():
                return
            # What takes longer than a call waits for a delay of minutes: nobody need look at each half second of it.
            step = 0.5 if passed < CALL_SECONDS else 2.0
            await self.pass_time(step, step=step)
        raise AssertionError(f"not within {within} s")

    async def look_once(self) -> int:
        """Let every loop look once; returns how much there was to do."""
        done = await Opener(self.database, self.clock).run_once()
        done += await Promoter(self.database, self.clock).run_once()
        done += await Router(self.database, self.clock).run_once()
        done += await WrapUpTimer(self.database, self.clock).run_once()
        done += await DeskTimer(self.database, self.clock).run_once()
        done += await Expirer(self.database, self.clock).run_once()
        if self.dialer is not None:
            await asyncio.sleep(0)
            done += await self.dialer.run_once()
            await self.dialer.finish_steps()
        return done

    async def expire_before_promoting(self) -> None:
        """Let the expirer look first, as when no promoter ran for long."""
        await Expirer(self.database, self.clock).run_once()

    # -- who and what there is

    async def add_service(self, name: str = "support", **settings: Any) -> int:
        """A service with the default settings but for those named."""
        async with self.database.transaction() as connection:
            trunk_id = await connection.fetchval("SELECT id FROM trunks WHERE name = 'main'")
            columns = {"name": name, "display_name": name, "trunk_id": trunk_id, **settings}
            marks = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
            return await connection.fetchval(
                f"INSERT INTO services ({', '.join(columns)}) VALUES ({marks}) RETURNING id",  # noqa: S608
                *columns.values(),
            )

    async def change_service(self, name: str = "support", **settings: Any) -> None:
        """Set something in a service as the API does."""
        await catalog.update(self.database, self.clock, ENGINE, name, ServiceChoices(**settings))

    async def limit_trunk(self, channels: int | None = None, calls_per_second: float | None = None) -> None:
        """Set the limits of the only trunk as the API does."""
        limits = TrunkChoices(link="main", channels=channels, calls_per_second=calls_per_second)
        await trunks.save(self.database, self.clock, ENGINE, "main", limits)

    async def add_agent(self, name: str, endpoint: str = "100", *services: str, presence: str = "READY") -> int:
        """An agent of the services (of `support` when none is named)."""
        async with self.database.transaction() as connection:
            agent_id = await connection.fetchval(
                "INSERT INTO agents (name, display_name, endpoint, presence, presence_since, idle_since)"
                " VALUES ($1, $1, $2, $3, $4, $4) RETURNING id",
                name,
                endpoint,
                presence,
                self.clock.now(),
            )
            await connection.execute(
                "INSERT INTO agent_services SELECT $1, id FROM services WHERE name = ANY ($2)",
                agent_id,
                services or ("support",),
            )
        await self.clock.advance(0.001)
        return agent_id

    async def ask(
        self, phone_number: str, service: str = "support", in_seconds: float | None = None, priority: int = 0
    ) -> UUID:
        """A customer asks for a callback, now or in that many seconds."""
        now = self.clock.now()
        is_scheduled = in_seconds is not None
        desired_at = now + timedelta(seconds=in_seconds or 0)
        waits_since = None if is_scheduled else now
        async with self.database.transaction() as connection:
            row = await connection.fetchrow("SELECT id, priority_step_seconds FROM services WHERE name = $1", service)
            assert row
            place_ahead = timedelta(seconds=priority * row["priority_step_seconds"])
            callback = Callback(
                id=uuid7(),
                service_id=row["id"],
                phone_number=phone_number,
                state=State.SCHEDULED if is_scheduled else State.QUEUED,
                result=None,
                is_scheduled=is_scheduled,
                desired_at=desired_at,
                promised_local=desired_at.replace(tzinfo=None),
                promised_zone="UTC",
                zone_is_stated=False,
                slot_at=None,
                promised_by=None,
                offer_id=None,
                recreated_from=None,
                priority=priority,
                customer_name=None,
                language=None,
                channel=None,
                user_data={},
                waits_alone=True,
                created_at=now,
                updated_at=now,
                queued_at=waits_since,
                place_at=waits_since and waits_since - place_ahead,
                eligible_at=waits_since,
                customer_held_until=None,
                agent_id=None,
                last_agent_id=None,
                attempts=0,
                completed_at=None,
            )
            await lifecycle.create(connection, callback, actor=TESTER, reason="asked")
        await self.clock.advance(0.001)
        return callback.id

    async def cancel(self, callback_id: UUID) -> None:
        """The customer's request is cancelled by the API, which commits the wish and nothing else."""
        async with self.database.transaction() as connection:
            state = (await lifecycle.lock(connection, callback_id)).state
            await lifecycle.change(
                connection,
                [callback_id],
                state,
                Event.CANCELLED,
                now=self.clock.now(),
                actor=TESTER,
                reason="cancelled",
                result=Result.CANCELLED,
            )

    async def answer(self, callback_id: UUID, answer: AgentAnswer, snooze_seconds: int | None = None) -> None:
        """The agent who has the callback answers to the offer at the desk."""
        attempt_id, agent_id = await self.newest_attempt(callback_id)
        async with self.database.transaction() as connection:
            await agents_word.answer(connection, attempt_id, agent_id, answer, self.clock.now(), snooze_seconds)

    async def finish(self, callback_id: UUID, disposition: str, note: str | None = None) -> None:
        """The agent who has the callback, or had it last, says what came of the talk."""
        attempt_id, agent_id = await self.newest_attempt(callback_id)
        async with self.database.transaction() as connection:
            word = Word(disposition=disposition, note=note)
            await finish(connection, attempt_id, agent_id, word, self.clock.now())

    async def newest_attempt(self, callback_id: UUID) -> tuple[UUID, int]:
        """The callback's newest attempt and its agent."""
        async with self.database.connection() as connection:
            row = await connection.fetchrow(
                "SELECT id, agent_id FROM attempts WHERE callback_id = $1 ORDER BY number DESC LIMIT 1", callback_id
            )
        assert row
        return row["id"], row["agent_id"]

    def far_end(self, destination: str, **behaviour: Any) -> None:
        """How whoever is called there behaves from now on."""
        self.exchange.set_far_end(destination, FarEnd(**behaviour))

    def ring_by_hand(self, leg_id: str, destination: str) -> None:
        """Let a phone ring behind the engine's back."""
        second = timedelta(seconds=1)
        request = DialRequest(
            leg_id=leg_id,
            role=LegRole.CUSTOMER,
            destination=destination,
            caller_id="",
            caller_name="",
            ring_timeout=30 * second,
            max_duration=300 * second,
            hold=False,
            labels={},
        )
        self.exchange.prepare(request, "main")
        self.exchange.dial(leg_id)

    # -- what can be seen

    async def fetch(self, query: str) -> list[dict[str, Any]]:
        """Rows of the database."""
        async with self.database.connection() as connection:
            return [dict(row) for row in await connection.fetch(query)]

    def report(self) -> str:
        """The journal, for a failure's message."""
        return "\n".join(f"{fact.at:%H:%M:%S} {fact.kind} {fact.leg_id} {fact.destination}" for fact in self.journal)

    async def callback(self, callback_id: UUID) -> Callback:
        """The callback as it is now."""
        async with self.database.connection() as connection:
            row = await connection.fetchrow("SELECT * FROM callbacks WHERE id = $1", callback_id)
        assert row
        return decode(dict(row), Callback)

    async def agent(self, name: str) -> Agent:
        """The agent as they are now."""
        async with self.database.connection() as connection:
            row = await connection.fetchrow("SELECT * FROM agents WHERE name = $1", name)
        assert row
        return decode(dict(row), Agent)

    async def events(self, callback_id: UUID) -> list[str]:
        """What happened to a callback, in order."""
        async with self.database.connection() as connection:
            rows = await connection.fetch(
                "SELECT event FROM transitions WHERE callback_id = $1 ORDER BY id", callback_id
            )
        return [row["event"] for row in rows]

    async def decisions(self, callback_id: UUID) -> list[tuple[str, str]]:
        """Why something was done or not done with a callback: rules and details, in order."""
        async with self.database.connection() as connection:
            rows = await connection.fetch(
                "SELECT rule, detail FROM decisions WHERE callback_id = $1 ORDER BY id", callback_id
            )
        return [(row["rule"], row["detail"]) for row in rows]

    async def outcomes(self, callback_id: UUID) -> list[str | None]:
        """How its attempts ended; None for an open one."""
        async with self.database.connection() as connection:
            rows = await connection.fetch(
                "SELECT outcome FROM attempts WHERE callback_id = $1 ORDER BY number", callback_id
            )
        return [row["outcome"] for row in rows]

    def rang(self, destination: str) -> int:
        """How often a phone rang."""
        return sum(fact.kind is FactKind.RANG and fact.destination == destination for fact in self.journal)

    def is_ringing(self, destination: str) -> bool:
        """Whether a phone rings now, unanswered."""
        kinds = [fact.kind for fact in self.journal if fact.destination == destination]
        return FactKind.RANG in kinds and not {FactKind.ANSWERED, FactKind.ENDED} & set(kinds)

    def dialled(self, destination: str) -> int:
        """How often a phone was called, whether it rang or not."""
        return sum(fact.kind is FactKind.DIALLED and fact.destination == destination for fact in self.journal)

    def dialled_at(self, destination: str) -> list[datetime]:
        """When a phone was called."""
        return [fact.at for fact in self.journal if fact.kind is FactKind.DIALLED and fact.destination == destination]

    def dialled_destinations(self) -> set[str]:
        """Everybody who was called."""
        return {fact.destination for fact in self.journal if fact.kind is FactKind.DIALLED}

    def is_dialled(self, destination: str) -> Callable[[], Awaitable[bool]]:
        """A condition for `until`."""

        async def holds() -> bool:
            return self.dialled(destination) > 0

        return holds

    def in_state(self, callback_id: UUID, *states: State) -> Callable[[], Awaitable[bool]]:
        """A condition for `until`."""

        async def holds() -> bool:
            return (await self.callback(callback_id)).state in states

        return holds

    def is_rung(self, destination: str, times: int = 1) -> Callable[[], Awaitable[bool]]:
        """A condition for `until`."""

        async def holds() -> bool:
            return self.rang(destination) >= times

        return holds


async def finish(connection: Connection, attempt_id: UUID, agent_id: int, word: Word, now: datetime) -> None:
    """Commit what an agent says of a talk, with nothing that follows but a retry."""
    _, attempt = await agents_word.lock(connection, attempt_id, agent_id)
    if attempt.word != word:
        agents_word.require_finishable(attempt, word, now)
        await agents_word.finish(connection, attempt, word, now)
