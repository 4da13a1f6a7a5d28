"""HEAD, which HTTP asks of every server wherever there is GET, and what OPTIONS and a 405 tell of a path."""

from collections.abc import Collection, Mapping

from litestar import Litestar
from litestar.datastructures import Headers
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp, HTTPResponseStartEvent, Message, Receive, Scope, Send

ALLOW = "allow"
_HEAD = "ringback.head"


class HeadLikeGet:
    """An ASGI application that answers HEAD like GET, without the body, and names all the methods of a path."""

    def __init__(self, app: ASGIApp, methods: Mapping[str, Collection[str]]) -> None:
        self._app = app
        self._methods = methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method: str = scope["method"]

        async def corrected(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._tell_methods(message, scope.get("path_template") if method == "OPTIONS" else None)
            elif message["type"] == "http.response.body" and method == "HEAD":
                message["body"] = b""
            await send(message)

        # A copy: the server goes by the method in the original when it counts the bytes of the body.
        await self._app({**scope, "method": "GET", _HEAD: True} if method == "HEAD" else scope, receive, corrected)

    def _tell_methods(self, start: HTTPResponseStartEvent, path: str | None) -> None:
        told = Headers(list(start["headers"])).get(ALLOW)
        if told is None:
            return
        methods = {*told.split(", "), *self._methods.get(path or "", ())}
        methods |= {"HEAD"} if "GET" in methods else set()
        others = [header for header in start["headers"] if header[0].lower() != ALLOW.encode()]
        start["headers"] = [*others, (ALLOW.encode(), ", ".join(sorted(methods)).encode())]


def is_head(scope: Scope) -> bool:
    """Whether it is a HEAD that is answered like GET: then nobody gets a body."""
    return _HEAD in scope


def methods_by_path(app: Litestar) -> dict[str, Collection[str]]:
    """The methods of every path; Litestar's own OPTIONS forgets those that were added to a path later."""
    return {route.path_format: route.methods for route in app.routes if isinstance(route, HTTPRoute)}
