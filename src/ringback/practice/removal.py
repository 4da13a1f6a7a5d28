"""Removing practice: all that is marked so, and nothing else; while it runs, too."""

from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

import msgspec

from ringback.actors import Actor
from ringback.audit import journal
from ringback.callbacks import requests
from ringback.callbacks.lifecycle import CallbackNotFound, TransitionRefused
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile
from ringback.practice.cast import LINK

BATCH = 1_000
POLL_SECONDS = 0.2

_sql = QueryFile(__file__)
_CLOSE_SERVICES = _sql.command("close_services")
_CANCELLABLE = _sql.query("cancellable", UUID)
_CALLS_UNDER_WAY = _sql.query("calls_under_way", int)
_REMOVE_CALLBACKS = _sql.command("remove_callbacks")
_REMOVE_SERVICES = _sql.command("remove_services")
_REMOVE_COUNTS = _sql.command("remove_counts")
_REMOVE_TRUNKS = _sql.command("remove_trunks")
_KEEP_AGENTS_OF_REAL_CALLS = _sql.command("keep_agents_of_real_calls")
_REMOVE_AGENTS = _sql.command("remove_agents")
_REMOVE_API_KEYS = _sql.command("remove_api_keys")
_REMOVE_LINK = _sql.command("remove_link")


class Removed(msgspec.Struct, frozen=True, kw_only=True):
    """How many of each were removed. `agents_kept`: real callbacks tell of them, so they became real, and OFFLINE."""

    services: int
    agents: int
    agents_kept: int
    callbacks: int
    api_keys: int


async def remove(
    database: Database, clock: Clock, actor: Actor, waits_for_calls: Callable[[int], None] = lambda _: None
) -> Removed:
    """Remove the services, agents, callbacks and API key of practice.

    No new customer comes from the first moment on; what waits is cancelled, and calls that an engine is in the midst
    of are waited for (`waits_for_calls` is told how many), at most a minute. Repeating it is harmless.
    """
    async with database.transaction() as connection:
        await _CLOSE_SERVICES.run(connection)
    await _let_calls_end(database, clock, actor, waits_for_calls)
    callbacks = 0
    while True:
        async with database.transaction() as connection:
            removed = await _REMOVE_CALLBACKS.run(connection, limit=BATCH)
        callbacks += removed
        if removed < BATCH:
            break
    async with database.transaction() as connection:
        removed = await _remove_the_rest(connection, clock, callbacks)
        if any(msgspec.structs.astuple(removed)):
            counts = msgspec.structs.asdict(removed)
            await journal.record(connection, clock.now(), actor, "practice.removed", "practice", **counts)
        return removed


async def _let_calls_end(
    database: Database, clock: Clock, actor: Actor, waits_for_calls: Callable[[int], None]
) -> None:
    told = 0
    while True:
        async with database.connection() as connection:
            cancellable = await _CANCELLABLE.all(connection)
            under_way = await _CALLS_UNDER_WAY.one(connection, now=clock.now())
        if not cancellable and not under_way:
            return
        for callback_id in cancellable:
            await _cancel(database, clock, actor, callback_id)
        if under_way:
            if under_way != told:
                told = under_way
                waits_for_calls(under_way)
            await clock.sleep(POLL_SECONDS)


async def _cancel(database: Database, clock: Clock, actor: Actor, callback_id: UUID) -> None:
    with suppress(TransitionRefused, CallbackNotFound):  # it went on meanwhile; we look again
        await requests.cancel(database, clock, actor, callback_id, "practice is removed")


async def _remove_the_rest(connection: Connection, clock: Clock, callbacks: int) -> Removed:
    # One that was being created while the services were closed may have come after all.
    callbacks += await _REMOVE_CALLBACKS.run(connection, limit=None)
    services = await _REMOVE_SERVICES.run(connection)
    await _REMOVE_COUNTS.run(connection)
    await _REMOVE_TRUNKS.run(connection)
    agents_kept = await _KEEP_AGENTS_OF_REAL_CALLS.run(connection, now=clock.now())
    agents = await _REMOVE_AGENTS.run(connection)
    api_keys = await _REMOVE_API_KEYS.run(connection)
    await _REMOVE_LINK.run(connection, id=LINK, now=clock.now())
    return Removed(services=services, agents=agents, agents_kept=agents_kept, callbacks=callbacks, api_keys=api_keys)
