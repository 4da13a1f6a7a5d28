"""The processes of a crash test: forked from one that has everything imported, signalled and ended by their ids."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.acceptance.crash.engine_process import EngineOrder, Way, run_engine

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload([run_engine.__module__])


class Process:
    """A process of the site, by its id."""

    def __init__(self, target: Callable[..., None], *arguments: object) -> None:
        self._process = _processes.Process(target=target, args=arguments, daemon=True)
        self._process.start()

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it lives; minus the signal's number when one has ended it."""
        return self._process.exitcode

    def is_frozen(self) -> bool:
        """Whether SIGSTOP holds it."""
        try:
            status = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii")
        except OSError:
            return False  # it is gone
        return status.rpartition(")")[2].split()[0] == "T"

    def send(self, number: signal.Signals) -> None:
        """Signal it, if it lives."""
        if self.exit_code is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def end(self) -> None:
        """Kill it, frozen or not, and wait until it is gone."""
        self.send(signal.SIGKILL)
        self._process.join()


class EngineProcess(Process):
    """A running engine."""

    def __init__(self, order: EngineOrder) -> None:
        self.order = order
        super().__init__(run_engine, order)

    @property
    def log(self) -> str:
        """All that it has said."""
        return self.order.log.read_text(encoding="utf-8") if self.order.log.exists() else ""

    def is_interrupted(self) -> bool:
        """Whether it has come to its point."""
        return self.is_frozen() if self.order.way is Way.FREEZE else self.exit_code is not None
