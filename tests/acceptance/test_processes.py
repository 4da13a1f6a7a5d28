"""`ringback run`, `serve` and `engine`: how they start, wait, fail and stop."""

import asyncio
import os
import pwd
import signal
import socket
import subprocess
import sys
from collections.abc import Generator, Mapping
from pathlib import Path

import httpx
import msgspec
import pytest

from ringback.database.embedded import EmbeddedPostgres
from ringback.services.schedule import Weekday
from tests.acceptance.command import Command, until
from tests.databases import FAST, data_folder

NUMBER = "+12025550133"

BAD_SETTINGS = [
    ("RINGBACK_PORT", "many"),
    ("RINGBACK_PORT", "70000"),
    ("RINGBACK_LINKS", "main"),
    ("RINGBACK_LINKS", "main=pigeon:loft"),
    ("RINGBACK_LINKS", "berlin/main=simulator:"),
    ("RINGBACK_LOG_LEVEL", "loud"),
    ("RINGBACK_LOG_FORMAT", "xml"),
    ("RINGBACK_DATABASE_URL", "mysql://here/there"),
    ("RINGBACK_DATABASE_URL", "postgresql://here:port/there"),
    ("RINGBACK_COLOUR", "red"),
]


@pytest.fixture
def folder() -> Generator[Path]:
    with data_folder() as made:
        yield made


@pytest.fixture
def ringback(tmp_path: Path, database_url: str) -> Command:
    """The command on this test's own database, which is migrated and empty."""
    return Command(tmp_path, {"RINGBACK_DATABASE_URL": database_url})


def test_run_brings_everything_on_a_fresh_data_directory_and_stops_in_order(folder: Path, tmp_path: Path) -> None:
    ringback = Command(tmp_path, {"RINGBACK_DATA_DIR": str(folder / "new")})
    with ringback.start("run") as running:
        address = running.entry("serving")["url"]
        running.entry("link up")
        assert httpx.get(f"{address}/readyz").json() == {"status": "ready", "warnings": []}
        assert "api-keys create" in running.out
        assert ringback.json("services", "list") == [], "commands work beside it on the same embedded database"
        assert running.stop(signal.SIGINT) == 0
        assert "PostgreSQL stopped" in running.log
        assert "Traceback" not in running.log


def test_practice_moves_within_seconds_and_goes_with_one_command(folder: Path, tmp_path: Path) -> None:
    ringback = Command(tmp_path, {"RINGBACK_DATA_DIR": str(folder / "new")})
    with ringback.start("run", "--practice") as running:
        address = running.entry("serving")["url"]
        key = until(lambda: next((word for word in running.out.split() if word.startswith("rbk_")), None), "a key")

        def states() -> set[str]:
            page = httpx.get(f"{address}/api/v1/callbacks", headers={"X-API-Key": key}).json()
            return {callback["state"] for callback in page["items"]}

        until(lambda: {"ROUTING", "PROCESSING"} & states(), "callbacks are called")
        until(lambda: "COMPLETED" in states(), "a callback is completed")
        assert "+44" not in running.log
        assert running.stop() == 0
    assert all(service["is_practice"] for service in ringback.json("services", "list"))
    assert "Removed 3 services, 12 agents" in ringback.does("practice", "remove")
    for what in ("services", "agents", "api-keys"):
        assert ringback.json(what, "list") == []
    assert ringback.json("callbacks", "list")["total"] == 0
    assert "Removed 0 services, 0 agents" in ringback.does("practice", "remove")


@pytest.mark.parametrize("command", ["run", "serve"])
def test_a_port_in_use_is_told_in_one_line(ringback: Command, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = ringback.run(command, RINGBACK_PORT=str(taken.getsockname()[1]))
    assert done.returncode == 1
    last_line = done.stderr.splitlines()[-1]
    assert last_line.startswith("ringback: Cannot serve at 127.0.0.1")
    assert "RINGBACK_PORT" in last_line
    assert "Traceback" not in done.stderr


def test_a_bad_setting_is_told_in_one_line(ringback: Command) -> None:
    for setting, value in BAD_SETTINGS:
        done = ringback.run("run", **{setting: value})
        assert done.returncode == 1
        assert done.stderr.startswith("ringback: ")
        assert done.stderr.count("\n") == 1
        assert setting in done.stderr or "link 'main'" in done.stderr


def test_a_data_directory_that_cannot_be_written_is_told_in_one_line(folder: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root, to become a user who may not write there")
    nobody = pwd.getpwnam("nobody").pw_uid
    settings = {"RINGBACK_DATA_DIR": str(folder / "own")}
    if ringback_as(nobody, "--version", settings).returncode != 0:
        pytest.skip(f"user id {nobody} can run no Ringback here")
    done = ringback_as(nobody, "run", settings)
    assert done.returncode == 1
    assert done.stderr.startswith(f"ringback: The data directory {folder / 'own'} cannot be used: Permission denied")
    assert done.stderr.count("\n") == 1


def ringback_as(user: int, word: str, settings: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run a command as another user, with the system's Python: ours may be closed to them."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    packages = [path for path in sys.path if path.endswith("site-packages")]
    paths = os.pathsep.join([str(Path(__file__).parents[2] / "src"), *packages])
    try:
        return subprocess.run(
            [f"/usr/bin/python{version}", "-m", "ringback", word],
            env={"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1", **settings},
            cwd="/",
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            user=user,
            group=user,
            extra_groups=[],
        )
    except OSError as problem:
        return subprocess.CompletedProcess([], 127, "", str(problem))


def test_server_and_engine_wait_for_the_database_and_for_its_schema(folder: Path, tmp_path: Path) -> None:
    server = EmbeddedPostgres(folder / "later", options=FAST)
    asyncio.run(server.__aenter__())
    asyncio.run(server.__aexit__(None, None, None))
    ringback = Command(tmp_path, {"RINGBACK_DATABASE_URL": server.url})
    with ringback.start("serve") as serving, ringback.start("engine") as engine:
        address = serving.entry("serving")["url"]
        for process in (serving, engine):
            assert "not available" in process.entry("waiting")["problem"]
        refused = httpx.get(f"{address}/readyz")
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
        assert "not available" in ringback.refuses("services", "list")
        assert ringback.run("doctor").returncode == 1

        asyncio.run(server.__aenter__())
        try:
            for process in (serving, engine):
                until(lambda process=process: "run `ringback migrate`" in process.log, "it says what is missing")
            assert "run `ringback migrate`" in ringback.refuses("services", "list")
            assert ringback.run("migrate", "--check").returncode == 1
            assert "Applied migration" in ringback.does("migrate")
            assert ringback.run("migrate", "--check").returncode == 0
            engine.entry("link up")
            until(lambda: httpx.get(f"{address}/readyz").status_code == 200, "the server is ready")
            assert (engine.stop(), serving.stop()) == (0, 0)
        finally:
            asyncio.run(server.__aexit__(None, None, None))


def test_the_engine_works_the_links_that_it_is_told_to(ringback: Command) -> None:
    with ringback.start("engine", "--link", "north=simulator:", "--link", "south=simulator:") as engine:
        until(lambda: engine.log.count('"link up"') == 2, "both links are up")
        assert engine.entry("link up")["link"] in {"north", "south"}
        assert engine.stop() == 0


def test_an_engine_goes_by_hours_that_are_changed_while_it_runs(ringback: Command) -> None:
    ringback.does("services", "add", "support")
    callback_id = ringback.json("callbacks", "create", "support", NUMBER)["id"]
    ringback.does("services", "set", "support", "hours={}")
    ringback.does("agents", "add", "anna", "--endpoint", "201", "--service", "support")
    ringback.does("agents", "presence", "anna", "READY")

    def shown(field: str) -> str:
        return ringback.json("callbacks", "show", callback_id)["callback"][field]

    with ringback.start("engine") as engine:
        engine.entry("link up")
        until(lambda: "does not open in the weeks to come" in shown("waiting_for"), "it is known to be closed")
        every_hour = ", ".join(f'"{day}": [{{"opens": "00:00", "closes": "24:00"}}]' for day in Weekday)
        ringback.does("services", "set", "support", f"hours={{{every_hour}}}")
        until(lambda: shown("state") not in ("SCHEDULED", "QUEUED"), "it is called")
        assert engine.stop() == 0


def test_doctor_says_what_to_mend(ringback: Command) -> None:
    ringback.does("services", "add", "support")
    done = ringback.run("doctor")
    assert done.returncode == 1
    for part in ("no engine holds it", "start `ringback engine`", "no agent serves it", "PostgreSQL"):
        assert part in " ".join(done.stdout.split())

    ringback.does("agents", "add", "anna", "--endpoint", "201", "--service", "support")
    ringback.does("agents", "presence", "anna", "READY")
    with ringback.start("engine") as engine:
        engine.entry("link up")
        well = ringback.run("doctor")
    assert well.returncode == 0, well.stdout
    assert "1 of 1 agents logged in" in well.stdout


def test_doctor_names_a_link_that_nobody_configures(ringback: Command) -> None:
    ringback.does("trunks", "add", "elsewhere", "--link", "elsewhere")
    ringback.does("services", "add", "support", "trunk=elsewhere")
    done = ringback.run("doctor", "--json")
    findings = msgspec.json.decode(done.stdout, type=list[dict[str, str]])
    wrong = {(finding["what"], finding["text"]) for finding in findings if finding["verdict"] == "wrong"}
    assert ("link main", "no engine holds it: nothing is called over it") in wrong
    assert ("service support", "calls over the trunk 'elsewhere', whose link 'elsewhere' is not configured") in wrong


def test_doctor_names_a_service_that_never_opens(ringback: Command) -> None:
    ringback.does("services", "add", "support", 'hours={"MONDAY": [{"opens": "09:00", "closes": "17:00"}]}')
    ringback.does("services", "add", "sales", "hours={}")
    findings = msgspec.json.decode(ringback.run("doctor", "--json").stdout, type=list[dict[str, str]])
    never = [finding["what"] for finding in findings if "no opening in the next 31 days" in finding["text"]]
    assert never == ["service sales"]


def test_a_user_whom_the_database_does_not_know_is_named(ringback: Command, database_url: str) -> None:
    stranger = database_url.replace("user=ringback", "user=stranger")
    done = ringback.run("migrate", RINGBACK_DATABASE_URL=stranger)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert '"stranger"' in done.stderr
    with ringback.start("engine", RINGBACK_DATABASE_URL=stranger) as engine:
        until(lambda: "stranger" in engine.log, "the engine names the user")


def test_the_simulator_says_its_address(ringback: Command) -> None:
    with ringback.start("simulator", "--listen", "127.0.0.1:0", "--far-ends", "digits") as simulator:
        url = until(lambda: simulator.out.strip() or None, "it says its address")
        assert url.startswith("simulator://127.0.0.1:")
        with ringback.start("engine", "--link", f"main={url}") as engine:
            engine.entry("link up")
        assert simulator.stop() == 0
