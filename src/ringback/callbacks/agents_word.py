"""What an agent says of a call: whether it is taken, and what came of it.

Only the agent's word is committed here. The holder of the telephony link reads it from the attempt and acts on it,
as it does with everything else; so it holds over a crash between any two lines.
"""

from datetime import datetime, timedelta
from enum import StrEnum
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

MIN_SNOOZE_SECONDS = 10
MAX_SNOOZE_SECONDS = 86_400
MAX_NOTE = 2_000
# A talk can be finished for so long after its end.
FINISH_WITHIN = timedelta(minutes=15)


class OfferNotFound(NotFound):
    """There is no attempt of this id, or none that this agent is in."""

    code = "offer-not-found"


class OfferOver(ConflictsNow):
    """The callback is not offered to this agent any more; `state`, `answer` and `outcome` say what became of it."""

    code = "offer-over"


class FinishRefused(ConflictsNow):
    """The call cannot be finished now: the two have not talked, or their talk ended more than 15 minutes ago."""

    code = "finish-refused"


class FinishedAlready(ConflictsNow):
    """The agent has finished the call with other words; `disposition` says with which."""

    code = "finished-already"


class UnknownDisposition(NeverPossible):
    """The service has no such disposition; `dispositions` are those that it has."""

    code = "unknown-disposition"


class InvalidFinish(NeverPossible):
    """A snooze or a note that cannot be; `field` says which."""

    code = "invalid-finish"


class FollowUp(StrEnum):
    """What follows a talk by its agent's word.

    RETRY: the callback itself, by the rules on retries, as soon as the call is over. NEW_RETRY: a new one that waits as
    a retry does. WAITS_ALREADY: the one of this number that waits already. NO_MORE_RETRIES: nothing, for it was tried
    often enough. CALL_AGAIN: a new one at the time that was agreed upon.
    """

    RETRY = "RETRY"
    NEW_RETRY = "NEW_RETRY"
    WAITS_ALREADY = "WAITS_ALREADY"
    NO_MORE_RETRIES = "NO_MORE_RETRIES"
    CALL_AGAIN = "CALL_AGAIN"


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent says of a talk, and when the customer is to be called again, if a time was agreed upon."""

    disposition: str
    note: str | None = None
    call_again_at: datetime | None = None
    call_again_zone: str | None = None


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt as far as its agent's word goes."""

    id: UUID
    strategy: Strategy
    agent_id: int | None
    agent_answer: AgentAnswer | None
    snooze_seconds: int | None
    joined_at: datetime | None
    closed_at: datetime | None
    outcome: AttemptOutcome | None
    disposition: str | None
    note: str | None
    call_again_at: datetime | None
    call_again_zone: str | None
    follow_up: FollowUp | None
    follow_up_id: UUID | None
    service: str
    dispositions: tuple[str, ...]

    @property
    def word(self) -> Word | None:
        """What the agent has said; None: nothing yet."""
        if self.disposition is None:
            return None
        return Word(
            disposition=self.disposition,
            note=self.note,
            call_again_at=self.call_again_at,
            call_again_zone=self.call_again_zone,
        )


_sql = QueryFile(__file__, "agents_word.sql")
_CALLBACK_OF = _sql.query("callback_of", UUID)
_LOCK_ATTEMPT = _sql.query("lock_attempt", Attempt)
_ANSWER = _sql.command("answer")
_FINISH = _sql.command("finish")


async def lock(connection: Connection, attempt_id: UUID, agent_id: int) -> tuple[Callback, Attempt]:
    """An attempt of this agent and its callback, locked until the transaction ends. Raises OfferNotFound."""
    callback_id = await _CALLBACK_OF.first(connection, attempt_id=attempt_id, agent_id=agent_id)
    if callback_id is None:
        raise not_found(attempt_id)
    callback = await lifecycle.lock(connection, callback_id)
    attempt = await _LOCK_ATTEMPT.one(connection, attempt_id=attempt_id)
    if attempt.agent_id != agent_id:
        raise not_found(attempt_id)
    return callback, attempt


async def answer(
    connection: Connection,
    attempt_id: UUID,
    agent_id: int,
    answer: AgentAnswer,
    now: datetime,
    snooze_seconds: int | None = None,
) -> tuple[Callback, Attempt]:
    """Commit what the agent answers to an offered callback; the same once more changes nothing.

    `snooze_seconds`: 10 to 86,400, with SNOOZED only; None: as the service retries SNOOZED. Returns the callback and
    the attempt as they were before. Raises OfferNotFound, OfferOver, InvalidFinish.
    """
    _check_snooze(answer, snooze_seconds)
    callback, attempt = await lock(connection, attempt_id, agent_id)
    if attempt.agent_answer is answer and attempt.snooze_seconds == snooze_seconds:
        return callback, attempt
    is_open = attempt.closed_at is None and callback.state is State.ROUTING
    if not is_open or attempt.agent_answer is not None or attempt.strategy is not Strategy.PREVIEW:
        raise _offer_over(callback, attempt)
    await _ANSWER.run(connection, attempt_id=attempt_id, answer=answer, now=now, snooze_seconds=snooze_seconds)
    return callback, attempt


async def finish(
    connection: Connection,
    attempt: Attempt,
    word: Word,
    now: datetime,
    *,
    follow_up: FollowUp | None = None,
    follow_up_id: UUID | None = None,
) -> None:
    """Commit what came of a talk: of a locked attempt that `require_finishable` lets be finished.

    While the two talk it is the wish to end the call as well, and there is no wrap-up after it. After the talk it ends
    the wrap-up. With PERSON_NOT_REACHED, and no time to call again, a callback whose call lasts is retried.
    `follow_up`, `follow_up_id`: what was made of it, to be told again.
    """
    await _FINISH.run(
        connection,
        attempt_id=attempt.id,
        **msgspec.structs.asdict(word),
        now=now,
        follow_up=follow_up,
        follow_up_id=follow_up_id,
    )
    if attempt.closed_at is not None and attempt.agent_id is not None:
        await presence.end_wrap_up(connection, attempt.agent_id, attempt.closed_at, now)


def require_finishable(attempt: Attempt, word: Word, now: datetime) -> None:
    """Raises UnknownDisposition, InvalidFinish, FinishedAlready, FinishRefused."""
    allowed = [*attempt.dispositions, PERSON_NOT_REACHED]
    if word.disposition not in allowed:
        text = f"disposition is one of {', '.join(allowed)}; {word.disposition!r} is not"
        raise UnknownDisposition(text, field="disposition", value=word.disposition, dispositions=allowed)
    if word.note is not None and (len(word.note) > MAX_NOTE or "\0" in word.note):
        text = f"note has at most {MAX_NOTE} characters, none of them NUL"
        raise InvalidFinish(text, field="note", value=len(word.note))
    if attempt.disposition is not None:
        text = f"The call was finished already: {attempt.disposition}"
        raise FinishedAlready(text, disposition=attempt.disposition)
    if attempt.joined_at is None:
        raise FinishRefused("There is nothing to finish: customer and agent have not talked", outcome=attempt.outcome)
    if attempt.closed_at is not None and now >= attempt.closed_at + FINISH_WITHIN:
        minutes = int(FINISH_WITHIN.total_seconds() / 60)
        text = f"The talk ended more than {minutes} minutes ago, at {attempt.closed_at.isoformat(timespec='seconds')}"
        raise FinishRefused(text, ended_at=attempt.closed_at)


def not_found(attempt_id: UUID) -> OfferNotFound:
    """The error for an attempt that there is not, or that is somebody else's."""
    return OfferNotFound(f"There is no attempt {attempt_id}, or you are not its agent", attempt=attempt_id)


def _check_snooze(answer: AgentAnswer, seconds: int | None) -> None:
    if seconds is None:
        return
    if answer is not AgentAnswer.SNOOZED or not MIN_SNOOZE_SECONDS <= seconds <= MAX_SNOOZE_SECONDS:
        allowed = f"between {MIN_SNOOZE_SECONDS} and {MAX_SNOOZE_SECONDS}, of a snooze only"
        text = f"snooze_seconds is {allowed}; {seconds} is not"
        raise InvalidFinish(text, field="snooze_seconds", value=seconds)


def _offer_over(callback: Callback, attempt: Attempt) -> OfferOver:
    return OfferOver(
        f"The callback is not offered any more: {_what_became_of_it(callback, attempt)}",
        state=callback.state,
        result=callback.result,
        answer=attempt.agent_answer,
        outcome=attempt.outcome,
    )


def _what_became_of_it(callback: Callback, attempt: Attempt) -> str:
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
