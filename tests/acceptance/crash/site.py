"""A contact centre whose engines may be killed: PostgreSQL, the simulator as witness, and engines, all processes."""

import asyncio
import shutil
import signal
import tempfile
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from ringback.actors import ENGINE, Actor, ActorKind
from ringback.agents import roster
from ringback.agents.model import Presence
from ringback.callbacks import requests
from ringback.callbacks.creation import CallbackRequest
from ringback.clock import SystemClock
from ringback.database.pool import Database
from ringback.services import catalog
from ringback.services.catalog import ServiceChoices
from ringback.telephony.port import LegGone, LegRole, TelephonyUnavailable
from ringback.telephony.simulator import (
    Address,
    Fact,
    FactKind,
    FarEnd,
    RemoteControl,
    SimulatorOptions,
    read_journal,
)
from tests.acceptance.crash.engine_process import THAWED, EngineOrder, Way, run_exchange
from tests.acceptance.crash.processes import EngineProcess, Process

TESTER = Actor(ActorKind.API_KEY, "tester")
SERVICE = "support"
# Far longer than anything takes: whoever waits that long has waited in vain.
PATIENCE_SECONDS = 45.0
# Long enough for a busy machine to renew in time, short enough to wait for.
LEASE_SECONDS = 1.5
# Retries later than this are not waited for.
SOON_SECONDS = 4


class Site:
    """One service, its agents and customers, the simulator process and any number of engine processes."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = SystemClock()
        self.engines: list[EngineProcess] = []
        # What whoever reads a failure should know.
        self.notes: list[str] = []
        # Neither pytest's folder, whose path is too long for a socket, nor one that a run leaves behind.
        self.folder = Path(tempfile.mkdtemp(prefix="ringback-crash-"))
        self._journal = self.folder / "journal.jsonl"
        self._journal.touch()
        self._exchange: Process | None = None
        self._control: RemoteControl | None = None

    # -- the processes

    async def open(self, options: SimulatorOptions) -> None:
        """Start the simulator and set the clock."""
        socket = self.folder / "exchange"
        log = self.folder / "exchange.log"
        self._exchange = Process(run_exchange, socket, self._journal, options, log)
        await self.until(self._is_connected, "the simulator is there")
        await self.database.set_clock(self.clock)

    async def close(self) -> None:
        """End every process."""
        for engine in self.engines:
            engine.end()
        if self._control is not None:
            await self._control.close()
        if self._exchange is not None:
            self._exchange.end()
        shutil.rmtree(self.folder)

    def start_engine(self, point: str | None = None, way: Way = Way.KILL, **choices: Any) -> EngineProcess:
        """One more engine, interrupted when it comes to `point`. `choices` are of `EngineOrder`."""
        name = f"engine {len(self.engines) + 1}"
        wishes: dict[str, Any] = {"database_url": self.database.url, "lease_seconds": LEASE_SECONDS, **choices}
        order = EngineOrder(
            name=name,
            simulator=f"simulator://{self.folder}/exchange",
            log=self.folder / f"{name}.log",
            point=point,
            way=way,
            **wishes,
        )
        self.engines.append(EngineProcess(order))
        return self.engines[-1]

    async def stop_engine(self, engine: EngineProcess) -> None:
        """Ask it to stop, and see it end well."""
        await self.until(lambda: "engine started" in engine.log, f"{engine.order.name} can be stopped")
        engine.send(signal.SIGTERM)
        await self.until(lambda: engine.exit_code is not None, f"{engine.order.name} has ended")
        assert engine.exit_code == 0, engine.log

    async def thaw(self, engine: EngineProcess) -> None:
        """Let a frozen engine go on, and see it leave the link that it has lost."""
        engine.send(signal.SIGCONT)
        await self.until(lambda: THAWED in engine.log, f"{engine.order.name} goes on")
        if "link taken" in engine.log:
            over = ("link left", "link lost before it was used")
            await self.until(lambda: any(word in engine.log for word in over), f"{engine.order.name} has left the link")

    # -- who and what there is

    async def add_service(self, **choices: Any) -> None:
        """The service, with short times but for what is chosen (the fields of `ServiceChoices`)."""
        terms = ServiceChoices(ring_timeout_seconds=20, agent_ring_timeout_seconds=2, wrap_up_seconds=0)
        await catalog.create(self.database, self.clock, ENGINE, SERVICE, msgspec.structs.replace(terms, **choices))

    async def add_agent(self, name: str, endpoint: str) -> None:
        """An agent of the service who is READY."""
        await roster.save(self.database, self.clock, ENGINE, name, endpoint=endpoint, services=[SERVICE])
        await roster.ask_presence(self.database, self.clock, ENGINE, name, Presence.READY)

    async def ask(self, phone_number: str) -> UUID:
        """A customer asks for a callback now."""
        request = CallbackRequest(service=SERVICE, phone_number=phone_number)
        return (await requests.create(self.database, self.clock, TESTER, request)).callback.id

    async def cancel(self, callback_id: UUID) -> None:
        """The API cancels it."""
        await requests.cancel(self.database, self.clock, TESTER, callback_id)

    async def far_end(self, destination: str, **behaviour: Any) -> None:
        """How whoever is called there behaves from now on."""
        await self._controlled.set_far_end(destination, FarEnd(**behaviour))

    async def answer(self, destination: str) -> None:
        """Whoever is called there answers."""
        await self._controlled.far_end_answers(destination)

    async def hang_up(self, legs: Iterable[str]) -> None:
        """The far ends of these legs hang up, where they are still called."""
        for leg_id in legs:
            with suppress(LegGone):
                await self._controlled.far_end_hangs_up(leg_id)

    # -- what can be seen

    @property
    def journal(self) -> list[Fact]:
        """All that really happened."""
        return read_journal(self._journal)

    def live_legs(self) -> list[Fact]:
        """The `dialled` facts of the legs that ring or talk now."""
        journal = self.journal
        over = {fact.leg_id for fact in journal if fact.kind is FactKind.ENDED}
        return [fact for fact in journal if fact.kind is FactKind.DIALLED and fact.leg_id not in over]

    async def fetch(self, query: str, *arguments: object) -> list[dict[str, Any]]:
        """Rows of the database."""
        async with self.database.connection() as connection:
            return [dict(row) for row in await connection.fetch(query, *arguments)]

    async def value(self, query: str, *arguments: object) -> Any:
        """One value of the database, None without a row."""
        async with self.database.connection() as connection:
            return await connection.fetchval(query, *arguments)

    async def is_settled(self) -> bool:
        """Nothing is open, and what still waits does not wait for something soon."""
        return not await self.value(
            "SELECT EXISTS (SELECT FROM attempts WHERE closed_at IS NULL)"
            " OR EXISTS (SELECT FROM agents WHERE presence IN ('RESERVED', 'TALKING'))"
            " OR EXISTS (SELECT FROM callbacks WHERE state <> 'COMPLETED' AND NOT (state = 'QUEUED'"
            " AND eligible_at > clock_timestamp() + make_interval(secs => $1)))",
            SOON_SECONDS,
        )

    async def is_taken_over(self) -> bool:
        """Whether the newest engine holds the link and knows its calls."""
        holder = await self.value("SELECT holder FROM links WHERE is_up")
        return holder is not None and f":{self.engines[-1].pid}:" in holder

    async def state_of(self, callback_id: UUID) -> str:
        """State and result."""
        return await self.value(
            "SELECT concat_ws(' ', state, coalesce(result, 'None')) FROM callbacks WHERE id = $1", callback_id
        )

    async def outcomes_of(self, callback_id: UUID) -> list[str | None]:
        """How its attempts have ended, in order."""
        rows = await self.fetch("SELECT outcome FROM attempts WHERE callback_id = $1 ORDER BY number", callback_id)
        return [row["outcome"] for row in rows]

    async def is_known_to_ring(self, callback_id: UUID, role: LegRole) -> bool:
        """Whether the engine has committed that this side rings."""
        query = "SELECT EXISTS (SELECT FROM legs WHERE callback_id = $1 AND role = $2 AND ringing_at IS NOT NULL)"
        return bool(await self.value(query, callback_id, role))

    async def until(self, condition: Callable[[], bool | Awaitable[bool]], what: str) -> None:
        """Wait until it holds; fails, with all that is known, when it does not."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    holds = condition()
                    if holds if isinstance(holds, bool) else await holds:
                        return
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"Waited in vain until {what}\n{self.report()}") from None

    def report(self) -> str:
        """The journal and the engines' words, for whoever has to find out what happened."""
        return "\n".join(
            [
                *self.notes,
                *map(_line, self.journal),
                *(f"{e.order.name} ({e.exit_code}):\n{e.log}" for e in self.engines),
            ]
        )

    @property
    def _controlled(self) -> RemoteControl:
        assert self._control is not None
        return self._control

    async def _is_connected(self) -> bool:
        with suppress(TelephonyUnavailable):
            self._control = await RemoteControl.open(Address(path=self.folder / "exchange"))
        return self._control is not None


def _line(fact: Fact) -> str:
    parts = (fact.kind, fact.role, fact.leg_id[-6:], fact.labels.get("attempt_id", "")[-6:], fact.outcome, fact.by)
    return f"{fact.at:%H:%M:%S.%f} " + " ".join(str(part) for part in (*parts, fact.who, fact.text) if part)
