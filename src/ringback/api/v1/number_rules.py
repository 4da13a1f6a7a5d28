"""`/api/v1/services/{name}/number-rules`.

What is left out of a request keeps its value, as with the other documents of a service.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, UnsetType

from ringback.accounts.rules import Permission
from ringback.actors import Actor
from ringback.api.auth import needs
from ringback.api.backend import Backend
from ringback.api.etags import IfMatch, revision
from ringback.api.problems import WHEN_CHANGING, WHEN_READING, WHEN_REPLACING, InvalidRequest
from ringback.api.v1.service_settings import answer
from ringback.booking import setup
from ringback.callbacks.model import MAX_TEXT
from ringback.choices import chosen, revision_of
from ringback.numbers.model import MAX_PATTERNS, BlockedPattern, NumberRules
from ringback.services import catalog, number_checks
from ringback.services.catalog import ServiceChanged, ServiceChoices
from ringback.services.model import Service
from ringback.services.number_checks import NumberCheck
from ringback.services.schedule import CallingHours

PATH = "/api/v1/services/{service_name:str}/number-rules"
YEARS = range(1970, 9_000)  # at the ends of the calendar other time zones have no such day


class ServiceNumberRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which numbers a service calls, and at which hours of the customer's day.

    `permitted_countries`: ISO 3166, such as DE, or 001 for numbers of no country; empty: all. `calling_hours` null:
    at any hour.
    """

    permitted_countries: Sequence[str] | UnsetType = UNSET
    blocked: Annotated[Sequence[BlockedPattern], msgspec.Meta(max_length=MAX_PATTERNS)] | UnsetType = UNSET
    calling_hours: CallingHours | UnsetType | None = UNSET


class NumberQuestion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A number as somebody writes it; `at`: now unless given; `time_zone` (IANA): what the customer would state."""

    phone_number: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]
    at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    time_zone: str | None = None


@get(opt=needs(Permission.SEE_SETUP), summary="Which numbers a service calls", responses=WHEN_READING)
async def show(service_name: FromPath[str], backend: NamedDependency[Backend]) -> Response[ServiceNumberRules]:
    """Permitted countries, blocked patterns and calling hours."""
    return _answer(await catalog.get(backend.database, service_name))


@put(opt=needs(Permission.CHANGE_SETUP), summary="Change which numbers a service calls", responses=WHEN_REPLACING)
async def save(
    service_name: FromPath[str],
    data: JSONBody[ServiceNumberRules],
    backend: NamedDependency[Backend],
    actor: NamedDependency[Actor],
    if_match: IfMatch = None,
) -> Response[ServiceNumberRules]:
    """It holds for new callbacks, and before each dial for those that wait."""
    # Two of the three are one setting of the service: what is left out must not overwrite what is set meanwhile.
    while True:
        service = await catalog.get(backend.database, service_name)
        choices = _choices(data, service.number_rules)
        wanted = revision(if_match) or revision_of(service)
        try:
            changed = await setup.change(backend.database, backend.clock, actor, service_name, choices, revision=wanted)
            return _answer(changed)
        except ServiceChanged:
            if if_match is not None:
                raise


@post("/test", opt=needs(Permission.SEE_SETUP), status_code=200, summary="Try a number", responses=WHEN_CHANGING)
async def check(
    service_name: FromPath[str], data: JSONBody[NumberQuestion], backend: NamedDependency[Backend]
) -> NumberCheck:
    """Whether and when the service would call this number, and what each rule says of it. Nothing is called."""
    service = await catalog.get(backend.database, service_name)
    at = data.at or backend.clock.now()
    if at.year not in YEARS:
        raise InvalidRequest(f"at: the year is {YEARS[0]} to {YEARS[-1]}, not {at.year}")
    return number_checks.check(service, data.phone_number, at, data.time_zone)


def _choices(data: ServiceNumberRules, rules: NumberRules) -> ServiceChoices:
    changes = chosen(data)
    calling_hours = changes.pop("calling_hours", UNSET)
    return ServiceChoices(number_rules=msgspec.structs.replace(rules, **changes), calling_hours=calling_hours)


def _answer(service: Service) -> Response[ServiceNumberRules]:
    rules = ServiceNumberRules(
        permitted_countries=service.number_rules.permitted_countries,
        blocked=service.number_rules.blocked,
        calling_hours=service.calling_hours,
    )
    return answer(service, rules)


HANDLERS = [show, save, check]
