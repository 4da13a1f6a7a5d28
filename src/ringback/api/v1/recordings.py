"""`/api/v1/callbacks/{id}/name-recording`."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.openapi.spec import OpenAPIFormat, OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema
from litestar.params import FromPath, HeaderParameter, RawBody

from ringback.accounts.rules import Permission
from ringback.actors import Actor
from ringback.api.auth import needs
from ringback.api.backend import Backend
from ringback.api.problems import WHEN_CHANGING, WHEN_READING
from ringback.api.ranges import ranged
from ringback.callbacks import recordings

PATH = "/api/v1/callbacks/{callback_id:uuid}/name-recording"
MEDIA_TYPE = "audio/wav"

_AUDIO = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)


@dataclass
class _WithAudio(Operation):
    def __post_init__(self) -> None:
        self.request_body = RequestBody({MEDIA_TYPE: OpenAPIMediaType(schema=_AUDIO)}, required=True)


@put(
    opt=needs(Permission.KEEP_RECORDINGS),
    status_code=204,
    summary="Keep the customer's name as spoken",
    operation_class=_WithAudio,
    request_max_body_size=recordings.MAX_BYTES,
    responses=WHEN_CHANGING,
)
async def keep(
    callback_id: FromPath[UUID], body: RawBody, backend: NamedDependency[Backend], actor: NamedDependency[Actor]
) -> None:
    """A WAV file of 1 MB at most, in the place of an earlier one; possible until the callback is COMPLETED."""
    await recordings.put(backend.database, backend.clock, actor, callback_id, body)


@get(
    opt=needs(Permission.HEAR_RECORDINGS),
    summary="The customer's name as spoken",
    media_type=MEDIA_TYPE,
    responses={
        **WHEN_READING,
        206: ResponseSpec(bytes, description="The part asked for", media_type=MEDIA_TYPE, generate_examples=False),
    },
)
async def play(
    callback_id: FromPath[UUID],
    backend: NamedDependency[Backend],
    actor: NamedDependency[Actor],
    wanted: Annotated[str | None, HeaderParameter(name="Range", description="One part, such as bytes=0-1023")] = None,
) -> Response[Any]:
    """The WAV file; kept for 4 days after the callback completed."""
    audio = await recordings.get(backend.database, backend.clock, actor, callback_id)
    return ranged(audio, MEDIA_TYPE, wanted)


HANDLERS = [keep, play]
