"""Server-sent events: what a listener is told, as it is written to the wire (docs/events.md).

The stream is plain text, so it is written here: what matters is when it ends, and that a client who is gone, or whose
rights are, is noticed.
"""

import itertools
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, aclosing
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.openapi import ResponseSpec
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send

from ringback.accounts.principal import Principal
from ringback.api.methods import is_head
from ringback.api.streams import while_there
from ringback.errors import DatabaseUnavailable, Refused
from ringback.events import Changed, Hello, Listener, Reset, Watcher

MEDIA_TYPE = "text/event-stream"
# How often it is looked, though nobody's rights were changed, whether the listener may still listen: sessions and keys
# end by time too. An event tells them that the line is alive: of a comment EventSource would not tell.
CHECK_SECONDS = 10.0
KEEP_ALIVE = b"event: alive\ndata: {}\n\n"
RETRY_MILLISECONDS = 2_000
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

AS_EVENTS = {
    200: ResponseSpec(
        str,
        description="Events, one after the other, each with JSON in `data` (docs/events.md)",
        media_type=MEDIA_TYPE,
        generate_examples=False,
    )
}

LookAgain = Callable[[], Awaitable[Principal]]


class EventStream(Response[bytes]):
    """The events for one listener, until they go, may not listen any more, or the server stops."""

    def __init__(self, watcher: Watcher, principal: Principal, look_again: LookAgain, *, has_missed: bool) -> None:
        """`look_again`: tells who the listener is now, or raises what refuses them."""
        super().__init__(b"", headers=HEADERS, media_type=MEDIA_TYPE)
        self._watcher = watcher
        self._principal = principal
        self._look_again = look_again
        self._has_missed = has_missed

    def to_asgi_response(
        self, app: Any, request: Request[Any, Any, Any], *, headers: dict[str, str] | None = None, **_: Any
    ) -> ASGIResponse:
        """What sends it."""
        return _Streaming(self, {**(headers or {}), **self.headers})

    def listening(self) -> AbstractAsyncContextManager[Listener]:
        """The listener, as long as the block lasts. Raises TooManyListeners."""
        return self._watcher.listening(self._principal, has_missed=self._has_missed)

    async def events(self, listener: Listener) -> AsyncGenerator[bytes]:
        """What to write, piece by piece, until there is an end of it."""
        due_at = time.monotonic() + CHECK_SECONDS
        for number in itertools.count(1):
            await listener.wait(due_at - time.monotonic())
            if listener.is_closed:
                return
            is_due = time.monotonic() >= due_at
            if (is_due or listener.must_be_checked) and (refusal := await self._refusal(listener)):
                yield _ending(refusal, number)
                return
            if is_due:
                due_at = time.monotonic() + CHECK_SECONDS
                yield KEEP_ALIVE
            if event := listener.take():
                yield _written(event, number)

    async def _refusal(self, listener: Listener) -> Refused | None:
        """What refuses the listener by now; else the listener goes on with what they may see now."""
        listener.begin_check()
        try:
            listener.see_as(await self._look_again())
        except Refused as refusal:
            return refusal
        except DatabaseUnavailable:
            listener.not_checked()
        return None


class _Streaming(ASGIResponse):
    _should_set_content_length = False

    def __init__(self, stream: EventStream, headers: dict[str, Any]) -> None:
        super().__init__(headers=headers, media_type=MEDIA_TYPE)
        self._stream = stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if is_head(scope):  # which would get no body, and not end either
            await super().__call__(scope, receive, send)
            return
        async with self._stream.listening() as listener:
            await while_there(receive, self._send(listener, send))

    async def _send(self, listener: Listener, send: Send) -> None:
        await self.start_response(send)
        async with aclosing(self._stream.events(listener)) as pieces:
            async for piece in pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _written(event: Hello | Reset | Changed, number: int) -> bytes:
    match event:
        case Hello():
            return b"retry: %d\n" % RETRY_MILLISECONDS + _event("hello", number, {})
        case Reset():
            return _event("reset", number, {})
        case Changed():
            return _event("changed", number, event)


def _ending(refusal: Refused, number: int) -> bytes:
    return _event("end", number, {"code": refusal.code})


def _event(name: str, number: int, data: object) -> bytes:
    return b"event: %s\nid: %d\ndata: %s\n\n" % (name.encode(), number, msgspec.json.encode(data))
