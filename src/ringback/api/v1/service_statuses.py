"""`/api/v1/service-statuses`: how things stand in every service, in one answer."""

import msgspec
from litestar import get
from litestar.di import NamedDependency

from ringback.accounts.principal import Principal
from ringback.accounts.rules import Permission
from ringback.api.auth import needs
from ringback.api.backend import Backend
from ringback.api.problems import WHEN_READING
from ringback.callbacks import standing
from ringback.callbacks.standing import ServiceStatus

PATH = "/api/v1/service-statuses"


class ServiceStatuses(msgspec.Struct, frozen=True):
    """How things stand in services, by name."""

    items: list[ServiceStatus]


@get(opt=needs(Permission.SEE_CALLBACKS), summary="How things stand in all services", responses=WHEN_READING)
async def list_all(backend: NamedDependency[Backend], principal: NamedDependency[Principal]) -> ServiceStatuses:
    """What the status of each service tells, of every service that you are given."""
    return ServiceStatuses(await standing.statuses(backend.database, backend.clock, within=principal.within))


HANDLERS = [list_all]
