"""The simulator keeps the telephony contract, in the engine's process and as one of its own."""

import contextlib
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from pathlib import Path

import pytest

from ringback.clock import ManualClock
from ringback.telephony.port import LegRole, Telephony
from ringback.telephony.simulator import (
    MISSING_PROMPT,
    Control,
    DialledDigits,
    Exchange,
    Fact,
    FactKind,
    InProcessSimulator,
    LocalControl,
    OrdinaryFarEnds,
    RemoteControl,
    open_simulator,
    read_journal,
)
from tests.telephony.contract import TelephonyContract
from tests.telephony.contract_link import LinkContract
from tests.telephony.rig import Ability, Behaviour, Rig
from tests.telephony.simulator_process import SimulatorProcess


class SimulatorRig:
    """What both simulators have in common: far ends by digits, a clock that is moved, a journal as the witness."""

    cannot: Mapping[Behaviour | Ability, str] = {}
    missing_prompt = MISSING_PROMPT

    def __init__(self, control: Control) -> None:
        self.control = control
        self.opened: list[Telephony] = []

    def destination(self, number: int, behaviour: Behaviour, role: LegRole) -> str:
        return f"+4930{number:04d}{behaviour}"

    def facts(self) -> list[Fact]:
        """The journal so far."""
        raise NotImplementedError

    def new_telephony(self) -> Telephony:
        """Another adapter, not started; noted in `opened`."""
        raise NotImplementedError

    def times_rung(self, destination: str) -> int:
        return sum(fact.kind is FactKind.DIALLED and fact.destination == destination for fact in self.facts())

    async def kill(self, telephony: Telephony) -> None:
        await telephony.close()

    async def cut_link(self) -> None:
        await self.control.cut_links()

    async def restore_link(self) -> None:
        await self.control.restore_links()

    async def pass_time(self, seconds: float) -> None:
        await self.control.pass_time(seconds)


class InProcessRig(SimulatorRig):
    """An exchange in the test's process."""

    def __init__(self) -> None:
        self._facts: list[Fact] = []
        clock = ManualClock()
        far_ends = DialledDigits(OrdinaryFarEnds())
        self.exchange = Exchange(clock, far_ends, journal=self._facts.append)
        super().__init__(LocalControl(self.exchange, clock))

    def facts(self) -> list[Fact]:
        return self._facts

    def new_telephony(self) -> Telephony:
        self.opened.append(InProcessSimulator(self.exchange))
        return self.opened[-1]


class ProcessRig(SimulatorRig):
    """A simulator process of its own, with its journal in a file."""

    def __init__(self, process: SimulatorProcess, control: Control) -> None:
        super().__init__(control)
        self.process = process

    def facts(self) -> list[Fact]:
        return read_journal(self.process.journal)

    def new_telephony(self) -> Telephony:
        self.opened.append(open_simulator(self.process.url))
        return self.opened[-1]


@contextlib.asynccontextmanager
async def in_process_rig(tmp_path: Path) -> AsyncGenerator[SimulatorRig]:
    rig = InProcessRig()
    yield rig
    await rig.exchange.close()


@contextlib.asynccontextmanager
async def process_rig(tmp_path: Path) -> AsyncGenerator[SimulatorRig]:
    async with SimulatorProcess.running(tmp_path / "journal", "--far-ends=digits", "--manual-clock") as process:
        control = await RemoteControl.open(process.address)
        yield ProcessRig(process, control)
        await control.close()


RIGS = {"in-process": in_process_rig, "process": process_rig}


class TestSimulator(TelephonyContract, LinkContract):
    """Both simulators, all cases."""

    @pytest.fixture(params=list(RIGS))
    async def rig(self, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Rig]:
        async with RIGS[request.param](tmp_path) as rig:
            yield rig
            for telephony in rig.opened:
                await telephony.close()
            rung = Counter(fact.leg_id for fact in rig.facts() if fact.kind is FactKind.DIALLED)
            assert all(times == 1 for times in rung.values()), "a leg id rang twice"
