"""The SIP stack can die; a direct SIP link says so."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import msgspec

from tests.telephony.sipp import SippPhone

ROOT = Path(__file__).parents[2]


async def test_death_of_the_stack_ends_every_leg_unknown_and_then_loses_the_link(tmp_path: Path) -> None:
    with SippPhone(tmp_path) as phone:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-W", "error", "-m", "tests.telephony.sip_stack_death", phone.address),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await process.communicate()
    assert process.returncode == 0
    told: list[dict[str, Any]] = [msgspec.json.decode(line) for line in output.splitlines() if line.startswith(b"{")]
    ends = {event["leg_id"]: event["outcome"] for event in told if event["type"] == "LegEnded"}
    assert ends == {"ringing": "UNKNOWN", "talking": "UNKNOWN"}
    assert [event["type"] for event in told][-3:] == ["LegEnded", "LegEnded", "LinkLost"]
