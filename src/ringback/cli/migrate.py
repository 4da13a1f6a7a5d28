"""`ringback migrate`."""

from typing import Annotated

import typer

from ringback.cli.database import migrate_database, names_of, open_database, refusals_explained
from ringback.cli.process import run_briefly
from ringback.cli.start import start
from ringback.database.migrate import pending
from ringback.settings import Settings

NOTHING_TO_DO = "The schema is up to date."


def migrate(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit with 1 if anything is to be done.")
    ] = False,
) -> None:
    """Make or upgrade the tables of the database.

    It may be repeated, and run while Ringback works.
    """
    settings = start(at_least="warning")
    if check:
        run_briefly(_check(settings))
    else:
        run_briefly(_migrate(settings))


async def _migrate(settings: Settings) -> None:
    async with open_database(settings) as database:
        applied = await migrate_database(database)
    typer.echo(f"Applied {names_of(applied)}." if applied else NOTHING_TO_DO)


async def _check(settings: Settings) -> None:
    async with open_database(settings) as database:
        with refusals_explained():
            async with database.connection() as connection:
                missing = await pending(connection)
    typer.echo(f"To be applied: {names_of(missing)}." if missing else NOTHING_TO_DO)
    if missing:
        raise typer.Exit(1)
