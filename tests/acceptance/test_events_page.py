"""docs/events.md does what it says: its program hears changes, survives resets and a server that stops, and ends."""

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Callable, Generator
from pathlib import Path

import httpx
import pytest

from tests.acceptance.command import PATIENCE_SECONDS, Command, Running, until

PAGE = (Path(__file__).parents[2] / "docs" / "events.md").read_text(encoding="utf-8")
(PROGRAM,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
Said = Callable[[], list[str]]


@pytest.fixture
def ringback(tmp_path: Path, database_url: str) -> Command:
    """The command on this test's own database, with two services."""
    ringback = Command(tmp_path, {"RINGBACK_DATABASE_URL": database_url})
    ringback.does("services", "add", "support", "default_region=US")
    ringback.does("services", "add", "sales")
    return ringback


def test_the_program_of_the_page_hears_changes_and_survives_resets_and_a_stopped_server(
    ringback: Command, tmp_path: Path
) -> None:
    key = ringback.does("api-keys", "create", "wallboard", "--scope", "create", "--scope", "read").strip()
    with ringback.start("serve") as server:
        url = url_of(server)
        with program(tmp_path, url, key) as (running, said):
            until(lambda: said() == ["everything: 2 services"], "it has read everything")
            first = made(url, key, "+12025550133")
            until(lambda: said()[-1] == f"callback: {first} QUEUED", "it has heard of a change")

            ringback.does("services", "remove", "sales")
            until(lambda: said()[-1] == "everything: 1 services", "it has read everything anew")

            heard = len(said())
            server.stop()
            with ringback.start("serve", RINGBACK_PORT=str(httpx.URL(url).port)) as again:
                url_of(again)
                # Hello, and a reset for what it has missed.
                until(lambda: said()[heard:] == ["everything: 1 services"] * 2, "it has come again")
                second = made(url, key, "+12025550134")
                until(lambda: said()[-1] == f"callback: {second} QUEUED", "it has heard of another change")

                ringback.does("api-keys", "revoke", "wallboard")
                assert running.wait(PATIENCE_SECONDS) == 0
                assert said()[-1] == "the end: api-key-refused"


@contextlib.contextmanager
def program(folder: Path, url: str, key: str) -> "Generator[tuple[subprocess.Popen[bytes], Said]]":
    """The program while it runs, and the lines that it has printed so far."""
    file, out = folder / "wallboard.py", folder / "wallboard.out"
    file.write_text(PROGRAM, encoding="utf-8")
    environment = {**os.environ, "RINGBACK_URL": url, "RINGBACK_KEY": key}
    with out.open("wb") as to_out:
        running = subprocess.Popen([sys.executable, file], env=environment, stdout=to_out)
    try:
        yield running, lambda: out.read_text(encoding="utf-8").splitlines()
    finally:
        running.kill()
        running.wait()


def url_of(server: Running) -> str:
    return server.entry("serving")["url"] + "/api/v1"


def made(url: str, key: str, number: str) -> str:
    body = {"service": "support", "phone_number": number}
    answer = httpx.post(f"{url}/callbacks", json=body, headers={"X-API-Key": key})
    return answer.raise_for_status().json()["id"]
