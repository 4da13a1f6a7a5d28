"""The simulator as a process of its own: what it says, what it survives, and what its clients make of its death."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ringback.telephony.port import (
    DialRefused,
    HangupReason,
    LegAnswered,
    LegEnded,
    LegExists,
    LegGone,
    LegRinging,
    LinkLost,
    LinkRestored,
    Superseded,
    Telephony,
    TelephonyUnavailable,
)
from ringback.telephony.simulator import (
    Address,
    FactKind,
    FarEnd,
    RemoteControl,
    SimulatorClient,
    open_simulator,
    read_journal,
)
from tests.telephony.simulator_process import SimulatorProcess
from tests.telephony.test_simulator_exchange import request


class Ear:
    """A client with everything it has told; waits on the machine's clock."""

    def __init__(self, telephony: Telephony) -> None:
        self.telephony = telephony
        self._told: list[object] = []
        self._more = asyncio.Event()
        self._listening = asyncio.create_task(self._listen())

    async def hears(self, kind: type[object], times: int = 1) -> object:
        """Wait until an event of that kind was told so often; the last of them."""
        while len(found := [event for event in self._told if isinstance(event, kind)]) < times:
            self._more.clear()
            await self._more.wait()
        return found[-1]

    @property
    def kinds(self) -> list[type[object]]:
        """The kinds of what it has told, in order."""
        return [type(event) for event in self._told]

    async def close(self) -> None:
        await self.telephony.close()
        await self._listening

    async def _listen(self) -> None:
        async for event in self.telephony.events():
            self._told.append(event)
            self._more.set()


async def connect(url: str) -> Ear:
    ear = Ear(open_simulator(url))
    await ear.telephony.start()
    await ear.hears(LinkRestored)
    return ear


@pytest.fixture
async def process(tmp_path: Path) -> AsyncIterator[SimulatorProcess]:
    async with SimulatorProcess.running(tmp_path / "journal") as process:
        yield process


async def test_call_over_a_unix_socket_on_the_machines_clock(tmp_path: Path) -> None:
    async with SimulatorProcess.running(tmp_path / "journal", listen=f"unix:{tmp_path}/socket") as process:
        ear = await connect(process.url)
        await ear.telephony.prepare(request("c"))
        await ear.telephony.dial("c")
        await ear.hears(LegAnswered)
        await ear.telephony.hangup("c", HangupReason.FINISHED)
        await ear.hears(LegEnded)
        await ear.close()


async def test_errors_of_the_port_arrive_as_they_were_raised(process: SimulatorProcess) -> None:
    ear = await connect(process.url)
    await ear.telephony.prepare(request("c"))
    with pytest.raises(LegExists, match="live already"):
        await ear.telephony.prepare(request("c"))
    with pytest.raises(LegGone, match="no leg nobody"):
        await ear.telephony.dial("nobody")
    with pytest.raises(DialRefused) as refused:
        await ear.telephony.prepare(request("d", destination=""))
    assert refused.value.outcome == "INVALID_NUMBER"
    await ear.close()


async def test_far_ends_of_the_process_can_be_driven(process: SimulatorProcess) -> None:
    ear, control = await connect(process.url), await RemoteControl.open(process.address)
    await control.set_far_end("+49301234", FarEnd(decides_after_seconds=None))
    await ear.telephony.prepare(request("c"))
    await ear.telephony.dial("c")
    await ear.hears(LegRinging)
    await control.far_end_answers("+49301234")
    await ear.hears(LegAnswered)
    with pytest.raises(ValueError, match="manual"):
        await control.pass_time(1)
    await control.far_end_hangs_up("c")
    await ear.hears(LegEnded)
    await control.close()
    await ear.close()


async def test_journal_has_a_line_before_its_command_is_answered(process: SimulatorProcess) -> None:
    ear = await connect(process.url)
    await ear.telephony.prepare(request("c"))
    await ear.telephony.dial("c")
    process.process.kill()
    facts = [(fact.kind, fact.leg_id) for fact in read_journal(process.journal)]
    assert (FactKind.DIALLED, "c") in facts
    await ear.hears(LinkLost)
    await ear.close()


async def test_simulator_that_is_not_there_yet_is_told_once_and_waited_for(tmp_path: Path) -> None:
    ear = Ear(open_simulator(f"simulator://{tmp_path}/socket"))
    await ear.telephony.start()
    lost = await ear.hears(LinkLost)
    assert isinstance(lost, LinkLost)
    assert lost.reason.startswith(f"No simulator at simulator://{tmp_path}/socket")
    async with SimulatorProcess.running(tmp_path / "journal", listen=f"unix:{tmp_path}/socket"):
        await ear.hears(LinkRestored)
        await ear.close()
    assert ear.kinds == [LinkLost, LinkRestored]


async def test_client_comes_back_to_a_restarted_simulator_and_finds_a_new_epoch(tmp_path: Path) -> None:
    journal, listen = tmp_path / "journal", f"unix:{tmp_path}/socket"
    async with SimulatorProcess.running(journal, listen=listen) as process:
        ear = await connect(process.url)
        first = await ear.hears(LinkRestored)
        await ear.telephony.prepare(request("c"))
        await ear.telephony.dial("c")
    await ear.hears(LinkLost)
    with pytest.raises(TelephonyUnavailable):
        await ear.telephony.dial("c")
    async with SimulatorProcess.running(journal, listen=listen):
        second = await ear.hears(LinkRestored, times=2)
        assert isinstance(first, LinkRestored)
        assert isinstance(second, LinkRestored)
        assert second.snapshot.legs == ()
        assert second.snapshot.epoch != first.snapshot.epoch
        with pytest.raises(LegGone):
            await ear.telephony.dial("c")
        await ear.close()
    facts = read_journal(journal)
    assert [fact.kind for fact in facts if fact.leg_id == "c"][-1] is FactKind.VIOLATION
    assert [fact.epoch for fact in facts if fact.kind is FactKind.STARTED] == [
        first.snapshot.epoch,
        second.snapshot.epoch,
    ]


async def test_hanging_simulator_is_unavailable_and_the_link_lost_until_it_goes_on(process: SimulatorProcess) -> None:
    ear = Ear(SimulatorClient(process.address, timeout_seconds=0.3))
    await ear.telephony.start()
    await ear.hears(LinkRestored)
    os.kill(process.process.pid, signal.SIGSTOP)
    with pytest.raises(TelephonyUnavailable):
        await ear.telephony.prepare(request("c"))
    await ear.hears(LinkLost)
    os.kill(process.process.pid, signal.SIGCONT)
    await ear.hears(LinkRestored, times=2)
    await ear.close()


async def test_silent_simulator_is_noticed_by_a_client_that_asks_nothing(process: SimulatorProcess) -> None:
    ear = Ear(SimulatorClient(process.address, timeout_seconds=0.3))
    await ear.telephony.start()
    await ear.hears(LinkRestored)
    os.kill(process.process.pid, signal.SIGSTOP)
    await ear.hears(LinkLost)
    await ear.close()


async def test_commands_of_a_superseded_client_still_arrive(process: SimulatorProcess) -> None:
    stale, present = await connect(process.url), await connect(process.url)
    await stale.hears(Superseded)
    await stale.telephony.prepare(request("c"))
    assert [leg.leg_id for leg in (await present.telephony.snapshot()).legs] == ["c"]
    await stale.close()
    await present.close()


async def test_superseded_client_does_not_come_back(tmp_path: Path) -> None:
    journal, listen = tmp_path / "journal", f"unix:{tmp_path}/socket"
    async with SimulatorProcess.running(journal, listen=listen) as process:
        stale, present = Ear(SimulatorClient(process.address, name="stale")), Ear(SimulatorClient(process.address))
        await stale.telephony.start()
        await stale.hears(LinkRestored)
        await present.telephony.start()
        await stale.hears(Superseded)
        await present.hears(LinkRestored)  # the process is killed now: what it has not said yet is never said
    await present.hears(LinkLost)
    async with SimulatorProcess.running(journal, listen=listen) as process:
        control = await RemoteControl.open(process.address)
        for times in (3, 4, 5):
            await present.hears(LinkRestored, times=times - 1)
            await control.cut_links()
            await present.hears(LinkLost, times=times - 1)
            await control.restore_links()
        await present.hears(LinkRestored, times=5)
        await control.close()
        await present.close()
        await stale.close()
    assert [fact.kind for fact in read_journal(journal) if fact.who == "stale"] == [
        FactKind.CONTROLLED,
        FactKind.SUPERSEDED,
    ]


async def test_controller_that_is_gone_is_noted_as_disconnected(process: SimulatorProcess) -> None:
    ear, control = await connect(process.url), await RemoteControl.open(process.address)
    await ear.telephony.prepare(request("c"))
    await ear.close()
    while read_journal(process.journal)[-1].kind is not FactKind.DISCONNECTED:
        await control.restore_links()
    await control.close()
    ear = await connect(process.url)
    assert [leg.leg_id for leg in (await ear.telephony.snapshot()).legs] == ["c"]
    await ear.close()


async def test_links_of_another_name_do_not_supersede_each_other(process: SimulatorProcess) -> None:
    north, south = await connect(f"{process.url}?link=north"), await connect(f"{process.url}?link=south")
    await north.telephony.prepare(request("n"))
    await south.telephony.prepare(request("s"))
    assert [leg.leg_id for leg in (await north.telephony.snapshot()).legs] == ["n"]
    assert [leg.leg_id for leg in (await south.telephony.snapshot()).legs] == ["s"]
    await north.close()
    await south.close()
    assert FactKind.SUPERSEDED not in [fact.kind for fact in read_journal(process.journal)]


async def test_client_that_talks_nonsense_is_hung_up_on_and_nobody_else(process: SimulatorProcess) -> None:
    ear = await connect(process.url)
    reader, writer = await asyncio.open_connection(process.address.host, process.address.port)
    writer.write(b'{"id": 1, "request": {"type": "Nonsense"}}\n')
    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()
    assert (await ear.telephony.snapshot()).legs == ()
    await ear.close()


async def test_sigterm_ends_the_process_in_good_order(process: SimulatorProcess) -> None:
    ear = await connect(process.url)
    process.process.terminate()
    assert await process.process.wait() == 0
    await ear.hears(LinkLost)
    await ear.close()


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--listen", "nowhere"], "HOST:PORT"),
        (["--listen", "127.0.0.1:0", "--journal", "/does/not/exist"], "journal"),
        (["--listen", "127.0.0.1:0", "--script", "/does/not/exist"], "script"),
        (["--listen", "127.0.0.1:0", "--option", "customers.answers=2"], "customers"),
    ],
)
async def test_what_cannot_work_is_said_at_start(options: list[str], text: str) -> None:
    command = [sys.executable, "-m", "ringback.telephony.simulator", *options]
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    _, said = await process.communicate()
    assert process.returncode == 2
    assert text in said.decode()
    assert "Traceback" not in said.decode()


async def test_port_in_use_is_said_at_start(process: SimulatorProcess) -> None:
    address: Address = process.address
    command = [sys.executable, "-m", "ringback.telephony.simulator", "--listen", f"{address.host}:{address.port}"]
    second = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    _, said = await second.communicate()
    assert second.returncode == 2
    assert b"in use" in said
