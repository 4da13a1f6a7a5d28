"""Running the simulator as a process of its own, until it is told to stop."""

import asyncio
import contextlib
import signal
from collections.abc import Callable
from pathlib import Path

from ringback.clock import ManualClock, SystemClock
from ringback.errors import SetupError

from .journal import JournalFile
from .options import SimulatorOptions, make_exchange
from .protocol import Address
from .server import SimulatorServer


async def run_simulator(
    address: Address,
    options: SimulatorOptions,
    journal: Path | None,
    say_ready: Callable[[Address], None],
    *,
    has_manual_clock: bool = False,
) -> None:
    """Serve until SIGINT or SIGTERM. `say_ready` is told the real address once it listens.

    `has_manual_clock`: time stands still but for the control command that moves it. Raises SetupError when it cannot
    listen, write its journal or read its script.
    """
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(_open(journal)) if journal else None
        clock = ManualClock() if has_manual_clock else SystemClock()
        exchange = make_exchange(options, clock, file, earlier=journal)
        server = SimulatorServer(exchange, clock)
        say_ready(await server.start(address))
        try:
            await _wait_for_a_signal()
        finally:
            await server.close()
            await exchange.close()


def _open(journal: Path) -> JournalFile:
    try:
        return JournalFile(journal)
    except OSError as problem:
        raise SetupError(f"The simulator cannot write its journal: {problem}") from None


async def _wait_for_a_signal() -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    await stopped.wait()
