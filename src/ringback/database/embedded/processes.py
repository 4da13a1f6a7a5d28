"""Looking at the processes of a server: is its postmaster alive, who is left of a dead one.

Every process of a PostgreSQL server works in its data directory, so /proc tells them apart from all others. The pid
in `postmaster.pid` alone proves nothing: after a crash it may be another program's, or a zombie's in a container.
"""

import asyncio
import os
import signal
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from ringback.errors import SetupError

ORPHANS_LEAVE_BY_THEMSELVES_SECONDS = 2.0
ORPHANS_LEAVE_SECONDS = 30.0
POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A living postmaster; `is_ready`: it takes connections (it may also be starting, recovering or stopping)."""

    pid: int
    is_ready: bool


def postmaster_of(cluster: Path) -> Postmaster | None:
    """The living postmaster of that data directory."""
    try:
        lines = (cluster / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        pid = int(lines[0])
    except (OSError, ValueError, IndexError):
        return None
    if not _works_in(pid, cluster):
        return None
    return Postmaster(pid, is_ready=len(lines) > 7 and lines[7].strip() == "ready")


def processes_of(cluster: Path) -> list[int]:
    """The pids of every living process of a server on that data directory, whatever has become of the postmaster."""
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in pids if _works_in(pid, cluster)]


def is_answered(socket_dir: Path) -> bool:
    """Whether a server takes connections there, even one that we cannot see (in another container)."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(socket_dir / ".s.PGSQL.5432"))
        except OSError:
            return False
        return True


async def wait_for_orphans(cluster: Path) -> None:
    """Wait until what a dead postmaster left behind is gone: PostgreSQL does not start beside it.

    Idle ones go by themselves at once; those deep in a statement are ended as the postmaster would have done it.
    Raises SetupError, naming them, for those that do not go.
    """
    started_at = time.monotonic()
    told: set[int] = set()
    while orphans := processes_of(cluster):
        waited_seconds = time.monotonic() - started_at
        if waited_seconds > ORPHANS_LEAVE_SECONDS:
            raise SetupError(
                f"PostgreSQL cannot be started: processes of its former run still work in {cluster} and do not end "
                f"(pids {', '.join(map(str, orphans))}). End them, then start Ringback again."
            )
        if waited_seconds > ORPHANS_LEAVE_BY_THEMSELVES_SECONDS:
            for pid in set(orphans) - told:
                _quit(pid, cluster)
            told.update(orphans)
        await asyncio.sleep(POLL_SECONDS)


def _works_in(pid: int, cluster: Path) -> bool:
    try:
        if Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace") != "postgres\n":
            return False
        return os.path.samestat(Path(f"/proc/{pid}/cwd").stat(), cluster.stat())
    except OSError:
        return False


def _quit(pid: int, cluster: Path) -> None:
    try:
        handle = os.pidfd_open(pid)
    except OSError:
        return
    try:
        # Only now is it sure that the pid has not become another process'.
        if _works_in(pid, cluster):
            signal.pidfd_send_signal(handle, signal.SIGQUIT)
    except ProcessLookupError:
        pass
    finally:
        os.close(handle)
