"""The command line on a database, as a person at a terminal uses it."""

import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ringback.cli.installation import actor
from tests.acceptance.command import Command, until

NUMBER = "+1 202-555-0133"

REFUSED = [
    (("services", "set", "nowhere", "wrap_up_seconds=3"), "There is no service 'nowhere'"),
    (("services", "add", "support"), "There is a service 'support' already"),
    (("services", "set", "support", "window_seconds=0"), "window_seconds is between 1 and 86400"),
    (("agents", "add", "anna", "--endpoint", "1", "--service", "nowhere"), "There is no service 'nowhere'"),
    (("agents", "presence", "anna", "READY"), "There is no agent 'anna'"),
    (("callbacks", "create", "support", "12"), "it is too short"),
    (("callbacks", "create", "support", NUMBER, "--at", "2026-11-24T09:00"), "has no offset from UTC"),
    (("callbacks", "create", "support", NUMBER, "--at", "2020-01-01T09:00Z"), "is over"),
    (("callbacks", "show", "0123abcd"), "There is no callback whose id ends with 0123abcd"),
    (("api-keys", "revoke", "nobody"), "There is no API key 'nobody'"),
]

NOT_UNDERSTOOD = [
    ("services", "set", "support", "colour=red"),
    ("services", "set", "support", "window_seconds=soon"),
    ("services", "set", "support", "window_seconds"),
    ("callbacks", "create", "support", NUMBER, "--at", "tomorrow"),
    ("callbacks", "create", "support", NUMBER, "--user-data", "{"),
    ("callbacks", "show", "xyz"),
    ("agents", "presence", "anna", "SLEEPING"),
    ("nonsense",),
]


@pytest.fixture
def ringback(tmp_path: Path, database_url: str) -> Command:
    """The command on this test's own database, which is migrated and empty."""
    return Command(tmp_path, {"RINGBACK_DATABASE_URL": database_url})


@pytest.fixture
def with_service(ringback: Command) -> Command:
    """The same, with a service."""
    ringback.does("services", "add", "support", "default_region=US")
    return ringback


def test_a_service_is_added_changed_listed_and_removed(ringback: Command) -> None:
    ringback.does("services", "add", "support", "time_zone=Europe/Berlin", "default_region=DE")
    ringback.does(
        "services", "set", "support", "wrap_up_seconds=7", 'retries={"BUSY": {"limit": 2}}', "default_region="
    )

    shown = ringback.json("services", "show", "support")
    assert (shown["time_zone"], shown["wrap_up_seconds"], shown["default_region"]) == ("Europe/Berlin", 7, None)
    assert shown["retries"] == {"BUSY": {"limit": 2}}
    assert "support" in ringback.does("services", "list")

    ringback.does("services", "remove", "support")
    assert ringback.json("services", "list") == []


def test_a_number_is_tried_without_calling_it(with_service: Command) -> None:
    told = with_service.does("services", "test-number", "support", "(202) 555-0133")
    assert "+12025550133 may be called." in told
    assert "every country is permitted" in told
    refused = with_service.json("services", "test-number", "support", "1 900 234 5678")
    assert (refused["is_permitted"], refused["next_allowed_at"]) == (False, None)
    assert "premium rate numbers are not called" in refused["reasons"][0]["text"]
    assert "There is no service 'nowhere'" in with_service.refuses("services", "test-number", "nowhere", NUMBER)
    assert with_service.json("callbacks", "list")["total"] == 0


def test_the_slots_of_a_service_are_listed_with_their_seats(with_service: Command) -> None:
    with_service.does("services", "set", "support", "slot_capacity=4", "slot_minutes=60")
    told = with_service.does("services", "slots", "support", "--days", "1")
    assert "Capacity" in told
    slots = with_service.json("services", "slots", "support", "--days", "1")
    assert {(slot["capacity"], slot["free"]) for slot in slots} == {(4, 4)}
    assert len(slots) == 24
    with_service.does("services", "set", "support", "mode=DRAINING")
    assert "'support' is DRAINING and takes no callbacks" in with_service.does("services", "slots", "support")


def test_what_is_refused_is_told_in_one_line_and_changes_nothing(with_service: Command) -> None:
    before = with_service.json("services", "list")
    for words, says in REFUSED:
        assert says in with_service.refuses(*words)
    assert with_service.json("services", "list") == before
    assert with_service.json("agents", "list") == []
    assert with_service.json("callbacks", "list")["total"] == 0


def test_what_cannot_be_understood_exits_with_2(with_service: Command) -> None:
    for words in NOT_UNDERSTOOD:
        done = with_service.run(*words)
        assert (done.returncode, done.stdout) == (2, ""), done
        assert "Traceback" not in done.stderr


def test_an_agent_is_added_once_changed_and_removed(with_service: Command) -> None:
    add = ("agents", "add", "anna", "--endpoint", "sip:anna@10.0.0.7", "--service", "support")
    with_service.does(*add)
    assert "already" in with_service.refuses(*add)
    with_service.does("agents", "set", "anna", "--endpoint", "201", "--display-name", "Anna Berg")
    with_service.does("agents", "presence", "anna", "ready", "--reason", "back from lunch")

    (anna,) = with_service.json("agents", "list", "--service", "support")
    assert (anna["endpoint"], anna["display_name"], anna["presence"]) == ("201", "Anna Berg", "READY")
    assert anna["services"] == ["support"]

    with_service.does("agents", "remove", "anna")
    assert with_service.json("agents", "list") == []


def test_a_callback_is_created_and_cancelled_in_the_name_of_who_typed_it(with_service: Command) -> None:
    made = with_service.json("callbacks", "create", "support", NUMBER, "--name", "Maria Lopez")
    with_service.does("callbacks", "cancel", made["id"][-8:], "--reason", "called by hand")

    shown = with_service.json("callbacks", "show", made["id"])
    assert (shown["callback"]["state"], shown["callback"]["result"]) == ("COMPLETED", "CANCELLED_BY_ADMIN")
    assert [change["actor_name"] for change in shown["trace"]["transitions"]] == [actor().name] * 2
    story = with_service.run("callbacks", "show", made["id"], COLUMNS="160").stdout
    for part in ("COMPLETED (CANCELLED_BY_ADMIN)", NUMBER, "Maria Lopez", "called by hand", "command line"):
        assert part in story
    assert "cannot be cancelled" in with_service.refuses("callbacks", "cancel", made["id"])


def test_a_scheduled_callback_is_rescheduled_and_found_in_lists(with_service: Command) -> None:
    first, then = (datetime.now(UTC).replace(microsecond=0) + timedelta(hours=hours) for hours in (2, 3))
    made = with_service.json("callbacks", "create", "support", "(202) 555-0133", "--at", first.isoformat())
    moved = with_service.json("callbacks", "reschedule", made["id"], then.isoformat())

    assert (moved["id"], datetime.fromisoformat(moved["desired_at"])) == (made["id"], then)
    assert with_service.json("callbacks", "list", "--state", "scheduled")["total"] == 1
    assert with_service.json("callbacks", "list", "--to", first.isoformat())["total"] == 0
    assert f"…{made['id'][-8:]}" in with_service.does("callbacks", "list", "--open")


def test_a_scheduled_callback_is_called_now_claimed_and_recreated(with_service: Command) -> None:
    later = (datetime.now(UTC).replace(microsecond=0) + timedelta(hours=2)).isoformat()
    made = with_service.json("callbacks", "create", "support", NUMBER, "--name", "Maria Lopez", "--at", later)
    assert with_service.json("callbacks", "call-now", made["id"])["state"] == "QUEUED"
    assert "only a SCHEDULED callback" in with_service.refuses("callbacks", "call-now", made["id"])
    claimed = with_service.json("callbacks", "claim", made["id"], "--reason", "rang in")
    assert (claimed["state"], claimed["result"]) == ("COMPLETED", "CLAIMED_BY_CALLER")

    again = with_service.json("callbacks", "recreate", made["id"], "--at", later)
    assert (again["state"], again["customer_name"], again["recreated_from"]) == ("SCHEDULED", "Maria Lopez", made["id"])
    assert "already" in with_service.refuses("callbacks", "recreate", made["id"])
    story = with_service.run("callbacks", "show", made["id"], COLUMNS="160").stdout
    assert "Recreated as" in story
    assert again["id"] in story
    assert "Recreated from" in with_service.does("callbacks", "show", again["id"])


def test_an_api_key_alone_goes_to_stdout_and_is_shown_once(ringback: Command) -> None:
    secret = ringback.does("api-keys", "create", "shop", "--scope", "create", "--scope", "read").strip()
    assert secret.startswith("rbk_")
    assert secret not in ringback.does("api-keys", "list")
    assert "already" in ringback.refuses("api-keys", "create", "shop", "--scope", "read")
    ringback.does("api-keys", "revoke", "shop")
    assert "revoked" in ringback.does("api-keys", "list")


def test_tables_fit_80_columns_and_have_no_colours_in_a_pipe(with_service: Command) -> None:
    with_service.does("agents", "add", "anna", "--endpoint", "sip:anna@10.0.0.7:5060", "--service", "support")
    with_service.does("callbacks", "create", "support", NUMBER)
    for words in (("services", "list"), ("agents", "list"), ("callbacks", "list"), ("services", "show", "support")):
        text = with_service.does(*words)
        assert max(map(len, text.splitlines())) <= 80
        assert "\x1b" not in text


def test_watch_prints_each_change_as_a_line_until_ctrl_c(with_service: Command) -> None:
    with with_service.start("callbacks", "watch") as watching:
        made = with_service.json("callbacks", "create", "support", NUMBER)
        until(lambda: f"…{made['id'][-8:]} support QUEUED: for now" in watching.out, "the new callback is shown")
        with_service.does("callbacks", "cancel", made["id"])
        until(lambda: "QUEUED -> COMPLETED (CANCELLED_BY_ADMIN)" in watching.out, "the cancellation is shown")
        assert watching.stop(signal.SIGINT) == 0
        assert watching.out.count(made["id"][-8:]) == 2
        assert "Traceback" not in watching.log
