"""What tools/setup.sh installs, and when: seen from a Python whose pip only writes down what it is asked."""

import shutil
import subprocess
from pathlib import Path

import pytest

import ringback

ROOT = Path(ringback.__file__).parents[2]
PYTHON = """#!/bin/sh
case "$*" in *" install "*) echo "$*" >>asked ;; esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with an environment of its own, in which nothing is installed."""
    (tmp_path / "tools").mkdir()
    (tmp_path / "requirements").mkdir()
    (tmp_path / ".venv/bin").mkdir(parents=True)
    shutil.copy(ROOT / "tools/setup.sh", tmp_path / "tools")
    for name in ("pyproject.toml", "hatch_build.py", "requirements/runtime.txt", "requirements/sip.txt"):
        (tmp_path / name).write_text(f"{name} as it was\n")
    (tmp_path / "requirements/build.txt").touch()
    (tmp_path / ".venv/bin/python").write_text(PYTHON)
    (tmp_path / ".venv/bin/python").chmod(0o755)
    (tmp_path / ".venv/made-in").write_text(f"{tmp_path}\n")
    return tmp_path


def installed(checkout: Path, wanted: str) -> list[str]:
    """What is installed when these packages are wanted: each set by its name, and "ringback"."""
    (checkout / "asked").write_text("")
    subprocess.run([checkout / "tools/setup.sh", wanted], check=True, capture_output=True)
    asked = (checkout / "asked").read_text().splitlines()
    return ["ringback" if "--editable" in line else Path(line.split(" -r ")[1]).stem for line in asked]


def test_what_is_installed_already_is_left_alone(checkout: Path) -> None:
    assert installed(checkout, "runtime") == ["runtime", "ringback"]
    assert installed(checkout, "runtime") == []
    # Whatever runs from here goes on while packages are added.
    assert installed(checkout, "sip") == ["sip"]
    assert installed(checkout, "runtime") == []
    (checkout / "pyproject.toml").write_text("changed\n")
    assert installed(checkout, "sip") == ["ringback"]


def test_another_version_of_the_checkout_gets_its_own_packages_and_this_one_its_own_again(checkout: Path) -> None:
    installed(checkout, "runtime")
    locked = checkout / "requirements/sip.txt"
    before = locked.read_text()
    locked.write_text("another version\n")
    assert installed(checkout, "sip") == ["sip"]
    locked.write_text(before)
    assert installed(checkout, "runtime") == ["runtime"]
