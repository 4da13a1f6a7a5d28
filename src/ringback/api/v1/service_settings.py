"""The documents beneath each of `/api/v1/services`: hours, special days, capacity.

What is left out of a request keeps its value. `If-Match` with the ETag of an earlier answer refuses to overwrite what
somebody else has changed meanwhile.
"""

from collections.abc import Sequence
from typing import TypeVar

import msgspec
from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from ringback.accounts.rules import Permission
from ringback.actors import Actor
from ringback.api.auth import needs
from ringback.api.backend import Backend
from ringback.api.etags import IfMatch, etag, revision
from ringback.api.problems import WHEN_READING, WHEN_REPLACING
from ringback.booking import setup
from ringback.choices import revision_of
from ringback.services import catalog
from ringback.services.catalog import ServiceChoices
from ringback.services.model import Service
from ringback.services.schedule import CapacityRange, PublicHolidays, SpecialDay, Weekday, WeeklyHours

PATH = "/api/v1/services/{service_name:str}"

T = TypeVar("T")


class HoursDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The weekly hours; null: open at all hours. A weekday that is left out is closed."""

    weekly: WeeklyHours | UnsetType | None = UNSET


class SpecialDaysDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The days with hours of their own, and the public holidays on which the service is closed."""

    items: Sequence[SpecialDay] | UnsetType = UNSET
    public_holidays: PublicHolidays | UnsetType | None = UNSET


class CapacityDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The length of a slot and how many seats each has; `weekly` goes before `slot_capacity`; null does not limit."""

    slot_minutes: int | UnsetType = UNSET
    slot_capacity: int | UnsetType | None = UNSET
    weekly: Sequence[CapacityRange] | UnsetType = UNSET


@get("/hours", opt=needs(Permission.SEE_SETUP), summary="The weekly hours of a service", responses=WHEN_READING)
async def hours(service_name: FromPath[str], backend: NamedDependency[Backend]) -> Response[HoursDocument]:
    """When it is open, by weekday."""
    service = await catalog.get(backend.database, service_name)
    return answer(service, _hours(service))


@put("/hours", opt=needs(Permission.CHANGE_SETUP), summary="Change the weekly hours", responses=WHEN_REPLACING)
async def save_hours(
    service_name: FromPath[str],
    data: JSONBody[HoursDocument],
    backend: NamedDependency[Backend],
    actor: NamedDependency[Actor],
    if_match: IfMatch = None,
) -> Response[HoursDocument]:
    """Callbacks keep their time; what is not open any more is dialled at the next opening."""
    service = await _change(backend, actor, service_name, ServiceChoices(hours=data.weekly), if_match)
    return answer(service, _hours(service))


@get("/special-days", opt=needs(Permission.SEE_SETUP), summary="The special days of a service", responses=WHEN_READING)
async def special_days(service_name: FromPath[str], backend: NamedDependency[Backend]) -> Response[SpecialDaysDocument]:
    """The days with hours of their own, and whose public holidays are kept."""
    service = await catalog.get(backend.database, service_name)
    return answer(service, _special_days(service))


@put("/special-days", opt=needs(Permission.CHANGE_SETUP), summary="Change the special days", responses=WHEN_REPLACING)
async def save_special_days(
    service_name: FromPath[str],
    data: JSONBody[SpecialDaysDocument],
    backend: NamedDependency[Backend],
    actor: NamedDependency[Actor],
    if_match: IfMatch = None,
) -> Response[SpecialDaysDocument]:
    """`items` are then exactly the special days."""
    choices = ServiceChoices(special_days=data.items, public_holidays=data.public_holidays)
    service = await _change(backend, actor, service_name, choices, if_match)
    return answer(service, _special_days(service))


@get("/capacity", opt=needs(Permission.SEE_SETUP), summary="The slots and seats of a service", responses=WHEN_READING)
async def capacity(service_name: FromPath[str], backend: NamedDependency[Backend]) -> Response[CapacityDocument]:
    """How long its slots are and how many callbacks each takes."""
    service = await catalog.get(backend.database, service_name)
    return answer(service, _capacity(service))


@put("/capacity", opt=needs(Permission.CHANGE_SETUP), summary="Change the slots and seats", responses=WHEN_REPLACING)
async def save_capacity(
    service_name: FromPath[str],
    data: JSONBody[CapacityDocument],
    backend: NamedDependency[Backend],
    actor: NamedDependency[Actor],
    if_match: IfMatch = None,
) -> Response[CapacityDocument]:
    """Who has a seat keeps it, also where there are fewer from now on."""
    choices = ServiceChoices(
        slot_minutes=data.slot_minutes, slot_capacity=data.slot_capacity, weekly_capacity=data.weekly
    )
    service = await _change(backend, actor, service_name, choices, if_match)
    return answer(service, _capacity(service))


async def _change(
    backend: Backend, actor: Actor, service_name: str, choices: ServiceChoices, if_match: str | None
) -> Service:
    return await setup.change(
        backend.database, backend.clock, actor, service_name, choices, revision=revision(if_match)
    )


def _hours(service: Service) -> HoursDocument:
    hours = service.hours
    return HoursDocument(None if hours is None else {day: hours[day] for day in Weekday if day in hours})


def _special_days(service: Service) -> SpecialDaysDocument:
    return SpecialDaysDocument(service.special_days, service.public_holidays)


def _capacity(service: Service) -> CapacityDocument:
    return CapacityDocument(service.slot_minutes, service.slot_capacity, service.weekly_capacity)


def answer(service: Service, document: T, status: int = 200) -> Response[T]:
    """The document with the ETag of its service, which changes with every setting."""
    return Response(document, status_code=status, headers=etag(revision_of(service)))


HANDLERS = [hours, save_hours, special_days, save_special_days, capacity, save_capacity]
