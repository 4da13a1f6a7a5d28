"""A way to PostgreSQL that can be blocked, so that one engine is cut off from the database and from nothing else."""

import asyncio
from pathlib import Path
from typing import Self
from urllib.parse import parse_qsl, urlencode, urlsplit

SOCKET = ".s.PGSQL.5432"


class DatabaseProxy:
    """Passes everything on between a socket in `folder` and the real one, but while it is blocked nothing at all."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self._url = urlsplit(database_url)
        self._folder = folder
        self._is_open = asyncio.Event()
        self._is_open.set()
        self._passing: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """The same database, by this way."""
        query = {**dict(parse_qsl(self._url.query)), "host": str(self._folder)}
        return self._url._replace(query=urlencode(query)).geturl()

    def block(self) -> None:
        """Let nothing through; connections stay open and silent."""
        self._is_open.clear()

    def unblock(self) -> None:
        """Let everything through, also what has waited."""
        self._is_open.set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_unix_server(self._serve, self._folder / SOCKET)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._passing:
            task.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        real = Path(dict(parse_qsl(self._url.query))["host"]) / SOCKET
        to_database = await asyncio.open_unix_connection(real)
        for source, target in ((reader, to_database[1]), (to_database[0], writer)):
            task = asyncio.create_task(self._pass_on(source, target))
            self._passing.add(task)
            task.add_done_callback(self._passing.discard)

    async def _pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65536):
                await self._is_open.wait()
                target.write(data)
                await target.drain()
        except OSError:
            pass  # one side is gone: so is the other
        finally:
            target.close()
