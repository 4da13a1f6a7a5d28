"""What bulk work does to its callbacks, which are locked: cancel, reschedule, recreate.

Every callback has an outcome of its own; one that is refused, or that fails, keeps none of the others.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import asyncpg
import msgspec
import structlog

from ringback.actors import Actor
from ringback.bulk.model import BulkRequest, Cancellation, Kind, Recreation, Rescheduling
from ringback.callbacks import lifecycle, requests
from ringback.callbacks.states import Event, State
from ringback.database.pool import Connection
from ringback.errors import Refused

CANCELLED = "CANCELLED"
RESCHEDULED = "RESCHEDULED"
RECREATED = "RECREATED"
FAILED = "internal-error"

# What is the matter with one row: the database refuses it, or it cannot be read. Anything else, such as a deadlock,
# concerns the whole transaction.
ROW_REFUSED = (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError, msgspec.ValidationError)

log = structlog.get_logger(__name__)


class Found(msgspec.Struct, frozen=True):
    """A callback as it is before the deed."""

    id: UUID
    state: State
    phone_number: str
    service: str
    desired_at: datetime


class Outcome(msgspec.Struct, frozen=True):
    """What became of a callback: a word for programs, and for people why (it was left alone)."""

    is_done: bool
    outcome: str
    reason: str = ""
    new_callback_id: UUID | None = None


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done, for whom, as of `now`."""

    job_id: UUID
    now: datetime
    actor: Actor
    request: BulkRequest


Outcomes = dict[UUID, Outcome]


async def do(connection: Connection, deed: Deed, found: Sequence[Found]) -> Outcomes:
    """Do it, and tell what became of each."""
    match deed.request:
        case Cancellation() as wanted:
            return await _cancel(connection, deed, wanted, found)
        case Rescheduling() as wanted:
            return {each.id: await _by_itself(connection, each, partial(_reschedule, deed, wanted)) for each in found}
        case Recreation() as wanted:
            return {each.id: await _by_itself(connection, each, partial(_recreate, deed, wanted)) for each in found}


async def _cancel(connection: Connection, deed: Deed, wanted: Cancellation, found: Sequence[Found]) -> Outcomes:
    possible = Kind.CANCELLATION.possible
    impossible = [each for each in found if each.state not in possible]
    outcomes = {each.id: _refused(lifecycle.refused(each.state, Event.CANCELLED)) for each in impossible}
    for state in possible:
        ids = [each.id for each in found if each.state is state]
        outcomes |= await _cancel_all(connection, deed, wanted, state, ids)
    return outcomes


async def _cancel_all(
    connection: Connection, deed: Deed, wanted: Cancellation, state: State, ids: Sequence[UUID]
) -> Outcomes:
    """Cancel those of one state at once; if the database refuses, each half by itself, down to the one at fault."""
    if not ids:
        return {}
    try:
        async with connection.transaction():
            await lifecycle.change(
                connection,
                ids,
                state,
                Event.CANCELLED,
                now=deed.now,
                actor=deed.actor,
                reason=f"bulk cancellation {deed.job_id}" + (f": {wanted.reason}" if wanted.reason else ""),
                result=lifecycle.result_of_cancelling(deed.actor),
            )
    except ROW_REFUSED as problem:
        if len(ids) == 1:
            return {ids[0]: _failed(ids[0], problem)}
        half = len(ids) // 2
        first = await _cancel_all(connection, deed, wanted, state, ids[:half])
        return first | await _cancel_all(connection, deed, wanted, state, ids[half:])
    return dict.fromkeys(ids, Outcome(True, CANCELLED, wanted.reason or ""))


async def _reschedule(deed: Deed, wanted: Rescheduling, connection: Connection, found: Found) -> Outcome:
    desired_at = wanted.desired_at or found.desired_at + timedelta(seconds=wanted.shift_seconds or 0)
    await requests.reschedule_with(connection, deed.now, deed.actor, found.id, desired_at, time_zone=wanted.time_zone)
    return Outcome(True, RESCHEDULED)


async def _recreate(deed: Deed, wanted: Recreation, connection: Connection, found: Found) -> Outcome:
    new_id = await requests.recreate_with(
        connection, deed.now, deed.actor, found.id, wanted.desired_at, time_zone=wanted.time_zone
    )
    return Outcome(True, RECREATED, new_callback_id=new_id)


async def _by_itself(
    connection: Connection, found: Found, do_one: Callable[[Connection, Found], Awaitable[Outcome]]
) -> Outcome:
    """What becomes of one callback; what refuses it leaves nothing but its reason."""
    try:
        async with connection.transaction():
            return await do_one(connection, found)
    except Refused as refusal:
        return _refused(refusal)
    except ROW_REFUSED as problem:
        return _failed(found.id, problem)


def _refused(refusal: Refused) -> Outcome:
    return Outcome(False, refusal.code, str(refusal))


def _failed(callback_id: UUID, problem: Exception) -> Outcome:
    log.error("bulk work failed for a callback", callback=str(callback_id), exc_info=problem)
    return Outcome(False, FAILED, "Something failed that should not; the engine's log has it under this callback's id")
