"""Who asks, and may they: checked here and nowhere else, and refused unless a route says otherwise.

A route says `opt=needs(Scope.READ)` or `opt=PUBLIC`. One that says nothing is open to nobody. OPTIONS, which only
tells the methods of a path, needs no key.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from ringback.accounts.api_keys import ApiKey, Authenticator, Scope
from ringback.actors import Actor, ActorKind
from ringback.errors import NotAllowed

HEADER = "X-API-Key"
PUBLIC: Mapping[str, Any] = {"is_public": True}
NO_KEY: Sequence[dict[str, list[str]]] = [{}]  # what OpenAPI calls that

Guard = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Awaitable[None]]


class ScopeMissing(NotAllowed):
    """The API key is good, but does not have the scope that this call needs."""

    code = "scope-missing"


def needs(*scopes: Scope) -> dict[str, Any]:
    """What a route says that needs an API key of this scope, or of any of several."""
    return {"scopes": scopes}


def guard(authenticator: Authenticator) -> Guard:
    """The guard of all routes."""

    async def check(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        if handler.opt.get("is_public") or (isinstance(connection, Request) and connection.method == "OPTIONS"):
            return
        key = await authenticator.authenticate(connection.headers.get(HEADER))
        scopes: Sequence[Scope] = handler.opt.get("scopes", ())
        if not set(scopes) & set(key.scopes):
            scope = " or ".join(scopes)
            text = f"The API key {key.name!r} may not do this: it needs the scope {scope}"
            raise ScopeMissing(text, scope=scope, has=key.scopes)
        connection.scope["user"] = key

    return check


def actor(request: Request[ApiKey, Any, Any]) -> Actor:
    """The API key that asks, as the actor of what it changes."""
    return Actor(ActorKind.API_KEY, request.user.name)
