"""`/api/v1/desk`: an agent's own."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, HeaderParameter, JSONBody

from ringback.accounts.principal import Principal
from ringback.accounts.rules import Permission
from ringback.api.auth import needs
from ringback.api.backend import Backend
from ringback.api.problems import WHEN_CHANGING, WHEN_READING
from ringback.api.ranges import ranged
from ringback.api.requests import WithoutBodyToo
from ringback.callbacks import recordings
from ringback.callbacks.agents_word import MAX_SNOOZE_SECONDS, MIN_SNOOZE_SECONDS
from ringback.callbacks.model import MAX_TEXT
from ringback.desk import answers, finishing, overview, own
from ringback.desk.answers import Answered
from ringback.desk.finishing import Finish, Finished
from ringback.desk.model import Desk

PATH = "/api/v1/desk"
AUDIO = "audio/wav"


class RejectRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why the offer is left to the next agent; it is kept in the trace."""

    reason: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)] | None = None


class SnoozeRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For how long the callback is put off; as its service says unless given."""

    seconds: Annotated[int, msgspec.Meta(ge=MIN_SNOOZE_SECONDS, le=MAX_SNOOZE_SECONDS)] | None = None


@get(opt=needs(Permission.USE_DESK), summary="Your desk", responses={**WHEN_READING, 409: WHEN_CHANGING[409]})
async def show(backend: NamedDependency[Backend], principal: NamedDependency[Principal]) -> Desk:
    """What you have in hand, what you did today and who waits; asking tells that the desk is open, so ask often."""
    return await overview.look(backend.database, backend.clock, own.agent_of(principal))


@post(
    "/{attempt_id:uuid}/accept",
    opt=needs(Permission.USE_DESK),
    status_code=200,
    summary="Take an offered callback",
    responses=WHEN_CHANGING,
)
async def accept(
    attempt_id: FromPath[UUID], backend: NamedDependency[Backend], principal: NamedDependency[Principal]
) -> Answered:
    """Your telephone rings, then the customer's. Repeating it is harmless."""
    agent = own.agent_of(principal)
    return await answers.accept(backend.database, backend.clock, principal.actor, agent, attempt_id)


@post(
    "/{attempt_id:uuid}/reject",
    opt=needs(Permission.USE_DESK),
    status_code=200,
    summary="Leave an offered callback to the next agent",
    operation_class=WithoutBodyToo,
    responses=WHEN_CHANGING,
)
async def reject(
    attempt_id: FromPath[UUID],
    backend: NamedDependency[Backend],
    principal: NamedDependency[Principal],
    data: JSONBody[RejectRequest | None] = None,
) -> Answered:
    """You are READY again, at the back of the line. Repeating it is harmless."""
    agent, reason = own.agent_of(principal), data.reason if data else None
    return await answers.reject(backend.database, backend.clock, principal.actor, agent, attempt_id, reason)


@post(
    "/{attempt_id:uuid}/snooze",
    opt=needs(Permission.USE_DESK),
    status_code=200,
    summary="Put an offered callback off",
    operation_class=WithoutBodyToo,
    responses=WHEN_CHANGING,
)
async def snooze(
    attempt_id: FromPath[UUID],
    backend: NamedDependency[Backend],
    principal: NamedDependency[Principal],
    data: JSONBody[SnoozeRequest | None] = None,
) -> Answered:
    """It keeps its place and is offered again after that, to whoever's turn it is then. Repeating it is harmless."""
    agent, seconds = own.agent_of(principal), data.seconds if data else None
    return await answers.snooze(backend.database, backend.clock, principal.actor, agent, attempt_id, seconds)


@post(
    "/{attempt_id:uuid}/finish",
    opt=needs(Permission.USE_DESK),
    status_code=200,
    summary="Say what came of a talk",
    responses=WHEN_CHANGING,
)
async def finish(
    attempt_id: FromPath[UUID],
    data: JSONBody[Finish],
    backend: NamedDependency[Backend],
    principal: NamedDependency[Principal],
) -> Finished:
    """While you talk it ends the call; possible within 15 minutes after the talk. You are READY again at once.

    With PERSON_NOT_REACHED the callback is tried again. `call_again_at` makes another callback, linked to this one, by
    the rules on creation: when they refuse it, nothing is changed. Repeating the same is harmless.
    """
    agent = own.agent_of(principal)
    return await finishing.finish(backend.database, backend.clock, principal.actor, agent, attempt_id, data)


@get(
    "/{attempt_id:uuid}/name-recording",
    opt=needs(Permission.USE_DESK),
    summary="The customer's name as spoken",
    media_type=AUDIO,
    responses={
        **WHEN_READING,
        206: ResponseSpec(bytes, description="The part asked for", media_type=AUDIO, generate_examples=False),
        409: WHEN_CHANGING[409],
    },
)
async def play(
    attempt_id: FromPath[UUID],
    backend: NamedDependency[Backend],
    principal: NamedDependency[Principal],
    wanted: Annotated[str | None, HeaderParameter(name="Range", description="One part, such as bytes=0-1023")] = None,
) -> Response[Any]:
    """The WAV file of a callback that is, or was, in your hands; kept for 4 days after it completed."""
    async with backend.database.connection() as connection:
        callback_id = await own.callback_of(connection, attempt_id, own.agent_of(principal))
    audio = await recordings.get(backend.database, backend.clock, principal.actor, callback_id)
    return ranged(audio, AUDIO, wanted)


HANDLERS = [show, accept, reject, snooze, finish, play]
