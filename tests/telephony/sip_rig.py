"""The test bed of direct SIP: a real adapter, and sipp as its trunk and its agents' phones."""

import asyncio
import wave
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from ringback.clock import SystemClock
from ringback.telephony.port import DialRequest, LegRole, Telephony
from ringback.telephony.sip import SipTelephony, open_sip
from tests.telephony.rig import Ability, Behaviour
from tests.telephony.sipp import SippPhone


class SipRig:
    """One sipp telephone that is the trunk of every customer and the phone of every agent."""

    cannot: Mapping[Behaviour | Ability, str] = {
        Ability.CUT_LINK: "calls are in this process: there is no switch to be cut off from",
        Ability.SECOND_CONTROLLER: "a SIP account has no controller that could be superseded; the lease decides",
    }
    missing_prompt = "no-such-prompt"

    def __init__(self, phone: SippPhone, prompts: Path | None = None) -> None:
        self.phone, self.prompts = phone, prompts
        self.opened: list[SipTelephony] = []

    def destination(self, number: int, behaviour: Behaviour, role: LegRole) -> str:
        if role is LegRole.AGENT:
            return self.phone.uri(f"agent{number:04d}{behaviour}")
        return f"+4930{number:04d}{behaviour}"

    def times_rung(self, destination: str) -> int:
        dialled = destination.removeprefix("sip:").partition("@")[0]
        return len(self.phone.calls(dialled))

    def new_telephony(self) -> Telephony:
        return self.open()

    def open(self, more: str = "", *, local: str = "127.0.0.1:0", password: str | None = None) -> SipTelephony:
        """An adapter whose trunk is the phone; `more`: what the URL says besides."""
        url = f"sip:{self.phone.address}?user=ringback&local={local}{more}"
        self.opened.append(open_sip(url, SystemClock(), password=password, prompts_directory=self.prompts))
        return self.opened[-1]

    async def close(self) -> None:
        """Close whatever is open."""
        for telephony in self.opened:
            await telephony.close()

    async def kill(self, telephony: Telephony) -> None:
        await telephony.close()

    async def cut_link(self) -> None:
        raise NotImplementedError

    async def restore_link(self) -> None:
        raise NotImplementedError

    async def pass_time(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def request(leg_id: str, destination: str, **changes: object) -> DialRequest:
    """A request for a leg: a customer's without hold music, unless `changes` say otherwise."""
    usual: dict[str, object] = {
        "role": LegRole.AGENT if destination.startswith("sip:") else LegRole.CUSTOMER,
        "caller_id": "+4930111222",
        "caller_name": "Ringback",
        "ring_timeout": timedelta(seconds=60),
        "max_duration": timedelta(seconds=60),
        "hold": False,
        "labels": {},
    }
    return DialRequest(leg_id=leg_id, destination=destination, **(usual | changes))  # pyright: ignore[reportArgumentType]


def write_prompt(directory: Path, name: str, *, rate: int = 8000) -> None:
    """A prompt of 0.3 s."""
    directory.mkdir(exist_ok=True)
    with wave.open(str(directory / f"{name}.wav"), "wb") as prompt:
        prompt.setnchannels(1)
        prompt.setsampwidth(2)
        prompt.setframerate(rate)
        prompt.writeframes(b"\x10\x10" * (3 * rate // 10))
