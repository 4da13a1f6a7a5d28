"""What an agent says of a call at the desk: whether it is taken, and what came of it.

Only the agent's word is committed here. The holder of the telephony link reads it from the attempt and acts on it,
as it does with everything else; so it holds over a crash between any two lines.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from ringback.agents import presence
from ringback.callbacks import lifecycle
from ringback.callbacks.model import Callback
from ringback.callbacks.rules import AgentAnswer, AttemptOutcome
from ringback.callbacks.states import State
from ringback.database.pool import Connection
from ringback.database.queries import QueryFile
from ringback.errors import ConflictsNow, NeverPossible, NotFound
from ringback.services.model import PERSON_NOT_REACHED, Strategy

MAX_SNOOZE_SECONDS = 86_400
MAX_NOTE = 4_000


class AttemptNotFound(NotFound):
    """There is no attempt of this id, or none that this agent is in."""

    code = "attempt-not-found"


class OfferOver(ConflictsNow):
    """The callback is not offered to this agent any more; `state`, `answer` and `outcome` say what became of it."""

    code = "offer-over"


class FinishRefused(ConflictsNow):
    """The call cannot be finished so now: the two never talked, it was finished otherwise, or the talk is over."""

    code = "finish-refused"


class InvalidFinish(NeverPossible):
    """A snooze, a disposition or a note that cannot be; `field` says which."""

    code = "invalid-finish"


class _Attempt(msgspec.Struct, frozen=True, kw_only=True):
    strategy: Strategy
    agent_id: int | None
    agent_answer: AgentAnswer | None
    snooze_seconds: int | None
    joined_at: datetime | None
    closed_at: datetime | None
    outcome: AttemptOutcome | None
    disposition: str | None
    note: str | None


class _Dispositions(msgspec.Struct, frozen=True):
    dispositions: tuple[str, ...]


_sql = QueryFile(__file__, "desk.sql")
_CALLBACK_OF = _sql.query("callback_of", UUID)
_LOCK_ATTEMPT = _sql.query("lock_attempt", _Attempt)
_DISPOSITIONS = _sql.query("dispositions", _Dispositions)
_ANSWER = _sql.command("answer")
_FINISH = _sql.command("finish")


async def answer(
    connection: Connection,
    attempt_id: UUID,
    agent_id: int,
    answer: AgentAnswer,
    now: datetime,
    snooze_seconds: int | None = None,
) -> UUID:
    """Commit the answer to an offered callback, whose id is returned; the same answer again changes nothing.

    `snooze_seconds`: 1 to 86,400, with SNOOZED only; None: as the service retries SNOOZED.
    Raises AttemptNotFound, OfferOver, InvalidFinish.
    """
    _check_snooze(answer, snooze_seconds)
    callback, attempt = await _lock(connection, attempt_id, agent_id)
    if attempt.agent_answer is answer and attempt.snooze_seconds == snooze_seconds:
        return callback.id
    is_open = attempt.closed_at is None and callback.state is State.ROUTING
    if not is_open or attempt.agent_answer is not None or attempt.strategy is not Strategy.PREVIEW:
        raise _offer_over(callback, attempt)
    await _ANSWER.run(connection, attempt_id=attempt_id, answer=answer, now=now, snooze_seconds=snooze_seconds)
    return callback.id


async def finish(
    connection: Connection,
    attempt_id: UUID,
    agent_id: int,
    disposition: str,
    note: str | None,
    now: datetime,
) -> UUID:
    """Commit what came of a talk; returns the callback's id. The same again changes nothing.

    While the two talk it is the wish to end the call as well, and there is no wrap-up after it. After the talk it ends
    the wrap-up. `disposition`: one of the service's, or PERSON_NOT_REACHED, with which the callback is retried; that
    can only be said while the two talk. Raises AttemptNotFound, FinishRefused, InvalidFinish.
    """
    callback, attempt = await _lock(connection, attempt_id, agent_id)
    if attempt.disposition == disposition and attempt.note == note:
        return callback.id
    await _check_finish(connection, attempt_id, disposition, note)
    if attempt.disposition is not None:
        raise FinishRefused(f"The call was finished already: {attempt.disposition}", disposition=attempt.disposition)
    if attempt.joined_at is None:
        raise FinishRefused("There is nothing to finish: customer and agent were not joined", state=callback.state)
    if attempt.closed_at is not None and disposition == PERSON_NOT_REACHED:
        text = f"The talk is over and the callback is {callback.state}: it can be retried only while the call lasts"
        raise FinishRefused(text, state=callback.state)
    await _FINISH.run(connection, attempt_id=attempt_id, disposition=disposition, note=note, now=now)
    if attempt.closed_at is not None:
        await presence.end_wrap_up(connection, agent_id, attempt.closed_at, now)
    return callback.id


async def _lock(connection: Connection, attempt_id: UUID, agent_id: int) -> tuple[Callback, _Attempt]:
    callback_id = await _CALLBACK_OF.first(connection, attempt_id=attempt_id, agent_id=agent_id)
    if callback_id is None:
        raise _not_found(attempt_id)
    callback = await lifecycle.lock(connection, callback_id)
    attempt = await _LOCK_ATTEMPT.one(connection, attempt_id=attempt_id)
    if attempt.agent_id != agent_id:
        raise _not_found(attempt_id)
    return callback, attempt


def _check_snooze(answer: AgentAnswer, seconds: int | None) -> None:
    if seconds is None:
        return
    if answer is not AgentAnswer.SNOOZED or not 1 <= seconds <= MAX_SNOOZE_SECONDS:
        text = f"snooze_seconds is between 1 and {MAX_SNOOZE_SECONDS}, of a snooze only; {seconds} is not"
        raise InvalidFinish(text, field="snooze_seconds", value=seconds)


async def _check_finish(connection: Connection, attempt_id: UUID, disposition: str, note: str | None) -> None:
    allowed = [*(await _DISPOSITIONS.one(connection, attempt_id=attempt_id)).dispositions, PERSON_NOT_REACHED]
    if disposition not in allowed:
        text = f"disposition is one of {', '.join(allowed)}; {disposition!r} is not"
        raise InvalidFinish(text, field="disposition", value=disposition)
    if note is not None and (len(note) > MAX_NOTE or "\0" in note):
        raise InvalidFinish(f"note has at most {MAX_NOTE} characters, none of them NUL", field="note", value=len(note))


def _not_found(attempt_id: UUID) -> AttemptNotFound:
    return AttemptNotFound(f"There is no attempt {attempt_id}", attempt=attempt_id)


def _offer_over(callback: Callback, attempt: _Attempt) -> OfferOver:
    return OfferOver(
        f"The callback is not offered any more: {_what_became_of_it(callback, attempt)}",
        state=callback.state,
        answer=attempt.agent_answer,
        outcome=attempt.outcome,
    )


def _what_became_of_it(callback: Callback, attempt: _Attempt) -> str:
    if attempt.strategy is not Strategy.PREVIEW:
        return "its service rings without asking"
    if attempt.agent_answer is not None:
        return f"it was {attempt.agent_answer} already"
    if attempt.outcome is AttemptOutcome.DECLINED:
        return "its time ran out"
    if attempt.outcome is AttemptOutcome.NOT_DIALLED:
        return "it could not be dialled at the moment, and waits in its place"
    result = f" ({callback.result})" if callback.result else ""
    return f"it is {callback.state}{result}"
