"""What `ringback run` says when it is ready."""

import typer

from ringback.cli.process import command_name
from ringback.settings import Settings


def welcome(settings: Settings) -> None:
    """Say where it is and how to go on."""
    address = address_of(settings) if settings.port else "the address that the log names"
    ringback = command_name()
    lines = [
        f"Ringback is running at {address}",
        f"  API documentation   {address}/api/docs",
        f"  Make an API key     {ringback} api-keys create NAME --scope create --scope read",
        f"  Watch the callbacks {ringback} callbacks watch",
        f"  See if all is well  {ringback} doctor",
        "  Stop                Ctrl-C",
    ]
    typer.echo("\n".join(lines))


def address_of(settings: Settings) -> str:
    """The URL that the API is served at."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"
