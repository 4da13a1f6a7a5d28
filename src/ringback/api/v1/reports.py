"""`/api/v1/reports`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromQuery, QueryParameter

from ringback.accounts.principal import Principal
from ringback.accounts.rules import Permission
from ringback.api.auth import needs
from ringback.api.backend import Backend
from ringback.api.problems import WHEN_READING
from ringback.api.visibility import require_services
from ringback.reports import report, spreadsheet
from ringback.reports.report import Per, Report

PATH = "/api/v1/reports"

_From = Annotated[datetime | None, QueryParameter(name="from", description="Default: 14 days before `to`")]
_To = Annotated[datetime | None, QueryParameter(name="to", description="Default: now")]
_Services = Annotated[list[str] | None, QueryParameter(name="service", description="Names; repeatable")]


@get(opt=needs(Permission.SEE_REPORTS), summary="Counts and rates by service and hour or day", responses=WHEN_READING)
async def show(
    backend: NamedDependency[Backend],
    principal: NamedDependency[Principal],
    from_at: _From = None,
    to_at: _To = None,
    services: _Services = None,
    per: FromQuery[Per] = Per.HOUR,
) -> Report:
    """What became of the callbacks whose desired time lies in each hour or day, whole ones, of each service.

    They hold no personal data and outlive the callbacks. Of the services that you are given.
    """
    return await _report(backend, principal, from_at, to_at, services or (), per)


@get(
    "/export",
    opt=needs(Permission.SEE_REPORTS),
    summary="The same as CSV",
    responses={
        **WHEN_READING,
        200: ResponseSpec(str, description="RFC 4180, UTF-8", media_type="text/csv", generate_examples=False),
    },
)
async def export(
    backend: NamedDependency[Backend],
    principal: NamedDependency[Principal],
    from_at: _From = None,
    to_at: _To = None,
    services: _Services = None,
    per: FromQuery[Per] = Per.HOUR,
) -> Response[str]:
    """A line for each service and hour or day, with a column for each result."""
    found = await _report(backend, principal, from_at, to_at, services or (), per)
    disposition = {"Content-Disposition": f'attachment; filename="reports-per-{per}.csv"'}
    text = await spreadsheet.export(backend.database, backend.clock, principal.actor, found)
    return Response(text, media_type="text/csv", headers=disposition)


async def _report(
    backend: Backend,
    principal: Principal,
    from_at: datetime | None,
    to_at: datetime | None,
    services: Sequence[str],
    per: Per,
) -> Report:
    require_services(principal, *services)
    return await report.report(
        backend.database,
        backend.clock,
        from_at=from_at,
        to_at=to_at,
        services=services,
        per=per,
        within=principal.services,
    )


HANDLERS = [show, export]
