"""`/api/v1/callbacks`."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody, QueryParameter

from ringback.accounts.api_keys import Scope
from ringback.api.auth import needs
from ringback.api.backend import Backend
from ringback.api.problems import WHEN_CHANGING, WHEN_READING
from ringback.api.requests import ApiRequest, WithoutBodyToo
from ringback.callbacks import pages, requests, trace, views
from ringback.callbacks.creation import CallbackRequest
from ringback.callbacks.idempotency import MAX_KEY, IdempotencyKey
from ringback.callbacks.model import MAX_TEXT, Actor
from ringback.callbacks.pages import CallbackFilter, Page
from ringback.callbacks.states import Result, State
from ringback.callbacks.trace import CallbackTrace
from ringback.callbacks.views import CallbackView

PATH = "/api/v1/callbacks"


class CancelRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a callback is cancelled; it is kept in its trace."""

    reason: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)] | None = None


class RescheduleRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The new desired time, with its offset; `time_zone` (IANA) is the one promised before unless given."""

    desired_at: datetime
    time_zone: str | None = None


@post(
    opt=needs(Scope.CREATE),
    summary="Ask for a call",
    responses={**WHEN_CHANGING, 201: ResponseSpec(CallbackView, description="The callback; Location is its address")},
)
async def create(
    data: JSONBody[CallbackRequest],
    backend: NamedDependency[Backend],
    actor: NamedDependency[Actor],
    request: ApiRequest,
    idempotency_key: Annotated[
        str | None, HeaderParameter(name="Idempotency-Key", min_length=1, max_length=MAX_KEY)
    ] = None,
) -> Response[Any]:
    """Create a callback: now, or at `desired_at`.

    With an `Idempotency-Key` header the request may be repeated without harm: the same key and body get the same
    answer and make one callback, also at the same time; another body is refused.
    """
    key = None if idempotency_key is None else IdempotencyKey(request.user.id, idempotency_key)
    created = await requests.create(backend.database, backend.clock, actor, data, key=key)
    location = f"{PATH}/{created.callback.id}"
    return Response(created.answer, status_code=201, media_type="application/json", headers={"Location": location})


@get(opt=needs(Scope.READ), summary="List callbacks", responses=WHEN_READING)
async def find(
    backend: NamedDependency[Backend],
    from_at: Annotated[datetime | None, QueryParameter(name="from", description="Desired time, inclusive")] = None,
    to_at: Annotated[datetime | None, QueryParameter(name="to", description="Desired time, exclusive")] = None,
    states: Annotated[list[State] | None, QueryParameter(name="state", description="Repeatable")] = None,
    services: Annotated[list[str] | None, QueryParameter(name="service", description="Names; repeatable")] = None,
    result: FromQuery[Result | None] = None,
    is_open: Annotated[bool | None, QueryParameter(name="open", description="true: not COMPLETED")] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=pages.MAX_LIMIT)] = pages.DEFAULT_LIMIT,
    cursor: Annotated[str | None, QueryParameter(description='From a page, or "last"')] = None,
    total: Annotated[str, QueryParameter(pattern="^(capped|exact)$", description="capped: to 10,000")] = "capped",
) -> Page:
    """A page of the callbacks that fit, the earliest desired time first."""
    wanted = CallbackFilter(
        from_at=from_at,
        to_at=to_at,
        states=states or (),
        services=services or (),
        result=result,
        is_open=is_open,
    )
    counts_all = total == "exact"
    return await pages.find(backend.database, backend.clock, wanted, limit=limit, cursor=cursor, counts_all=counts_all)


@get("/{callback_id:uuid}", opt=needs(Scope.READ), summary="One callback", responses=WHEN_READING)
async def show(callback_id: FromPath[UUID], backend: NamedDependency[Backend]) -> CallbackView:
    """The callback with its place in the queue, its estimated wait and why it waits right now."""
    return await views.get(backend.database, backend.clock, callback_id)


@get(
    "/{callback_id:uuid}/metrics",
    opt=needs(Scope.READ),
    summary="All that is known of one callback",
    responses=WHEN_READING,
)
async def metrics(callback_id: FromPath[UUID], backend: NamedDependency[Backend]) -> CallbackTrace:
    """Every transition, attempt and leg, the time in each state, who did what, and the decisions taken."""
    return await trace.trace(backend.database, backend.clock, callback_id)


@post(
    "/{callback_id:uuid}/cancel",
    opt=needs(Scope.MANAGE),
    status_code=200,
    summary="Cancel a callback",
    operation_class=WithoutBodyToo,
    responses=WHEN_CHANGING,
)
async def cancel(
    callback_id: FromPath[UUID],
    backend: NamedDependency[Backend],
    actor: NamedDependency[Actor],
    data: JSONBody[CancelRequest | None] = None,
) -> CallbackView:
    """Possible while SCHEDULED, QUEUED or ROUTING; what rings is hung up within about a second."""
    reason = data.reason if data else None
    return await requests.cancel(backend.database, backend.clock, actor, callback_id, reason)


@post(
    "/{callback_id:uuid}/reschedule",
    opt=needs(Scope.MANAGE),
    status_code=200,
    summary="Change the desired time",
    responses=WHEN_CHANGING,
)
async def reschedule(
    callback_id: FromPath[UUID],
    data: JSONBody[RescheduleRequest],
    backend: NamedDependency[Backend],
    actor: NamedDependency[Actor],
) -> CallbackView:
    """Possible while SCHEDULED; the callback keeps its id."""
    return await requests.reschedule(
        backend.database, backend.clock, actor, callback_id, data.desired_at, data.time_zone
    )


HANDLERS = [create, find, show, metrics, cancel, reschedule]
