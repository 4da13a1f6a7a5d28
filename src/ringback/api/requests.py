"""How requests are read: strictly, so that a slip of the client is told and never guessed around."""

from typing import Any

import msgspec
from litestar import Litestar, Request
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from ringback.accounts.api_keys import ApiKey
from ringback.api.problems import InvalidRequest, MalformedRequest


class ApiRequest(Request[ApiKey, Any, State]):
    """A request whose JSON body has exactly the fields and types that its handler declares."""

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


def query_parameters(app: Litestar) -> dict[HTTPRouteHandler, frozenset[str]]:
    """The query parameters that each handler of the application knows."""
    return {
        handler: frozenset(parameter.field_alias for parameter in model.expected_query_params)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler, model in route.route_handler_map.values()
    }


def refuse_unknown_parameters(request: Request[Any, Any, Any], known: frozenset[str]) -> None:
    """Raises InvalidRequest: a filter with a typing error must not show everything."""
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        allowed = ", ".join(sorted(known)) or "none"
        raise InvalidRequest(f"Unknown query parameter {unknown[0]!r}; known here: {allowed}", parameters=unknown)
