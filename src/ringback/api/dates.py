"""The time of every answer, by the clock that Ringback goes by: for clients whose own clock is wrong."""

from email.utils import format_datetime

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from ringback.clock import Clock


class Dated:
    """An ASGI application, each of whose answers has the header Date."""

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = format_datetime(self._clock.now(), usegmt=True)
                message["headers"] = [*message["headers"], (b"date", date.encode())]
            await send(message)

        await self._app(scope, receive, dated)
