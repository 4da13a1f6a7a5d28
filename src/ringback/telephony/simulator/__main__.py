"""`python -m ringback.telephony.simulator`: the simulator as a process of its own (docs/simulator.md)."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from ringback.errors import SetupError

from .options import FarEndsKind, SimulatorOptions
from .process import run_simulator
from .protocol import Address


def simulator(
    listen: Annotated[str, typer.Option(help="HOST:PORT (port 0: a free one) or unix:/path")] = "127.0.0.1:7070",
    journal: Annotated[Path | None, typer.Option(help="append every fact to this file, one JSON a line")] = None,
    far_ends: Annotated[FarEndsKind | None, typer.Option(help="who answers; statistical if a seed is given")] = None,
    seed: Annotated[int | None, typer.Option(help="the seed of statistical far ends")] = None,
    script: Annotated[Path | None, typer.Option(help="a JSON file: destinations and what they do")] = None,
    option: Annotated[list[str] | None, typer.Option(help="any other option: NAME=VALUE")] = None,
    manual_clock: Annotated[bool, typer.Option(help="time moves only on command: for tests")] = False,
) -> None:
    """Run the simulated telephone exchange until it is stopped; prints the URL for RINGBACK_LINKS when it is ready."""
    given = {"far_ends": far_ends, "seed": seed, "script": script}
    pairs = [(name, str(value)) for name, value in given.items() if value is not None]
    pairs += [(name, value) for name, _, value in (text.partition("=") for text in option or [])]
    try:
        address, options = Address.parse(listen), SimulatorOptions.from_pairs(pairs)
        asyncio.run(run_simulator(address, options, journal, _say_ready, has_manual_clock=manual_clock))
    except SetupError as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(2) from None


def _say_ready(address: Address) -> None:
    sys.stdout.write(f"{address.url}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    typer.run(simulator)
