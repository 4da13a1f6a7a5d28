"""docs/integrating.md does what it says: its program is run, its curl commands are made as requests."""

import itertools
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.acceptance.command import Command

PAGE = (Path(__file__).parents[2] / "docs" / "integrating.md").read_text(encoding="utf-8")
STREAM = "/events"


@pytest.fixture
def ringback(tmp_path: Path, database_url: str) -> Command:
    """The command on this test's own database, with a service that has slots."""
    ringback = Command(tmp_path, {"RINGBACK_DATABASE_URL": database_url})
    ringback.does("services", "add", "support", "default_region=US", "slot_capacity=5")
    return ringback


def test_the_program_and_the_commands_of_the_page_work(ringback: Command, tmp_path: Path) -> None:
    made = re.search(r"^\.venv/bin/ringback (api-keys create .*)$", PAGE, re.MULTILINE)
    assert made
    key = ringback.does(*shlex.split(made[1])).strip()
    with ringback.start("serve") as server:
        url = server.entry("serving")["url"] + "/api/v1"
        answers = [request(command, url, key) for command in commands()]
        assert [answer.status_code for answer in answers] == [201, 200, 201]

        asked = run_program(tmp_path, url, key)
        assert asked.stdout.splitlines()[0].startswith(f"{answers[2].json()['id']} QUEUED ")
        assert asked.stdout.splitlines()[1] == "COMPLETED CANCELLED"


def run_program(folder: Path, url: str, key: str) -> "subprocess.CompletedProcess[str]":
    (program,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    file = folder / "shop.py"
    file.write_text(program, encoding="utf-8")
    return subprocess.run(
        [sys.executable, file],
        env={**os.environ, "RINGBACK_URL": url, "RINGBACK_KEY": key},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )


def commands() -> list[str]:
    """The curl commands of the page but for the stream, which does not end."""
    shell = "\n".join(re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)).replace("\\\n", " ")
    return [line for line in shell.splitlines() if line.startswith("curl ") and STREAM not in line]


def request(command: str, url: str, key: str) -> httpx.Response:
    words = shlex.split(command.replace("$RINGBACK_URL", url).replace("$RINGBACK_KEY", key))
    address = next(word for word in words if word.startswith("http"))
    options = dict[str, list[str]]()
    for option, value in itertools.pairwise(words):
        options.setdefault(option, []).append(value)
    body = options.get("-d", [None])[0]
    method = options.get("-X", ["POST" if body else "GET"])[0]
    headers = dict(header.split(": ", 1) for header in options["-H"])
    return httpx.request(method, address, headers=headers, content=body)
