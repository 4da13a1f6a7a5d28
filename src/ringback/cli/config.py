"""`ringback config`."""

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.text import Text

from ringback.cli.input import read_text
from ringback.cli.installation import ask
from ringback.cli.output import JsonOption, console, print_json, say, say_mistakes
from ringback.configuration import exchange
from ringback.configuration.difference import Change, FieldChange, Kind
from ringback.configuration.exchange import Applied
from ringback.configuration.mistakes import InvalidConfiguration

# The exit code of a rehearsal that would change something.
WOULD_CHANGE = 3
# A value before and one after that are longer together are shown beneath each other.
SHORT = 50

commands = typer.Typer(no_args_is_help=True, help="The configuration as a file: trunks, services and agents.")

File = Annotated[Path, typer.Argument(metavar="FILE", help="The file, YAML; - reads it from the standard input.")]

_MARKS = {Kind.ADDED: ("+", "green"), Kind.CHANGED: ("~", "yellow"), Kind.REMOVED: ("-", "red")}


@commands.command()
def export(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead.")] = None,
) -> None:
    """Print the trunks, services and agents with all their settings; no secrets, no presence, nothing of practice."""
    text = ask(lambda on: exchange.export(on.database))
    if output is None:
        sys.stdout.write(text)
    else:
        try:
            output.write_text(text, encoding="utf-8")
        except OSError as problem:
            raise typer.BadParameter(f"{output} cannot be written: {problem.strerror}") from None


@commands.command()
def apply(
    file: File,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Change nothing; exit with 3 if something would change.")
    ] = False,
    prune: Annotated[bool, typer.Option("--prune", help="Remove what the sections of the file do not name.")] = False,
    json: JsonOption = False,
) -> None:
    """Make the installation as the file says: all of it, or nothing and every mistake told.

    A setting that the file leaves out stays as it is, and so does a whole section.
    """
    text = read_text(file)
    try:
        applied = ask(
            lambda on: exchange.apply(on.database, on.clock, on.actor, text, is_rehearsal=dry_run, prunes=prune)
        )
    except InvalidConfiguration as problem:
        say_mistakes(map(str, problem.mistakes), f"{file} was not applied and nothing has changed")
        raise typer.Exit(1) from None
    if json:
        print_json(applied)
    else:
        _show(applied, dry_run=dry_run)
    if dry_run and applied.changes:
        raise typer.Exit(WOULD_CHANGE)


def _show(applied: Applied, *, dry_run: bool) -> None:
    for change in applied.changes:
        _show_change(change)
    for change in applied.unlisted:
        say(Text(f"  {change.section} {change.name} is not in the file and stays (--prune removes it)", style="dim"))
    if not applied.changes:
        say("Nothing is to be changed." if dry_run else "Nothing was to be changed.")
    else:
        say("This would change." if dry_run else "This is changed.")


def _show_change(change: Change) -> None:
    mark, style = _MARKS[change.kind]
    say(Text(f"{mark} {change.section} {change.name}", style=style))
    for field in change.fields:
        for line in _lines(change.kind, field):
            console().print(Text(f"    {line}"), soft_wrap=True)


def _lines(kind: Kind, field: FieldChange) -> list[str]:
    before, after = (msgspec.json.encode(value).decode() for value in (field.before, field.after))
    if kind is Kind.ADDED:
        return [f"{field.field}: {after}"]
    if len(before) + len(after) <= SHORT:
        return [f"{field.field}: {before} -> {after}"]
    return [f"{field.field}:", f"- {before}", f"+ {after}"]
