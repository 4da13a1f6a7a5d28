"""A process whose SIP stack dies under it; prints the events that its link tells, one JSON each.

A process of its own, because baresip never comes up again in one where it died.
"""

import asyncio
import importlib
import sys

import msgspec

from ringback.clock import SystemClock
from ringback.telephony.port import Event, LegAnswered, LegRinging, LinkLost
from ringback.telephony.sip import SipTelephony, open_sip
from tests.telephony.sip_rig import request


async def main(trunk: str) -> None:
    """Bring one leg to ringing and one to talking, then kill the stack."""
    telephony = open_sip(f"sip:{trunk}", SystemClock())
    await telephony.start()
    for leg_id, destination in (("ringing", "+493000103"), ("talking", "+493000201")):
        await telephony.prepare(request(leg_id, destination))
        await telephony.dial(leg_id)
    await until(telephony, LegRinging(leg_id="ringing"), LegAnswered(leg_id="talking"))
    kill_stack()
    await until(telephony, LinkLost(reason="the SIP stack died: restart this engine"))
    await telephony.close()


async def until(telephony: SipTelephony, *awaited: Event) -> None:
    """Print what is told until all those events were."""
    missing = list(awaited)
    async for event in telephony.events():
        sys.stdout.write(msgspec.json.encode(event).decode() + "\n")
        missing = [other for other in missing if other != event]
        if not missing:
            return


def kill_stack() -> None:
    """Stop baresip's thread behind the back of the library."""
    native = importlib.import_module("baresip._native")
    native.lib.bp_cmd(native.lib.BP_CMD_STOP, 0, native.ffi.NULL)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
