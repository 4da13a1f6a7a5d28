"""What a path names must be within the services that whoever asks is given; else there is no such thing for them.

Each kind of path parameter is in `_KINDS`, and an application with a route that names another is not even made: a new
route is visible to nobody before somebody has said how it is restricted.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from litestar import Litestar

from ringback.accounts.principal import Principal
from ringback.callbacks import views
from ringback.database.pool import Database
from ringback.services import catalog


async def require_visible(database: Database, principal: Principal, path_params: Mapping[str, Any]) -> None:
    """Raises the NotFound of what is not there, for the first thing named that is not theirs to see."""
    if principal.services is None:
        return
    for name, value in path_params.items():
        await _KINDS[name](database, principal, value)


def check_routes(app: Litestar) -> None:
    """Raises LookupError when a route has a path parameter of which nobody said how it is restricted."""
    for route in app.routes:
        for name in route.path_parameters:
            if name not in _KINDS:
                raise LookupError(f"{route.path}: say in {__name__} who may see what {name} names")


async def _service(_: Database, principal: Principal, name: str) -> None:
    if not principal.sees_service(name):
        raise catalog.not_found(name)


async def _callback(database: Database, principal: Principal, callback_id: UUID) -> None:
    async with database.connection() as connection:
        service_id = await views.service_of(connection, callback_id)
    if service_id not in (principal.within or ()):
        raise views.not_found(callback_id)


async def _anything(_: Database, __: Principal, ___: object) -> None:
    """It is of no service: the permission decides."""


_KINDS: Mapping[str, Callable[[Database, Principal, Any], Awaitable[None]]] = {
    "service_name": _service,
    "callback_id": _callback,
    "agent_name": _anything,
    "job_id": _anything,
    "trunk_name": _anything,
    "phone_number": _anything,
    "path": _anything,
}
