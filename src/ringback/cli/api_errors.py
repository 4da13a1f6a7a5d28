"""`ringback api-errors`."""

from typing import Annotated

import typer

from ringback.accounts import api_errors
from ringback.accounts.api_errors import ApiError, ApiErrorFilter
from ringback.cli.input import instant_if_given
from ringback.cli.installation import ask
from ringback.cli.output import JsonOption, print_json, say, table, time_text
from ringback.lists import MAX_LIMIT


def list_errors(
    api_key: Annotated[
        str | None, typer.Option("--api-key", metavar="NAME", help="Only of the API key of this name.")
    ] = None,
    code: Annotated[str | None, typer.Option("--code", metavar="CODE", help="Only with this code.")] = None,
    correlation_id: Annotated[
        str | None, typer.Option("--correlation-id", metavar="ID", help="Only of the call with this X-Correlation-Id.")
    ] = None,
    from_at: Annotated[str | None, typer.Option("--from", metavar="TIME", help="Only from this time on.")] = None,
    to_at: Annotated[str | None, typer.Option("--to", metavar="TIME", help="Only before it.")] = None,
    limit: Annotated[int, typer.Option("--limit", help=f"How many at most, up to {MAX_LIMIT}.")] = 50,
    cursor: Annotated[
        str | None, typer.Option("--cursor", metavar="CURSOR", help="Which page: as a list tells.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """List the calls with API keys that were refused or failed in the last 7 days, the newest first."""
    wanted = ApiErrorFilter(
        api_key=api_key,
        code=code,
        correlation_id=correlation_id,
        from_at=instant_if_given(from_at),
        to_at=instant_if_given(to_at),
    )
    page = ask(lambda on: api_errors.find(on.database, wanted, limit=limit, cursor=cursor))
    if json:
        print_json(page)
        return
    if not page.items:
        say("No call with an API key was refused.")
        return
    columns = ("At, and correlation ID", "API key", "Call", "Answer")
    say(table(columns, map(_row, page.items), kept_whole=columns[:1]))
    if page.next_cursor is not None:
        typer.echo(f"Older ones: --cursor {page.next_cursor}")


def _row(error: ApiError) -> list[str]:
    at = f"{time_text(error.at, has_seconds=True)}\n{error.correlation_id}"
    call, answer = f"{error.method} {error.route}", f"{error.status} {error.code}"
    return [at, error.api_key or "(unknown)", call, answer]
