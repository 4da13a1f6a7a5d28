"""`ringback callbacks`."""

import re
from typing import Annotated
from uuid import UUID

import typer
from rich.console import RenderableType

from ringback.callbacks import pages, requests, trace, views
from ringback.callbacks.creation import CallbackRequest
from ringback.callbacks.filters import CallbackFilter
from ringback.callbacks.lifecycle import CallbackNotFound
from ringback.callbacks.model import Channel
from ringback.callbacks.pages import Page
from ringback.callbacks.states import Result, State
from ringback.callbacks.trace import CallbackTrace
from ringback.callbacks.views import CallbackView
from ringback.cli import story, watch
from ringback.cli.input import as_struct, instant, instant_if_given, json_value
from ringback.cli.installation import Installation, ask
from ringback.cli.output import (
    SHORT_ID,
    JsonOption,
    console,
    print_json,
    say,
    state_text,
    table,
    time_text,
)
from ringback.cli.process import run_until_stopped
from ringback.cli.start import start
from ringback.database.queries import QueryFile
from ringback.errors import ConflictsNow
from ringback.lists import MAX_LIMIT

commands = typer.Typer(no_args_is_help=True, help="Callbacks: requests of customers to be called.")

Id = Annotated[
    str, typer.Argument(metavar="ID", help=f"The id of the callback, or its last characters (at least {SHORT_ID}).")
]
At = Annotated[str | None, typer.Option("--at", metavar="TIME", help="When, such as 2026-11-24T09:00+01:00; else now.")]
TimeZone = Annotated[
    str | None, typer.Option("--time-zone", metavar="ZONE", help="The customer's time zone, such as Europe/Berlin.")
]

WIDE = 130
_ENDING = re.compile(rf"[0-9a-f-]{{{SHORT_ID},35}}")

_IDS_ENDING = QueryFile(__file__, "callbacks.sql").query("ids_ending", UUID)


class SeveralCallbacks(ConflictsNow):
    """The end of an id that was given is the end of several ids."""

    code = "several-callbacks"


@commands.command()
def create(
    service: Annotated[str, typer.Argument(metavar="SERVICE", help="The name of the service.")],
    phone_number: Annotated[str, typer.Argument(metavar="NUMBER", help="Whom to call, such as '+49 30 1234567'.")],
    at: At = None,
    time_zone: TimeZone = None,
    name: Annotated[str | None, typer.Option("--name", help="The customer's name.")] = None,
    language: Annotated[str | None, typer.Option("--language", help="The customer's language, such as de.")] = None,
    channel: Annotated[Channel | None, typer.Option("--channel", help="Where the customer asked.")] = None,
    priority: Annotated[
        int | None,
        typer.Option("--priority", help="How many steps ahead of its time it waits; else as the service says."),
    ] = None,
    user_data: Annotated[str | None, typer.Option("--user-data", metavar="JSON", help="More to keep with it.")] = None,
    json: JsonOption = False,
) -> None:
    """Ask for a call to a customer, now or at a chosen time.

    For example: ringback callbacks create support '+1 202-555-0133' --name 'Maria Lopez'
    """
    values: dict[str, object] = {
        "service": service,
        "phone_number": phone_number,
        "desired_at": instant_if_given(at),
        "time_zone": time_zone,
        "customer_name": name,
        "language": language,
        "channel": channel,
        "priority": priority,
        "user_data": json_value(user_data or "{}"),
    }
    request = as_struct(values, CallbackRequest)

    async def do(on: Installation) -> CallbackView:
        return (await requests.create(on.database, on.clock, on.actor, request)).callback

    _show_one(ask(do), json)


@commands.command("list")
def list_all(
    state: Annotated[
        list[State] | None,
        typer.Option("--state", metavar="STATE", help="Only in this state; may be repeated.", case_sensitive=False),
    ] = None,
    service: Annotated[
        list[str] | None, typer.Option("--service", help="Only of this service; may be repeated.")
    ] = None,
    result: Annotated[
        list[Result] | None,
        typer.Option(
            "--result", metavar="RESULT", help="Only completed with this result; may be repeated.", case_sensitive=False
        ),
    ] = None,
    is_open: Annotated[
        bool | None, typer.Option("--open/--completed", help="Only those not completed, or only those completed.")
    ] = None,
    from_at: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="Only those desired at this time or later.")
    ] = None,
    to_at: Annotated[str | None, typer.Option("--to", metavar="TIME", help="Only those desired before it.")] = None,
    limit: Annotated[int, typer.Option("--limit", help=f"How many at most, up to {MAX_LIMIT}.")] = 50,
    cursor: Annotated[
        str, typer.Option("--cursor", metavar="CURSOR", help="Which page: as a list tells, or 'first' or 'last'.")
    ] = pages.LAST,
    json: JsonOption = False,
) -> None:
    """List callbacks by their desired time.

    Of many it is the last page that is shown, with the latest.
    """
    wanted = CallbackFilter(
        from_at=instant_if_given(from_at),
        to_at=instant_if_given(to_at),
        states=state or (),
        services=service or (),
        results=result or (),
        is_open=is_open,
    )

    async def do(on: Installation) -> Page:
        start_at = None if cursor == "first" else cursor
        return await pages.find(on.database, on.clock, wanted, limit=limit, cursor=start_at)

    page = ask(do)
    if json:
        print_json(page)
    else:
        _show_page(page)


@commands.command()
def show(callback: Id, json: JsonOption = False) -> None:
    """Tell the whole story of a callback.

    What happened to it, when, why and by whom; the attempts to call; the decisions taken.
    """

    async def do(on: Installation) -> tuple[CallbackView, CallbackTrace]:
        callback_id = await _find(on, callback)
        view = await views.get(on.database, on.clock, callback_id)
        return view, await trace.trace(on.database, on.clock, callback_id)

    view, known = ask(do)
    if json:
        print_json({"callback": view, "trace": known})
    else:
        story.tell(view, known)


@commands.command()
def cancel(
    callback: Id,
    reason: Annotated[str | None, typer.Option("--reason", help="Why; it is kept with the callback.")] = None,
    json: JsonOption = False,
) -> None:
    """Cancel a callback.

    It must not be joined with an agent yet; what rings is hung up within about a second.
    """

    async def do(on: Installation) -> CallbackView:
        return await requests.cancel(on.database, on.clock, on.actor, await _find(on, callback), reason)

    _show_one(ask(do), json)


@commands.command()
def reschedule(
    callback: Id,
    at: Annotated[str, typer.Argument(metavar="TIME", help="The new time, such as 2026-11-24T09:00+01:00.")],
    time_zone: TimeZone = None,
    json: JsonOption = False,
) -> None:
    """Change the desired time of a SCHEDULED callback."""
    desired_at = instant(at)

    async def do(on: Installation) -> CallbackView:
        callback_id = await _find(on, callback)
        return await requests.reschedule(on.database, on.clock, on.actor, callback_id, desired_at, time_zone)

    _show_one(ask(do), json)


@commands.command("call-now")
def call_now(callback: Id, json: JsonOption = False) -> None:
    """Call a SCHEDULED callback now instead of at its desired time."""

    async def do(on: Installation) -> CallbackView:
        return await requests.call_now(on.database, on.clock, on.actor, await _find(on, callback))

    _show_one(ask(do), json)


@commands.command()
def recreate(callback: Id, at: At = None, time_zone: TimeZone = None, json: JsonOption = False) -> None:
    """Ask for a call again to the customer of a COMPLETED callback, now or at a chosen time.

    The new callback is linked to the old one.
    """
    desired_at = instant_if_given(at)

    async def do(on: Installation) -> CallbackView:
        callback_id = await _find(on, callback)
        created = await requests.recreate(on.database, on.clock, on.actor, callback_id, desired_at, time_zone)
        return created.callback

    _show_one(ask(do), json)


@commands.command()
def claim(
    callback: Id,
    reason: Annotated[str | None, typer.Option("--reason", help="More to keep with the callback.")] = None,
    json: JsonOption = False,
) -> None:
    """Complete a callback whose customer rang in and is served.

    It must not be joined with an agent yet; what rings is hung up within about a second.
    """

    async def do(on: Installation) -> CallbackView:
        return await requests.claim(on.database, on.clock, on.actor, await _find(on, callback), reason)

    _show_one(ask(do), json)


@commands.command("watch")
def watch_all() -> None:
    """Watch callbacks move, until Ctrl-C.

    Shows the numbers in each state, and every change as it happens. Without a terminal each change is printed as
    a line.
    """
    run_until_stopped(watch.watch(start(at_least="warning")))


async def _find(on: Installation, text: str) -> UUID:
    """The id that was given, whole or by its end. Raises CallbackNotFound, SeveralCallbacks."""
    try:
        return UUID(text)
    except ValueError:
        pass
    ending = text.lower().lstrip("…")
    if not _ENDING.fullmatch(ending):
        raise typer.BadParameter(f"{text!r} is neither the id of a callback nor its last {SHORT_ID} characters or more")
    async with on.database.connection() as connection:
        found = await _IDS_ENDING.all(connection, ending=ending)
    if not found:
        raise CallbackNotFound(f"There is no callback whose id ends with {ending}")
    if len(found) > 1:
        raise SeveralCallbacks(f"Several ids end with {ending}, such as {found[0]} and {found[1]}: write more of it")
    return found[0]


def _show_one(view: CallbackView, is_json: bool) -> None:
    if is_json:
        print_json(view)
    else:
        story.tell_state(view)


def _show_page(page: Page) -> None:
    if not page.items:
        say("No callback fits.")
        return
    is_wide = console().width >= WIDE
    columns = ("Desired", "State", "Number", "Service", *(("Customer", "Agent") if is_wide else ()), "Id")
    rows = [_row(view, is_wide) for view in page.items]
    say(table(columns, rows, kept_whole=("Desired", "Number", "Id")))
    total = f"{page.total}" if page.total_is_exact else "more than 10,000"
    say(f"{len(page.items)} of {total}.")
    for word, cursor in (("Earlier", page.previous_cursor), ("Later", page.next_cursor)):
        if cursor:
            typer.echo(f"{word}: --cursor {cursor}")


def _row(view: CallbackView, is_wide: bool) -> list[RenderableType]:
    people = [view.customer_name or "", view.agent or ""] if is_wide else []
    shown_id = str(view.id) if is_wide else f"…{str(view.id)[-SHORT_ID:]}"
    return [
        time_text(view.desired_at),
        state_text(view.state, view.result),
        view.phone_number_formatted,
        view.service,
        *people,
        shown_id,
    ]
