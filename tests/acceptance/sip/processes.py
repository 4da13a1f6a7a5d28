"""Ringback as an operator runs it: processes of the `ringback` command, ended by their ids."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from tests.acceptance.sip.waiting import until

RINGBACK = (sys.executable, "-m", "ringback")
STOP_SECONDS = 30


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Our environment with these settings of Ringback and no others."""
    rest = {name: value for name, value in os.environ.items() if not name.startswith("RINGBACK_")}
    return {**rest, **settings}


async def run_command(arguments: Sequence[str], settings: Mapping[str, str]) -> tuple[str, int]:
    """Run `python -m ringback` with these arguments to its end; what it said, and its exit code."""
    process = await asyncio.create_subprocess_exec(
        *RINGBACK, *arguments, env=environment(settings), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    said, _ = await process.communicate()
    return said.decode(), await process.wait()


class RingbackProcess:
    """`python -m ringback COMMAND` with these settings and no others, logging to `NAME.log`.

    What it keeps for the moment is beside the log: an engine that is killed leaves the folder of its SIP stack behind.
    """

    def __init__(self, command: str, log: Path, settings: Mapping[str, str]) -> None:
        self.name = log.stem
        self._log = log
        with log.open("wb") as file:
            self._process = subprocess.Popen(
                [*RINGBACK, command],
                env=environment({**settings, "RINGBACK_LOG_FORMAT": "json", "TMPDIR": str(log.parent)}),
                stdout=subprocess.DEVNULL,
                stderr=file,
            )

    @property
    def log(self) -> str:
        """Everything that it has logged so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def said(self, event: str) -> dict[str, Any] | None:
        """The first line of the log about that event."""
        lines = (line for line in self.log.splitlines(keepends=True) if line.endswith("\n") and line.startswith("{"))
        entries: list[dict[str, Any]] = [msgspec.json.decode(line) for line in lines]
        return next((entry for entry in entries if entry["event"] == event), None)

    @property
    def complaints(self) -> list[str]:
        """The lines of its log that tell of a defect: errors, and whatever is no log line at all."""
        lines = self.log.splitlines()
        return [line for line in lines if '"level":"error"' in line.replace(" ", "") or not line.startswith("{")]

    async def says(self, event: str) -> dict[str, Any]:
        """Wait for a line of the log; the process has to live that long."""
        await until(lambda: self.said(event) is not None or self._process.poll() is not None, f"{self.name}: {event}")
        entry = self.said(event)
        assert entry is not None, f"{self.name} ended before it said {event!r}:\n{self.log}"
        return entry

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """Ask it to stop, as an init system does; its exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(STOP_SECONDS)
