"""The presence of agents: what they ask for, and what their calls make of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from ringback.agents.model import ASKABLE, ENGAGED, Agent, Presence
from ringback.database.pool import Connection
from ringback.database.queries import QueryFile
from ringback.errors import NeverPossible, NotFound

_sql = QueryFile(__file__)
_LOCK = _sql.query("lock", Agent)
_LOCK_NAMED = _sql.query("lock_named", Agent)
_RESERVE_LONGEST_IDLE = _sql.query("reserve_longest_idle", Agent)
_SET = _sql.query("set_presence", Agent)
_WANT = _sql.query("want_presence", Agent)
_END_WRAP_UPS = _sql.command("end_wrap_ups")
_END_WRAP_UP = _sql.command("end_wrap_up")
_NOTE_DESK = _sql.command("note_desk")
_LEAVE_CLOSED_DESKS = _sql.command("leave_closed_desks")

# An open desk is noted this often at most; one that was not seen for the longer time is closed.
DESK_NOTED_EVERY = timedelta(seconds=10)
DESK_CLOSED_AFTER = timedelta(seconds=60)
DESK_WAS_CLOSED = "the desk was closed"


class AgentNotFound(NotFound):
    """There is no agent of this name."""

    code = "agent-not-found"


class PresenceRefused(NeverPossible):
    """This presence follows from calls and cannot be asked for."""

    code = "presence-refused"


class Release(StrEnum):
    """How an agent comes out of an attempt."""

    TALKED = "TALKED"
    FINISHED = "FINISHED"
    FREE = "FREE"
    REJECTED = "REJECTED"
    MISSED = "MISSED"
    MAYBE_RINGING = "MAYBE_RINGING"


# Whoever comes out of an attempt so has the place in the line that they had before.
_STAYS_IDLE = frozenset({Release.FREE, Release.MISSED})


@dataclass(frozen=True)
class ReleaseTerms:
    """The settings of the service that a release follows."""

    wrap_up_seconds: int
    agent_no_answer_limit: int
    agent_ring_timeout_seconds: int


async def ask(connection: Connection, name: str, presence: Presence, reason: str | None, now: datetime) -> Agent:
    """Set what an agent asks for; while RESERVED or TALKING it is kept and takes effect afterwards.

    Raises AgentNotFound, PresenceRefused.
    """
    if presence not in ASKABLE:
        allowed = ", ".join(sorted(ASKABLE))
        raise PresenceRefused(f"{presence} follows from an agent's calls; ask for one of {allowed}", presence=presence)
    agent = await _LOCK_NAMED.first(connection, name=name)
    if agent is None:
        raise AgentNotFound(f"There is no agent {name!r}", agent=name)
    if agent.presence in ENGAGED:
        return await _WANT.one(connection, id=agent.id, presence=presence, reason=reason)
    if agent.presence is presence:
        return await _SET.one(connection, **_kept(agent, reason))
    return await _set(connection, agent, presence, now, reason=reason)


async def reserve_longest_idle(
    connection: Connection,
    service_id: int,
    now: datetime,
    *,
    callback_id: UUID | None = None,
    attempt_id: UUID | None = None,
) -> Agent | None:
    """Reserve the READY agent of the service who has been idle longest; None when there is none.

    Agents who have declined the callback come last, and of a running attempt those who were tried in it already.
    """
    return await _RESERVE_LONGEST_IDLE.first(
        connection, service_id=service_id, callback_id=callback_id, attempt_id=attempt_id, now=now
    )


async def start_talking(connection: Connection, agent_id: int, now: datetime) -> None:
    """RESERVED -> TALKING; the calls that were missed in a row are forgotten."""
    agent = await _LOCK.one(connection, id=agent_id)
    await _set(connection, agent, Presence.TALKING, now, keeps_wish=True)


async def release(
    connection: Connection,
    agent_id: int,
    how: Release,
    terms: ReleaseTerms,
    now: datetime,
    *,
    missed_reason: str | None = None,
) -> Agent:
    """Let an agent go after an attempt: to what was asked for meanwhile, else to what `how` leads to.

    TALKED: WRAP_UP, which ends by itself. FINISHED: READY, for the agent has finished it. REJECTED: READY, at the back
    of the line. MISSED: NOT_READY with the reason after `agent_no_answer_limit` in a row.
    MAYBE_RINGING: the phone may still ring because an engine died; WRAP_UP until it cannot any more. FREE: READY.
    """
    agent = await _LOCK.one(connection, id=agent_id)
    missed = agent.missed_calls + 1 if how is Release.MISSED else agent.missed_calls
    has_missed_enough = how is Release.MISSED and missed >= terms.agent_no_answer_limit
    if agent.wanted_presence is not None and not (has_missed_enough and agent.wanted_presence is Presence.READY):
        return await _set(connection, agent, agent.wanted_presence, now, reason=agent.wanted_reason, missed=missed)
    if has_missed_enough:
        return await _set(connection, agent, Presence.NOT_READY, now, reason=missed_reason)
    rest = {Release.TALKED: terms.wrap_up_seconds, Release.MAYBE_RINGING: terms.agent_ring_timeout_seconds}.get(how, 0)
    if rest:
        ends_at = now + timedelta(seconds=rest)
        return await _set(connection, agent, Presence.WRAP_UP, now, wrap_up_ends_at=ends_at, missed=missed)
    return await _set(connection, agent, Presence.READY, now, missed=missed, stays_idle=how in _STAYS_IDLE)


async def end_wrap_ups(connection: Connection, now: datetime) -> int:
    """Make READY everybody whose wrap-up is over; returns how many."""
    return await _END_WRAP_UPS.run(connection, now=now)


async def end_wrap_up(connection: Connection, agent_id: int, since: datetime, now: datetime) -> None:
    """Make the agent READY if the wrap-up that began then still lasts."""
    await _END_WRAP_UP.run(connection, id=agent_id, since=since, now=now)


async def note_desk(connection: Connection, agent_id: int, now: datetime) -> None:
    """The agent's own desk is open. Written every 10 s at most, so it may be called as often as one likes."""
    await _NOTE_DESK.run(connection, id=agent_id, now=now, before=now - DESK_NOTED_EVERY)


async def leave_closed_desks(connection: Connection, now: datetime) -> int:
    """Whose desk was not seen for 60 s is NOT_READY, in a call: afterwards; returns how many desks were closed.

    Who was NOT_READY, BUSY_ELSEWHERE or OFFLINE stays so.
    """
    return await _LEAVE_CLOSED_DESKS.run(connection, now=now, before=now - DESK_CLOSED_AFTER, reason=DESK_WAS_CLOSED)


async def _set(
    connection: Connection,
    agent: Agent,
    presence: Presence,
    now: datetime,
    *,
    reason: str | None = None,
    wrap_up_ends_at: datetime | None = None,
    missed: int = 0,
    stays_idle: bool = False,
    keeps_wish: bool = False,
) -> Agent:
    idle_since = agent.idle_since if stays_idle and agent.idle_since else now
    return await _SET.one(
        connection,
        id=agent.id,
        presence=presence,
        since=now,
        reason=reason,
        idle_since=idle_since if presence is Presence.READY else agent.idle_since,
        wrap_up_ends_at=wrap_up_ends_at,
        missed_calls=missed,
        wanted_presence=agent.wanted_presence if keeps_wish else None,
        wanted_reason=agent.wanted_reason if keeps_wish else None,
    )


def _kept(agent: Agent, reason: str | None) -> dict[str, object]:
    return {
        "id": agent.id,
        "presence": agent.presence,
        "since": agent.presence_since,
        "reason": reason,
        "idle_since": agent.idle_since,
        "wrap_up_ends_at": agent.wrap_up_ends_at,
        "missed_calls": agent.missed_calls,
        "wanted_presence": None,
        "wanted_reason": None,
    }
