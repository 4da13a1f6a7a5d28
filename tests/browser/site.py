"""A running installation for a browser: its server, and its engine if calls are to be made."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from ringback.accounts import api_keys
from ringback.accounts.rules import Role, Scope
from ringback.actors import ENGINE
from ringback.agents import roster
from ringback.api.app import create_app
from ringback.api.server import serve
from ringback.clock import Clock
from ringback.database.pool import Database
from ringback.engine.runner import Engine
from ringback.services import catalog
from ringback.services.catalog import ServiceChoices
from ringback.settings import Settings
from tests.api.conftest import free_port, until_answered
from tests.people import make_user
from tests.recordings import wav

LINK = "simulator:?customers.talk=600&agents.talk=600"


@dataclass
class Site:
    """What runs, over a database of its own. `api` is a client with an API key that may do everything."""

    database: Database
    clock: Clock
    settings: Settings
    api: httpx.AsyncClient
    _tasks: list["asyncio.Task[None]"] = field(default_factory=list["asyncio.Task[None]"])
    _serving: "asyncio.Task[None] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings.port}"

    async def start(self) -> None:
        """Start the server, and wait until it answers. After `stop_server` it is there again, at the same address.

        Raises why the server ended, if it does.
        """
        app = create_app(self.database, self.settings, self.clock)
        self._serving = asyncio.create_task(serve(app, self.settings, handles_signals=False))
        answering = asyncio.create_task(until_answered(self.url))
        try:
            await asyncio.wait({self._serving, answering}, return_when=asyncio.FIRST_COMPLETED)
            if self._serving.done():
                self._serving.result()
            await answering
        finally:
            answering.cancel()

    async def stop_server(self) -> None:
        """Stop the server, and end what is connected to it."""
        if self._serving is not None:
            self._serving.cancel()
            await asyncio.gather(self._serving, return_exceptions=True)
            self._serving = None

    def start_engine(self) -> None:
        """Start an engine, which calls simulated people: whatever they are called, they talk until it is ended."""
        self._tasks.append(asyncio.create_task(Engine(self.database, self.clock, self.settings).run(asyncio.Event())))

    async def stop(self) -> None:
        """Stop all of it."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.stop_server()

    async def add_service(self, name: str, **choices: Any) -> None:
        """Add a service; it is always open, and its numbers are German ones unless `choices` say otherwise."""
        given: dict[str, Any] = {"time_zone": "Europe/Berlin", "default_region": "DE", **choices}
        wanted = ServiceChoices(**given)
        await catalog.create(self.database, self.clock, ENGINE, name, wanted)

    async def add_agent(self, name: str, *services: str, endpoint: str = "201", display_name: str = "") -> None:
        """Add an agent, who is OFFLINE at first."""
        await roster.save(
            self.database,
            self.clock,
            ENGINE,
            name,
            endpoint=endpoint,
            services=services,
            display_name=display_name or name.title(),
        )

    async def add_user(
        self, name: str, *roles: Role, services: Collection[str] | None = None, agent: str | None = None
    ) -> None:
        """Add a user with `tests.people.PASSWORD`; `services` None: all."""
        await make_user(self.database, self.clock, name, *roles, services=services, agent=agent)

    async def ask_for_call(self, service: str, phone_number: str, at: datetime | None = None, **more: Any) -> Any:
        """Create a callback over the API; the answer."""
        body = {"service": service, "phone_number": phone_number, "desired_at": at and at.isoformat(), **more}
        return (await self.api.post("/api/v1/callbacks", json=body)).raise_for_status().json()

    async def record_name(self, callback_id: str) -> None:
        """Have the customer of a callback say their name."""
        path = f"/api/v1/callbacks/{callback_id}/name-recording"
        (await self.api.put(path, content=wav(), headers={"Content-Type": "audio/wav"})).raise_for_status()


async def open_site(database: Database, clock: Clock, **settings: Any) -> Site:
    """A site with its server started and a key for `api`."""
    given: dict[str, Any] = {"port": free_port(), "links": {"main": LINK}, **settings}
    chosen = Settings(**given)
    secret = (await api_keys.create(database, clock, ENGINE, "tester", list(Scope))).secret
    url = f"http://127.0.0.1:{chosen.port}"
    api = httpx.AsyncClient(base_url=url, headers={"X-API-Key": secret}, timeout=30)
    site = Site(database, clock, chosen, api)
    await site.start()
    return site
