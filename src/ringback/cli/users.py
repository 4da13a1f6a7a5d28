"""`ringback users`."""

from typing import Annotated

import typer
from msgspec import UNSET
from rich.text import Text

from ringback.accounts import users
from ringback.accounts.rules import Role
from ringback.accounts.users import SavedUser, User, UserChoices
from ringback.cli.installation import Installation, ask
from ringback.cli.output import JsonOption, print_json, say, table, time_text

commands = typer.Typer(no_args_is_help=True, help="Users: the people who log in, and what they may do.")

_COLUMNS = ("Name", "Roles", "Services", "Agent", "Last login", "Password")
_KEPT_WHOLE = ("Roles", "Last login")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name that the user logs in with.")]
Roles = Annotated[
    list[Role] | None,
    typer.Option("--role", metavar="ROLE", help="A role of the user; may be repeated.", case_sensitive=False),
]
Services = Annotated[
    list[str] | None, typer.Option("--service", metavar="NAME", help="A service they are given; may be repeated.")
]
AllServices = Annotated[bool, typer.Option("--all-services", help="Give them all services, also those to come.")]
Agent = Annotated[str | None, typer.Option("--agent", metavar="NAME", help="The agent that the user is.")]
DisplayName = Annotated[str | None, typer.Option("--display-name", metavar="TEXT", help="What they are shown as.")]


@commands.command("list")
def list_all(json: JsonOption = False) -> None:
    """List the users, also those who are disabled."""
    found = ask(lambda on: users.list_all(on.database))
    if json:
        print_json(found)
    elif found:
        say(table(_COLUMNS, map(_row, found), kept_whole=_KEPT_WHOLE))
    else:
        say("There is no user yet; the first start of `ringback run` makes one.")


@commands.command()
def create(
    name: Name,
    role: Roles = None,
    service: Services = None,
    all_services: AllServices = False,
    agent: Agent = None,
    display_name: DisplayName = None,
    json: JsonOption = False,
) -> None:
    """Make a user and print their first password: this is the only time it is shown.

    Roles: MONITOR, SUPERVISOR, ADMINISTRATOR, DEVELOPER, AGENT; docs/access.md says what each may do.
    """
    choices = _chosen(role, service, all_services, agent, display_name)
    made = _save(name, choices, is_new=True)
    if json:
        print_json(made)
        return
    _say_password(made.password or "")


@commands.command()
def change(
    name: Name,
    role: Roles = None,
    service: Services = None,
    all_services: AllServices = False,
    agent: Agent = None,
    display_name: DisplayName = None,
    no_roles: Annotated[bool, typer.Option("--no-roles", help="Take all roles from them.")] = False,
    no_services: Annotated[bool, typer.Option("--no-services", help="Take all services from them.")] = False,
    no_agent: Annotated[bool, typer.Option("--no-agent", help="They are no agent any more.")] = False,
    json: JsonOption = False,
) -> None:
    """Change a user; it holds at once, also where they are logged in.

    Roles and services that are named are then all that they have; what is not named stays.
    """
    if (role and no_roles) or (agent is not None and no_agent) or (no_services and (service or all_services)):
        raise typer.BadParameter("give something, or take all of it: not both")
    choices = _chosen(
        [] if no_roles else role, [] if no_services else service, all_services, agent, display_name, no_agent=no_agent
    )
    if choices == UserChoices():
        raise typer.BadParameter("say what is to be changed, such as --role SUPERVISOR")
    _show(_save(name, choices, is_new=False).user, json=json)


@commands.command("reset-password")
def reset_password(name: Name) -> None:
    """Give a user a new password and print it: this is the only time it is shown.

    Their sessions end, and they have to choose another password when they log in with it.
    """

    async def do(on: Installation) -> str:
        return await users.reset_password(on.database, on.clock, on.actor, name)

    _say_password(ask(do))


@commands.command()
def disable(name: Name) -> None:
    """Let a user log in no more; their sessions end at once."""
    saved = _save(name, UserChoices(is_enabled=False), is_new=False)
    say(f"{saved.user.name!r} is disabled.")


@commands.command()
def enable(name: Name) -> None:
    """Let a user who was disabled log in again, with the password they had."""
    saved = _save(name, UserChoices(is_enabled=True), is_new=False)
    say(f"{saved.user.name!r} is enabled.")


def _chosen(
    roles: list[Role] | None,
    services: list[str] | None,
    all_services: bool,
    agent: str | None,
    display_name: str | None,
    *,
    no_agent: bool = False,
) -> UserChoices:
    if services and all_services:
        raise typer.BadParameter("give some services, or all: not both")
    return UserChoices(
        display_name=UNSET if display_name is None else display_name,
        roles=UNSET if roles is None else roles,
        services=None if all_services else UNSET if services is None else services,
        agent=None if no_agent else UNSET if agent is None else agent,
    )


def _save(name: str, choices: UserChoices, *, is_new: bool) -> SavedUser:
    async def do(on: Installation) -> SavedUser:
        return await users.save(on.database, on.clock, on.actor, name, choices, is_new=is_new)

    return ask(do)


def _say_password(password: str) -> None:
    typer.echo(password)
    typer.echo("This is the password; it is not shown again. The next login with it asks for another one.", err=True)


def _show(user: User, *, json: bool) -> None:
    if json:
        print_json(user)
    else:
        say(table(_COLUMNS, [_row(user)], kept_whole=_KEPT_WHOLE))


def _row(user: User) -> list[Text | str]:
    password = "to be changed" if user.must_change_password else ""
    return [
        _name(user),
        "\n".join(user.roles),
        _services(user),
        user.agent or "",
        time_text(user.last_login_at) or "never",
        password,
    ]


def _name(user: User) -> Text:
    shown_as = f"\n{user.display_name}" if user.display_name != user.name else ""
    return Text.assemble(user.name, ("" if user.is_enabled else " (disabled)", "red"), (shown_as, "dim"))


def _services(user: User) -> str:
    return "all" if user.services is None else ", ".join(user.services) or "none"
