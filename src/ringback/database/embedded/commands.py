"""Running PostgreSQL's programs without holding up the event loop."""

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

# Nothing of the caller's environment: a stray PGDATA, PGPORT or PGOPTIONS would reach the server.
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "TZ": "UTC"}


class Identity(NamedTuple):
    """The user, the group and the further groups that a command runs with."""

    uid: int
    gid: int
    groups: Sequence[int]


async def run(
    *command: str | Path,
    text: str = "",
    identity: Identity | None = None,
    secrets: Mapping[str, str] = MappingProxyType({}),
) -> tuple[int, str]:
    """Run a command with `text` as its input. Returns its exit status and all it wrote; raises OSError without one.

    `secrets`: what its environment has beside `ENVIRONMENT`, and no list of processes shows.

    It gets a session of its own, so that a Ctrl-C at the terminal reaches Ringback only. When the caller is
    cancelled, the command is killed. (Threads, not asyncio's subprocesses: uvloop's cannot change the user.)
    """
    process = _started(command, identity, secrets)
    finished = asyncio.ensure_future(asyncio.to_thread(process.communicate, text))
    try:
        output, _ = await asyncio.shield(finished)
    except asyncio.CancelledError:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await finished
        raise
    return process.returncode, output


def _started(
    command: Sequence[str | Path], identity: Identity | None, secrets: Mapping[str, str]
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        cwd="/",
        env={**ENVIRONMENT, **secrets},
        start_new_session=True,
        user=identity.uid if identity else None,
        group=identity.gid if identity else None,
        extra_groups=identity.groups if identity else None,
        umask=0o077,
    )
