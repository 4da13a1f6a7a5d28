"""Locks between processes, which end with the process that holds them, however it ends."""

import asyncio
import fcntl

POLL_SECONDS = 0.02


def is_locked(handle: int, operation: int) -> bool:
    """Try to take the lock (`fcntl.LOCK_SH` or `LOCK_EX`) without waiting; whether we have it now."""
    try:
        fcntl.flock(handle, operation | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def locked(handle: int, operation: int) -> None:
    """Wait until the lock is ours; whoever is cancelled meanwhile takes none."""
    while True:
        if is_locked(handle, operation):
            return
        await asyncio.sleep(POLL_SECONDS)
