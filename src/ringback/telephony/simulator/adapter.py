"""The simulator in the engine's own process: the port over an exchange that lives and dies with it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from ringback.telephony.port import (
    Capability,
    DialRequest,
    Event,
    HangupReason,
    LinkLost,
    Snapshot,
    Superseded,
    TelephonyUnavailable,
)

from .exchange import Exchange


class InProcessSimulator:
    """One link to an exchange in this process. Its calls do not survive the engine: `close` hangs them up.

    `owns_exchange`: `close` switches the exchange off as well, as nobody else uses it.
    """

    capabilities = frozenset({Capability.PROMPTS, Capability.DTMF})

    def __init__(
        self, exchange: Exchange, link: str = "main", *, name: str = "in-process", owns_exchange: bool = False
    ) -> None:
        self.exchange = exchange
        self.name = name
        self._link = link
        self._owns_exchange = owns_exchange
        self._told: asyncio.Queue[Event | None] = asyncio.Queue()
        self._connecting: asyncio.Task[None] | None = None
        self._is_up = False

    async def start(self) -> None:
        """Take the link over, at once or as soon as it is no longer cut."""
        if self.exchange.is_cut:
            self._connect_when_restored()
        else:
            self._connect()

    async def close(self) -> None:
        """Hang up the calls, unless somebody else controls them by now, and disconnect."""
        if self._connecting is not None:
            self._connecting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._connecting
        if self.exchange.is_controlled_by(self._link, self):
            for leg in self.exchange.snapshot(self._link).legs:
                self.exchange.hangup(leg.leg_id, HangupReason.FINISHED, self.name)
            self.exchange.leave(self._link, self)
        self._is_up = False
        if self._owns_exchange:
            await self.exchange.close()
        self._told.put_nowait(None)

    async def prepare(self, request: DialRequest) -> None:
        self._connected().prepare(request, self._link, self.name)

    async def dial(self, leg_id: str) -> None:
        self._connected().dial(leg_id, self.name)

    async def bridge(self, call_id: str, customer_leg: str, agent_leg: str) -> None:
        self._connected().bridge(call_id, customer_leg, agent_leg, self.name)

    async def play(self, leg_id: str, prompt: str) -> None:
        self._connected().play(leg_id, prompt, self.name)

    async def hangup(self, leg_id: str, reason: HangupReason) -> None:
        self._connected().hangup(leg_id, reason, self.name)

    async def snapshot(self) -> Snapshot:
        return self._connected().snapshot(self._link)

    async def events(self) -> AsyncIterator[Event]:
        while (event := await self._told.get()) is not None:
            yield event

    def hear(self, event: Event) -> None:
        """The exchange tells an event of our link."""
        self._told.put_nowait(event)
        if isinstance(event, Superseded):
            self._told.put_nowait(None)

    def cut_off(self, reason: str) -> None:
        """The exchange cuts the links; we come back as soon as they are restored."""
        self._is_up = False
        self._told.put_nowait(LinkLost(reason=reason))
        self._connect_when_restored()

    def _connected(self) -> Exchange:
        if not self._is_up:
            raise TelephonyUnavailable("The simulator is not connected")
        return self.exchange

    def _connect(self) -> None:
        self._is_up = True
        self.exchange.take_control(self._link, self)

    def _connect_when_restored(self) -> None:
        async def wait_and_connect() -> None:
            await self.exchange.wait_until_links_are_up()
            self._connect()

        self._connecting = asyncio.create_task(wait_and_connect())
