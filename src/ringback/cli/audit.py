"""`ringback audit`."""

import sys
from typing import Annotated

import msgspec
import typer

from ringback.audit import entries, verification
from ringback.audit.entries import Entry, EntryFilter, EntryPage
from ringback.audit.verification import MAX_PROBLEMS, Verification
from ringback.cli.input import instant_if_given
from ringback.cli.installation import Installation, ask
from ringback.cli.output import JsonOption, print_json, say, table, time_text
from ringback.lists import MAX_LIMIT

HASH_DIGITS = 64
PROGRESS_EVERY = 100

commands = typer.Typer(no_args_is_help=True, help="The audit: who did what, and whether that is as it was written.")


@commands.command("list")
def list_all(
    from_at: Annotated[str | None, typer.Option("--from", metavar="TIME", help="From when on.")] = None,
    to_at: Annotated[str | None, typer.Option("--to", metavar="TIME", help="Before when.")] = None,
    actor: Annotated[str | None, typer.Option("--actor", help="Only what this user or API key did.")] = None,
    action: Annotated[str | None, typer.Option("--action", help="Only what begins so, such as service.")] = None,
    subject: Annotated[str | None, typer.Option("--subject", help="Only what was done to this.")] = None,
    limit: Annotated[int, typer.Option("--limit", help=f"How many at most, up to {MAX_LIMIT}.")] = 50,
    cursor: Annotated[
        str | None, typer.Option("--cursor", metavar="CURSOR", help="Which page: as a list tells.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """List what was done, the newest first."""
    wanted = EntryFilter(
        from_at=instant_if_given(from_at), to_at=instant_if_given(to_at), actor=actor, action=action, subject=subject
    )

    async def do(on: Installation) -> EntryPage:
        return await entries.find(on.database, wanted, limit=limit, cursor=cursor)

    page = ask(do)
    if json:
        print_json(page)
    elif page.items:
        say(table(("When", "Who, and from where", "What"), map(_row, page.items), kept_whole=("When",)))
        if page.next_cursor:
            typer.echo(f"Earlier: --cursor {page.next_cursor}")
    else:
        say("No entry fits.")


@commands.command()
def verify(
    expect: Annotated[
        list[str] | None,
        typer.Option("--expect", metavar="SEAL=HASH", help="A seal that was noted elsewhere; may be repeated."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Look whether every entry and seal is as it was sealed; exits with 1 if any is not.

    Note the number and hash of the newest seal, which it prints, elsewhere: next time --expect compares with it.
    """
    expected = dict(_noted(text) for text in expect or [])

    async def do(on: Installation) -> Verification:
        return await verification.verify(on.database, expected, _say_progress)

    found = ask(do)
    if json:
        print_json(found)
    else:
        _tell(found)
    if found.problems:
        sys.exit(1)


def _noted(text: str) -> tuple[int, bytes]:
    number, _, digits = text.partition("=")
    try:
        if len(digits) == HASH_DIGITS:
            return int(number), bytes.fromhex(digits)
    except ValueError:
        pass
    raise typer.BadParameter(f"{text!r} is no seal such as 12=9f86d0…, with all {HASH_DIGITS} digits of its hash")


def _say_progress(done: int, total: int) -> None:
    if done % PROGRESS_EVERY == 0:
        typer.echo(f"{done:,} of {total:,} seals …", err=True)


def _tell(found: Verification) -> None:
    for problem in found.problems:
        typer.echo(problem)
    if len(found.problems) == MAX_PROBLEMS:
        say("There may be more.")
    say(f"{found.entries:,} entries under {found.seals:,} seals were compared; {found.unsealed:,} have no seal yet.")
    if found.seals_without_entries:
        say(f"The entries of {found.seals_without_entries:,} seals are removed, being old.")
    if found.newest is not None:
        typer.echo(f"Newest seal: {found.newest.id}={found.newest.hash}")
    say("The audit is NOT as it was sealed." if found.problems else "The audit is as it was sealed.")


def _row(entry: Entry) -> list[str]:
    who = f"{entry.actor_name}\n{entry.address}" if entry.address else entry.actor_name
    what = f"{entry.action} {entry.subject}"
    details = f"\n{msgspec.json.encode(entry.details).decode()}" if entry.details else ""
    return [time_text(entry.at), who, what + details]
