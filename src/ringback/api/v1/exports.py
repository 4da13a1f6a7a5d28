"""`/api/v1/callbacks/export`: callbacks as a table."""

from datetime import datetime
from functools import partial
from typing import Annotated, Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from ringback.accounts.api_keys import Scope
from ringback.api.auth import needs
from ringback.api.backend import Backend
from ringback.api.problems import WHEN_LIMITED, WHEN_READING
from ringback.api.tables import AS_CSV, Marked, Table
from ringback.callbacks.export import export
from ringback.callbacks.filters import CallbackFilter, SearchBy
from ringback.callbacks.shown_times import TimeFormat
from ringback.callbacks.states import Result, State

PATH = "/api/v1/callbacks/export"


@get(opt=needs(Scope.READ), summary="Callbacks as CSV", responses={**WHEN_READING, **WHEN_LIMITED, **AS_CSV})
async def export_callbacks(
    backend: NamedDependency[Backend],
    from_at: Annotated[datetime | None, QueryParameter(name="from", description="Desired time, inclusive")] = None,
    to_at: Annotated[datetime | None, QueryParameter(name="to", description="Desired time, exclusive")] = None,
    states: Annotated[list[State] | None, QueryParameter(name="state", description="Repeatable")] = None,
    services: Annotated[list[str] | None, QueryParameter(name="service", description="Names; repeatable")] = None,
    results: Annotated[list[Result] | None, QueryParameter(name="result", description="Repeatable")] = None,
    is_open: Annotated[bool | None, QueryParameter(name="open", description="true: not COMPLETED")] = None,
    needs_attention: Annotated[bool, QueryParameter(description="true: late, or a result to look at")] = False,
    search: Annotated[str | None, QueryParameter(description="What the column shows somewhere")] = None,
    search_by: FromQuery[SearchBy] = SearchBy.PHONE_NUMBER,
    time_zone: Annotated[str, QueryParameter(description="IANA; whose clock shows the times searched")] = "UTC",
    time_format: FromQuery[TimeFormat] = TimeFormat.H24,
    has_mark: Marked = False,
) -> Response[Any]:
    """Every callback that fits, with the filters of the list, the earliest desired time first."""
    wanted = CallbackFilter(
        from_at=from_at,
        to_at=to_at,
        states=states or (),
        services=services or (),
        results=results or (),
        is_open=is_open,
        needs_attention=needs_attention,
        search=search,
        search_by=search_by,
        time_zone=time_zone,
        time_format=time_format,
    )
    filename = f"callbacks-{backend.clock.now():%Y-%m-%d}.csv"
    return Table(partial(export, backend.database, backend.clock, wanted), filename=filename, has_mark=has_mark)


HANDLERS = [export_callbacks]
