"""The `ringback` command. Every subcommand is a thin layer over the use cases that the API has as well."""

import sys
from typing import Annotated

import typer

import ringback
from ringback.cli import (
    agents,
    api_errors,
    api_keys,
    audit,
    backup,
    bulk,
    callbacks,
    config,
    doctor,
    erase,
    migrate,
    practice,
    reports,
    run,
    services,
    simulator,
    trunks,
    users,
)
from ringback.errors import RingbackError

app = typer.Typer(
    name="ringback",
    help="Ringback calls customers back. Settings are read from RINGBACK_* variables; see docs/settings.md.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(run.run)
app.command()(run.serve)
app.command()(run.engine)
app.command()(migrate.migrate)
app.command()(backup.backup)
app.command()(backup.restore)
app.command()(doctor.doctor)
app.add_typer(services.commands, name="services")
app.add_typer(trunks.commands, name="trunks")
app.add_typer(agents.commands, name="agents")
app.add_typer(config.commands, name="config")
app.add_typer(callbacks.commands, name="callbacks")
app.add_typer(bulk.commands, name="bulk")
app.command()(reports.reports)
app.add_typer(audit.commands, name="audit")
app.command()(erase.erase)
app.add_typer(users.commands, name="users")
app.add_typer(api_keys.commands, name="api-keys")
app.command("api-errors")(api_errors.list_errors)
app.command()(simulator.simulator)
app.add_typer(practice.commands, name="practice")


def main() -> None:
    """Run the command line; errors that a person can mend are told in one line, with exit code 1."""
    try:
        app()
    except RingbackError as problem:
        typer.echo(f"ringback: {problem}", err=True)
        sys.exit(1)


def _say_version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(ringback.__version__)
        raise typer.Exit


@app.callback()
def _options(  # pyright: ignore[reportUnusedFunction] (typer uses it)
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_say_version)
    ] = False,
) -> None:
    pass
