"""`ringback api-keys`."""

from typing import Annotated

import typer
from rich.text import Text

from ringback.accounts import api_keys
from ringback.accounts.api_keys import ApiKey, NewApiKey
from ringback.accounts.rules import Scope
from ringback.cli.input import instant_if_given
from ringback.cli.installation import Installation, ask
from ringback.cli.output import JsonOption, print_json, say, table, time_text

commands = typer.Typer(no_args_is_help=True, help="API keys: what programs use the HTTP API with.")


@commands.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the key is called in lists and traces.")],
    scope: Annotated[
        list[Scope],
        typer.Option("--scope", metavar="SCOPE", help="What the key may do; may be repeated.", case_sensitive=False),
    ],
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
        return await api_keys.create(on.database, on.clock, name, scope, expires_at=expires_at)

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
        columns = ("Name", "Scopes", "Created", "Last used", "Ends")
        say(table(columns, [_row(key) for key in found]))
    else:
        say("There is no API key yet; `ringback api-keys create NAME --scope create` makes one.")


@commands.command()
def revoke(name: Annotated[str, typer.Argument(metavar="NAME", help="The name of the key.")]) -> None:
    """End an API key at once and for good."""
    ask(lambda on: api_keys.revoke(on.database, on.clock, name))
    say(f"The API key {name!r} is revoked.")


def _row(key: ApiKey) -> list[Text | str]:
    if key.revoked_at:
        ends: Text | str = Text(f"revoked {time_text(key.revoked_at)}", style="red")
    else:
        ends = time_text(key.expires_at) or "never"
    used = time_text(key.last_used_at) or "never"
    return [key.name, ", ".join(key.scopes), time_text(key.created_at), used, ends]
