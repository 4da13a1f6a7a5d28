"""`ringback erase`."""

from typing import Annotated

import typer

from ringback.cli.installation import Installation, ask
from ringback.cli.output import JsonOption, print_json, say
from ringback.numbers import phone
from ringback.records import erasure
from ringback.records.erasure import Erasure


def erase(
    phone_number: Annotated[
        str, typer.Argument(metavar="NUMBER", help="The customer's number with its country code, as '+49 30 1234567'.")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether it is meant.")] = False,
    json: JsonOption = False,
) -> None:
    """Forget a customer: remove all that is known of a number.

    What is open is cancelled, the counts stay. It cannot be undone. Repeating it is harmless and tells what is left.
    """
    number = phone.e164(phone_number)
    if not yes:
        typer.confirm(f"Remove all that is known of {phone.as_read(number)} for good?", abort=True, err=True)

    async def do(on: Installation) -> Erasure:
        return await erasure.erase(on.database, on.clock, on.actor, number)

    done = ask(do)
    if json:
        print_json(done)
    else:
        _tell(done)


def _tell(done: Erasure) -> None:
    say(f"Cancelled: {done.cancelled}. Removed: {done.removed}.")
    if done.remaining:
        say(f"Still there: {done.remaining}, because a call is not over. The engine removes it then; ask again to see.")
    else:
        say("Nothing of this number is left.")
