"""A simulator process for tests: started on a free port or socket, ended by its id."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

from ringback.telephony.simulator import Address


class SimulatorProcess:
    """A running `python -m ringback.telephony.simulator`."""

    def __init__(self, process: asyncio.subprocess.Process, url: str, journal: Path) -> None:
        self.process = process
        self.url = url
        self.journal = journal

    @property
    def address(self) -> Address:
        """Where it listens."""
        place = self.url.removeprefix("simulator://")
        return Address.parse(f"unix:{place}" if place.startswith("/") else place)

    @classmethod
    @contextlib.asynccontextmanager
    async def running(
        cls, journal: Path, *options: str, listen: str = "127.0.0.1:0"
    ) -> AsyncGenerator["SimulatorProcess"]:
        """Start one, wait until it is ready, and end it afterwards."""
        command = [sys.executable, "-m", "ringback.telephony.simulator", "--listen", listen]
        command += ["--journal", str(journal), *options]
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        try:
            assert process.stdout is not None
            url = (await process.stdout.readline()).decode().strip()
            assert url.startswith("simulator://"), "the simulator did not start"
            yield cls(process, url, journal)
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
