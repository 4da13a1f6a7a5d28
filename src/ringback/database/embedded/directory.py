"""What lies where in the data directory, and whether it can be used.

<data directory>/
  data/           the database cluster, PostgreSQL's own
  log/            PostgreSQL's log
  socket/         how clients reach it, mode 0700 (below /tmp when this path is too long for a socket)
  ringback.conf   our settings of PostgreSQL, written at every start
  users.lock      held shared by every process that uses the server
  start.lock      held by the one that starts or stops it
  postgres-…/     a copy of the programs, for root only
"""

import contextlib
import errno
import hashlib
import os
import re
import stat
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from ringback.database.embedded.account import Account
from ringback.errors import SetupError

SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_BYTES = 107
# What neither a list of sockets, nor a URL, nor the shell that pg_ctl uses would take apart.
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")
NOT_FOR_A_SHELL = re.compile(r'["$`\\\n]')
INSTEAD = "choose another with RINGBACK_DATA_DIR, or set RINGBACK_DATABASE_URL to another PostgreSQL"


@dataclass(frozen=True, slots=True)
class DataDirectory:
    """The data directory of one embedded server and the account that the server runs as."""

    path: Path
    account: Account

    @property
    def cluster(self) -> Path:
        return self.path / "data"

    @property
    def log(self) -> Path:
        return self.path / "log"

    @property
    def settings_file(self) -> Path:
        return self.path / "ringback.conf"

    @property
    def socket_dir(self) -> Path:
        """The same for every process: told from the path and the account alone, never from the environment."""
        inside = self.path / "socket"
        fits = len(os.fsencode(inside / SOCKET_NAME)) <= SOCKET_PATH_BYTES
        if fits and PLAIN_PATH.fullmatch(str(inside)):
            return inside
        key = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:16]
        return Path("/tmp") / f"ringback-{self.account.uid}-{key}"  # noqa: S108 (see check_socket_dir)

    def make_folder(self, path: Path) -> None:
        """Make a folder for the server's account when it is missing."""
        with contextlib.suppress(FileExistsError):
            path.mkdir(mode=0o700)
            self.account.own(path)

    def check_socket_dir(self) -> None:
        """Raise SetupError when somebody else could listen in the socket's place, or reach it."""
        found = self.socket_dir.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != self.account.uid or found.st_mode & 0o077:
            raise SetupError(
                f"{self.socket_dir} must be a folder that belongs to the user {self.account.name!r} and that nobody "
                "else may enter (mode 0700). Look who made it, remove it, then start Ringback again."
            )

    @contextlib.contextmanager
    def lock_file(self, name: str) -> Generator[int]:
        """An open lock file, closed, and so unlocked, at the end."""
        handle = os.open(self.path / name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            if self.account.is_other:
                os.fchown(handle, self.account.uid, self.account.gid)
            yield handle
        finally:
            os.close(handle)


async def usable_directory(path: Path, account: Account) -> DataDirectory:
    """The data directory, made when it is missing. Raises SetupError when the server could not work in it.

    Nothing outside it is changed, and it only when it is new or empty.
    """
    path = _resolved(path)
    if NOT_FOR_A_SHELL.search(str(path)):
        raise SetupError(f'The data directory {path} has one of the signs " $ ` \\ in its path: {INSTEAD}.')
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if account.is_other:
        _let_in(path, account)
        await _check_that_it_can_enter(path, account)
    return DataDirectory(path, account)


@contextlib.contextmanager
def operating_system_errors(path: Path) -> Generator[None]:
    """Turns whatever the operating system refuses us in the data directory into a SetupError."""
    try:
        yield
    except OSError as problem:
        where = f" ({problem.filename})" if problem.filename else ""
        if problem.errno in {errno.ENOSPC, errno.EDQUOT}:
            advice = "free some space"
        else:
            advice = f"let user id {os.geteuid()} write there"
        raise SetupError(
            f"The data directory {path} cannot be used: {problem.strerror or problem}{where}. "
            f"Please {advice}, {INSTEAD}."
        ) from problem


def _resolved(path: Path) -> Path:
    return path.expanduser().resolve()


def _let_in(path: Path, account: Account) -> None:
    if not any(path.iterdir()):
        os.chown(path, -1, account.gid)
        path.chmod(0o750)


async def _check_that_it_can_enter(path: Path, account: Account) -> None:
    if await account.can_enter(path):
        return
    closed = path
    for folder in (*reversed(path.parents), path):
        if not await account.can_enter(folder):
            closed = folder
            break
    raise SetupError(
        f"PostgreSQL runs as the user {account.name!r}, who cannot reach the data directory {path}: {closed} is closed "
        f"to it. Either open that folder (chmod o+x {closed}), or {INSTEAD}."
    )
