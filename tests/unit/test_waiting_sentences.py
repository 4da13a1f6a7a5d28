"""The sentence that says why a callback waits."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from ringback.agents.model import Presence
from ringback.callbacks.queue import Situation
from ringback.callbacks.states import State
from ringback.callbacks.waiting import Progress, why_waiting
from ringback.services.model import Mode
from ringback.telephony.port import LegRole

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
READY = Situation(
    id=1,
    name="support",
    display_name="Support",
    mode=Mode.RUNNING,
    is_open=True,
    openings_are_written=True,
    opens_at=None,
    trunk="main",
    link_id="main",
    presences={Presence.READY: 1, Presence.OFFLINE: 2},
    departure_count=0,
    first_departure=None,
    last_departure=None,
    link_is_held=True,
    link_is_up=True,
    link_problem=None,
    trunk_paused_until=None,
    trunk_pause_reason=None,
    trunk_has_room=True,
)
QUEUED = Progress(
    state=State.QUEUED,
    desired_at=NOW,
    eligible_at=NOW,
    attempts=0,
    agent=None,
    rung=(),
    answered=(),
    position=3,
)


def sentence(situation: Situation = READY, **changes: Any) -> str | None:
    return why_waiting(msgspec.structs.replace(QUEUED, **changes), situation, NOW)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"mode": Mode.PAUSED, "presences": {}}, "Service 'support' is PAUSED: nobody of it is called."),
        (
            {"is_open": False, "opens_at": NOW + timedelta(hours=3)},
            "Service 'support' is closed at this hour; it opens again at 2026-11-23T12:00:00Z.",
        ),
        ({"is_open": False}, "Service 'support' is closed, and does not open in the weeks to come."),
        ({"is_open": False, "openings_are_written": False}, "not worked out by an engine yet: is one running?"),
        ({"trunk_has_room": False, "presences": {}}, "Trunk 'main' takes no further call for the moment"),
        ({"link_is_held": False, "link_is_up": False}, "No engine holds the telephony link 'main'"),
        ({"link_is_up": False, "link_problem": "no route"}, "The telephony link 'main' is down: no route."),
        (
            {"trunk_paused_until": NOW + timedelta(minutes=5), "trunk_pause_reason": "its calls failed"},
            "paused until 2026-11-23T09:05:00Z: its calls failed.",
        ),
        ({"presences": {}}, "No agent serves this service."),
        ({"presences": {Presence.OFFLINE: 2}}, "No agent of the service is logged in."),
        ({"presences": {Presence.TALKING: 1, Presence.NOT_READY: 1}}, "busy or not ready"),
        ({}, "It waits for its turn: 2 before it in the queue."),
    ],
)
def test_a_queued_callback_tells_what_is_in_its_way(changes: dict[str, Any], words: str) -> None:
    assert words in str(sentence(msgspec.structs.replace(READY, **changes)))


def test_a_retry_tells_when_it_is_due() -> None:
    due = NOW + timedelta(minutes=5)
    assert sentence(eligible_at=due, attempts=1) == "Attempt 2 is not made before 2026-11-23T09:05:00Z."


def test_the_first_of_the_queue_is_told_so() -> None:
    assert "next in its queue" in str(sentence(position=1))


def test_a_scheduled_callback_waits_for_its_time_and_then_for_an_engine() -> None:
    later = NOW + timedelta(hours=1)
    assert sentence(state=State.SCHEDULED, desired_at=later) == "It waits for its desired time, 2026-11-23T10:00:00Z."
    late = sentence(state=State.SCHEDULED, desired_at=NOW - timedelta(seconds=90))
    assert late == "Its desired time passed 90 s ago and no engine has queued it yet: is one running?"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Agent anna is reserved; nobody is rung yet."),
        ({"rung": [LegRole.CUSTOMER]}, "Agent anna is reserved; the customer is rung."),
        (
            {"rung": [LegRole.AGENT], "answered": [LegRole.CUSTOMER]},
            "Agent anna is reserved; the customer is on the line, the agent is rung.",
        ),
        ({"agent": None}, "The customer is on the line and holds for the next agent."),
    ],
)
def test_a_routed_callback_tells_who_is_rung(changes: dict[str, Any], words: str) -> None:
    routing: dict[str, Any] = {"state": State.ROUTING, "agent": "anna", **changes}
    assert sentence(READY, **routing) == words


def test_a_talk_is_told_and_a_completed_callback_waits_for_nothing() -> None:
    assert "agent anna are joined" in str(sentence(state=State.PROCESSING, agent="anna"))
    assert sentence(state=State.COMPLETED) is None
