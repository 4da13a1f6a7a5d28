"""What `ringback run` says when it is ready, and whoever makes the first user."""

import typer

from ringback.accounts.first_administrator import NAME, FirstAdministrator
from ringback.cli.process import command_name
from ringback.settings import Settings


def welcome(settings: Settings, first: FirstAdministrator | None) -> None:
    """Say where it is, how to log in and how to go on. `first`: the first user, if just made."""
    address = address_of(settings) if settings.port else "the address that the log names"
    ringback = command_name()
    login = [f"  Password forgotten  {ringback} users reset-password {NAME}"] if first is None else _login(first)
    lines = [
        f"Ringback is running at {address}",
        *login,
        f"  API documentation   {address}/api/docs",
        f"  Make an API key     {ringback} api-keys create NAME --scope create --scope read",
        f"  Watch the callbacks {ringback} callbacks watch",
        f"  See if all is well  {ringback} doctor",
        "  Stop                Ctrl-C",
    ]
    typer.echo("\n".join(lines))


def say_first_login(first: FirstAdministrator) -> None:
    """Say how the first user logs in; a password that was not given in the settings is shown now and never again."""
    typer.echo("\n".join(["There was no user yet.", *_login(first)]))


def address_of(settings: Settings) -> str:
    """The URL that the API is served at."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def _login(first: FirstAdministrator) -> list[str]:
    if first.password is None:
        return [f"  First login         {first.name}, with the password of RINGBACK_ADMIN_PASSWORD"]
    return [
        f"  First login         {first.name}, with the password {first.password}",
        "                      It is shown only now; the first login asks for another one.",
    ]
