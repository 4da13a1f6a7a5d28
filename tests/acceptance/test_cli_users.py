"""`ringback users`, and the first administrator, as a person at a terminal meets them."""

from pathlib import Path

import httpx
import pytest

from tests.acceptance.command import Command, Running, until

PASSWORD = "correct horse battery"


@pytest.fixture
def ringback(tmp_path: Path, database_url: str) -> Command:
    """The command on this test's own database, which is migrated and has the services "support" and "sales"."""
    ringback = Command(tmp_path, {"RINGBACK_DATABASE_URL": database_url})
    ringback.does("services", "add", "support")
    ringback.does("services", "add", "sales")
    return ringback


def log_in(running: Running, name: str, password: str) -> httpx.Response:
    address = running.entry("serving")["url"]
    return httpx.post(f"{address}/api/v1/session", json={"name": name, "password": password})


def test_users_are_made_changed_disabled_and_enabled(ringback: Command) -> None:
    assert "There is no user yet" in ringback.does("users", "list")
    first = ringback.does("users", "create", "sue", "--role", "supervisor", "--service", "support").strip()
    assert len(first) == 23

    told = ringback.does("users", "change", "sue", "--role", "MONITOR", "--all-services", "--display-name", "Sue")
    assert "MONITOR" in told
    (user,) = ringback.json("users", "list")
    assert (user["roles"], user["services"], user["display_name"]) == (["MONITOR"], None, "Sue")
    ringback.does("users", "change", "sue", "--no-services", "--no-roles")
    ringback.does("users", "disable", "sue")
    (user,) = ringback.json("users", "list")
    assert (user["roles"], user["services"], user["is_enabled"]) == ([], [], False)
    assert "sue (disabled)" in ringback.does("users", "list")
    ringback.does("users", "enable", "sue")
    assert ringback.json("users", "list")[0]["is_enabled"]
    assert ringback.does("users", "reset-password", "sue").strip() != first


def test_what_cannot_be_is_told_in_one_line(ringback: Command) -> None:
    ringback.does("users", "create", "boss", "--role", "ADMINISTRATOR", "--all-services")
    assert "There is a user 'boss' already" in ringback.refuses("users", "create", "Boss")
    assert "There is no user 'nobody'" in ringback.refuses("users", "change", "nobody", "--no-agent")
    assert "'nowhere' is not" in ringback.refuses("users", "change", "boss", "--service", "nowhere")
    assert "last enabled ADMINISTRATOR" in ringback.refuses("users", "disable", "boss")
    assert ringback.run("users", "change", "boss").returncode == 2
    assert ringback.run("users", "change", "boss", "--agent", "anna", "--no-agent").returncode == 2


def test_the_first_start_prints_how_to_log_in_and_later_ones_do_not(ringback: Command) -> None:
    with ringback.start("run") as running:
        running.entry("link up")
        line = next(line for line in running.out.splitlines() if "First login" in line)
        name, password = line.split()[2].rstrip(","), line.split()[-1]
        answer = log_in(running, name, password)
        assert (answer.status_code, answer.json()["user"]["must_change_password"]) == (201, True)
        assert answer.json()["user"]["roles"] == ["ADMINISTRATOR"]
        assert password not in running.log
        assert "admin" not in running.log
    with ringback.start("run") as running:
        running.entry("link up")
        assert "First login" not in running.out
        assert "users reset-password admin" in running.out


def test_two_servers_that_start_at_once_make_one_administrator(ringback: Command) -> None:
    with ringback.start("serve") as one, ringback.start("serve") as other:
        until(lambda: "First login" in one.out + other.out, "one of them says how to log in")
        assert [server.stop() for server in (one, other)] == [0, 0]
        assert sorted("First login" in server.out for server in (one, other)) == [False, True]
    assert [user["name"] for user in ringback.json("users", "list")] == ["admin"]


def test_a_password_from_a_file_is_printed_nowhere(ringback: Command, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text(f"{PASSWORD}\n")
    with ringback.start("run", RINGBACK_ADMIN_PASSWORD_FILE=str(secret)) as running:
        running.entry("link up")
        answer = log_in(running, "admin", PASSWORD)
        assert (answer.status_code, answer.json()["user"]["must_change_password"]) == (201, False)
        assert "RINGBACK_ADMIN_PASSWORD" in running.out
        assert PASSWORD not in running.out + running.log


def test_a_first_password_that_is_too_weak_is_told_in_one_line(ringback: Command) -> None:
    done = ringback.run("run", RINGBACK_ADMIN_PASSWORD="short")
    assert done.returncode == 1
    last_line = done.stderr.splitlines()[-1]
    assert last_line.startswith("ringback: RINGBACK_ADMIN_PASSWORD cannot be used")
    assert "'short'" not in last_line


def test_what_is_listed_is_to_be_read_on_a_narrow_terminal(ringback: Command) -> None:
    ringback.does("users", "create", "a-supervisor-of-much", "--role", "SUPERVISOR", "--role", "ADMINISTRATOR")
    listed = ringback.does("users", "list")
    assert max(map(len, listed.splitlines())) <= 80
    assert [word for word in ("SUPERVISOR", "ADMINISTRATOR") if word not in listed.split()] == []
    told = ringback.does("audit", "list", "--action", "user.")
    assert max(map(len, told.splitlines())) <= 80
    assert '"after":["SUPERVISOR","ADMINISTRATOR"]' in told.replace("\n", "").replace(" ", "")
