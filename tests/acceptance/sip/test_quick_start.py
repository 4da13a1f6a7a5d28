"""The quick start for operators is followed to the letter, with sipp in place of the softphones."""

import re
import shlex
from pathlib import Path

from ringback.agents.model import Presence
from ringback.callbacks.states import Result, State
from tests.acceptance.sip.site import Site

PAGE = Path(__file__).parents[3] / "docs/quick-start-sip.md"
DONE_OTHERWISE = ("ringback run", "ringback callbacks watch")
"""Commands that do not end; the site's own server and engine are what `run` would start."""


async def test_quick_start_leads_to_a_call(site: Site) -> None:
    said: dict[str, str] = {}
    for command in commands(site):
        callback_id = said.get("callbacks create", "")[len("Callback ") :][:36]
        if command.startswith("callbacks show"):
            await site.wait_for(callback_id, State.COMPLETED, Result.AGENT)
        arguments = shlex.split(command.replace("show ID", f"show {callback_id}"))
        said[" ".join(arguments[:2])] = await site.command(*arguments)
    assert "link main" in said["doctor"]
    assert "COMPLETED (AGENT)" in said["callbacks show"]
    assert (await site.agent("anna")).presence is Presence.WRAP_UP
    assert site.trunk.calls("+49301234567")[0].caller == "+4930555000"


def commands(site: Site) -> list[str]:
    """The page's `ringback` commands in order, without the word; its softphone is the site's."""
    blocks = re.findall(r"^```\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    told = [line for block in blocks for line in block.splitlines() if line.startswith("ringback ")]
    assert len(told) > 5
    return [
        line.removeprefix("ringback ").replace("192.0.2.21:5060", site.phone.address)
        for line in told
        if line not in DONE_OTHERWISE
    ]
