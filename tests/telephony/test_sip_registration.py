"""A direct SIP link that has to register is up exactly while it is registered."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ringback.clock import ManualClock
from ringback.telephony.port import LinkLost, LinkRestored, TelephonyUnavailable
from ringback.telephony.sip import open_sip
from ringback.telephony.sip.adapter import REGISTER_AGAIN_SECONDS
from tests.telephony.rig import Controller
from tests.telephony.sip_rig import SipRig, request
from tests.telephony.sipp import SippPhone, SippRegistrar, free_udp_port


class RegisteredLine:
    """An adapter that registers at a port, where a test puts a registrar; its clock is moved by hand."""

    def __init__(self, phone: SippPhone) -> None:
        self.port = free_udp_port()
        self.clock = ManualClock()
        self.telephony = open_sip(f"sip:127.0.0.1:{self.port}?user=ringback&register=yes", self.clock)
        self.controller = Controller(SipRig(phone), self.telephony)


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[RegisteredLine]:
    """Not started yet."""
    with SippPhone(tmp_path / "phone") as phone:
        line = RegisteredLine(phone)
        yield line
        await line.telephony.close()


async def test_link_is_up_once_it_is_registered(line: RegisteredLine, tmp_path: Path) -> None:
    with SippRegistrar(tmp_path / "registrar", accepts=True, port=line.port):
        await line.telephony.start()
        await line.controller.hears(LinkRestored)
        await line.telephony.prepare(request("leg-1", "+493000101"))


async def test_refused_registration_keeps_the_link_down_until_it_is_accepted(
    line: RegisteredLine, tmp_path: Path
) -> None:
    with SippRegistrar(tmp_path / "refusing", accepts=False, port=line.port) as registrar:
        await line.telephony.start()
        await line.controller.until(lambda: "403 Forbidden" in registrar.messages(), what="the refusal")
        with pytest.raises(TelephonyUnavailable):
            await line.telephony.prepare(request("leg-1", "+493000101"))
    with SippRegistrar(tmp_path / "accepting", accepts=True, port=line.port):
        await registers_again(line, after=0)
    lost, restored = line.controller.told
    assert isinstance(lost, LinkLost)
    assert "403 Forbidden" in lost.reason
    assert isinstance(restored, LinkRestored)


async def test_trunk_that_does_not_answer_is_told_once(line: RegisteredLine, tmp_path: Path) -> None:
    await line.telephony.start()
    lost = await line.controller.hears(LinkLost)
    assert lost.reason == f"the trunk 127.0.0.1:{line.port} does not answer the registration"
    with SippRegistrar(tmp_path / "accepting", accepts=True, port=line.port):
        await registers_again(line, after=0)
    assert [type(event) for event in line.controller.told] == [LinkLost, LinkRestored]


async def test_lost_registration_is_told_and_so_is_the_next_one(line: RegisteredLine, tmp_path: Path) -> None:
    with SippRegistrar(tmp_path / "accepting", accepts=True, port=line.port):
        await line.telephony.start()
        await line.controller.hears(LinkRestored)
    with SippRegistrar(tmp_path / "refusing", accepts=False, port=line.port):
        await line.controller.hears(LinkLost)
        with pytest.raises(TelephonyUnavailable):
            await line.telephony.snapshot()
    with SippRegistrar(tmp_path / "again", accepts=True, port=line.port):
        await registers_again(line, after=1)
    assert [type(event) for event in line.controller.told] == [LinkRestored, LinkLost, LinkRestored]


async def registers_again(line: RegisteredLine, after: int) -> None:
    """Move the clock on until the adapter has tried again and says so."""
    for _ in range(200):
        if any(isinstance(event, LinkRestored) for event in line.controller.told[after:]):
            return
        await line.clock.advance(REGISTER_AGAIN_SECONDS)
        await line.controller.rig.pass_time(0.05)
    raise AssertionError(f"not registered again: {line.controller.told}")
