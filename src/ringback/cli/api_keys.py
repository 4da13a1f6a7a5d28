"""`ringback api-keys`."""

from typing import Annotated

import typer
from msgspec import UNSET
from rich.text import Text

from ringback.accounts import api_keys
from ringback.accounts.api_keys import ApiKey, ApiKeyChoices, NewApiKey
from ringback.accounts.rules import Scope
from ringback.cli.input import instant_if_given
from ringback.cli.installation import Installation, ask
from ringback.cli.output import JsonOption, print_json, say, table, time_text

_COLUMNS = ("Name", "Scopes", "Services", "Created", "Last used", "Ends")

commands = typer.Typer(no_args_is_help=True, help="API keys: what programs use the HTTP API with.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of the key.")]


@commands.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the key is called in lists and traces.")],
    scope: Annotated[
        list[Scope],
        typer.Option("--scope", metavar="SCOPE", help="What the key may do; may be repeated.", case_sensitive=False),
    ],
    service: Annotated[
        list[str] | None,
        typer.Option("--service", help="Only for this service; may be repeated. Without it: for all, also new ones."),
    ] = None,
    expires: Annotated[
        str | None, typer.Option("--expires", metavar="TIME", help="When it ends, such as 2027-01-01T00:00Z.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Make an API key and print it: this is the only time it is shown.

    Scopes: create (callbacks), read (everything), manage (cancel, reschedule, configure), agents (keep agents).
    """
    expires_at = instant_if_given(expires)

    async def do(on: Installation) -> NewApiKey:
        return await api_keys.create(
            on.database, on.clock, on.actor, name, scope, services=service, expires_at=expires_at
        )

    made = ask(do)
    if json:
        print_json(made)
        return
    typer.echo(made.secret)
    typer.echo("This is the key; it is not shown again. Send it in the X-API-Key header.", err=True)


@commands.command("list")
def list_all(json: JsonOption = False) -> None:
    """List the API keys, without their secrets."""
    found = ask(lambda on: api_keys.list_all(on.database))
    if json:
        print_json(found)
    elif found:
        say(table(_COLUMNS, [_row(key) for key in found]))
    else:
        say("There is no API key yet; `ringback api-keys create NAME --scope create` makes one.")


@commands.command()
def change(
    name: Name,
    scope: Annotated[
        list[Scope] | None,
        typer.Option("--scope", metavar="SCOPE", help="Exactly what it may do; may be repeated.", case_sensitive=False),
    ] = None,
    service: Annotated[
        list[str] | None, typer.Option("--service", help="Exactly the services that it is for; may be repeated.")
    ] = None,
    for_all_services: Annotated[
        bool, typer.Option("--all-services", help="It is for all services, also new ones.")
    ] = False,
    expires: Annotated[str | None, typer.Option("--expires", metavar="TIME", help="When it ends.")] = None,
    never_expires: Annotated[bool, typer.Option("--never-expires", help="It does not end by itself.")] = False,
    json: JsonOption = False,
) -> None:
    """Change what an API key may do; what is left out keeps its value, and the secret is the same.

    It holds with the next request that shows the key.
    """
    if (service and for_all_services) or (expires and never_expires):
        raise typer.BadParameter("say either --service or --all-services, and either --expires or --never-expires")
    changes = ApiKeyChoices(
        scopes=scope or UNSET,
        services=None if for_all_services else service or UNSET,
        expires_at=None if never_expires else instant_if_given(expires) or UNSET,
    )
    changed = ask(lambda on: api_keys.change(on.database, on.clock, on.actor, name, changes))
    if json:
        print_json(changed)
    else:
        say(table(_COLUMNS, [_row(changed)]))


@commands.command()
def revoke(name: Name) -> None:
    """End an API key at once and for good."""
    ask(lambda on: api_keys.revoke(on.database, on.clock, on.actor, name))
    say(f"The API key {name!r} is revoked.")


def _row(key: ApiKey) -> list[Text | str]:
    if key.revoked_at:
        ends: Text | str = Text(f"revoked {time_text(key.revoked_at)}", style="red")
    else:
        ends = time_text(key.expires_at) or "never"
    used = time_text(key.last_used_at) or "never"
    services = "all" if key.services is None else ", ".join(key.services) or "none"
    return [key.name, ", ".join(key.scopes), services, time_text(key.created_at), used, ends]
