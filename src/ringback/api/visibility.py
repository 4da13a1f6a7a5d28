"""What is asked for must be within the services that whoever asks is given; else there is no such thing for them.

Each kind of path parameter is in `_KINDS`, and an application with a route that names another is not even made: a new
route is visible to nobody before somebody has said how it is restricted. Services that a query or a body names are
checked by `require_services`, and lists are read `within` those that are given.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Litestar

from ringback.accounts import users
from ringback.accounts.principal import Principal
from ringback.accounts.rules import Permission
from ringback.agents import roster
from ringback.bulk import jobs
from ringback.callbacks import views
from ringback.database.pool import Database
from ringback.desk import own
from ringback.errors import NotAllowed
from ringback.services import catalog


class AllServicesNeeded(NotAllowed):
    """This concerns all services, also those to come, and whoever asks is given only some."""

    code = "all-services-needed"


@dataclass(frozen=True, kw_only=True)
class Visit:
    """Somebody at a route: who asks, and which of their permissions let them in there.

    `may_be_new`: what the path names is made if it is not there.
    """

    database: Database
    principal: Principal
    permissions: frozenset[Permission]
    may_be_new: bool


def require_all_services(principal: Principal) -> None:
    """Raises AllServicesNeeded for who is given only some. A route says `needs(..., for_all_services=True)`."""
    if principal.services is not None:
        raise AllServicesNeeded("This concerns all services, and you are given only some: ask somebody who has all")


def require_services(principal: Principal, *names: str) -> None:
    """Raises ServiceNotFound for the first service named that is not theirs.

    It comes before anything else that a request can be refused for: whoever is given only some services is told the
    same of one that does not exist and of one that does.
    """
    for name in names:
        if not principal.sees_service(name):
            raise catalog.not_found(name)


async def require_visible(visit: Visit, path_params: Mapping[str, Any]) -> None:
    """Raises the NotFound of what is not there, for the first thing named that is not theirs to see."""
    for name, value in path_params.items():
        await _KINDS[name](visit, value)


def check_routes(app: Litestar) -> None:
    """Raises LookupError when a route has a path parameter of which nobody said how it is restricted."""
    for route in app.routes:
        for name in route.path_parameters:
            if name not in _KINDS:
                raise LookupError(f"{route.path}: say in {__name__} who may see what {name} names")


async def _service(visit: Visit, name: str) -> None:
    require_services(visit.principal, name)


async def _callback(visit: Visit, callback_id: UUID) -> None:
    within = visit.principal.within
    if within is None:
        return
    async with visit.database.connection() as connection:
        service_id = await views.service_of(connection, callback_id)
    if service_id not in within:
        raise views.not_found(callback_id)


async def _agent(visit: Visit, name: str) -> None:
    """Their own, by the right to use the desk; by any other right those who serve one of their services, or none."""
    principal = visit.principal
    if Permission.USE_DESK in visit.permissions and name == principal.agent:
        return
    if visit.permissions <= {Permission.USE_DESK}:
        raise roster.not_found(name)
    if principal.within is None:
        return
    async with visit.database.connection() as connection:
        is_visible = await roster.is_visible(connection, name, principal.within)
    if not (visit.may_be_new if is_visible is None else is_visible):
        raise roster.not_found(name)


async def _bulk_work(visit: Visit, job_id: UUID) -> None:
    """What they asked for; to who is given all services, all of it."""
    if visit.principal.within is None:
        return
    async with visit.database.connection() as connection:
        is_theirs = await jobs.is_of(connection, visit.principal.actor, job_id)
    if not is_theirs:
        raise jobs.not_found(job_id)


async def _user(visit: Visit, name: str) -> None:
    """Those who have no other services than they have themselves, as an agent either; or one who is to be made."""
    if visit.principal.within is None:
        return
    async with visit.database.connection() as connection:
        is_visible = await users.is_visible(connection, name, visit.principal.within)
    if is_visible is False:
        raise users.not_found(name)


async def _attempt(visit: Visit, attempt_id: UUID) -> None:
    """What they are, or were, in themselves as an agent, whichever services they are given."""
    agent = own.agent_of(visit.principal)
    async with visit.database.connection() as connection:
        await own.callback_of(connection, attempt_id, agent)


async def _anything(_: Visit, __: object) -> None:
    """It is of no service: the permission decides."""


_KINDS: Mapping[str, Callable[[Visit, Any], Awaitable[None]]] = {
    "service_name": _service,
    "callback_id": _callback,
    "agent_name": _agent,
    "attempt_id": _attempt,
    "job_id": _bulk_work,
    "trunk_name": _anything,
    "user_name": _user,
    "key_name": _anything,  # all are listed; what they may be changed to, and by whom, `api_keys` says
    "phone_number": _anything,  # whose customer is erased is not told, and who erases is given all services
    "path": _anything,
    "page_path": _anything,  # the console as such is everybody's, and empty
    "asset": _anything,
}
