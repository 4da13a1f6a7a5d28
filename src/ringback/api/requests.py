"""How requests are read: strictly, so that a slip of the client is told and never guessed around."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

import msgspec
from litestar import Litestar, Request
from litestar._kwargs.parameter_definition import ParameterDefinition
from litestar.datastructures import State
from litestar.exceptions import InternalServerException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import Operation, RequestBody
from litestar.routes import HTTPRoute

from ringback.accounts.principal import Principal
from ringback.api.problems import InvalidRequest, MalformedRequest

_NUMBER = re.compile(r"\s*[-+]?[\d.]+(e[-+]?\d+)?\s*", re.IGNORECASE)


class ApiRequest(Request[Principal, Any, State]):
    """A request whose JSON body has exactly the fields and types that its handler declares."""

    async def body(self) -> bytes:
        """The body. Raises MalformedRequest when the client goes away before its end."""
        try:
            return await super().body()
        except InternalServerException as problem:
            raise MalformedRequest(f"The request ended too early: {problem.detail}") from None

    async def json(self) -> Any:
        """The body as the type that the handler declares. Raises MalformedRequest, InvalidRequest."""
        body = await self.body()
        field = self.route_handler.parsed_data_field
        try:
            return msgspec.json.decode(body, type=field.annotation if field is not None else Any)
        except msgspec.ValidationError as problem:
            raise InvalidRequest(f"The body does not fit: {problem}") from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
            raise MalformedRequest(f"The body is not JSON: {problem}") from None


@dataclass
class WithoutBodyToo(Operation):
    """How OpenAPI describes a call whose body may be left out."""

    def __post_init__(self) -> None:
        if isinstance(self.request_body, RequestBody):
            self.request_body.required = False


class Parameters(msgspec.Struct, frozen=True):
    """What a handler can be given beside a body: the query parameters, those that may be repeated, and the times.

    `names`: the documented names of query parameters and headers by what the handler calls them.
    """

    query: frozenset[str]
    repeatable: frozenset[str]
    times: frozenset[str]
    names: Mapping[str, str]


def parameters(app: Litestar) -> dict[HTTPRouteHandler, Parameters]:
    """The parameters of each handler of the application."""
    return {
        handler: _parameters(handler, model.expected_query_params, model.expected_header_params)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler, model in route.route_handler_map.values()
    }


def _parameters(
    handler: HTTPRouteHandler, query: Collection[ParameterDefinition], headers: Collection[ParameterDefinition]
) -> Parameters:
    return Parameters(
        query=frozenset(each.field_alias for each in query),
        repeatable=frozenset(each.field_alias for each in query if each.is_sequence),
        times=frozenset(each.field_alias for each in query if _is_time(handler, each.field_name)),
        names={each.field_name: each.field_alias for each in (*query, *headers)},
    )


def _is_time(handler: HTTPRouteHandler, field_name: str) -> bool:
    dependencies = (provide.parsed_fn_signature for provide in handler.resolve_dependencies().values())
    fields = (signature.parameters.get(field_name) for signature in (handler.parsed_fn_signature, *dependencies))
    return any(datetime in (field.annotation, *get_args(field.annotation)) for field in fields if field)


def check_parameters(request: Request[Any, Any, Any], known: Parameters) -> None:
    """Raises InvalidRequest: a filter with a typing error must not show everything, nor half of two be ignored."""
    given = request.query_params
    unknown = sorted(set(given) - known.query)
    if unknown:
        allowed = ", ".join(sorted(known.query)) or "none"
        raise InvalidRequest(f"Unknown query parameter {unknown[0]!r}; known here: {allowed}", parameters=unknown)
    twice = [name for name in sorted(set(given) - known.repeatable) if len(given.getall(name)) > 1]
    if twice:
        raise InvalidRequest(f"The query parameter {twice[0]!r} can be given only once", parameters=twice)
    for name in known.times & set(given):
        if _NUMBER.fullmatch(given[name]):
            # msgspec would take it for seconds since 1970: 20261124 would be a day of that year.
            raise InvalidRequest(f"{name}: {given[name]!r} is no time such as 2026-11-24T08:00:00Z", parameters=[name])
