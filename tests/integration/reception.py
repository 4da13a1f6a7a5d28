"""The service "support" of Berlin, which customers ask for calls; nobody calls them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from ringback.actors import ENGINE
from ringback.agents import roster
from ringback.agents.model import Presence
from ringback.booking import setup
from ringback.callbacks import requests
from ringback.callbacks.creation import CallbackRequest
from ringback.callbacks.model import Callback
from ringback.callbacks.views import CallbackView
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.database.queries import decode
from ringback.errors import Refused
from ringback.services.catalog import ServiceChoices
from ringback.services.model import Service
from tests.integration.world import TESTER

NUMBER = "+49301234567"
OTHER = "+49307654321"


class Reception:
    """It is Monday, 2026-11-23, 09:00 UTC, which is 10:00 in Berlin, until the clock is moved."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = ManualClock()

    @property
    def now(self) -> datetime:
        """The present instant."""
        return self.clock.now()

    async def set(self, **choices: Any) -> Service:
        """Change the service."""
        wanted: dict[str, Any] = {"time_zone": "Europe/Berlin", **choices}
        return (await setup.save(self.database, self.clock, ENGINE, "support", ServiceChoices(**wanted))).what

    async def ask(self, phone_number: str = NUMBER, **wanted: Any) -> CallbackView:
        """Ask for a call."""
        fields: dict[str, Any] = {"service": "support", "phone_number": phone_number, **wanted}
        return (await requests.create(self.database, self.clock, TESTER, CallbackRequest(**fields))).callback

    async def refusal(self, phone_number: str = NUMBER, **wanted: Any) -> Refused:
        """Ask for a call that is refused; what was refused left nothing behind."""
        before = await self.count()
        with pytest.raises(Refused) as refused:
            await self.ask(phone_number, **wanted)
        assert await self.count() == before
        return refused.value

    async def cancel(self, callback_id: UUID) -> CallbackView:
        """Cancel a callback."""
        return await requests.cancel(self.database, self.clock, TESTER, callback_id)

    async def pace(self, gap_seconds: int) -> None:
        """Let somebody be logged in and the last two departures be so far apart: so long waits the next who comes."""
        await roster.save(self.database, self.clock, ENGINE, "anna", endpoint="100", services=["support"])
        await roster.ask_presence(self.database, self.clock, ENGINE, "anna", Presence.NOT_READY)
        async with self.database.transaction() as connection:
            for number, at in enumerate((self.now - timedelta(seconds=gap_seconds), self.now)):
                await connection.execute(
                    "INSERT INTO attempts (id, callback_id, service_id, trunk_id, link_id, link_token, number,"
                    " strategy, opened_at, closed_at, outcome)"
                    " SELECT $1, c.id, service_id, t.id, 'main', 1, $2, 'CUSTOMER_FIRST', $3, $3, 'BUSY'"
                    " FROM callbacks AS c, trunks AS t WHERE c.state = 'COMPLETED' LIMIT 1",
                    uuid4(),
                    number,
                    at,
                )

    async def past_callback(self) -> None:
        """Somebody asked and thought better of it."""
        await self.cancel((await self.ask("+493055555")).id)
        async with self.database.transaction() as connection:
            await connection.execute("INSERT INTO links (id, adapter) VALUES ('main', 'simulator')")

    async def row(self, callback_id: UUID) -> Callback:
        """The callback as it is stored."""
        async with self.database.connection() as connection:
            return decode(
                dict(await connection.fetchrow("SELECT * FROM callbacks WHERE id = $1", callback_id) or {}), Callback
            )

    async def count(self) -> int:
        """How many callbacks there are."""
        async with self.database.connection() as connection:
            return await connection.fetchval("SELECT count(*) FROM callbacks")
