"""What an agent answers to a callback that is offered. Each may be repeated without harm, as a double click does."""

from uuid import UUID

import msgspec

from ringback.actors import Actor
from ringback.audit import journal
from ringback.callbacks import agents_word, trace
from ringback.callbacks.rules import AgentAnswer
from ringback.clock import Clock
from ringback.database.pool import Database
from ringback.desk import own

_ACTIONS = {
    AgentAnswer.ACCEPTED: "desk.accepted",
    AgentAnswer.REJECTED: "desk.rejected",
    AgentAnswer.SNOOZED: "desk.snoozed",
}


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """What the agent has answered; the engine acts on it within about a second."""

    attempt_id: UUID
    callback_id: UUID
    answer: AgentAnswer


async def accept(database: Database, clock: Clock, actor: Actor, agent: str, attempt_id: UUID) -> Answered:
    """Take the offer: the agent's telephone rings now, then the customer's. Raises OfferNotFound, OfferOver."""
    return await _answer(database, clock, actor, agent, attempt_id, AgentAnswer.ACCEPTED)


async def reject(
    database: Database, clock: Clock, actor: Actor, agent: str, attempt_id: UUID, reason: str | None = None
) -> Answered:
    """Leave the offer to the next agent; the reason is kept in the trace. Raises OfferNotFound, OfferOver."""
    return await _answer(database, clock, actor, agent, attempt_id, AgentAnswer.REJECTED, reason=reason)


async def snooze(
    database: Database, clock: Clock, actor: Actor, agent: str, attempt_id: UUID, seconds: int | None = None
) -> Answered:
    """Put the offer off, for as long as its service says without `seconds`. Raises OfferNotFound, OfferOver."""
    return await _answer(database, clock, actor, agent, attempt_id, AgentAnswer.SNOOZED, seconds=seconds)


async def _answer(
    database: Database,
    clock: Clock,
    actor: Actor,
    agent: str,
    attempt_id: UUID,
    answer: AgentAnswer,
    *,
    seconds: int | None = None,
    reason: str | None = None,
) -> Answered:
    async with database.transaction() as connection:
        agent_id = await own.agent_id(connection, agent)
        now = clock.now()
        callback, before = await agents_word.answer(connection, attempt_id, agent_id, answer, now, seconds)
        if before.agent_answer is None:
            if reason:
                detail = f"{agent}: {reason}"
                await trace.note(connection, callback.id, "offer-rejected", detail, now, attempt_id=attempt_id)
            told = {"attempt": attempt_id} if seconds is None else {"attempt": attempt_id, "seconds": seconds}
            subject, of_services = str(callback.id), [before.service]
            await journal.record(connection, now, actor, _ACTIONS[answer], subject, of_services=of_services, **told)
    return Answered(attempt_id=attempt_id, callback_id=callback.id, answer=answer)
