"""`/api/v1/services`."""

from typing import Any

import msgspec
from litestar import Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, JSONBody

from ringback.accounts.principal import Principal
from ringback.accounts.rules import Permission
from ringback.actors import Actor
from ringback.api.auth import needs
from ringback.api.backend import Backend
from ringback.api.etags import IfMatch, revision
from ringback.api.problems import WHEN_CHANGING, WHEN_READING, WHEN_REPLACING
from ringback.api.requests import WithoutBodyToo
from ringback.api.v1.service_settings import answer
from ringback.booking import setup
from ringback.callbacks import offers, standing
from ringback.callbacks.offers import Offer, OfferRequest
from ringback.callbacks.standing import ServiceStatus
from ringback.services import catalog
from ringback.services.catalog import ServiceChoices
from ringback.services.model import Service

PATH = "/api/v1/services"


class Services(msgspec.Struct, frozen=True):
    """Every service, by name."""

    items: list[Service]


@get(opt=needs(Permission.SEE_SETUP), summary="List services", responses=WHEN_READING)
async def list_all(backend: NamedDependency[Backend], principal: NamedDependency[Principal]) -> Services:
    """Every service that you are given, with its settings."""
    return Services(await catalog.list_all(backend.database, within=principal.within))


@get("/{service_name:str}", opt=needs(Permission.SEE_SETUP), summary="One service", responses=WHEN_READING)
async def show(service_name: FromPath[str], backend: NamedDependency[Backend]) -> Response[Service]:
    """A service with its settings; the ETag is for If-Match when they are changed."""
    service = await catalog.get(backend.database, service_name)
    return answer(service, service)


@put(
    "/{service_name:str}",
    opt=needs(Permission.CHANGE_SETUP),
    summary="Create or change a service",
    responses={**WHEN_REPLACING, 201: ResponseSpec(Service, description="It is new", generate_examples=False)},
)
async def save(
    service_name: FromPath[str],
    data: JSONBody[ServiceChoices],
    backend: NamedDependency[Backend],
    principal: NamedDependency[Principal],
    if_match: IfMatch = None,
) -> Response[Any]:
    """What is left out keeps its value; a new service begins with the defaults. It holds from the next decision on.

    Only who is given all services can make a new one.
    """
    if principal.services is not None:  # it may have been deleted since the guard saw it
        changed = await setup.change(
            backend.database, backend.clock, principal.actor, service_name, data, revision=revision(if_match)
        )
        return answer(changed, changed)
    saved = await setup.save(
        backend.database, backend.clock, principal.actor, service_name, data, revision=revision(if_match)
    )
    return answer(saved.what, saved.what, 201 if saved.is_new else 200)


@delete(
    "/{service_name:str}",
    opt=needs(Permission.CHANGE_SETUP, for_all_services=True),
    status_code=204,
    summary="Delete a service",
    responses=WHEN_CHANGING,
)
async def remove(service_name: FromPath[str], backend: NamedDependency[Backend], actor: NamedDependency[Actor]) -> None:
    """Possible while no callback belongs to it; else set its mode to CLOSED."""
    await catalog.delete(backend.database, backend.clock, actor, service_name)


@get(
    "/{service_name:str}/status",
    opt=needs(Permission.SEE_CALLBACKS),
    summary="How things stand in a service",
    responses=WHEN_READING,
)
async def status(service_name: FromPath[str], backend: NamedDependency[Backend]) -> ServiceStatus:
    """Who waits, which agents are there, and what a new caller may expect."""
    return await standing.status(backend.database, backend.clock, service_name)


@post(
    "/{service_name:str}/offers",
    opt=needs(Permission.CREATE_CALLBACKS),
    status_code=201,
    summary="What may be offered to a customer now",
    operation_class=WithoutBodyToo,
    responses=WHEN_CHANGING,
)
async def offer(
    service_name: FromPath[str], backend: NamedDependency[Backend], data: JSONBody[OfferRequest | None] = None
) -> Offer:
    """By the rules on creation, without reserving anything.

    The wait that is announced is kept with a callback that is created with the offer's `id` as `offer_id`.
    """
    return await offers.make(backend.database, backend.clock, service_name, data or OfferRequest())


HANDLERS = [list_all, show, save, remove, status, offer]
