"""Why a callback waits right now, in one sentence that a supervisor can read. Computed when read, never stored."""

from collections.abc import Collection
from datetime import datetime

import msgspec

from ringback.callbacks.promise import instant_in_words
from ringback.callbacks.queue import Situation
from ringback.callbacks.states import State
from ringback.telephony.port import LegRole


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a callback has come: what the sentence is made of.

    `is_offered`: nothing rings before the agent has answered at the desk. `rung` and `answered`: which sides of the
    open attempt ring now, and which are on the line.
    """

    state: State
    desired_at: datetime
    eligible_at: datetime | None
    attempts: int
    agent: str | None
    is_offered: bool = False
    rung: Collection[LegRole]
    answered: Collection[LegRole]
    position: int | None


def why_waiting(progress: Progress, situation: Situation | None, now: datetime) -> str | None:
    """The sentence; None for a callback that is COMPLETED. `situation`: of its service, known if it is QUEUED."""
    match progress.state:
        case State.SCHEDULED:
            return _scheduled(progress, now)
        case State.QUEUED:
            return None if situation is None else _queued(progress, situation, now)
        case State.ROUTING:
            return _routing(progress)
        case State.PROCESSING:
            return f"Nothing: the customer and agent {progress.agent} are joined."
        case State.COMPLETED:
            return None


def _scheduled(progress: Progress, now: datetime) -> str:
    if now < progress.desired_at:
        return f"It waits for its desired time, {instant_in_words(progress.desired_at)}."
    late = int((now - progress.desired_at).total_seconds())
    return f"Its desired time passed {late} s ago and no engine has queued it yet: is one running?"


def _queued(progress: Progress, situation: Situation, now: datetime) -> str:
    if progress.eligible_at is not None and progress.eligible_at > now:
        what = f"Attempt {progress.attempts + 1}" if progress.attempts else "Its first attempt"
        return f"{what} is not made before {instant_in_words(progress.eligible_at)}."
    if not situation.mode.dials:
        return f"Service {situation.name!r} is {situation.mode}: nobody of it is called."
    if not situation.is_open:
        return _closed(situation)
    obstacle = _link_obstacle(situation) or _agent_obstacle(situation)
    if obstacle:
        return obstacle
    before = (progress.position or 1) - 1
    if not before:
        return "It is the next in its queue: the engine is about to reserve an agent."
    return f"It waits for its turn: {before} before it in the queue."


def _closed(situation: Situation) -> str:
    if not situation.openings_are_written:
        return f"When service {situation.name!r} is open was not worked out by an engine yet: is one running?"
    if situation.opens_at is None:
        return f"Service {situation.name!r} is closed, and does not open in the weeks to come."
    return (
        f"Service {situation.name!r} is closed at this hour; it opens again at {instant_in_words(situation.opens_at)}."
    )


def _link_obstacle(situation: Situation) -> str | None:
    link = f"telephony link {situation.link_id!r}"
    if not situation.link_is_held:
        return f"No engine holds the {link}: is an engine running with this link?"
    if not situation.link_is_up:
        return f"The {link} is down{': ' + situation.link_problem if situation.link_problem else ''}."
    if situation.trunk_paused_until is not None:
        until = instant_in_words(situation.trunk_paused_until)
        return f"Trunk {situation.trunk!r} is paused until {until}: {situation.trunk_pause_reason}."
    if not situation.trunk_has_room:
        return f"Trunk {situation.trunk!r} takes no further call for the moment: its channels or calls per second."
    return None


def _agent_obstacle(situation: Situation) -> str | None:
    if not situation.presences:
        return "No agent serves this service."
    if not situation.agents_logged_in:
        return "No agent of the service is logged in."
    if not situation.agents_ready:
        return "All agents of the service who are logged in are busy or not ready."
    return None


def _routing(progress: Progress) -> str:
    if progress.agent is None:
        return "The customer is on the line and holds for the next agent."
    if progress.is_offered:
        return f"Agent {progress.agent} looks at it (preview); nobody is rung before the agent accepts."
    return f"Agent {progress.agent} is reserved; {_line(progress)}."


def _line(progress: Progress) -> str:
    on_the_line = [_NAMES[role] for role in LegRole if role in progress.answered]
    ringing = [_NAMES[role] for role in LegRole if role in progress.rung]
    parts = [f"the {name} is on the line" for name in on_the_line] + [f"the {name} is rung" for name in ringing]
    return ", ".join(parts) or "nobody is rung yet"


_NAMES = {LegRole.CUSTOMER: "customer", LegRole.AGENT: "agent"}
