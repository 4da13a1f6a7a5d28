"""`/api/v1/callbacks`."""

from datetime import datetime
from typing import Annotated, Any, TypeAlias
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, HeaderParameter, JSONBody, QueryParameter

from ringback.accounts.principal import Principal
from ringback.accounts.rules import Permission
from ringback.actors import Actor
from ringback.api.auth import needs
from ringback.api.backend import Backend
from ringback.api.problems import WHEN_CHANGING, WHEN_READING
from ringback.api.requests import WithoutBodyToo
from ringback.api.v1.callback_filters import FILTERED
from ringback.api.visibility import require_services
from ringback.callbacks import pages, requests, ring_in, trace, views
from ringback.callbacks.creation import CallbackRequest
from ringback.callbacks.filters import CallbackFilter
from ringback.callbacks.idempotency import MAX_KEY, IdempotencyKey
from ringback.callbacks.model import MAX_TEXT
from ringback.callbacks.pages import Page
from ringback.callbacks.requests import Created
from ringback.callbacks.ring_in import RingIn, RingInRequest
from ringback.callbacks.trace import CallbackTrace
from ringback.callbacks.views import CallbackView
from ringback.lists import DEFAULT_LIMIT, MAX_LIMIT

PATH = "/api/v1/callbacks"


class CancelRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a callback is cancelled; it is kept in its trace."""

    reason: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)] | None = None


class ClaimRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whatever is to be kept in the trace of a callback whose customer rang in."""

    reason: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)] | None = None


class RecreateRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When the new callback is wanted: now, or at `desired_at`; `time_zone` (IANA) as it was stated before."""

    desired_at: datetime | None = None
    time_zone: str | None = None


class RescheduleRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The new desired time, with its offset; `time_zone` (IANA) is the one promised before unless given.

    `instead_of`: the desired time as you know it; one that somebody has changed meanwhile is not overwritten.
    """

    desired_at: datetime
    time_zone: str | None = None
    instead_of: datetime | None = None


OptionalKey: TypeAlias = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=1,
        max_length=MAX_KEY,
        description="Of your own choice: the same key with the same body gives the same callback",
    ),
]
WHEN_CREATING = {
    **WHEN_CHANGING,
    201: ResponseSpec(CallbackView, description="The callback; Location is its address", generate_examples=False),
}


@post(opt=needs(Permission.CREATE_CALLBACKS), summary="Ask for a call", responses=WHEN_CREATING)
async def create(
    data: JSONBody[CallbackRequest],
    backend: NamedDependency[Backend],
    actor: NamedDependency[Actor],
    principal: NamedDependency[Principal],
    idempotency_key: OptionalKey = None,
) -> Response[Any]:
    """Create a callback: now, or at `desired_at`.

    With an `Idempotency-Key` header the request may be repeated without harm: the same key and body get the same
    answer and make one callback, also at the same time; another body is refused.
    """
    require_services(principal, data.service)
    key = _key(principal, idempotency_key)
    return _created(await requests.create(backend.database, backend.clock, actor, data, key=key))


@get(opt=needs(Permission.SEE_CALLBACKS), dependencies=FILTERED, summary="List callbacks", responses=WHEN_READING)
async def find(
    backend: NamedDependency[Backend],
    wanted: NamedDependency[CallbackFilter],
    sort: Annotated[str, QueryParameter(description="A column; with - before it the greatest first")] = "desired_at",
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT, description="How many at most")] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, QueryParameter(description='From a page, or "last"')] = None,
    total: Annotated[str, QueryParameter(pattern="^(capped|exact)$", description="capped: to 10,000")] = "capped",
) -> Page:
    """A page of the callbacks that fit, the earliest desired time first unless `sort` says otherwise."""
    order = pages.parse_order(sort)
    counts_all = total == "exact"
    return await pages.find(
        backend.database, backend.clock, wanted, order=order, limit=limit, cursor=cursor, counts_all=counts_all
    )


@get("/{callback_id:uuid}", opt=needs(Permission.SEE_CALLBACKS), summary="One callback", responses=WHEN_READING)
async def show(callback_id: FromPath[UUID], backend: NamedDependency[Backend]) -> CallbackView:
    """The callback with its place in the queue, its estimated wait and why it waits right now."""
    return await views.get(backend.database, backend.clock, callback_id)


@get(
    "/{callback_id:uuid}/metrics",
    opt=needs(Permission.SEE_CALLBACKS),
    summary="All that is known of one callback",
    responses=WHEN_READING,
)
async def metrics(callback_id: FromPath[UUID], backend: NamedDependency[Backend]) -> CallbackTrace:
    """Every transition, attempt and leg, the time in each state, who did what, and the decisions taken."""
    return await trace.trace(backend.database, backend.clock, callback_id)


@post(
    "/{callback_id:uuid}/cancel",
    opt=needs(Permission.CHANGE_CALLBACKS),
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
    opt=needs(Permission.CHANGE_CALLBACKS),
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
        backend.database,
        backend.clock,
        actor,
        callback_id,
        data.desired_at,
        data.time_zone,
        instead_of=data.instead_of,
    )


@post(
    "/{callback_id:uuid}/call-now",
    opt=needs(Permission.CHANGE_CALLBACKS),
    status_code=200,
    summary="Call now instead of at the desired time",
    responses=WHEN_CHANGING,
)
async def call_now(
    callback_id: FromPath[UUID], backend: NamedDependency[Backend], actor: NamedDependency[Actor]
) -> CallbackView:
    """Possible while SCHEDULED and the service calls now; it waits from now on, and gives its seat back."""
    return await requests.call_now(backend.database, backend.clock, actor, callback_id)


@post(
    "/{callback_id:uuid}/recreate",
    opt=needs(Permission.CHANGE_CALLBACKS),
    summary="Ask for a call again",
    operation_class=WithoutBodyToo,
    responses=WHEN_CREATING,
)
async def recreate(
    callback_id: FromPath[UUID],
    backend: NamedDependency[Backend],
    actor: NamedDependency[Actor],
    principal: NamedDependency[Principal],
    data: JSONBody[RecreateRequest | None] = None,
    idempotency_key: OptionalKey = None,
) -> Response[Any]:
    """A new callback for the customer of a COMPLETED one, linked to it, by the rules on creation.

    An `Idempotency-Key` works as for a new callback.
    """
    wanted = data or RecreateRequest()
    created = await requests.recreate(
        backend.database,
        backend.clock,
        actor,
        callback_id,
        wanted.desired_at,
        wanted.time_zone,
        key=_key(principal, idempotency_key),
    )
    return _created(created)


@post(
    "/ring-in",
    opt=needs(Permission.SEE_CALLBACKS),
    status_code=200,
    summary="A customer rings in: what waits for the number?",
    responses=WHEN_CHANGING,
)
async def look_for_ring_in(
    data: JSONBody[RingInRequest], backend: NamedDependency[Backend], principal: NamedDependency[Principal]
) -> RingIn:
    """The callback of this number that will be called first, with its place and estimated wait."""
    require_services(principal, data.service)
    return await ring_in.look(backend.database, backend.clock, data)


@post(
    "/{callback_id:uuid}/claim",
    opt=needs(Permission.CHANGE_CALLBACKS),
    status_code=200,
    summary="The customer rang in and is served",
    operation_class=WithoutBodyToo,
    responses=WHEN_CHANGING,
)
async def claim(
    callback_id: FromPath[UUID],
    backend: NamedDependency[Backend],
    actor: NamedDependency[Actor],
    data: JSONBody[ClaimRequest | None] = None,
) -> CallbackView:
    """Possible while SCHEDULED, QUEUED or ROUTING; what rings is hung up within about a second."""
    reason = data.reason if data else None
    return await requests.claim(backend.database, backend.clock, actor, callback_id, reason)


def _key(principal: Principal, value: str | None) -> IdempotencyKey | None:
    return None if value is None else IdempotencyKey(principal.api_key_id, principal.user_id, value)


def _created(created: Created) -> Response[Any]:
    location = f"{PATH}/{created.callback.id}"
    return Response(created.answer, status_code=201, media_type="application/json", headers={"Location": location})


HANDLERS = [create, find, show, metrics, cancel, reschedule, call_now, recreate, look_for_ring_in, claim]
