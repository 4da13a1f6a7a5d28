"""`ringback practice`, and what `ringback run --practice` adds."""

import msgspec
import typer

from ringback import practice
from ringback.cli.installation import Installation, ask
from ringback.cli.process import command_name
from ringback.cli.welcome import address_of
from ringback.errors import SetupError
from ringback.practice import Removed, Stage
from ringback.settings import Settings

commands = typer.Typer(no_args_is_help=True, help="Practice: what `ringback run --practice` has brought.")


@commands.callback()
def _group() -> None:  # pyright: ignore[reportUnusedFunction] (typer uses it: `remove` stays a word of its own)
    pass


@commands.command()
def remove() -> None:
    """Remove all that is practice.

    That is its services, agents, callbacks and API key, and nothing else. It may be done while practice runs: calls
    under way are waited for, at most about a minute.
    """

    async def do(on: Installation) -> Removed:
        return await practice.remove(on.database, on.clock, on.actor, _say_waiting)

    removed = ask(do)
    counts = {
        "service": removed.services,
        "agent": removed.agents,
        "callback": removed.callbacks,
        "API key": removed.api_keys,
    }
    typer.echo(f"Removed {', '.join(_counted(number, noun) for noun, number in counts.items())} of practice.")
    if removed.agents_kept:
        kept = _counted(removed.agents_kept, "agent")
        typer.echo(f"Calls of real services tell of {kept}, kept as real and OFFLINE.")


def with_practice_link(settings: Settings) -> Settings:
    """The settings with the link that practice calls over. Raises SetupError when a real one has its name."""
    if practice.LINK in settings.links:
        raise SetupError(f"RINGBACK_LINKS names a link {practice.LINK!r}, as practice does: give it another name")
    return msgspec.structs.replace(settings, links={**settings.links, practice.LINK: practice.LINK_URL})


def say_stage(stage: Stage, settings: Settings) -> None:
    """Say what practice has brought, and what to try."""
    ringback = command_name()
    typer.echo(f"Practice: simulated customers ask for calls in the services {', '.join(stage.services)}.")
    if stage.secret:
        typer.echo(f"  Its API key, shown once  {stage.secret}")
        typer.echo(f"  Try it  curl -H 'X-API-Key: {stage.secret}' '{address_of(settings)}/api/v1/callbacks?open=true'")
    else:
        typer.echo("  There is an API key named practice already. Another one:")
        typer.echo(f"          {ringback} api-keys create NAME --scope create --scope read --scope manage")
    typer.echo(f"  Remove all of it  {ringback} practice remove")


def _say_waiting(calls: int) -> None:
    typer.echo(f"Waiting for {_counted(calls, 'call')} to end …", err=True)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
