"""Ringback's own processes over a database of a benchmark, and a key to its API."""

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx

from ringback.accounts import api_keys
from ringback.accounts.rules import Scope
from ringback.actors import ENGINE
from ringback.clock import SystemClock
from ringback.database.pool import Database


@contextlib.asynccontextmanager
async def process(command: str, database_url: str, **settings: str) -> AsyncGenerator[asyncio.subprocess.Process]:
    """`ringback COMMAND` over that database; ended in the end."""
    given = {f"RINGBACK_{name.upper()}": value for name, value in settings.items()}
    environment = {**os.environ, "RINGBACK_DATABASE_URL": database_url, "RINGBACK_LOG_LEVEL": "warning", **given}
    running = await asyncio.create_subprocess_exec(sys.executable, "-m", "ringback", command, env=environment)
    try:
        yield running
    finally:
        if running.returncode is None:
            running.terminate()
            await running.wait()


@contextlib.asynccontextmanager
async def api(command: str, database_url: str) -> AsyncGenerator[tuple[httpx.AsyncClient, int]]:
    """A client, with a key for everything, of `ringback serve` or `ringback run`, and the id of that process."""
    async with Database(database_url) as database:
        secret = (
            await api_keys.create(database, SystemClock(), ENGINE, f"bench-{os.urandom(4).hex()}", list(Scope))
        ).secret
    port = _free_port()
    async with (
        process(command, database_url, port=str(port)) as running,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers={"X-API-Key": secret}, timeout=120) as client,
    ):
        await _until_answered(client, running)
        yield client, running.pid


def memory_mb(pid: int) -> float:
    """What a process has in memory now."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))


async def _until_answered(client: httpx.AsyncClient, running: asyncio.subprocess.Process) -> None:
    while running.returncode is None:
        with contextlib.suppress(httpx.TransportError):
            (await client.get("/healthz")).raise_for_status()
            return
        await asyncio.sleep(0.05)
    raise RuntimeError("the server ended before it answered")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
