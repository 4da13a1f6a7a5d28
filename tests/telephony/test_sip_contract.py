"""Direct SIP keeps the telephony contract, with sipp as every far end and real RTP."""

import asyncio
import wave
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from tests.telephony.contract import TelephonyContract
from tests.telephony.contract_link import LinkContract
from tests.telephony.rig import Ability, Behaviour, Rig
from tests.telephony.sipp import SippPhone

from ringback.clock import SystemClock
from ringback.telephony.port import LegRole, Telephony
from ringback.telephony.sip import open_sip


class SipRig:
    """One sipp telephone that is the trunk of every customer and the phone of every agent."""

    cannot: Mapping[Behaviour | Ability, str] = {
        Ability.CUT_LINK: "calls are in this process: there is no switch to be cut off from",
        Ability.SECOND_CONTROLLER: "a SIP account has no controller that could be superseded; the lease decides",
    }
    missing_prompt = "no-such-prompt"

    def __init__(self, phone: SippPhone, prompts: Path) -> None:
        self.phone, self.prompts = phone, prompts
        self.opened: list[Telephony] = []

    def destination(self, number: int, behaviour: Behaviour, role: LegRole) -> str:
        if role is LegRole.AGENT:
            return self.phone.uri(f"agent{number:04d}{behaviour}")
        return f"+4930{number:04d}{behaviour}"

    def times_rung(self, destination: str) -> int:
        dialled = destination.removeprefix("sip:").partition("@")[0]
        return len(self.phone.calls(dialled))

    def new_telephony(self) -> Telephony:
        url = f"sip:{self.phone.address}?user=ringback&local=127.0.0.1:0"
        self.opened.append(open_sip(url, SystemClock(), prompts_directory=self.prompts))
        return self.opened[-1]

    async def kill(self, telephony: Telephony) -> None:
        await telephony.close()

    async def cut_link(self) -> None:
        raise NotImplementedError

    async def restore_link(self) -> None:
        raise NotImplementedError

    async def pass_time(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class TestDirectSip(TelephonyContract, LinkContract):
    """All cases, over real SIP."""

    @pytest.fixture
    async def rig(self, tmp_path: Path) -> AsyncIterator[Rig]:
        write_prompt(tmp_path / "prompts", "greeting")
        with SippPhone(tmp_path / "phone") as phone:
            rig = SipRig(phone, tmp_path / "prompts")
            yield rig
            for telephony in rig.opened:
                await telephony.close()
            assert all(call.invites == 1 for call in phone.calls()), "an INVITE was sent twice"


def write_prompt(directory: Path, name: str, *, rate: int = 8000) -> None:
    """A prompt of 0.3 s."""
    directory.mkdir(exist_ok=True)
    with wave.open(str(directory / f"{name}.wav"), "wb") as prompt:
        prompt.setnchannels(1)
        prompt.setsampwidth(2)
        prompt.setframerate(rate)
        prompt.writeframes(b"\x10\x10" * (3 * rate // 10))
