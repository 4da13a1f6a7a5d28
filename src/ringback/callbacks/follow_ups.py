"""Callbacks that follow others: asked for once more, at another time, or tried again after a talk.

Each is linked to the one before (`recreated_from`) and has its customer, priority, user data and name recording. A talk
that is still under way will not be tried again by itself: the one that follows it may wait beside it.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec
from uuid_utils.compat import uuid7

from ringback.actors import Actor
from ringback.callbacks import creation, lifecycle, limits, recordings, times
from ringback.callbacks.creation import CallbackRequest
from ringback.callbacks.hard_rules import ONE_WAITING
from ringback.callbacks.model import Callback
from ringback.callbacks.promise import promise_now
from ringback.callbacks.rules import AttemptOutcome, GiveUp, RetrySetting, TryAgain, after_attempt
from ringback.callbacks.states import State
from ringback.database.pool import Connection
from ringback.database.queries import QueryFile
from ringback.services import catalog
from ringback.services.model import RetryChoice

_OUTCOMES_BEFORE = QueryFile(__file__, "follow_ups.sql").query("outcomes_before", AttemptOutcome)


async def ask_again(
    connection: Connection,
    now: datetime,
    actor: Actor,
    old: Callback,
    new_id: UUID,
    desired_at: datetime | None,
    time_zone: str | None,
) -> None:
    """Create a callback like `old`, which is COMPLETED or talking, under the rules on creation; now or at `desired_at`.

    Raises what `creation.create` does.
    """
    service = await catalog.with_id(connection, old.service_id)
    request = CallbackRequest(
        service=service.name,
        phone_number=old.phone_number,
        desired_at=desired_at,
        time_zone=times.promised(old).stated_zone if time_zone is None else time_zone,
        customer_name=old.customer_name,
        language=old.language,
        channel=old.channel,
        priority=old.priority,
        user_data=old.user_data,
    )
    if old.state is not State.COMPLETED:
        await limits.let_another_wait(connection, old.id)
    await creation.create(connection, now, actor, request, new_id, recreated_from=old.id, beside=old.id)
    await recordings.copy(connection, old.id, new_id, now)


async def call_again(
    connection: Connection, now: datetime, actor: Actor, callback: Callback, desired_at: datetime, time_zone: str | None
) -> UUID:
    """`ask_again` for a customer whom an agent talks with, or has talked with; returns the new id.

    The caller holds the lock of `callback`. A refusal leaves the transaction as it was.
    """

    async def make(new_id: UUID) -> None:
        await ask_again(connection, now, actor, callback, new_id, desired_at, time_zone)

    return await made(connection, make)


async def after_not_reached(connection: Connection, callback: Callback, attempt_id: UUID) -> TryAgain | GiveUp:
    """What the rules on retries say when an agent tells after a talk that it was not with the person who was wanted.

    As if the callback had been retried: what was tried before by the word of an agent counts.
    """
    service = await catalog.with_id(connection, callback.service_id)
    before = await _OUTCOMES_BEFORE.all(connection, callback_id=callback.id, attempt_id=attempt_id)
    return after_attempt(
        [*before, AttemptOutcome.NOT_REACHED],
        dial_attempts=service.dial_attempts,
        settings=retry_settings(service.retries),
        ring_timeout_seconds=service.ring_timeout_seconds,
    )


def retry_settings(retries: Mapping[str, RetryChoice]) -> dict[AttemptOutcome, RetrySetting]:
    """What a service says about retries, as the rules take it."""
    return {AttemptOutcome(name): RetrySetting(choice.limit, choice.delay_seconds) for name, choice in retries.items()}


async def try_again(connection: Connection, now: datetime, actor: Actor, old: Callback, eligible_at: datetime) -> UUID:
    """Let a COMPLETED callback be tried again as a retry is: in its old place, not before `eligible_at`.

    No limit, hour or mode of the service keeps it from being made: a retry waits for them. Returns the id of the new
    callback. Raises AlreadyWaiting, which leaves the transaction as it was.
    """
    service = await catalog.with_id(connection, old.service_id)
    await limits.take_turn(connection, service, old.phone_number)

    async def make(new_id: UUID) -> None:
        await limits.require_not_waiting(connection, service, old.phone_number)
        retry = _retry_of(old, new_id, now, eligible_at, waits_alone=service.max_waiting_per_number == 1)
        await lifecycle.create(connection, retry, actor=actor, reason=f"once more, recreated from {old.id}")
        await recordings.copy(connection, old.id, new_id, now)

    return await made(connection, make)


async def made(connection: Connection, make: Callable[[UUID], Awaitable[None]]) -> UUID:
    """Let a callback be made within a transaction of the caller, which a refusal leaves as it was; returns its id."""
    while True:
        new_id = uuid7()
        try:
            async with connection.transaction():
                await make(new_id)
                return new_id
        except asyncpg.UniqueViolationError as violation:
            require_retriable(violation)


def require_retriable(violation: asyncpg.UniqueViolationError) -> None:
    """Another request for this number committed first: the next round names it, or finds it completed."""
    if violation.constraint_name != ONE_WAITING:
        raise violation


def _retry_of(old: Callback, new_id: UUID, now: datetime, eligible_at: datetime, *, waits_alone: bool) -> Callback:
    promise = promise_now(now, old.promised_zone)
    return msgspec.structs.replace(
        old,
        id=new_id,
        state=State.QUEUED,
        result=None,
        is_scheduled=False,
        desired_at=promise.at,
        promised_local=promise.local,
        slot_at=None,
        promised_by=None,
        offer_id=None,
        recreated_from=old.id,
        waits_alone=waits_alone,
        created_at=now,
        updated_at=now,
        queued_at=now,
        eligible_at=eligible_at,
        agent_id=None,
        last_agent_id=None,
        attempts=0,
        completed_at=None,
    )
