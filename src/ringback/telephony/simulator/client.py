"""The port over a simulator that runs as a process of its own: its calls survive the engine."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator

from ringback.telephony.port import (
    Capability,
    DialRequest,
    Event,
    HangupReason,
    LinkLost,
    LinkRestored,
    Snapshot,
    Superseded,
    TelephonyError,
    TelephonyUnavailable,
)

from .connection import Connection
from .protocol import (
    Address,
    Bridge,
    Command,
    Dial,
    Hangup,
    Ping,
    Play,
    Prepare,
    Reply,
    TakeControl,
    TakeSnapshot,
)

FIRST_RETRY_SECONDS = 0.05
LAST_RETRY_SECONDS = 2.0


class SimulatorClient:
    """One link to a simulator process.

    It reconnects by itself, with growing pauses, until it is closed or superseded. `timeout_seconds`: how long a
    command may take before the connection is given up, and how often a silent simulator is asked whether it is there.
    `name`: who we are in the journal.
    """

    capabilities = frozenset({Capability.PROMPTS, Capability.DTMF, Capability.SURVIVES_ENGINE})

    def __init__(
        self, address: Address, link: str = "main", *, timeout_seconds: float = 3.0, name: str | None = None
    ) -> None:
        self._address = address
        self._link = link
        self._timeout_seconds = timeout_seconds
        self.name = name or f"process {os.getpid()}"
        self._told: asyncio.Queue[Event | None] = asyncio.Queue()
        self._connection: Connection | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._is_up = False
        self._is_told_away = False
        self._is_superseded = False

    async def start(self) -> None:
        """Begin to connect, and to supersede any other controller; LinkRestored tells when it is done."""
        self._keeping = asyncio.create_task(self._keep_connected())

    async def close(self) -> None:
        """Disconnect; the calls go on."""
        if self._keeping is not None:
            self._keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeping
        self._told.put_nowait(None)

    async def prepare(self, request: DialRequest) -> None:
        await self._ask(Prepare(request=request))

    async def dial(self, leg_id: str) -> None:
        await self._ask(Dial(leg_id=leg_id))

    async def bridge(self, call_id: str, customer_leg: str, agent_leg: str) -> None:
        await self._ask(Bridge(call_id=call_id, customer_leg=customer_leg, agent_leg=agent_leg))

    async def play(self, leg_id: str, prompt: str) -> None:
        await self._ask(Play(leg_id=leg_id, prompt=prompt))

    async def hangup(self, leg_id: str, reason: HangupReason) -> None:
        await self._ask(Hangup(leg_id=leg_id, reason=reason))

    async def snapshot(self) -> Snapshot:
        snapshot = (await self._ask(TakeSnapshot())).snapshot
        if snapshot is None:
            raise TelephonyUnavailable("The simulator answered without a snapshot")
        return snapshot

    async def events(self) -> AsyncIterator[Event]:
        while (event := await self._told.get()) is not None:
            yield event

    async def _ask(self, command: Command) -> Reply:
        if self._connection is None:
            raise TelephonyUnavailable(f"The simulator at {self._address.url} is not connected")
        return await self._connection.ask(command)

    async def _keep_connected(self) -> None:
        pause = FIRST_RETRY_SECONDS
        while not self._is_superseded:
            pause = FIRST_RETRY_SECONDS if await self._stay_connected() else min(pause * 2, LAST_RETRY_SECONDS)
            await asyncio.sleep(pause)

    async def _stay_connected(self) -> bool:
        """Connect, take control and stay until the connection is lost. Returns whether it was up at all."""
        try:
            connection = await Connection.open(self._address, self._timeout_seconds, self._hear)
        except TelephonyUnavailable as problem:
            self._tell_away(str(problem))
            return False
        self._connection = connection
        try:
            with contextlib.suppress(TelephonyError):
                await connection.ask(TakeControl(link=self._link, who=self.name))
                await self._ping_until_lost(connection)
        finally:
            self._connection = None
            await connection.close()
        return self._tell_lost()

    async def _ping_until_lost(self, connection: Connection) -> None:
        """A simulator that hangs does not close its connections: ask it whether it is there."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._timeout_seconds):
                    await connection.lost()
                    return
            await connection.ask(Ping())

    def _hear(self, event: Event) -> None:
        self._is_up = self._is_up or isinstance(event, LinkRestored)
        self._told.put_nowait(event)
        if isinstance(event, Superseded):
            self._is_superseded = True
            self._told.put_nowait(None)

    def _tell_lost(self) -> bool:
        was_up, self._is_up = self._is_up, False
        if was_up and not self._is_superseded:
            self._is_told_away = False
            self._tell_away(f"The connection to {self._address.url} was lost")
        return was_up

    def _tell_away(self, reason: str) -> None:
        """Tell it once, not at every try to connect."""
        if not self._is_told_away:
            self._is_told_away = True
            self._told.put_nowait(LinkLost(reason=reason))
