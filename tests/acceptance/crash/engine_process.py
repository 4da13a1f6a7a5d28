"""An engine as a process of its own, which interrupts itself at a named point of its work.

The engine is the real one, without fail points. What stops it is wrapped around it, at the only two places where it
touches the world: its telephony and its database.

    before|after prepare|dial|hangup|play customer|agent, before|after bridge      a command to the switch
    told|heard ringing|answered|ended customer|agent, told|heard bridged|restored  before, after the dialer has it
    committing|committed NAME, with a name of `COMMITS`                            before, after a COMMIT
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from asyncpg.connection import LoggedQuery

from ringback.clock import SystemClock
from ringback.database.pool import Connection, Database
from ringback.engine.rescuer import Rescuer
from ringback.engine.runner import Engine
from ringback.settings import Settings
from ringback.telephony import port
from ringback.telephony.port import DialRequest, HangupReason, LegRole, Snapshot, Telephony
from ringback.telephony.simulator import Address, SimulatorClient, SimulatorOptions, run_simulator

# Each commit by what only its transaction says.
COMMITS: Mapping[str, str] = {
    "takeover": "UPDATE attempts SET link_token =",
    "reservation": "INSERT INTO attempts",
    "dial permit": "SET dial_permitted_at =",
    "bridge permit": "SET bridge_permitted_at =",
    "bridged": "SET joined_at =",
    "leg ended": "q850 =",
    "agent lost": "UPDATE attempts SET agent_id = NULL",
    "next agent": "UPDATE attempts SET agent_id = $",
    "close": "UPDATE attempts SET closed_at =",
}


THAWED = "goes on after its point"


class Way(StrEnum):
    """How the engine is interrupted: it dies, it freezes, or it is asked to stop."""

    KILL = "kill"
    FREEZE = "freeze"
    STOP = "stop"


_SIGNALS = {Way.KILL: signal.SIGKILL, Way.FREEZE: signal.SIGSTOP, Way.STOP: signal.SIGTERM}


@dataclass(frozen=True, kw_only=True)
class EngineOrder:
    """What engine to run. `name` is who it is in the journal; without a `point` nothing interrupts it."""

    name: str
    database_url: str
    simulator: str
    lease_seconds: float
    log: Path
    point: str | None = None
    way: Way = Way.KILL


def run_engine(order: EngineOrder) -> None:
    """The main of an engine's process: works until SIGTERM."""
    _write_to(order.log)
    asyncio.run(_run_engine(order))


def run_exchange(socket: Path, journal: Path, options: SimulatorOptions, log: Path) -> None:
    """The main of the simulator's process, the witness."""
    _write_to(log)
    asyncio.run(run_simulator(Address(path=socket), options, journal, lambda _: None))


async def _run_engine(order: EngineOrder) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    interruption = Interruption(order.point, order.way, stop)
    clock = SystemClock()
    async with InterruptedDatabase(order.database_url, interruption) as database:
        await database.set_clock(clock)
        links = {"main": order.simulator}
        settings = Settings(links=links, link_lease_seconds=order.lease_seconds)

        def open_link(link_id: str, url: str) -> Telephony:
            address = Address(path=Path(url.removeprefix("simulator://")))
            return InterruptedTelephony(SimulatorClient(address, link_id, name=order.name), interruption)

        engine = Engine(database, clock, settings)
        engine.rescuer = Rescuer(database, clock, links, open_link, order.lease_seconds)
        engine.loops["rescuer"] = engine.rescuer.run_once
        await engine.run(stop)


def _write_to(log: Path) -> None:
    file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.dup2(file, 1)
    os.dup2(file, 2)
    sys.stdout = os.fdopen(1, "w", buffering=1)


class Interruption:
    """Interrupts this process the first time that it comes to the point."""

    def __init__(self, point: str | None, way: Way, stop: asyncio.Event) -> None:
        self._point, self._way, self._stop = point, way, stop

    def come_to(self, point: str) -> bool:
        """Interrupt here if this is the point; returns whether it was, to those who live on."""
        if point != self._point:
            return False
        self._point = None
        os.kill(os.getpid(), _SIGNALS[self._way])
        print(THAWED)  # noqa: T201 (a test waits for it)
        return True

    async def reach(self, point: str) -> None:
        """The same; one that is asked to stop goes on when it has begun to."""
        if self.come_to(point) and self._way is Way.STOP:
            await self._stop.wait()


class InterruptedDatabase(Database):
    """A database whose commits are points."""

    def __init__(self, url: str, interruption: Interruption) -> None:
        super().__init__(url)
        self._interruption = interruption
        self._witnesses: dict[int, _Statements] = {}

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Connection]:
        async with super().transaction() as connection:
            pid = connection.get_server_pid()
            statements = self._witnesses.setdefault(pid, _Statements(self._interruption))
            connection.add_query_logger(statements)
            yield connection
            await asyncio.sleep(0)  # the last statement is told to its logger in the loop's next round
            for name in statements.commits():
                await self._interruption.reach(f"committing {name}")


class _Statements:
    """What one connection has said since its last BEGIN."""

    def __init__(self, interruption: Interruption) -> None:
        self._interruption = interruption
        self._texts: list[str] = []

    def __call__(self, logged: LoggedQuery) -> None:
        if logged.query == "COMMIT;" and logged.exception is None:
            for name in self.commits():
                self._interruption.come_to(f"committed {name}")
        if logged.query in ("BEGIN;", "COMMIT;", "ROLLBACK;"):
            self._texts.clear()
        self._texts.append(logged.query)

    def commits(self) -> list[str]:
        """The names of what the transaction commits."""
        return [name for name, fragment in COMMITS.items() if any(fragment in text for text in self._texts)]


class InterruptedTelephony:
    """A link whose commands and events are points."""

    def __init__(self, link: SimulatorClient, interruption: Interruption) -> None:
        self._link = link
        self._interruption = interruption
        self._roles: dict[str, LegRole] = {}

    @property
    def capabilities(self) -> frozenset[port.Capability]:
        return self._link.capabilities

    async def start(self) -> None:
        await self._link.start()

    async def close(self) -> None:
        await self._link.close()

    async def snapshot(self) -> Snapshot:
        return await self._link.snapshot()

    async def prepare(self, request: DialRequest) -> None:
        self._roles[request.leg_id] = request.role
        async with self._around("prepare", request.leg_id):
            await self._link.prepare(request)

    async def dial(self, leg_id: str) -> None:
        async with self._around("dial", leg_id):
            await self._link.dial(leg_id)

    async def bridge(self, call_id: str, customer_leg: str, agent_leg: str) -> None:
        async with self._around("bridge"):
            await self._link.bridge(call_id, customer_leg, agent_leg)

    async def play(self, leg_id: str, prompt: str) -> None:
        async with self._around("play", leg_id):
            await self._link.play(leg_id, prompt)

    async def hangup(self, leg_id: str, reason: HangupReason) -> None:
        async with self._around("hangup", leg_id):
            await self._link.hangup(leg_id, reason)

    async def events(self) -> AsyncIterator[port.Event]:
        async for event in self._link.events():
            await self._interruption.reach(self._named("told", event))
            yield event
            await self._interruption.reach(self._named("heard", event))

    @asynccontextmanager
    async def _around(self, command: str, leg_id: str = "") -> AsyncGenerator[None]:
        what = f"{command} {self._roles.get(leg_id, '').lower()}".strip()
        await self._interruption.reach(f"before {what}")
        yield
        await self._interruption.reach(f"after {what}")

    def _named(self, when: str, event: port.Event) -> str:
        role: str = self._roles.get(getattr(event, "leg_id", ""), "").lower()
        kind = type(event).__name__.removeprefix("Leg").removeprefix("Link").lower()
        return f"{when} {kind} {role}".strip()
