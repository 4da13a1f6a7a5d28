"""A copy of the whole database in one file, and a database made from one: PostgreSQL's own pg_dump and pg_restore.

The dump is of one moment, while everything works on. It holds all that Ringback knows, secrets' hashes included, so
that only its owner can read the file.
"""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ringback.database.embedded.binaries import installed_binaries
from ringback.database.embedded.commands import run
from ringback.database.pool import Connection
from ringback.errors import SetupError

UNFINISHED = ".unfinished"


class BackupFailed(SetupError):
    """The database could not be written to a file, or a file could not be made a database; the text says why."""


async def dump(url: str, file: Path) -> int:
    """Write the database to a new file, an absolute path; returns its size in bytes.

    What was there under that name stays until the new one is whole. Raises BackupFailed.
    """
    unfinished = file.with_name(file.name + UNFINISHED)
    try:
        await _program("pg_dump", url, "--format=custom", "--no-comments", f"--file={unfinished}")
        return _finish(unfinished, file)
    except OSError as problem:
        raise BackupFailed(f"{file} cannot be written: {problem.strerror}") from None
    finally:
        unfinished.unlink(missing_ok=True)


async def restore(connection: Connection, url: str, file: Path) -> None:
    """Fill the empty database that `connection` and `url` are of from a file (absolute): all, or nothing.

    Raises BackupFailed, also when anything of Ringback is there already.
    """
    if not os.access(file, os.R_OK):
        raise BackupFailed(f"{file} cannot be read")
    if await connection.fetchval("SELECT to_regclass('schema_migrations')") is not None:
        raise BackupFailed("This database is in use by Ringback: restore into an empty one (a new RINGBACK_DATA_DIR)")
    await _program("pg_restore", url, "--single-transaction", "--exit-on-error", str(file))


async def _program(name: str, url: str, *options: str) -> None:
    """Run a program of PostgreSQL on a database; the password is in its environment, where no other user sees it."""
    where, secrets = _without_password(url)
    program = installed_binaries().program(name)
    status, said = await run(program, *options, "--no-owner", "--no-privileges", f"--dbname={where}", secrets=secrets)
    if status:
        raise BackupFailed(f"{name} failed: {' '.join(said.split()) or f'exit code {status}'}")


def _without_password(url: str) -> tuple[str, dict[str, str]]:
    parts = urlsplit(url)
    if not parts.password:
        return url, {}
    user, _, host = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user.partition(':')[0]}@{host}").geturl(), {"PGPASSWORD": unquote(parts.password)}


def _finish(unfinished: Path, file: Path) -> int:
    """Give a file that is whole, also after a power cut, its name; returns its size in bytes."""
    with unfinished.open("rb") as written:
        os.fsync(written.fileno())
    unfinished.replace(file)
    return file.stat().st_size
