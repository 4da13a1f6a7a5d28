"""`/api/v1/audit`: what users and API keys did."""

from datetime import datetime
from functools import partial
from typing import Annotated, Any

from litestar import Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import QueryParameter

from ringback.accounts.principal import Principal
from ringback.accounts.rules import Permission
from ringback.api.auth import needs
from ringback.api.backend import Backend
from ringback.api.problems import WHEN_READING
from ringback.api.tables import WHEN_TABLE, Marked, Table
from ringback.audit import entries, seals
from ringback.audit.entries import EntryFilter, EntryPage
from ringback.audit.seals import SealView
from ringback.lists import DEFAULT_LIMIT, MAX_LIMIT

PATH = "/api/v1/audit"


def _wanted(
    principal: NamedDependency[Principal],
    from_at: Annotated[datetime | None, QueryParameter(name="from", description="From then on")] = None,
    to_at: Annotated[datetime | None, QueryParameter(name="to", description="Before then")] = None,
    actor_name: Annotated[
        str | None, QueryParameter(name="actor", description="The name of the user or API key")
    ] = None,
    action: Annotated[str | None, QueryParameter(description="What was done, or how that begins: service.")] = None,
    subject: Annotated[str | None, QueryParameter(description="To what: a name, or the id of a callback")] = None,
) -> EntryFilter:
    return EntryFilter(
        from_at=from_at,
        to_at=to_at,
        actor=actor_name,
        action=action,
        subject=subject,
        within=principal.services,
        asker=principal.actor,
    )


_FILTERED = {"wanted": Provide(_wanted, sync_to_thread=False)}


@get(
    opt=needs(Permission.SEE_AUDIT),
    dependencies=_FILTERED,
    summary="What was done, by whom and from where",
    responses=WHEN_READING,
)
async def find(
    backend: NamedDependency[Backend],
    wanted: NamedDependency[EntryFilter],
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT, description="How many at most")] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, QueryParameter(description="`next_cursor` of a page, for the one after it")] = None,
) -> EntryPage:
    """The newest first. Who is given only some services sees what concerns no others, and what they did themselves."""
    return await entries.find(backend.database, wanted, limit=limit, cursor=cursor)


@get(
    "/export",
    opt=needs(Permission.SEE_AUDIT),
    dependencies=_FILTERED,
    summary="The same as CSV",
    responses=WHEN_TABLE,
)
async def export(
    backend: NamedDependency[Backend],
    wanted: NamedDependency[EntryFilter],
    principal: NamedDependency[Principal],
    has_mark: Marked = False,
) -> Response[Any]:
    """Every entry that fits, the newest first. That it was asked for is an entry too."""
    rows = partial(entries.export, backend.database, backend.clock, principal.actor, wanted)
    return Table(rows, filename=f"audit-{backend.clock.now():%Y-%m-%d}.csv", has_mark=has_mark)


@get("/seals/latest", opt=needs(Permission.SEE_AUDIT), summary="The newest seal", responses=WHEN_READING)
async def newest_seal(backend: NamedDependency[Backend]) -> SealView:
    """Its number and hash, to be noted elsewhere: `ringback audit verify --expect` compares with them."""
    return await seals.newest(backend.database)


HANDLERS = [find, export, newest_seal]
