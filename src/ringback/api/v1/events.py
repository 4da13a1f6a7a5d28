"""`/api/v1/events`: what changes, told as it changes."""

from functools import partial
from typing import Annotated, Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import HeaderParameter

from ringback.accounts.principal import Principal
from ringback.accounts.rules import Permission
from ringback.api.auth import LookAgain, needs
from ringback.api.events import AS_EVENTS, EventStream
from ringback.api.problems import WHEN_READING
from ringback.api.requests import ApiRequest
from ringback.events import Watcher

PATH = "/api/v1/events"

LastId = Annotated[
    str | None,
    HeaderParameter(name="Last-Event-ID", description="Of the last event that you got, when you come again"),
]


@get(
    opt=needs(Permission.SEE_CALLBACKS, Permission.SEE_AGENTS, Permission.SEE_AVAILABILITY, Permission.USE_DESK),
    summary="What changes, as it changes",
    responses={**WHEN_READING, **AS_EVENTS},
)
async def listen(
    request: ApiRequest,
    principal: NamedDependency[Principal],
    watcher: NamedDependency[Watcher],
    look_again: NamedDependency[LookAgain],
    last_id: LastId = None,
) -> Response[Any]:
    """Server-sent events with the ids of callbacks and bulk work and the names of agents and services that changed.

    `hello`: from here on every change is told. `changed`: `{"callbacks": [], "agents": [], "services": [], "bulk": [],
    "desk": false}`. `reset`: anything may have changed, read it anew. `end`: you may not listen any more.
    """
    return EventStream(watcher, principal, partial(look_again, request), has_missed=bool(last_id))


HANDLERS = [listen]
