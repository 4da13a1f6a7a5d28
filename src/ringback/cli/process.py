"""How the process of a command runs, is stopped, and fails."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import uvloop

from ringback.errors import RingbackError

T = TypeVar("T")
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run_until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Run to the end, or until SIGINT or SIGTERM: that cancels the work, which then has to leave things in order.

    A second signal kills.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_until_stopped(work))


def run_briefly(work: Coroutine[Any, Any, T]) -> T:
    """Run a command that ends by itself; Ctrl-C ends it at once."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


async def together(*works: Coroutine[Any, Any, None]) -> None:
    """Run all of them at once; when one fails the others are cancelled. Raises what the first one raised."""
    try:
        async with asyncio.TaskGroup() as tasks:
            for work in works:
                tasks.create_task(work)
    except BaseExceptionGroup as group:
        ours = [problem for problem in group.exceptions if isinstance(problem, RingbackError)]
        if not ours:
            raise
        raise ours[0] from None


def command_name() -> str:
    """How this command can be called again from the same shell."""
    called_as = Path(sys.argv[0])
    if called_as.name == "__main__.py":
        return f"{os.path.relpath(sys.executable)} -m ringback" if _is_below_here() else "python -m ringback"
    return "ringback" if shutil.which("ringback") else os.path.relpath(called_as)


def _is_below_here() -> bool:
    return Path(sys.executable).absolute().is_relative_to(Path.cwd())


async def _until_stopped(work: Coroutine[Any, Any, None]) -> None:
    loop = asyncio.get_running_loop()
    task = asyncio.create_task(work, name="command")
    is_stopped = False

    def stop() -> None:
        nonlocal is_stopped
        is_stopped = True
        for number in STOP_SIGNALS:
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)
        task.cancel()

    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, stop)
    try:
        await task
    except asyncio.CancelledError:
        if not is_stopped:
            raise
