"""Tables as CSV files, sent while they are read from the database: however long they are, little is in memory.

A refusal, or a database that is away, is told before the first byte as problem details. After it the only honest
thing is to break the connection: a client must not take half a table for the whole.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import structlog
from litestar import Request, Response
from litestar.openapi import ResponseSpec
from litestar.params import QueryParameter
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send

from ringback.api.problems import WHEN_READING
from ringback.api.streams import while_there
from ringback.database.queries import Write

MEDIA_TYPE = "text/csv"

# What makes spreadsheets read UTF-8.
BYTE_ORDER_MARK = "\ufeff".encode()

# A client that takes nothing for so long is given up, and what it reads from is free for others.
STALLED_SECONDS = 60.0

Rows = Callable[[Write], Awaitable[None]]

Marked = Annotated[bool, QueryParameter(name="bom", description="true: with a byte order mark, for Excel")]

WHEN_TABLE = {
    **WHEN_READING,
    200: ResponseSpec(str, description="The table", media_type=MEDIA_TYPE, generate_examples=False),
}

log = structlog.get_logger(__name__)


class Table(Response[bytes]):
    """A file of CSV; `rows` writes it, as fast as the client takes it."""

    def __init__(self, rows: Rows, *, filename: str, has_mark: bool) -> None:
        headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
        super().__init__(b"", headers=headers, media_type=MEDIA_TYPE)
        self._rows = rows
        self._has_mark = has_mark

    def to_asgi_response(
        self, app: Any, request: Request[Any, Any, Any], *, headers: dict[str, str] | None = None, **_: Any
    ) -> ASGIResponse:
        """What sends it."""
        return _Sending(self._rows, self._has_mark, {**(headers or {}), **self.headers}, str(self.media_type))


class _Sending(ASGIResponse):
    _should_set_content_length = False

    def __init__(self, rows: Rows, has_mark: bool, headers: dict[str, Any], media_type: str) -> None:
        super().__init__(headers=headers, media_type=media_type)
        self._rows = rows
        self._has_mark = has_mark

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not await while_there(receive, self._send(send)):
            log.info("the client of a table went away")

    async def _send(self, send: Send) -> None:
        is_begun = False

        async def write(piece: bytes) -> None:
            nonlocal is_begun
            if not is_begun:
                is_begun = True
                await self.start_response(send)
                piece = BYTE_ORDER_MARK + piece if self._has_mark else piece
            async with asyncio.timeout(STALLED_SECONDS):
                await send({"type": "http.response.body", "body": piece, "more_body": True})

        try:
            await self._rows(write)
        except Exception as problem:
            if is_begun and not _is_given_up():
                log.error("a table is broken off", problem=str(problem) or type(problem).__name__)
            raise
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _is_given_up() -> bool:
    """Whether nobody waits for what this task does any more: what then fails only fails to end quietly."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
