"""`/api/v1/services`."""

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath

from ringback.accounts.api_keys import Scope
from ringback.api.auth import needs
from ringback.api.backend import Backend
from ringback.api.problems import WHEN_READING
from ringback.callbacks import queue
from ringback.callbacks.queue import ServiceStatus
from ringback.services import catalog
from ringback.services.model import Service

PATH = "/api/v1/services"


class Services(msgspec.Struct, frozen=True):
    """Every service, by name."""

    items: list[Service]


@get(opt=needs(Scope.READ), summary="List services", responses=WHEN_READING)
async def list_all(backend: NamedDependency[Backend]) -> Services:
    """Every service with its settings."""
    return Services(await catalog.list_all(backend.database))


@get("/{name:str}", opt=needs(Scope.READ), summary="One service", responses=WHEN_READING)
async def show(name: FromPath[str], backend: NamedDependency[Backend]) -> Service:
    """A service with its settings."""
    return await catalog.get(backend.database, name)


@get("/{name:str}/status", opt=needs(Scope.READ), summary="How things stand in a service", responses=WHEN_READING)
async def status(name: FromPath[str], backend: NamedDependency[Backend]) -> ServiceStatus:
    """Who waits, which agents are there, and what a new caller may expect."""
    return await queue.status(backend.database, backend.clock, name)


HANDLERS = [list_all, show, status]
