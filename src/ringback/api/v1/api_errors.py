"""`/api/v1/api-errors`: what calls with API keys were refused or failed."""

from datetime import datetime
from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from ringback.accounts import api_errors
from ringback.accounts.api_errors import ApiErrorFilter, ApiErrorPage
from ringback.accounts.principal import Principal
from ringback.accounts.rules import Permission
from ringback.api.auth import needs
from ringback.api.backend import Backend
from ringback.api.problems import WHEN_READING
from ringback.lists import DEFAULT_LIMIT, MAX_LIMIT

PATH = "/api/v1/api-errors"


@get(opt=needs(Permission.DEVELOP), summary="Calls that were refused or failed", responses=WHEN_READING)
async def find(
    backend: NamedDependency[Backend],
    principal: NamedDependency[Principal],
    api_key: Annotated[str | None, QueryParameter(description="Of the API key of this name")] = None,
    code: Annotated[str | None, QueryParameter(description="With this code")] = None,
    correlation_id: Annotated[str | None, QueryParameter(description="Of the call with this X-Correlation-Id")] = None,
    from_at: Annotated[datetime | None, QueryParameter(name="from", description="From then on")] = None,
    to_at: Annotated[datetime | None, QueryParameter(name="to", description="Before then")] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT, description="How many at most")] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, QueryParameter(description="`next_cursor` of a page, for the one after it")] = None,
) -> ApiErrorPage:
    """Of the last 7 days, the newest first; nothing that a client wrote is in them but the correlation id.

    Whoever is given only some services sees the errors of the keys that have no others.
    """
    wanted = ApiErrorFilter(
        api_key=api_key,
        code=code,
        correlation_id=correlation_id,
        from_at=from_at,
        to_at=to_at,
        within=principal.within,
    )
    return await api_errors.find(backend.database, wanted, limit=limit, cursor=cursor)


HANDLERS = [find]
