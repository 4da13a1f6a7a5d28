"""One connection of the server, bounded in time: uvicorn itself waits for ever for whoever sends or takes nothing.

What is refused here never gets to the application, so it is answered here, as problem details all the same.
"""

import asyncio
from enum import Enum

import h11
import msgspec
from uvicorn.protocols.http.h11_impl import H11Protocol

from ringback.api.problems import MEDIA_TYPE, Known, MalformedRequest, RequestTooSlow, TooManyConnections, problem_of
from ringback.api.security import HEADERS, encoded
from ringback.errors import Unavailable

# From its first byte (on a new connection: from the beginning) to the end of a request's head.
HEAD_SECONDS = 10.0
# What a body may take, with a second more for so many bytes of it.
BODY_SECONDS = 30.0
BODY_BYTES_A_SECOND = 10_000
# Whoever takes nothing of an answer for so long is given up.
STALLED_SECONDS = 60.0
# ... and when the server stops, which nobody holds up who has gone away without a word.
STALLED_AT_STOP_SECONDS = 2.0
# Longer than proxies usually keep an idle connection (60 s): they never ask over one that just ends here.
IDLE_SECONDS = 75

_LENGTHS = frozenset({b"content-length", b"transfer-encoding"})


class _Part(Enum):
    """What a client has begun and not finished."""

    HEAD = "head"
    BODY = "body"


class _Wire(h11.Connection):
    """HTTP/1.1 as h11 reads it, but for requests whose length is told in two ways.

    A proxy may have gone by the other one: then what it took for a body would be a request here, which nobody checked.
    """

    def next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        event = super().next_event()
        if isinstance(event, h11.Request) and {name for name, _ in event.headers} >= _LENGTHS:
            raise h11.RemoteProtocolError("Content-Length and Transfer-Encoding at once")
        return event


class Connection(H11Protocol):
    """HTTP/1.1 over one connection; `limit` is how many a process serves at the same time."""

    limit: int
    _is_one_too_many = False
    _awaited: _Part | None = None
    _awaited_from = 0.0
    _awaited_bytes = 0
    _reading: asyncio.TimerHandle | None = None
    _writing: asyncio.TimerHandle | None = None
    _is_stopping = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        self.conn = _Wire(h11.SERVER)
        super().connection_made(transport)
        self._is_one_too_many = len(self.connections) > self.limit
        self._await_rest()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._stop_reading()
        self._stop_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came, and wait for the rest of it."""
        if self._is_one_too_many:
            self._refuse(TooManyConnections("This server has as many connections as it may: ask again"))
            return
        self._awaited_bytes += len(data)
        super().data_received(data)
        self._await_rest()

    def on_response_complete(self) -> None:
        """Wait for the next request, or until the client has taken the answer."""
        super().on_response_complete()
        if self.transport.is_closing():
            self._watch_writing()
        else:
            self._await_rest()

    def shutdown(self) -> None:
        """The server stops: end, or once the answer that is under way has been taken."""
        super().shutdown()
        self._is_stopping = True
        self._stop_writing()
        if self.transport.get_write_buffer_size():
            self._watch_writing()

    def timeout_keep_alive_handler(self) -> None:
        """End an idle connection."""
        super().timeout_keep_alive_handler()
        self._watch_writing()

    def pause_writing(self) -> None:
        """The client takes more slowly than we send."""
        super().pause_writing()
        self._watch_writing()

    def resume_writing(self) -> None:
        """The client has taken most of it."""
        super().resume_writing()
        self._stop_writing()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP."""
        self._refuse(MalformedRequest(msg))

    def _await_rest(self) -> None:
        part = self._unfinished()
        if part is not self._awaited:
            self._stop_reading()
            self._awaited, self._awaited_from, self._awaited_bytes = part, self.loop.time(), 0
            self._look_at_reading()

    def _unfinished(self) -> _Part | None:
        if self.conn.their_state is h11.SEND_BODY:
            return _Part.BODY
        is_idle = self.timeout_keep_alive_task is not None
        return _Part.HEAD if self.conn.their_state is h11.IDLE and not is_idle else None

    def _look_at_reading(self) -> None:
        if self._awaited is None:
            return
        if self._awaited is _Part.BODY and not self._is_asked_for_more():
            self._awaited_from, self._awaited_bytes = self.loop.time(), 0
        seconds = self._awaited_from + self._allowed_seconds() - self.loop.time()
        if seconds > 0:
            self._reading = self.loop.call_later(seconds, self._look_at_reading)
        else:
            self._refuse(RequestTooSlow(f"The {self._awaited.value} of the request came too slowly"))

    def _is_asked_for_more(self) -> bool:
        """Whether it is the client that is waited for: else nothing is read, or it has not been told to go on."""
        return not (self.flow.read_paused or self.cycle.waiting_for_100_continue)

    def _allowed_seconds(self) -> float:
        if self._awaited is _Part.HEAD:
            return HEAD_SECONDS
        return BODY_SECONDS + self._awaited_bytes / BODY_BYTES_A_SECOND

    def _stop_reading(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def _refuse(self, error: Known) -> None:
        """Answer, unless another answer is on its way already, and end the connection."""
        if self.cycle and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self._send(error)
        self.transport.close()
        self._watch_writing()

    def _send(self, error: Known) -> None:
        problem = problem_of(error)
        body = msgspec.json.encode(problem)
        told = {"Content-Type": MEDIA_TYPE, "Content-Length": str(len(body)), "Connection": "close"}
        if isinstance(error, Unavailable):
            told["Retry-After"] = str(error.retry_after_seconds)
        headers = encoded({**HEADERS, **told})
        events = (
            h11.Response(status_code=problem.status, headers=list(headers.items()), reason=problem.title.encode()),
            h11.Data(data=body),
            h11.EndOfMessage(),
        )
        self.transport.write(b"".join(self.conn.send(event) or b"" for event in events))

    def _watch_writing(self) -> None:
        if self._writing is None:
            waiting = self.transport.get_write_buffer_size()
            seconds = STALLED_AT_STOP_SECONDS if self._is_stopping else STALLED_SECONDS
            self._writing = self.loop.call_later(seconds, self._look_at_writing, waiting)

    def _look_at_writing(self, before: int) -> None:
        self._writing = None
        waiting = self.transport.get_write_buffer_size()
        if waiting >= before:
            self.transport.abort()
        elif waiting:
            self._watch_writing()

    def _stop_writing(self) -> None:
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None
