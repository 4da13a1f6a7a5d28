"""As whom PostgreSQL runs: as the user of this process or, since PostgreSQL refuses root, as the user `ringback`."""

import contextlib
import fcntl
import os
import pwd
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

from ringback.database.embedded.commands import Identity, run
from ringback.database.embedded.locks import locked
from ringback.errors import SetupError

SYSTEM_USER = "ringback"
MAKE_USER = ("useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/var/lib/ringback")
MAKE_USER_COMMAND = (*MAKE_USER, "--shell", "/usr/sbin/nologin", SYSTEM_USER)


@dataclass(frozen=True, slots=True)
class Account:
    """The system user of the server; `is_other`: this process is root and has to hand over to it."""

    name: str
    uid: int
    gid: int
    is_other: bool

    def own(self, path: Path) -> None:
        """Give a file or folder that we have just made to this user."""
        if self.is_other:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    async def run(self, *command: str | Path, text: str = "") -> tuple[int, str]:
        """Run a command as this user with `text` as its input. Returns its exit status and all it wrote."""
        groups = os.getgrouplist(self.name, self.gid) if self.is_other else []
        identity = Identity(self.uid, self.gid, groups) if self.is_other else None
        return await run(*command, text=text, identity=identity)

    async def can_enter(self, folder: Path) -> bool:
        status, _ = await self.run("test", "-x", folder)
        return status == 0

    def command(self, *words: str | Path) -> str:
        """The command as an operator types it, for texts."""
        typed = " ".join(str(word) for word in words)
        return f"runuser -u {self.name} -- {typed}" if self.is_other else typed


async def account_of_server() -> Account:
    """Whom the server runs as; as root, makes the system user `ringback` when it is missing.

    Raises SetupError when that cannot be done, or when this process' user has no entry in /etc/passwd.
    """
    uid = os.geteuid()
    if uid == 0:
        return _of(await _system_user(), is_other=True)
    try:
        return _of(pwd.getpwuid(uid), is_other=False)
    except KeyError:
        raise SetupError(
            f"The embedded PostgreSQL cannot run as user id {uid}, which has no entry in /etc/passwd. "
            "Add one, run Ringback as another user, or set RINGBACK_DATABASE_URL to another PostgreSQL."
        ) from None


def _of(entry: pwd.struct_passwd, *, is_other: bool) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, is_other)


async def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        async with _first_come():
            problem = await _make_system_user()
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        raise SetupError(
            f"PostgreSQL does not run as root, and the system user {SYSTEM_USER!r} could not be made ({problem}). "
            f"Make it: {' '.join(MAKE_USER_COMMAND)}"
        ) from None


@contextlib.asynccontextmanager
async def _first_come() -> AsyncGenerator[None]:
    """One process after the other: of two useradd at once the second gives the user of the first another id."""
    handle = os.open("/etc", os.O_RDONLY | os.O_DIRECTORY)
    try:
        await locked(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


async def _make_system_user() -> str:
    try:
        _, output = await run(*MAKE_USER_COMMAND)
    except OSError as problem:
        return str(problem)
    return output.strip()
