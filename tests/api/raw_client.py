"""A client that says exactly the bytes that it is told, as slowly as it is told."""

import asyncio
import json
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit


class RawClient:
    """A connection to the server at `url`; `address` is the one of this machine that it comes from."""

    def __init__(self, url: str, address: str = "127.0.0.1") -> None:
        parts = urlsplit(url)
        self._where = (parts.hostname, parts.port)
        self._address = address
        self.reader: asyncio.StreamReader
        self.writer: asyncio.StreamWriter

    async def __aenter__(self) -> Self:
        self.reader, self.writer = await asyncio.open_connection(*self._where, local_addr=(self._address, 0))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.writer.transport.abort()

    def say(self, text: str | bytes) -> None:
        """Send it; lines end as in HTTP."""
        self.writer.write(text if isinstance(text, bytes) else text.replace("\n", "\r\n").encode())

    async def answer(self) -> tuple[int, dict[str, str], Any]:
        """Status, headers and JSON of an answer."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        body = await self.reader.readexactly(int(headers["content-length"]))
        return int(head[0].split()[1]), headers, json.loads(body)

    async def is_ended(self) -> bool:
        """Wait until the server has ended the connection without another word."""
        try:
            return await self.reader.read() == b""
        except ConnectionResetError:
            return True
