"""Serving the application over HTTP until the process is told to stop."""

import asyncio
import contextlib
import errno
import signal
import socket
from collections.abc import Callable, Generator

import structlog
import uvicorn
from litestar import Litestar

from ringback.api.connection import IDLE_SECONDS, Connection
from ringback.errors import SetupError
from ringback.settings import Settings

GRACE_SECONDS = 10
GONE_MILLISECONDS = 60_000
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)

log = structlog.get_logger(__name__)


class AddressRefused(SetupError):
    """The address to serve at cannot be had; the text says why and what to do."""


class _Server(uvicorn.Server):
    """A server that leaves signals to `serve`, and ends streams that have no end of their own before it stops."""

    def __init__(self, config: uvicorn.Config, stop_streams: Callable[[], None]) -> None:
        super().__init__(config)
        self._stop_streams = stop_streams

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stop_streams()
        await super().shutdown(sockets)


async def serve(app: Litestar, settings: Settings, *, handles_signals: bool = True) -> None:
    """Serve at `settings.host`:`settings.port` until SIGTERM, SIGINT or cancellation; then finish what is under way.

    `handles_signals` False: whoever calls handles them, and cancels. Raises AddressRefused before anything is served.
    """
    listening = _listen(settings.host, settings.port)

    class Limited(Connection):
        limit = settings.connection_limit

    config = uvicorn.Config(
        app,
        http=Limited,
        ws="none",
        proxy_headers=False,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        lifespan="on",
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = _Server(config, app.state.stop_streams)
    host, port = listening.getsockname()[:2]
    log.info("serving", url=f"http://{f'[{host}]' if ':' in host else host}:{port}")
    with _stopping_by_signal(server) if handles_signals else contextlib.nullcontext():
        await _run(server, listening)
    log.info("stopped serving")


async def _run(server: uvicorn.Server, listening: socket.socket) -> None:
    running = asyncio.create_task(server.serve(sockets=[listening]), name="serve")
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        server.should_exit = True
        await running
        raise
    finally:
        listening.close()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.socket(family, socket.SOCK_STREAM)
    except OSError as problem:
        raise AddressRefused(
            f"Cannot serve at {host}:{port}: {problem}; set RINGBACK_HOST to an address of this machine"
        ) from None
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # A machine that vanished without a word is not listened to for the quarter of an hour that TCP would try.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, GONE_MILLISECONDS)
        listening.bind((host, port))
        listening.listen(2048)
    except OSError as problem:
        listening.close()
        raise AddressRefused(f"Cannot serve at {host}:{port}: {_why(problem)}") from None
    return listening


def _why(problem: OSError) -> str:
    match problem.errno:
        case errno.EADDRINUSE:
            return "another program uses this port; stop it, or set RINGBACK_PORT to a free one"
        case errno.EACCES:
            return "ports below 1024 need root; set RINGBACK_PORT to a higher one"
        case errno.EADDRNOTAVAIL:
            return "this machine has no such address; set RINGBACK_HOST to one that it has"
        case _:
            return str(problem)


@contextlib.contextmanager
def _stopping_by_signal(server: uvicorn.Server) -> Generator[None]:
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.should_exit = True

    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in STOP_SIGNALS:
            loop.remove_signal_handler(number)
