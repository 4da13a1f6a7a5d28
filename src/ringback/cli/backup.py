"""`ringback backup` and `ringback restore`."""

from pathlib import Path
from typing import Annotated

import typer

from ringback.cli.database import open_database, refusals_explained, require_schema
from ringback.cli.process import command_name, run_briefly
from ringback.cli.start import start
from ringback.database import backup as backups
from ringback.settings import Settings

File = Annotated[Path, typer.Argument(metavar="FILE", help="The file of the backup.")]


def backup(file: File) -> None:
    """Write everything to a file, while Ringback works on.

    A file of that name is replaced when the new one is whole. It is as secret as the database.
    """
    size = run_briefly(_backup(start(at_least="warning"), file.resolve()))
    typer.echo(f"Written to {file} ({size / 1_000_000:.1f} MB).")


def restore(file: File) -> None:
    """Make an empty database what it was when the backup was written.

    No other Ringback may go on working with what the backup was of: it would call the same customers.
    """
    run_briefly(_restore(start(at_least="warning"), file.resolve()))
    typer.echo(f"Restored from {file}. `{command_name()} migrate` brings it to this version, if it is of an older one.")


async def _backup(settings: Settings, file: Path) -> int:
    async with open_database(settings) as database:
        await require_schema(database)
        return await backups.dump(database.url, file)


async def _restore(settings: Settings, file: Path) -> None:
    async with open_database(settings) as database:
        with refusals_explained():
            async with database.connection() as connection:
                await backups.restore(connection, database.url, file)
