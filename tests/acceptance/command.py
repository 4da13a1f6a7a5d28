"""The `ringback` command as people use it: real processes, ended by their ids."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")
PATIENCE_SECONDS = 60.0
LOOK_EVERY_SECONDS = 0.05


class Running:
    """A command that runs until it is stopped. `out` and `log`: what it has written to stdout and stderr so far."""

    def __init__(self, process: "subprocess.Popen[bytes]", out: Path, log: Path) -> None:
        self._process = process
        self._out, self._log = out, log

    @property
    def out(self) -> str:
        return self._out.read_text(encoding="utf-8")

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def entry(self, event: str) -> dict[str, Any]:
        """Wait for an entry of its log."""

        def find() -> dict[str, Any] | None:
            assert self._process.poll() is None, f"it ended: {self.log}"
            lines = [line for line in self.log.splitlines(keepends=True) if line.endswith("}\n")]
            entries: list[dict[str, Any]] = [msgspec.json.decode(line) for line in lines]
            return next((entry for entry in entries if entry["event"] == event), None)

        return until(find, f"the log says {event!r}")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop; its exit code."""
        self._process.send_signal(number)
        return self._process.wait(PATIENCE_SECONDS)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


class Command:
    """`ringback` with these settings and no others."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self._folder = folder
        rest = {name: value for name, value in os.environ.items() if not name.startswith("RINGBACK_")}
        self._environment = {**rest, "RINGBACK_PORT": "0", "RINGBACK_LOG_FORMAT": "json", "COLUMNS": "80", **settings}

    def run(self, *words: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        """Run a command that ends by itself."""
        return subprocess.run(
            [sys.executable, "-m", "ringback", *words],
            env={**self._environment, **settings},
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    def does(self, *words: str) -> str:
        """What a command prints that has to work."""
        done = self.run(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def json(self, *words: str) -> Any:
        """What a command says as JSON."""
        return msgspec.json.decode(self.does(*words, "--json"))

    def refuses(self, *words: str) -> str:
        """The one line that a command says which is refused."""
        done = self.run(*words)
        assert (done.returncode, done.stdout) == (1, ""), done
        assert done.stderr.startswith("ringback: ")
        assert done.stderr.count("\n") == 1
        return done.stderr.strip()

    @contextlib.contextmanager
    def start(self, *words: str, **settings: str) -> Generator[Running]:
        """A command that runs until it is stopped."""
        name = f"{words[0]}-{time.monotonic_ns()}"
        out, log = self._folder / f"{name}.out", self._folder / f"{name}.log"
        with out.open("wb") as to_out, log.open("wb") as to_log:
            process = subprocess.Popen(
                [sys.executable, "-m", "ringback", *words],
                env={**self._environment, **settings},
                stdout=to_out,
                stderr=to_log,
            )
        running = Running(process, out, log)
        try:
            yield running
        finally:
            running.kill()
            sys.stdout.write(f"--- {name}\n{running.out}{running.log}")


def until(look: Callable[[], T | None], what: str) -> T:
    """Look again and again until there is something to be seen; return it."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not (seen := look()):
        assert time.monotonic() < end, f"waited {PATIENCE_SECONDS} s until {what}"
        time.sleep(LOOK_EVERY_SECONDS)
    return seen
