"""An agent at the desk, against real processes: what is accepted over HTTP is really rung and joined."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.command import Command, until

NUMBER = "+12025550133"
PASSWORD = "a password of one's own"
DESK = "/api/v1/desk"


@pytest.fixture
def ringback(tmp_path: Path, database_url: str) -> Command:
    """The command, with the service "support" that previews and its agent anna."""
    ringback = Command(tmp_path, {"RINGBACK_DATABASE_URL": database_url, "RINGBACK_LINKS": "main=simulator:"})
    ringback.does("services", "add", "support", "strategy=PREVIEW")
    ringback.does("agents", "add", "anna", "--endpoint", "201", "--service", "support")
    return ringback


def log_in(ringback: Command, browser: httpx.Client) -> None:
    """Make anna a user who is the agent anna, and let her log in and choose a password of her own."""
    made = ringback.json("users", "create", "anna", "--role", "AGENT", "--agent", "anna")
    session = browser.post("/api/v1/session", json={"name": "anna", "password": made["password"]})
    browser.headers["X-CSRF-Token"] = session.raise_for_status().json()["csrf_token"]
    chosen = {"current_password": made["password"], "new_password": PASSWORD}
    browser.post("/api/v1/session/password", json=chosen).raise_for_status()


def in_phase(browser: httpx.Client, phase: str) -> Callable[[], dict[str, Any] | None]:
    """What is in hand, once it is that far."""

    def find() -> dict[str, Any] | None:
        offer = browser.get(DESK).raise_for_status().json()["offer"]
        return offer if offer and offer["phase"] == phase else None

    return find


def test_what_an_agent_accepts_over_http_is_rung_joined_and_finished(ringback: Command) -> None:
    with ringback.start("serve") as serving, ringback.start("engine") as engine:
        engine.entry("link up")
        with httpx.Client(base_url=serving.entry("serving")["url"], timeout=30) as anna:
            log_in(ringback, anna)
            anna.post("/api/v1/agents/anna/presence", json={"state": "READY"}).raise_for_status()
            callback_id = ringback.json("callbacks", "create", "support", NUMBER)["id"]
            offer = until(in_phase(anna, "OFFERED"), "it is offered")
            assert (offer["callback"]["id"], offer["callback"]["phone_number"]) == (callback_id, NUMBER)
            attempt = f"{DESK}/{offer['attempt_id']}"
            anna.post(f"{attempt}/accept").raise_for_status()
            talking = until(in_phase(anna, "TALKING"), "the two are joined")
            assert (talking["agent_leg"], talking["customer_leg"]) == ("ANSWERED", "ANSWERED")
            finish = {"disposition": "Resolved", "note": "a real one"}
            assert anna.post(f"{attempt}/finish", json=finish).raise_for_status().json()["follow_up"] is None

            def state() -> str | None:
                callback = ringback.json("callbacks", "show", callback_id)["callback"]
                return callback["result"] if callback["state"] == "COMPLETED" else None

            assert until(state, "it is completed") == "AGENT"
            desk = anna.get(DESK).json()
            assert (desk["agent"]["presence"], desk["today"]["handled"]) == ("READY", 1)
        assert NUMBER not in serving.log + engine.log
        assert (engine.stop(), serving.stop()) == (0, 0)
