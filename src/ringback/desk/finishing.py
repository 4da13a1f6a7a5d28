"""What an agent says of a talk, and what follows from it, in one transaction: a refusal changes nothing."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Annotated
from uuid import UUID

import msgspec

from ringback.actors import Actor
from ringback.audit import journal
from ringback.callbacks import agents_word, follow_ups
from ringback.callbacks.agents_word import MAX_NOTE, Attempt, FollowUp, Word
from ringback.callbacks.limits import AlreadyWaiting
from ringback.callbacks.model import MAX_TEXT, Callback
from ringback.callbacks.rules import GiveUp
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.desk import own
from ringback.errors import NeverPossible
from ringback.services.model import PERSON_NOT_REACHED


class ZoneWithoutTime(NeverPossible):
    """`call_again_time_zone` belongs to a `call_again_at`, which is missing."""

    code = "zone-without-time"


class Finish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What came of a talk.

    `disposition`: one of those that the desk shows. `call_again_at`: when the customer wants to be called again, with
    its offset; `call_again_time_zone` (IANA) is the one promised before unless given.
    """

    disposition: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]
    note: Annotated[str, msgspec.Meta(max_length=MAX_NOTE)] | None = None
    call_again_at: datetime | None = None
    call_again_time_zone: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)] | None = None


class Finished(msgspec.Struct, frozen=True, kw_only=True):
    """What was said of a talk, and what follows.

    `follow_up` is null when nothing does. `follow_up_id`: the callback that follows; of a RETRY it is the same one.
    `what_follows`: the same for people.
    """

    attempt_id: UUID
    callback_id: UUID
    disposition: str
    note: str | None
    call_again_at: datetime | None
    follow_up: FollowUp | None
    follow_up_id: UUID | None
    what_follows: str


_IN_WORDS: Mapping[FollowUp | None, str] = MappingProxyType(
    {
        None: "Nothing follows.",
        FollowUp.RETRY: "When the call is over, the callback waits in its place for another attempt if any is left.",
        FollowUp.NEW_RETRY: "A new callback waits in the place of this one for another attempt.",
        FollowUp.WAITS_ALREADY: "Another callback of this customer waits already.",
        FollowUp.NO_MORE_RETRIES: "Nothing follows: it was tried as often as its service tries.",
        FollowUp.CALL_AGAIN: "A new callback waits for the time that was agreed upon.",
    }
)


async def finish(
    database: Database, clock: Clock, actor: Actor, agent: str, attempt_id: UUID, wanted: Finish
) -> Finished:
    """Say what came of a talk, while it goes on, which ends it, or within 15 minutes after its end.

    The same once more is answered the same. Raises OfferNotFound, UnknownDisposition, InvalidFinish, ZoneWithoutTime,
    FinishedAlready, FinishRefused, and for a time to call again what `creation.create` refuses.
    """
    word = _word(wanted)
    async with database.transaction() as connection:
        agent_id = await own.agent_id(connection, agent)
        callback, attempt = await agents_word.lock(connection, attempt_id, agent_id)
        if attempt.word == word:
            return _finished(attempt, callback, word, attempt.follow_up, attempt.follow_up_id)
        now = clock.now()
        agents_word.require_finishable(attempt, word, now)
        follow_up, follow_up_id = await _follow(connection, now, actor, callback, attempt, word)
        await agents_word.finish(connection, attempt, word, now, follow_up=follow_up, follow_up_id=follow_up_id)
        told = {"attempt": attempt_id, "disposition": word.disposition}
        if follow_up is not None:
            told = {**told, "follow_up": follow_up, "follow_up_id": follow_up_id}
        of_services = [attempt.service]
        await journal.record(connection, now, actor, "desk.finished", str(callback.id), of_services=of_services, **told)
    return _finished(attempt, callback, word, follow_up, follow_up_id)


async def _follow(
    connection: Connection,
    now: datetime,
    actor: Actor,
    callback: Callback,
    attempt: Attempt,
    word: Word,
) -> tuple[FollowUp | None, UUID | None]:
    if word.call_again_at is not None:
        at, zone = word.call_again_at, word.call_again_zone
        return FollowUp.CALL_AGAIN, await follow_ups.call_again(connection, now, actor, callback, at, zone)
    if word.disposition != PERSON_NOT_REACHED:
        return None, None
    if attempt.closed_at is None:
        return FollowUp.RETRY, callback.id
    return await _try_again(connection, now, actor, callback, attempt.id)


async def _try_again(
    connection: Connection, now: datetime, actor: Actor, callback: Callback, attempt_id: UUID
) -> tuple[FollowUp, UUID | None]:
    """The callback has completed: another one goes on as it would have."""
    decision = await follow_ups.after_not_reached(connection, callback, attempt_id)
    if isinstance(decision, GiveUp):
        return FollowUp.NO_MORE_RETRIES, None
    eligible_at = now + timedelta(seconds=decision.delay_seconds)
    try:
        return FollowUp.NEW_RETRY, await follow_ups.try_again(connection, now, actor, callback, eligible_at)
    except AlreadyWaiting as refusal:
        return FollowUp.WAITS_ALREADY, UUID(str(refusal.details["id"]))


def _word(wanted: Finish) -> Word:
    if wanted.call_again_time_zone is not None and wanted.call_again_at is None:
        text = "call_again_time_zone is that of call_again_at, which is missing"
        raise ZoneWithoutTime(text, field="call_again_time_zone")
    return Word(
        disposition=wanted.disposition,
        note=wanted.note,
        call_again_at=wanted.call_again_at,
        call_again_zone=wanted.call_again_time_zone,
    )


def _finished(
    attempt: Attempt, callback: Callback, word: Word, follow_up: FollowUp | None, follow_up_id: UUID | None
) -> Finished:
    return Finished(
        attempt_id=attempt.id,
        callback_id=callback.id,
        disposition=word.disposition,
        note=word.note,
        call_again_at=word.call_again_at,
        follow_up=follow_up,
        follow_up_id=follow_up_id,
        what_follows=_IN_WORDS[follow_up],
    )
