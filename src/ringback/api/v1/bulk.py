"""`/api/v1/cancellations`, `/reschedulings` and `/recreations`: one thing done to many callbacks."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, HeaderParameter, JSONBody, QueryParameter

from ringback.accounts.principal import Principal
from ringback.accounts.rules import Permission
from ringback.actors import Actor
from ringback.api.auth import needs
from ringback.api.backend import Backend
from ringback.api.problems import WHEN_CHANGING, WHEN_READING
from ringback.api.tables import WHEN_TABLE, Marked, Table
from ringback.api.visibility import require_services
from ringback.bulk import files, jobs
from ringback.bulk.model import BulkItem, BulkJob, BulkRequest, Cancellation, Kind, Preview, Recreation, Rescheduling
from ringback.callbacks.idempotency import MAX_KEY
from ringback.lists import DEFAULT_LIMIT, MAX_LIMIT

PATHS = {
    Kind.CANCELLATION: "/api/v1/cancellations",
    Kind.RESCHEDULING: "/api/v1/reschedulings",
    Kind.RECREATION: "/api/v1/recreations",
}

Key = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=1,
        max_length=MAX_KEY,
        description="Of your own choice: the same key with the same body gives the same work",
    ),
]

WHEN_ASKING = {
    **WHEN_CHANGING,
    202: ResponseSpec(BulkJob, description="It is begun; Location tells how far it is", generate_examples=False),
}


class BulkJobs(msgspec.Struct, frozen=True):
    """Bulk work, the latest first."""

    items: list[BulkJob]


class BulkItems(msgspec.Struct, frozen=True):
    """What the work came to, in the order in which it was asked for. `next_after`: `after` for those that follow."""

    items: list[BulkItem]
    next_after: int | None


class RecentCancellations(msgspec.Struct, frozen=True):
    """Whether the tables of what you cancelled within the last 24 hours have anything in them."""

    has_cancelled: bool


@post(opt=needs(Permission.CHANGE_CALLBACKS), status_code=202, summary="Cancel many callbacks", responses=WHEN_ASKING)
async def cancel(
    data: JSONBody[Cancellation],
    backend: NamedDependency[Backend],
    principal: NamedDependency[Principal],
    key: Key = None,
) -> Response[Any]:
    """By ids, or all in a range of desired times; it goes on by itself, and survives whatever stops.

    What rings is hung up. With an `Idempotency-Key` header the request may be repeated without harm.
    """
    return await _ask(backend, principal, data, key)


@post(
    opt=needs(Permission.CHANGE_CALLBACKS), status_code=202, summary="Reschedule many callbacks", responses=WHEN_ASKING
)
async def reschedule(
    data: JSONBody[Rescheduling],
    backend: NamedDependency[Backend],
    principal: NamedDependency[Principal],
    key: Key = None,
) -> Response[Any]:
    """Each follows the rules of rescheduling it alone; what they refuse keeps its time, and is told."""
    return await _ask(backend, principal, data, key)


@post(opt=needs(Permission.CHANGE_CALLBACKS), status_code=202, summary="Recreate many callbacks", responses=WHEN_ASKING)
async def recreate(
    data: JSONBody[Recreation],
    backend: NamedDependency[Backend],
    principal: NamedDependency[Principal],
    key: Key = None,
) -> Response[Any]:
    """Each follows the rules of recreating it alone; what they refuse is told."""
    return await _ask(backend, principal, data, key)


@post(
    "/preview",
    opt=needs(Permission.CHANGE_CALLBACKS),
    status_code=200,
    summary="What would be cancelled",
    responses=WHEN_CHANGING,
)
async def preview_cancellation(
    data: JSONBody[Cancellation], backend: NamedDependency[Backend], principal: NamedDependency[Principal]
) -> Preview:
    """How many of each state would be cancelled now; changes nothing."""
    return await _preview(backend, principal, data)


@post(
    "/preview",
    opt=needs(Permission.CHANGE_CALLBACKS),
    status_code=200,
    summary="What would be rescheduled",
    responses=WHEN_CHANGING,
)
async def preview_rescheduling(
    data: JSONBody[Rescheduling], backend: NamedDependency[Backend], principal: NamedDependency[Principal]
) -> Preview:
    """How many of each state could be rescheduled now; changes nothing. The rules about times are not tried."""
    return await _preview(backend, principal, data)


@post(
    "/preview",
    opt=needs(Permission.CHANGE_CALLBACKS),
    status_code=200,
    summary="What would be recreated",
    responses=WHEN_CHANGING,
)
async def preview_recreation(
    data: JSONBody[Recreation], backend: NamedDependency[Backend], principal: NamedDependency[Principal]
) -> Preview:
    """How many could be recreated now; changes nothing. The rules of creation are not tried."""
    return await _preview(backend, principal, data)


def _reading(kind: Kind) -> list[HTTPRouteHandler]:
    """The calls that tell of work of one kind."""
    name = kind.lower()

    @get(opt=needs(Permission.EXPORT_CALLBACKS), summary=f"Your {name}s of the last 24 hours", responses=WHEN_READING)
    async def list_recent(backend: NamedDependency[Backend], actor: NamedDependency[Actor]) -> BulkJobs:
        """Those that were asked for with this API key, or by this user, the latest first."""
        return BulkJobs(await jobs.recent(backend.database, backend.clock, actor, kind))

    @get(
        "/{job_id:uuid}", opt=needs(Permission.EXPORT_CALLBACKS), summary=f"How far a {name} is", responses=WHEN_READING
    )
    async def show(job_id: FromPath[UUID], backend: NamedDependency[Backend]) -> BulkJob:
        """How many are done, and what became of them."""
        return await jobs.get(backend.database, kind, job_id)

    @get(
        "/{job_id:uuid}/items",
        opt=needs(Permission.EXPORT_CALLBACKS),
        summary="What became of each",
        responses=WHEN_READING,
    )
    async def items(
        job_id: FromPath[UUID],
        backend: NamedDependency[Backend],
        principal: NamedDependency[Principal],
        is_done: Annotated[bool | None, QueryParameter(name="done", description="false: what was left alone")] = None,
        after: Annotated[int, QueryParameter(ge=0, description="`next_after` of those before")] = 0,
        limit: Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT, description="How many at most")] = DEFAULT_LIMIT,
    ) -> BulkItems:
        """The callbacks that it has come to so far, as they were, what became of them, and as they are now."""
        found = await jobs.items(
            backend.database, kind, job_id, is_done=is_done, after=after, limit=limit + 1, within=principal.within
        )
        has_more = len(found) > limit
        return BulkItems(found[:limit], found[limit - 1].position if has_more else None)

    @get(
        "/{job_id:uuid}/callbacks",
        opt=needs(Permission.EXPORT_CALLBACKS),
        summary="What was changed, as CSV",
        responses=WHEN_TABLE,
    )
    async def callbacks(
        job_id: FromPath[UUID],
        backend: NamedDependency[Backend],
        principal: NamedDependency[Principal],
        has_mark: Marked = False,
    ) -> Response[Any]:
        """The callbacks that were changed so far, as they are now; of a recreation the new ones."""
        rows = partial(
            files.callbacks, backend.database, backend.clock, principal.actor, kind, job_id, principal.within
        )
        return Table(rows, filename=f"{name}-{job_id}.csv", has_mark=has_mark)

    @get(
        "/{job_id:uuid}/summary",
        opt=needs(Permission.EXPORT_CALLBACKS),
        summary="What became of each, as CSV",
        responses=WHEN_TABLE,
    )
    async def summary(
        job_id: FromPath[UUID],
        backend: NamedDependency[Backend],
        principal: NamedDependency[Principal],
        has_mark: Marked = False,
    ) -> Response[Any]:
        """A line for each callback that was asked for and looked at so far: as it was, and what became of it."""
        rows = partial(files.summary, backend.database, backend.clock, principal.actor, kind, job_id, principal.within)
        return Table(rows, filename=f"{name}-{job_id}-summary.csv", has_mark=has_mark)

    return [list_recent, show, items, callbacks, summary]


@get("/recent", opt=needs(Permission.EXPORT_CALLBACKS), summary="Whether you cancelled any", responses=WHEN_READING)
async def recent(backend: NamedDependency[Backend], actor: NamedDependency[Actor]) -> RecentCancellations:
    """Within the last 24 hours, in bulk or one by one: whether there is anything to export."""
    return RecentCancellations(await jobs.has_cancelled(backend.database, backend.clock, actor))


@get(
    "/recent/callbacks",
    opt=needs(Permission.EXPORT_CALLBACKS),
    summary="What you cancelled, as CSV",
    responses=WHEN_TABLE,
)
async def recent_callbacks(
    backend: NamedDependency[Backend], principal: NamedDependency[Principal], has_mark: Marked = False
) -> Response[Any]:
    """The callbacks that were cancelled with this API key, or by this user, within the last 24 hours.

    Those cancelled in bulk, and those one by one.
    """
    rows = partial(files.recently_cancelled, backend.database, backend.clock, principal.actor, principal.within)
    return Table(rows, filename=f"cancelled-{backend.clock.now():%Y-%m-%d}.csv", has_mark=has_mark)


@get(
    "/recent/summary",
    opt=needs(Permission.EXPORT_CALLBACKS),
    summary="What became of each, as CSV",
    responses=WHEN_TABLE,
)
async def recent_summary(
    backend: NamedDependency[Backend], principal: NamedDependency[Principal], has_mark: Marked = False
) -> Response[Any]:
    """A line for each that was asked to be cancelled with this API key, or by this user, within the last 24 hours."""
    rows = partial(files.recent_summary, backend.database, backend.clock, principal.actor, principal.within)
    return Table(rows, filename=f"cancellation-summary-{backend.clock.now():%Y-%m-%d}.csv", has_mark=has_mark)


async def _ask(backend: Backend, principal: Principal, request: BulkRequest, key: str | None) -> Response[Any]:
    require_services(principal, *request.services)
    actor, within = principal.actor, principal.within
    job = await jobs.ask(backend.database, backend.clock, actor, request, key=key, within=within)
    return Response(job, status_code=202, headers={"Location": f"{PATHS[job.kind]}/{job.id}"})


async def _preview(backend: Backend, principal: Principal, request: BulkRequest) -> Preview:
    require_services(principal, *request.services)
    return await jobs.preview(backend.database, backend.clock, request, within=principal.within)


def routers() -> list[Router]:
    """One for each kind of bulk work."""
    asking = {
        Kind.CANCELLATION: [cancel, preview_cancellation, recent, recent_callbacks, recent_summary],
        Kind.RESCHEDULING: [reschedule, preview_rescheduling],
        Kind.RECREATION: [recreate, preview_recreation],
    }
    return [
        Router(path=PATHS[kind], route_handlers=[*handlers, *_reading(kind)], tags=["Bulk work"])
        for kind, handlers in asking.items()
    ]
