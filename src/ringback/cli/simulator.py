"""`ringback simulator`."""

from pathlib import Path
from typing import Annotated

import typer

from ringback.cli.input import assignments
from ringback.cli.process import run_briefly
from ringback.cli.start import start
from ringback.telephony.simulator import Address, FarEndsKind, SimulatorOptions, run_simulator


def simulator(
    listen: Annotated[
        str, typer.Option("--listen", metavar="ADDRESS", help="HOST:PORT (port 0: a free one) or unix:/PATH.")
    ] = "127.0.0.1:7070",
    journal: Annotated[
        Path | None, typer.Option("--journal", metavar="FILE", help="Append every fact to this file, one JSON a line.")
    ] = None,
    far_ends: Annotated[
        FarEndsKind | None,
        typer.Option(
            "--far-ends",
            metavar="KIND",
            help="Who answers: ordinary, digits, statistical (the one if a seed is given).",
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="NUMBER", help="The seed of statistical far ends.")
    ] = None,
    script: Annotated[
        Path | None, typer.Option("--script", metavar="FILE", help="JSON: destinations, and what each does.")
    ] = None,
    option: Annotated[
        list[str] | None, typer.Option("--option", metavar="NAME=VALUE", help="Any other option; may be repeated.")
    ] = None,
) -> None:
    """Run a simulated telephone exchange.

    It prints the URL to put into RINGBACK_LINKS as soon as it is ready. docs/simulator.md tells its options.
    """
    start()
    given = {"far_ends": far_ends, "seed": seed, "script": script}
    named = {name: str(value) for name, value in given.items() if value is not None}
    options = SimulatorOptions.from_pairs((named | assignments(option or [])).items())
    run_briefly(run_simulator(Address.parse(listen), options, journal, _say_ready))


def _say_ready(address: Address) -> None:
    typer.echo(address.url)
