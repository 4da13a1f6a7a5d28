"""Asking for bulk work, and how far it is.

Which callbacks are meant is frozen when it is asked for: they are listed in batches, and a worker of any engine does
one batch after the other. What is created or moved into the range later is not touched.
"""

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from ringback.actors import Actor, ActorKind
from ringback.audit import journal
from ringback.bulk import selection
from ringback.bulk.model import BulkItem, BulkJob, BulkRequest, Count, Kind, Preview, Selection, kind_of
from ringback.callbacks.idempotency import IdempotencyKeyReused
from ringback.callbacks.states import State
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile
from ringback.errors import NotFound
from ringback.numbers import phone

RECENT = timedelta(hours=24)

# A cancellation changes a whole batch in a few statements; larger ones are hardly quicker, and others would wait for
# them. What takes seats and looks at limits is one transaction each, as when it is asked for alone: locks of several at
# once could be waited for in a circle.
BATCH_SIZES: Mapping[Kind, int] = {Kind.CANCELLATION: 250, Kind.RESCHEDULING: 1, Kind.RECREATION: 1}


class BulkJobNotFound(NotFound):
    """There is no bulk work of this kind and id."""

    code = "bulk-job-not-found"


class _Job(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    kind: Kind
    actor_kind: ActorKind
    actor_name: str
    asked_at: datetime
    request: dict[str, Any]
    total: int
    done: int
    succeeded: int
    counts: tuple[Count, ...]
    finished_at: datetime | None


class _Earlier(msgspec.Struct, frozen=True):
    id: UUID
    request_hash: bytes


class _InState(msgspec.Struct, frozen=True):
    state: State
    number: int


_sql = QueryFile(__file__, "jobs.sql")
_ADD_JOB = _sql.command("add_job")
_JOB_OF_KEY = _sql.query("job_of_key", _Earlier)
_FREEZE_IDS = _sql.query("freeze_ids", int)
_FREEZE_RANGE = _sql.query("freeze_range", int)
_SET_TOTAL = _sql.command("set_total")
_STATES_OF_IDS = _sql.query("states_of_ids", _InState)
_STATES_IN_RANGE = _sql.query("states_in_range", _InState)
_JOB = _sql.query("job", _Job)
_JOBS_OF_ACTOR = _sql.query("jobs_of_actor", _Job)
_IS_OF_ACTOR = _sql.query("is_of_actor", bool)
_RECENT_JOBS = _sql.query("recent_jobs", _Job)
_JOB_ENDING = _sql.query("job_ending", _Job)
_ITEMS = _sql.query("items", BulkItem)
_HAS_CANCELLED = _sql.query("has_cancelled", bool)
_WAITING = _sql.query("waiting", int)
_ENDING = re.compile(r"[0-9a-f-]{8,36}")


async def ask(
    database: Database,
    clock: Clock,
    actor: Actor,
    request: BulkRequest,
    *,
    key: str | None = None,
    within: Collection[int] | None = None,
) -> BulkJob:
    """Begin bulk work; the same `key` of the same actor with the same request gives the work that was begun with it.

    `within`: the ids of the only services that it may touch (None: all); an id of another is one that no callback has.
    Raises InvalidSelection, ServiceNotFound, IdempotencyKeyReused, and what a time can be refused for.
    """
    now = clock.now()
    selection.check(request, now)
    kind, job_id = kind_of(request), uuid7()
    who = {"actor_kind": actor.kind, "actor_name": actor.name}
    async with database.transaction() as connection:
        hashed = _hashed(kind, request)
        asked = {"request": _without_ids(request), "request_hash": hashed, "idempotency_key": key, "within": within}
        if await _ADD_JOB.run(connection, id=job_id, kind=kind, now=now, **who, **asked):
            total = await _freeze(connection, job_id, kind, request, within, now)
            await _SET_TOTAL.run(connection, id=job_id, total=total, now=now)
            asked_for = {name: value for name, value in _without_ids(request).items() if name != "reason"}
            told: dict[str, object] = {"total": total, "request": asked_for}
            action, of_services = f"{kind.lower()}.asked", request.services
            await journal.record(connection, now, actor, action, str(job_id), of_services=of_services, **told)
        else:
            earlier = await _JOB_OF_KEY.one(connection, **who, idempotency_key=key)
            if earlier.request_hash != hashed:
                text = f"The Idempotency-Key {key!r} was used before, with another request"
                raise IdempotencyKeyReused(text, idempotency_key=key)
            job_id = earlier.id
        return _shown(await _JOB.one(connection, id=job_id, kind=kind))


async def preview(
    database: Database, clock: Clock, request: BulkRequest, *, within: Collection[int] | None = None
) -> Preview:
    """What `ask` would do now; changes nothing. Raises what `ask` does."""
    selection.check(request, clock.now())
    kind = kind_of(request)
    async with database.connection() as connection:
        if request.ids is not None:
            found = await _STATES_OF_IDS.all(connection, ids=request.ids, within=within)
            asked = len(set(request.ids))
        else:
            restriction = await selection.restriction(connection, kind, request, within, clock.now())
            found = await _STATES_IN_RANGE.all(connection, **restriction)
            asked = sum(each.number for each in found)
    numbers = {each.state: each.number for each in found}
    states = {state: numbers[state] for state in State if state in numbers and state in kind.possible}
    excluded = {state: numbers[state] for state in State if state in numbers and state not in kind.possible}
    return Preview(
        total=sum(states.values()), states=states, excluded=excluded, not_found=asked - sum(numbers.values())
    )


async def get(database: Database, kind: Kind, job_id: UUID) -> BulkJob:
    """How far bulk work is. Raises BulkJobNotFound."""
    async with database.connection() as connection:
        job = await _JOB.first(connection, id=job_id, kind=kind)
    if job is None:
        raise not_found(job_id)
    return _shown(job)


def not_found(job_id: UUID) -> BulkJobNotFound:
    """The error for an id that no bulk work of its kind has, or none that whoever asks may see."""
    return BulkJobNotFound(f"There is no bulk work of this kind with the id {job_id}", id=job_id)


async def is_of(connection: Connection, actor: Actor, job_id: UUID) -> bool:
    """Whether it is bulk work that the actor asked for."""
    return await _IS_OF_ACTOR.one(connection, id=job_id, actor_kind=actor.kind, actor_name=actor.name)


async def recent(database: Database, clock: Clock, actor: Actor, kind: Kind) -> list[BulkJob]:
    """The bulk work that the actor asked for within the last 24 hours, the latest first."""
    since = clock.now() - RECENT
    async with database.connection() as connection:
        found = await _JOBS_OF_ACTOR.all(
            connection, actor_kind=actor.kind, actor_name=actor.name, kind=kind, since=since
        )
    return [_shown(job) for job in found]


async def items(
    database: Database,
    kind: Kind,
    job_id: UUID,
    *,
    is_done: bool | None,
    after: int,
    limit: int,
    within: Collection[int] | None,
) -> list[BulkItem]:
    """Of what the work has come to so far the first `limit` that come `after` a position, as they were asked for.

    `is_done`: only what was changed, or only what was left alone. Raises BulkJobNotFound.
    """
    await get(database, kind, job_id)
    async with database.connection() as connection:
        which = {"job_id": job_id, "is_done": is_done, "after": after, "limit": limit, "within": within}
        found = await _ITEMS.all(connection, **which)
    return [_readable(item) for item in found]


async def has_cancelled(database: Database, clock: Clock, actor: Actor) -> bool:
    """Whether the actor cancelled any callback within the last 24 hours, in bulk or by itself."""
    whose = {"actor_kind": actor.kind, "actor_name": actor.name, "since": clock.now() - RECENT}
    async with database.connection() as connection:
        return await _HAS_CANCELLED.one(connection, **whose)


async def recent_of_all(database: Database, clock: Clock) -> list[BulkJob]:
    """The bulk work that anybody asked for within the last 24 hours, the latest first."""
    async with database.connection() as connection:
        return [_shown(job) for job in await _RECENT_JOBS.all(connection, since=clock.now() - RECENT)]


async def waiting(connection: Connection) -> int:
    """How many callbacks bulk work was asked of and has not come to yet."""
    return await _WAITING.one(connection)


async def ending(database: Database, text: str) -> BulkJob:
    """The latest bulk work whose id ends so, with 8 characters or more. Raises BulkJobNotFound."""
    job = None
    if _ENDING.fullmatch(text):
        async with database.connection() as connection:
            job = await _JOB_ENDING.first(connection, ending=text)
    if job is None:
        raise BulkJobNotFound(f"There is no bulk work whose id ends with {text!r} (8 characters or more)", id=text)
    return _shown(job)


async def _freeze(
    connection: Connection,
    job_id: UUID,
    kind: Kind,
    request: Selection,
    within: Collection[int] | None,
    now: datetime,
) -> int:
    """List the callbacks meant, in batches; returns how many they are."""
    its_batches = {"job_id": job_id, "size": BATCH_SIZES[kind]}
    if request.ids is not None:
        ids = list(dict.fromkeys(request.ids))
        return sum(await _FREEZE_IDS.all(connection, **its_batches, ids=ids))
    restriction = await selection.restriction(connection, kind, request, within, now)
    return sum(await _FREEZE_RANGE.all(connection, **its_batches, **restriction))


def _shown(job: _Job) -> BulkJob:
    shared: Sequence[str] = [name for name in BulkJob.__struct_fields__ if name in _Job.__struct_fields__]
    return BulkJob(
        **{name: getattr(job, name) for name in shared},
        asked_by=Actor(job.actor_kind, job.actor_name),
        refused=job.done - job.succeeded,
        is_finished=job.finished_at is not None,
    )


def _readable(item: BulkItem) -> BulkItem:
    number = None if item.phone_number is None else phone.as_read(item.phone_number)
    return msgspec.structs.replace(item, phone_number_formatted=number)


def _without_ids(request: BulkRequest) -> dict[str, Any]:
    return {name: value for name, value in msgspec.to_builtins(request).items() if name != "ids"}


def _hashed(kind: Kind, request: BulkRequest) -> bytes:
    return hashlib.sha256(msgspec.json.encode((kind, request), order="sorted")).digest()
