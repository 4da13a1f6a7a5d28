"""A wire to PostgreSQL that can be cut: a socket of its own, forwarded to the real one."""

import asyncio
import contextlib
import shutil
import tempfile
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs, urlencode, urlsplit


class Wire:
    """`url` leads to the database at `real_url` while the wire is whole.

    `cut_before`: cut instead of passing on a request with these bytes; `cut_after`: pass it on, and cut when its
    answer comes.
    """

    def __init__(self, real_url: str) -> None:
        parts = urlsplit(real_url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        port = query.get("port", "5432")
        self._real = f"{query['host']}/.s.PGSQL.{port}"
        self._folder = Path(tempfile.mkdtemp(prefix="rb-wire-"))
        self._socket = self._folder / ".s.PGSQL.5432"
        query |= {"host": str(self._folder), "port": "5432"}
        self.url = f"{parts.scheme}://{parts.netloc}{parts.path}?{urlencode(query)}"
        self.cut_before: bytes | None = None
        self.cut_after: bytes | None = None
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self.mend()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.cut()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        shutil.rmtree(self._folder)

    async def mend(self) -> None:
        """Whole again; nothing is cut by itself any more."""
        self.cut_before = self.cut_after = None
        self._server = await asyncio.start_unix_server(self._connected, self._socket)

    def cut(self) -> None:
        """Every connection ends at once, and no new one is possible."""
        if self._server is not None:
            self._server.close()
            self._socket.unlink(missing_ok=True)
            self._server = None
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_unix_connection(self._real)
        self._writers |= {writer, server_writer}
        loses_answer = asyncio.Event()
        for forwarding in (
            self._forward_requests(reader, server_writer, loses_answer),
            self._forward_answers(server_reader, writer, loses_answer),
        ):
            task = asyncio.create_task(forwarding)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _forward_requests(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, loses_answer: asyncio.Event
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                if self.cut_before is not None and self.cut_before in data:
                    self.cut()
                    return
                if self.cut_after is not None and self.cut_after in data:
                    loses_answer.set()
                sink.write(data)
                await sink.drain()
            sink.close()

    async def _forward_answers(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, loses_answer: asyncio.Event
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                if loses_answer.is_set():
                    self.cut()
                    return
                sink.write(data)
                await sink.drain()
            sink.close()
