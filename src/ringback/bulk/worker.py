"""The worker: does bulk work, one batch after the other, in whichever engine comes first.

A batch is one transaction: its callbacks are changed, what became of each is noted, and the batch is gone from the
list. A worker may die between any two lines: what it had not committed is still on the list for the next one.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec
import structlog

from ringback.actors import Actor, ActorKind
from ringback.bulk import deeds
from ringback.bulk.deeds import Deed, Found, Outcome, Outcomes
from ringback.bulk.model import REQUESTS, Count, Kind
from ringback.callbacks.lifecycle import CallbackNotFound
from ringback.callbacks.states import State
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile

# Whoever waits for the processor gets it between two batches.
PAUSE_SECONDS = 0.002

# Some hundred rows are found by their ids; else PostgreSQL would rather walk through all that are not COMPLETED.
_BY_ID = "SET LOCAL random_page_cost = 1.1"

# Nobody waits for the disk: if PostgreSQL crashes, the last few batches are on the list again, and whatever was built
# on them is gone with them. Cancelled anew, a callback is what it was; a new id or a new seat might be another one.
_UNFLUSHED = "SET LOCAL synchronous_commit = off"

log = structlog.get_logger(__name__)


class _Job(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    kind: Kind
    actor_kind: ActorKind
    actor_name: str
    request: dict[str, object]
    within: tuple[int, ...] | None
    counts: tuple[Count, ...]


class _Batch(msgspec.Struct, frozen=True):
    first_position: int
    callback_ids: tuple[UUID, ...]


class _Item(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the summary: a callback as it was, and what became of it."""

    position: int
    callback_id: UUID
    phone_number: str | None
    service: str | None
    desired_at: datetime | None
    state_before: State | None
    is_done: bool
    outcome: str
    reason: str
    new_callback_id: UUID | None


_sql = QueryFile(__file__, "worker.sql")
_CLAIM_JOB = _sql.query("claim_job", _Job)
_TAKE_BATCH = _sql.query("take_batch", _Batch)
_LOCK_CALLBACKS = _sql.query("lock_callbacks", Found)
_ADD_ITEMS = _sql.command("add_items")
_ADVANCE_JOB = _sql.command("advance_job")


class BulkWorker:
    """Cancels, reschedules and recreates what was asked for in bulk."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def run_once(self) -> int:
        """Work until nothing is left to do, or is being done by others; returns how many callbacks were looked at."""
        looked_at = 0
        try:
            while batch := await self._do_batch():
                looked_at += batch
                await asyncio.sleep(PAUSE_SECONDS)
        except asyncpg.TransactionRollbackError as problem:
            # A deadlock with somebody else's work: the batch is still on the list.
            log.info("bulk work is tried again", problem=str(problem))
        return looked_at

    async def _do_batch(self) -> int:
        async with self._database.transaction() as connection:
            job = await _CLAIM_JOB.first(connection)
            if job is None:
                return 0
            await connection.execute(_BY_ID)
            if job.kind is Kind.CANCELLATION:
                await connection.execute(_UNFLUSHED)
            batch = await _TAKE_BATCH.one(connection, job_id=job.id)
            found = await _LOCK_CALLBACKS.all(connection, ids=batch.callback_ids, within=job.within)
            outcomes = await deeds.do(connection, self._deed(job), found)
            await self._note(connection, job, batch, found, outcomes)
        return len(batch.callback_ids)

    def _deed(self, job: _Job) -> Deed:
        return Deed(
            job_id=job.id,
            now=self._clock.now(),
            actor=Actor(job.actor_kind, job.actor_name),
            request=msgspec.convert(job.request, REQUESTS[job.kind]),
        )

    async def _note(
        self, connection: Connection, job: _Job, batch: _Batch, found: Sequence[Found], outcomes: Outcomes
    ) -> None:
        """Keep what became of each, in the order asked for, and move on."""
        before = {each.id: each for each in found}
        items = [
            _item(position, callback_id, before.get(callback_id), outcomes.get(callback_id))
            for position, callback_id in enumerate(batch.callback_ids, batch.first_position)
        ]
        await _ADD_ITEMS.run(connection, job_id=job.id, items=items)
        await _ADVANCE_JOB.run(
            connection,
            job_id=job.id,
            done=len(items),
            succeeded=sum(item.is_done for item in items),
            counts=_added(job.counts, items),
            now=self._clock.now(),
        )


def _item(position: int, callback_id: UUID, before: Found | None, outcome: Outcome | None) -> _Item:
    became = outcome or Outcome(False, CallbackNotFound.code, f"There is no callback {callback_id}")
    return _Item(
        position=position,
        callback_id=callback_id,
        phone_number=before and before.phone_number,
        service=before and before.service,
        desired_at=before and before.desired_at,
        state_before=before and before.state,
        is_done=became.is_done,
        outcome=became.outcome,
        reason=became.reason,
        new_callback_id=became.new_callback_id,
    )


def _added(counts: Sequence[Count], items: Sequence[_Item]) -> list[Count]:
    numbers = Counter({(count.state_before, count.outcome): count.number for count in counts})
    numbers.update((item.state_before, item.outcome) for item in items)
    return [Count(state_before=state, outcome=outcome, number=number) for (state, outcome), number in numbers.items()]
