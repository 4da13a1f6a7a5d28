"""One connection to a simulator process: requests and their replies, and events in between."""

import asyncio
import contextlib
import itertools
from collections.abc import Callable

import msgspec

from ringback.telephony.port import Event, TelephonyUnavailable

from .protocol import LINE_LIMIT_BYTES, Address, Command, FarEndCommand, Frame, Reply, decode_answer, encode, error_of


class Connection:
    """An open connection. `hear` is called with each event, in order, between the replies."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        timeout_seconds: float,
        hear: Callable[[Event], None],
    ) -> None:
        self._reader, self._writer = reader, writer
        self._timeout_seconds = timeout_seconds
        self._hear = hear
        self._ids = itertools.count(1)
        self._asked: dict[int, asyncio.Future[Reply]] = {}
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def open(
        cls, address: Address, timeout_seconds: float, hear: Callable[[Event], None] = lambda _: None
    ) -> "Connection":
        """Connect. Raises TelephonyUnavailable."""
        try:
            async with asyncio.timeout(timeout_seconds):
                if address.path is not None:
                    streams = await asyncio.open_unix_connection(address.path, limit=LINE_LIMIT_BYTES)
                else:
                    streams = await asyncio.open_connection(address.host, address.port, limit=LINE_LIMIT_BYTES)
        except OSError as problem:
            raise TelephonyUnavailable(f"No simulator at {address.url}: {problem}") from None
        return cls(*streams, timeout_seconds, hear)

    async def ask(self, request: Command | FarEndCommand) -> Reply:
        """Send a request and wait for its reply.

        Raises what the simulator refuses it with; TelephonyUnavailable when the connection is lost, or when no reply
        comes in time: the connection is given up then.
        """
        if self._reading.done():
            raise TelephonyUnavailable("The connection to the simulator is lost")
        number = next(self._ids)
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        self._writer.write(encode(Frame(id=number, request=request)))
        try:
            async with asyncio.timeout(self._timeout_seconds):
                reply = await answer
        except TimeoutError:
            self.abort()
            raise TelephonyUnavailable(f"The simulator did not answer in {self._timeout_seconds} s") from None
        finally:
            self._asked.pop(number, None)
        if reply.failure is not None:
            raise error_of(reply.failure)
        return reply

    async def lost(self) -> None:
        """Wait until the connection is lost or given up."""
        await asyncio.wait([self._reading])

    def abort(self) -> None:
        """Give the connection up at once."""
        self._writer.transport.abort()

    async def close(self) -> None:
        """Disconnect, and wait until it is done."""
        self.abort()
        await self.lost()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def _read(self) -> None:
        try:
            while (line := await self._reader.readline()).endswith(b"\n"):
                message = decode_answer(line)
                if not isinstance(message, Reply):
                    self._hear(message.event)
                elif (answer := self._asked.get(message.id)) is not None and not answer.done():
                    answer.set_result(message)
        except (OSError, ValueError, msgspec.DecodeError):
            pass  # what ends here is told by `lost` and by every request that still waits
        finally:
            self._writer.transport.abort()
            for answer in self._asked.values():
                if not answer.done():
                    answer.set_exception(TelephonyUnavailable("The connection to the simulator is lost"))
