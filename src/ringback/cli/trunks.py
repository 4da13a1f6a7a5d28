"""`ringback trunks`."""

from collections.abc import Iterable
from typing import Annotated

import typer
from rich.text import Text

from ringback.cli.installation import Installation, ask
from ringback.cli.output import JsonOption, marked_practice, print_json, say, table, time_text
from ringback.services import trunks
from ringback.services.trunks import LEAST_CALLS_PER_SECOND, Trunk, TrunkChoices

commands = typer.Typer(no_args_is_help=True, help="Trunks: where calls leave, how many at once and how fast.")


def _checked(calls_per_second: float | None) -> float | None:
    if calls_per_second is not None and 0 < calls_per_second < LEAST_CALLS_PER_SECOND:
        raise typer.BadParameter(f"{calls_per_second:g} is less than {LEAST_CALLS_PER_SECOND:g}; 0: no limit")
    return calls_per_second


Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of the trunk.")]
Link = Annotated[str, typer.Option(help="The telephony link that the trunk is part of (RINGBACK_LINKS).")]
Channels = Annotated[int | None, typer.Option(min=0, max=100_000, help="Customers' calls at once; 0: no limit.")]
CallsPerSecond = Annotated[
    float | None, typer.Option(min=0, max=1_000, callback=_checked, help="Calls begun a second; 0: no limit.")
]


@commands.command("list")
def list_all(json: JsonOption = False) -> None:
    """List the trunks with their limits, and which are paused."""
    found = ask(lambda on: trunks.list_all(on.database))
    if json:
        print_json(found)
    else:
        _show(found)


@commands.command()
def add(name: Name, link: Link, channels: Channels = None, calls_per_second: CallsPerSecond = None) -> None:
    """Add a trunk; a limit that is left out does not limit.

    For example: ringback trunks add carrier --link main --channels 30 --calls-per-second 5
    """
    choices = TrunkChoices(link=link, channels=channels or None, calls_per_second=calls_per_second or None)
    _show([ask(lambda on: trunks.create(on.database, on.clock, on.actor, name, choices))])


@commands.command("set")
def change(
    name: Name,
    link: Annotated[str | None, typer.Option(help="The telephony link that it is part of (RINGBACK_LINKS).")] = None,
    channels: Channels = None,
    calls_per_second: CallsPerSecond = None,
) -> None:
    """Change a trunk; what is left out stays.

    For example: ringback trunks set carrier --channels 60 --calls-per-second 0
    """

    async def do(on: Installation) -> Trunk:
        now = await trunks.get(on.database, name)
        choices = TrunkChoices(
            link=link or now.link,
            channels=now.channels if channels is None else channels or None,
            calls_per_second=now.calls_per_second if calls_per_second is None else calls_per_second or None,
        )
        return (await trunks.save(on.database, on.clock, on.actor, name, choices)).what

    _show([ask(do)])


@commands.command()
def resume(name: Name) -> None:
    """End the pause of a trunk now; it is paused again when its calls go on failing alike."""
    ask(lambda on: trunks.resume(on.database, on.clock, on.actor, name))
    say(f"The trunk {name!r} is used again.")


@commands.command()
def remove(name: Name) -> None:
    """Remove a trunk that no service and no call of the last days goes through."""
    ask(lambda on: trunks.delete(on.database, on.clock, on.actor, name))
    say(f"The trunk {name!r} is removed.")


def _show(found: Iterable[Trunk]) -> None:
    say(table(("Trunk", "Link", "Channels", "Calls a second", "Paused"), map(_row, found)))


def _row(trunk: Trunk) -> list[Text | str]:
    paused = Text(f"until {time_text(trunk.paused_until)}: {trunk.pause_reason}", style="red")
    return [
        marked_practice(trunk.name, trunk.is_practice),
        trunk.link,
        "any" if trunk.channels is None else str(trunk.channels),
        "any" if trunk.calls_per_second is None else f"{trunk.calls_per_second:g}",
        "" if trunk.paused_until is None else paused,
    ]
