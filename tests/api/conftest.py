"""The API over a real database: in this process for most tests, behind a real server where concurrency matters."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from litestar import Litestar

from ringback.accounts import api_keys
from ringback.accounts.rules import Scope
from ringback.actors import ENGINE
from ringback.api.app import create_app
from ringback.api.server import serve
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.services import catalog
from ringback.services.catalog import ServiceChoices
from ringback.settings import Settings

BODY_LIMIT = 20_000
NUMBER = "+49301234567"


@pytest.fixture
def clock() -> ManualClock:
    """Monday, 2026-11-23 09:00 UTC."""
    return ManualClock()


@pytest.fixture
async def secret(database: Database, clock: ManualClock) -> str:
    """An API key with every scope, in an installation with the service "support" of Berlin."""
    await catalog.create(
        database, clock, ENGINE, "support", ServiceChoices(time_zone="Europe/Berlin", default_region="DE")
    )
    return (await api_keys.create(database, clock, ENGINE, "tester", list(Scope))).secret


@pytest.fixture
async def app(database: Database, clock: ManualClock) -> AsyncGenerator[Litestar]:
    """The application in this process."""
    app = create_app(database, Settings(body_limit_bytes=BODY_LIMIT), clock)
    over = asyncio.Event()
    life = asyncio.create_task(_live(app, over))
    yield app
    over.set()
    await life


@pytest.fixture
async def client(app: Litestar, secret: str) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of the application, with the key."""
    transport = httpx.ASGITransport(app)  # pyright: ignore[reportArgumentType]
    headers = {"X-API-Key": secret}
    async with httpx.AsyncClient(transport=transport, base_url="http://api", headers=headers) as client:
        yield client


Browsers = Callable[..., httpx.AsyncClient]


@pytest.fixture
async def browsers(app: Litestar) -> AsyncGenerator[Browsers]:
    """Makes clients without a key, each with cookies of its own; `address`: where they are."""
    opened: list[httpx.AsyncClient] = []

    def browser(address: str = "192.0.2.1", scheme: str = "http") -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app, client=(address, 1234))  # pyright: ignore[reportArgumentType]
        opened.append(httpx.AsyncClient(transport=transport, base_url=f"{scheme}://api"))
        return opened[-1]

    yield browser
    for client in opened:
        await client.aclose()


async def _live(app: Litestar, over: asyncio.Event) -> None:
    # In a task of its own: a lifespan must end in the task that it began in, which a fixture's two halves are not.
    async with app.lifespan():
        await over.wait()


@dataclass
class Servers:
    """Real servers on free ports of 127.0.0.1."""

    clock: ManualClock
    tasks: list[asyncio.Task[None]] = field(default_factory=list["asyncio.Task[None]"])

    async def start(self, database: Database, **changes: Any) -> str:
        """The URL of a server over that database, with changes to its settings."""
        settings = Settings(port=free_port(), body_limit_bytes=BODY_LIMIT, **changes)
        app = create_app(database, settings, self.clock)
        self.tasks.append(asyncio.create_task(serve(app, settings, handles_signals=False)))
        url = f"http://127.0.0.1:{settings.port}"
        await until_answered(url)
        return url


@pytest.fixture
async def servers(clock: ManualClock) -> AsyncGenerator[Servers]:
    """Starts servers, and stops them in the end."""
    servers = Servers(clock)
    yield servers
    for task in servers.tasks:
        task.cancel()
    await asyncio.gather(*servers.tasks, return_exceptions=True)


@pytest.fixture
async def server(servers: Servers, database: Database, secret: str) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of a real server, with the key."""
    url = await servers.start(database)
    async with httpx.AsyncClient(base_url=url, headers={"X-API-Key": secret}, timeout=30) as client:
        yield client


@pytest.fixture
def request_body() -> Callable[..., dict[str, object]]:
    """A request for a call now, with changes."""

    def body(**changes: object) -> dict[str, object]:
        return {"service": "support", "phone_number": NUMBER, **changes}

    return body


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def until_answered(url: str) -> None:
    """Wait until a server is alive."""
    async with httpx.AsyncClient() as client:
        while True:
            try:
                (await client.get(f"{url}/healthz")).raise_for_status()
            except httpx.TransportError:
                await asyncio.sleep(0.02)
            else:
                return
