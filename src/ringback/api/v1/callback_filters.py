"""The query parameters that say which callbacks, of the services that whoever asks is given: for the list and its
export alike.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery, QueryParameter

from ringback.accounts.principal import Principal
from ringback.api.visibility import require_services
from ringback.callbacks.filters import CallbackFilter, SearchBy
from ringback.callbacks.shown_times import TimeFormat
from ringback.callbacks.states import Result, State


def _wanted(
    principal: NamedDependency[Principal],
    ids: Annotated[list[UUID] | None, QueryParameter(name="id", description="These; repeatable, at most 100")] = None,
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
) -> CallbackFilter:
    require_services(principal, *(services or ()))
    return CallbackFilter(
        ids=ids or (),
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
        within=principal.within,
    )


# A handler with these dependencies takes `wanted: NamedDependency[CallbackFilter]`.
FILTERED = {"wanted": Provide(_wanted, sync_to_thread=False)}
