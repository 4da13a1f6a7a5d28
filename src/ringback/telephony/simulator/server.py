"""The simulator's process: one exchange, its journal, and whoever connects to it."""

import asyncio

import msgspec

from ringback.clock import Clock, ManualClock
from ringback.errors import SetupError
from ringback.telephony.port import Event, Snapshot

from .exchange import Exchange
from .protocol import (
    FAILURES,
    LINE_LIMIT_BYTES,
    Address,
    Bridge,
    Command,
    CutLinks,
    Dial,
    FarEndAnswers,
    FarEndCommand,
    FarEndHangsUp,
    FarEndPresses,
    Hangup,
    PassTime,
    Ping,
    Play,
    Prepare,
    Reply,
    RestoreLinks,
    SetFarEnd,
    TakeControl,
    TakeSnapshot,
    decode_frame,
    encode,
    encode_event,
    failure_of,
)


class SimulatorServer:
    """Listens for controllers of an exchange. Calls live on while nobody is connected."""

    def __init__(self, exchange: Exchange, clock: Clock) -> None:
        self._exchange = exchange
        self._clock = clock
        self._server: asyncio.Server | None = None
        self._connections: set[_ServerConnection] = set()

    async def start(self, address: Address) -> Address:
        """Listen; returns the real address, with the port that was free. Raises SetupError when it cannot."""
        try:
            if address.path is not None:
                self._server = await asyncio.start_unix_server(self._serve, address.path, limit=LINE_LIMIT_BYTES)
                return address
            self._server = await asyncio.start_server(self._serve, address.host, address.port, limit=LINE_LIMIT_BYTES)
        except OSError as problem:
            raise SetupError(f"The simulator cannot listen at {address.url}: {problem}") from None
        return Address(host=address.host, port=self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening and hang up on everybody."""
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections):
            await connection.close()
        if self._server is not None:
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _ServerConnection(self._exchange, self._clock, reader, writer)
        self._connections.add(connection)
        try:
            await connection.serve()
        finally:
            self._connections.discard(connection)


class _ServerConnection:
    """One client. It becomes a controller of the exchange with its first TakeControl."""

    def __init__(
        self, exchange: Exchange, clock: Clock, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.name = ""
        self._link = "main"
        self._exchange, self._clock = exchange, clock
        self._reader, self._writer = reader, writer
        self._done = asyncio.Event()

    async def serve(self) -> None:
        """Answer every request, in order, until the client is gone or talks nonsense."""
        try:
            while (line := await self._reader.readline()).endswith(b"\n"):
                frame = decode_frame(line)
                self._writer.write(encode(await self._answer(frame.id, frame.request)))
                await self._writer.drain()
        except (OSError, ValueError, msgspec.DecodeError):
            pass
        finally:
            self._exchange.leave(self._link, self)
            self._writer.transport.abort()
            self._done.set()

    async def close(self) -> None:
        """Hang up on the client and wait until `serve` is done."""
        self._writer.transport.abort()
        await self._done.wait()

    def hear(self, event: Event) -> None:
        """The exchange tells an event of our link."""
        if not self._writer.transport.is_closing():
            self._writer.write(encode_event(event))

    def cut_off(self, reason: str) -> None:
        """The links are cut: the client loses its connection without a farewell."""
        self._writer.transport.abort()

    async def _answer(self, number: int, request: Command | FarEndCommand) -> Reply:
        try:
            snapshot = await self._obey(request)
        except FAILURES as error:
            return Reply(id=number, failure=failure_of(error))
        return Reply(id=number, snapshot=snapshot)

    async def _obey(self, request: Command | FarEndCommand) -> Snapshot | None:
        match request:
            case TakeControl():
                self._link, self.name = request.link, request.who
                self._exchange.take_control(request.link, self)
            case Prepare():
                self._exchange.prepare(request.request, self._link, self.name)
            case Dial():
                self._exchange.dial(request.leg_id, self.name)
            case Bridge():
                self._exchange.bridge(request.call_id, request.customer_leg, request.agent_leg, self.name)
            case Play():
                self._exchange.play(request.leg_id, request.prompt, self.name)
            case Hangup():
                self._exchange.hangup(request.leg_id, request.reason, self.name)
            case TakeSnapshot():
                return self._exchange.snapshot(self._link)
            case Ping():
                pass
            case _:
                await self._drive(request)
        return None

    async def _drive(self, request: FarEndCommand) -> None:
        match request:
            case SetFarEnd():
                self._exchange.set_far_end(request.destination, request.far_end)
            case FarEndAnswers():
                self._exchange.far_end_answers(request.called)
            case FarEndHangsUp():
                self._exchange.far_end_hangs_up(request.called, request.sip_status)
            case FarEndPresses():
                self._exchange.far_end_presses(request.called, request.key)
            case CutLinks():
                self._exchange.cut_links()
            case RestoreLinks():
                self._exchange.restore_links()
            case PassTime():
                if not isinstance(self._clock, ManualClock):
                    raise ValueError("this simulator runs on the machine's clock; start it with --manual-clock")
                await self._clock.advance(request.seconds)
