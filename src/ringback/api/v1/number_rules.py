"""`/api/v1/services/{name}/number-rules`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from ringback.accounts.api_keys import Scope
from ringback.api.auth import needs
from ringback.api.backend import Backend
from ringback.api.problems import WHEN_CHANGING, WHEN_READING
from ringback.callbacks.requests import MAX_TEXT
from ringback.numbers.model import MAX_PATTERNS, BlockedPattern, NumberRules
from ringback.services import catalog, number_checks
from ringback.services.catalog import ServiceChoices
from ringback.services.model import Service
from ringback.services.number_checks import NumberCheck
from ringback.services.schedule import CallingHours

PATH = "/api/v1/services/{name:str}/number-rules"


class ServiceNumberRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which numbers a service calls, and at which hours of the customer's day; what is left out does not restrict.

    `permitted_countries`: ISO 3166, such as DE, or 001 for numbers of no country; empty: all.
    """

    permitted_countries: Sequence[str] = ()
    blocked: Annotated[Sequence[BlockedPattern], msgspec.Meta(max_length=MAX_PATTERNS)] = ()
    calling_hours: CallingHours | None = None


class NumberQuestion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A number as somebody writes it; `at`: now unless given; `time_zone` (IANA): what the customer would state."""

    phone_number: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]
    at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    time_zone: str | None = None


@get(opt=needs(Scope.READ), summary="Which numbers a service calls", responses=WHEN_READING)
async def show(name: FromPath[str], backend: NamedDependency[Backend]) -> ServiceNumberRules:
    """Permitted countries, blocked patterns and calling hours."""
    return _rules_of(await catalog.get(backend.database, name))


@put(opt=needs(Scope.MANAGE), summary="Set which numbers a service calls", responses=WHEN_CHANGING)
async def replace(
    name: FromPath[str], data: JSONBody[ServiceNumberRules], backend: NamedDependency[Backend]
) -> ServiceNumberRules:
    """All of it is replaced; it holds for new callbacks, and for those that wait before each dial."""
    rules = NumberRules(permitted_countries=data.permitted_countries, blocked=data.blocked)
    choices = ServiceChoices(number_rules=rules, calling_hours=data.calling_hours)
    return _rules_of(await catalog.update(backend.database, name, choices))


@post("/test", opt=needs(Scope.READ), status_code=200, summary="Try a number", responses=WHEN_CHANGING)
async def check(name: FromPath[str], data: JSONBody[NumberQuestion], backend: NamedDependency[Backend]) -> NumberCheck:
    """Whether and when the service would call this number, and what each rule says of it. Nothing is called."""
    service = await catalog.get(backend.database, name)
    return number_checks.check(service, data.phone_number, data.at or backend.clock.now(), data.time_zone)


def _rules_of(service: Service) -> ServiceNumberRules:
    return ServiceNumberRules(
        permitted_countries=service.number_rules.permitted_countries,
        blocked=service.number_rules.blocked,
        calling_hours=service.calling_hours,
    )


HANDLERS = [show, replace, check]
