"""`ringback trunks`."""

from typing import Annotated

import typer
from rich.text import Text

from ringback.cli.installation import ask
from ringback.cli.output import JsonOption, marked_practice, print_json, say, table, time_text
from ringback.services import trunks
from ringback.services.trunks import Trunk, TrunkChoices

commands = typer.Typer(no_args_is_help=True, help="Trunks: where calls leave, how many at once and how fast.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of the trunk.")]
Link = Annotated[str, typer.Option(help="The telephony link that the trunk is part of (RINGBACK_LINKS).")]
Channels = Annotated[int | None, typer.Option(min=1, max=100_000, help="Customers' calls at once; none: no limit.")]
CallsPerSecond = Annotated[float | None, typer.Option(min=0.01, max=1_000, help="Calls a second; none: no limit.")]


@commands.command("list")
def list_all(json: JsonOption = False) -> None:
    """List the trunks with their limits, and which are paused."""
    found = ask(lambda on: trunks.list_all(on.database))
    if json:
        print_json(found)
    else:
        say(table(("Trunk", "Link", "Channels", "Calls a second", "Paused"), [_row(trunk) for trunk in found]))


@commands.command("set")
@commands.command("add")
def save(name: Name, link: Link, channels: Channels = None, calls_per_second: CallsPerSecond = None) -> None:
    """Add a trunk, or change one: what is left out does not limit.

    For example: ringback trunks add carrier --link main --channels 30 --calls-per-second 5
    """
    choices = TrunkChoices(link=link, channels=channels, calls_per_second=calls_per_second)
    ask(lambda on: trunks.save(on.database, name, choices))
    say(f"The trunk {name!r} is saved.")


@commands.command()
def resume(name: Name) -> None:
    """End the pause of a trunk now; it is paused again when its calls go on failing alike."""
    ask(lambda on: trunks.resume(on.database, name))
    say(f"The trunk {name!r} is used again.")


@commands.command()
def remove(name: Name) -> None:
    """Remove a trunk that no service and no call of the last days goes through."""
    ask(lambda on: trunks.delete(on.database, name))
    say(f"The trunk {name!r} is removed.")


def _row(trunk: Trunk) -> list[Text | str]:
    paused = Text(f"until {time_text(trunk.paused_until)}: {trunk.pause_reason}", style="red")
    return [
        marked_practice(trunk.name, trunk.is_practice),
        trunk.link,
        "" if trunk.channels is None else str(trunk.channels),
        "" if trunk.calls_per_second is None else f"{trunk.calls_per_second:g}",
        "" if trunk.paused_until is None else paused,
    ]
