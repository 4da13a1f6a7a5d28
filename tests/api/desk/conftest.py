"""Agents at their desks, with an engine that makes their calls: the API and the world over one database and clock."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest

from ringback.accounts.rules import Role
from ringback.callbacks.states import State
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.services.model import Strategy
from tests.api.conftest import Browsers
from tests.integration.world import World
from tests.people import log_in, make_user

CUSTOMER = "+49301234567"
ENDPOINT = "100"
DESK = "/api/v1/desk"


@dataclass
class Seat:
    """An agent at the desk, in a browser."""

    agent: str
    browser: httpx.AsyncClient

    async def look(self) -> dict[str, Any]:
        """The desk as it is shown."""
        return (await self.browser.get(DESK)).raise_for_status().json()

    async def offer(self) -> dict[str, Any]:
        """What is in hand."""
        offer = (await self.look())["offer"]
        assert offer is not None, "nothing is in hand"
        return offer

    async def attempt(self) -> str:
        """The id of what is in hand."""
        return (await self.offer())["attempt_id"]

    async def say(self, attempt_id: str, what: str, body: dict[str, Any] | None = None) -> httpx.Response:
        """Accept, reject, snooze or finish."""
        return await self.browser.post(f"{DESK}/{attempt_id}/{what}", json=body)

    async def does(self, attempt_id: str, what: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """As `say`, for what has to work."""
        answer = await self.say(attempt_id, what, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def ask_presence(self, presence: str) -> httpx.Response:
        """Ask for a presence of one's own."""
        return await self.browser.post(f"/api/v1/agents/{self.agent}/presence", json={"state": presence})


@dataclass
class Centre:
    """A contact centre with the service "support", which previews."""

    world: World
    browsers: Browsers
    programs: httpx.AsyncClient

    async def seat(self, name: str = "anna", endpoint: str = ENDPOINT, *services: str, presence: str = "READY") -> Seat:
        """An agent who is a user without services of their own, logged in."""
        await self.world.add_agent(name, endpoint, *services, presence=presence)
        await make_user(self.world.database, self.world.clock, name, Role.AGENT, services=[], agent=name)
        browser = self.browsers()
        assert (await log_in(browser, name)).status_code == 201
        return Seat(name, browser)

    async def change(self, service: str = "support", **settings: Any) -> None:
        """Set something in a service."""
        await self.world.change_service(service, **settings)

    async def ask(self, number: str = CUSTOMER, **wanted: Any) -> UUID:
        """A customer asks for a call, as a program does for them."""
        body = {"service": "support", "phone_number": number, **wanted}
        answer = await self.programs.post("/api/v1/callbacks", json=body)
        assert answer.status_code == 201, answer.text
        return UUID(answer.json()["id"])

    async def offered(self, seat: Seat, **wanted: Any) -> tuple[UUID, str]:
        """A callback that is offered to this agent, and the id of the attempt."""
        callback_id = await self.ask(**wanted)
        await self.world.until(self.world.in_state(callback_id, State.ROUTING))
        return callback_id, await seat.attempt()

    async def talking(self, seat: Seat, **wanted: Any) -> tuple[UUID, str]:
        """A callback that was offered and accepted, and whose customer and agent talk, for ten minutes if let."""
        for destination in (ENDPOINT, CUSTOMER):
            self.world.far_end(destination, talks_seconds=600.0)
        callback_id, attempt_id = await self.offered(seat, **wanted)
        await seat.does(attempt_id, "accept")
        await self.world.until(self.world.in_state(callback_id, State.PROCESSING))
        await self.world.pass_time(1)
        return callback_id, attempt_id

    async def talked(self, seat: Seat, **wanted: Any) -> tuple[UUID, str]:
        """As `talking`; then the customer hung up."""
        callback_id, attempt_id = await self.talking(seat, **wanted)
        self.world.exchange.far_end_hangs_up(CUSTOMER)
        await self.world.until(self.world.in_state(callback_id, State.COMPLETED))
        return callback_id, attempt_id

    async def pass_time(self, seconds: float, *seats: Seat) -> None:
        """Let the time pass with these desks open."""
        while seconds > 0:
            for seat in seats:
                await seat.look()
            await self.world.pass_time(min(seconds, 25), step=min(seconds, 25))
            seconds -= 25

    async def linked(self, callback_id: UUID) -> list[UUID]:
        """The callbacks that follow one."""
        async with self.world.database.connection() as connection:
            rows = await connection.fetch(
                "SELECT id FROM callbacks WHERE recreated_from = $1 ORDER BY created_at", callback_id
            )
        return [row["id"] for row in rows]

    async def audited(self, action: str) -> list[dict[str, Any]]:
        """What the audit has of an action."""
        async with self.world.database.connection() as connection:
            rows = await connection.fetch(
                "SELECT actor_name, subject, of_services, details FROM audit_entries WHERE action = $1 ORDER BY id",
                action,
            )
        return [dict(row) for row in rows]


@pytest.fixture
async def centre(
    database: Database, clock: ManualClock, client: httpx.AsyncClient, browsers: Browsers
) -> AsyncGenerator[Centre]:
    """The contact centre, with nobody in it and a running engine."""
    world = World(database, clock)
    await world.start_engine()
    centre = Centre(world, browsers, client)
    await centre.change(strategy=Strategy.PREVIEW)
    yield centre
    if world.dialer is not None:
        await world.kill_engine()
    await world.exchange.close()
