"""Forgetting a customer: all that is known of a telephone number is removed, but for the counts.

The wish is committed first, as a row of `erasures`. What can be removed at once is; the cleaner goes on with the rest
until nothing is left, also after a crash, and removes that row, the last that holds the number, together with it. What
cannot go at once are callbacks whose call is not over: without their rows somebody could be rung twice.

A callback that is asked for after the erasure was is a new request and stays.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from itertools import groupby
from uuid import UUID

import msgspec

from ringback.actors import Actor, ActorKind
from ringback.audit import journal
from ringback.callbacks import lifecycle
from ringback.callbacks.states import Event, State
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile
from ringback.numbers import phone
from ringback.reports import counting

BATCH = 1_000
REASON = "the customer's data is erased"


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """What was done. `remaining` callbacks have a call that is not over; with 0 nothing of the number is left."""

    cancelled: int
    removed: int
    remaining: int


class _Wish(msgspec.Struct, frozen=True, kw_only=True):
    phone_number: str
    asked_at: datetime
    actor_kind: ActorKind
    actor_name: str

    @property
    def of(self) -> dict[str, object]:
        """The parameters that name what is to be erased."""
        return {"phone_number": self.phone_number, "asked_at": self.asked_at}


class _Cancellable(msgspec.Struct, frozen=True):
    id: UUID
    state: State


_sql = QueryFile(__file__, "erasure.sql")
_ASK = _sql.query("ask", _Wish)
_UNFINISHED = _sql.query("unfinished", _Wish)
_CLAIM_CANCELLABLE = _sql.query("claim_cancellable", _Cancellable)
_CLAIM_REMOVABLE = _sql.query("claim_removable", UUID)
_REMOVE = _sql.command("remove")
_FINISH = _sql.command("finish")
_FORGET_IN_BULK_ITEMS = _sql.command("forget_in_bulk_items")
_REMAINING = _sql.query("remaining", int)


async def erase(database: Database, clock: Clock, actor: Actor, phone_number: str) -> Erasure:
    """Cancel what is open and remove all that is known of a number, which needs its country code.

    Repeating it is harmless: it tells what is left by now. Raises InvalidNumber, NumberRefused.
    """
    number = phone.e164(phone_number)
    async with database.transaction() as connection:
        now = clock.now()
        wish = await _ASK.one(connection, phone_number=number, now=now, actor_kind=actor.kind, actor_name=actor.name)
        there = await _REMAINING.one(connection, **wish.of)
        await journal.record(connection, now, actor, "customer.erased", "customer", callbacks=there)
    return await _work_off(database, clock, wish)


async def go_on(database: Database, clock: Clock) -> int:
    """Go on with every erasure that is not finished; returns how many callbacks were cancelled or removed."""
    async with database.connection() as connection:
        wishes = await _UNFINISHED.all(connection)
    done = [await _work_off(database, clock, wish) for wish in wishes]
    return sum(erasure.cancelled + erasure.removed for erasure in done)


async def _work_off(database: Database, clock: Clock, wish: _Wish) -> Erasure:
    cancelled = await _in_batches(database, lambda connection: _cancel(connection, clock, wish))
    removed = await _in_batches(database, lambda connection: _remove(connection, wish))
    async with database.transaction() as connection:
        if await _FINISH.run(connection, **wish.of):
            await _FORGET_IN_BULK_ITEMS.run(connection, phone_number=wish.phone_number)
        remaining = await _REMAINING.one(connection, **wish.of)
    return Erasure(cancelled=cancelled, removed=removed, remaining=remaining)


async def _in_batches(database: Database, do: Callable[[Connection], Awaitable[int]]) -> int:
    done = 0
    while True:
        async with database.transaction() as connection:
            batch = await do(connection)
        done += batch
        if batch < BATCH:
            return done


async def _cancel(connection: Connection, clock: Clock, wish: _Wish) -> int:
    claimed = await _CLAIM_CANCELLABLE.all(connection, **wish.of, limit=BATCH)
    actor = Actor(wish.actor_kind, wish.actor_name)
    for state, callbacks in groupby(sorted(claimed, key=_state), key=_state):
        await lifecycle.change(
            connection,
            [callback.id for callback in callbacks],
            state,
            Event.CANCELLED,
            now=clock.now(),
            actor=actor,
            reason=REASON,
            result=lifecycle.result_of_cancelling(actor),
        )
    return len(claimed)


async def _remove(connection: Connection, wish: _Wish) -> int:
    ids = await _CLAIM_REMOVABLE.all(connection, **wish.of, limit=BATCH)
    await counting.count_with(connection, ids)
    return await _REMOVE.run(connection, ids=ids)


def _state(callback: _Cancellable) -> State:
    return callback.state
