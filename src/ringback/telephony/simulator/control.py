"""Driving the far ends of a simulator by hand: the same for one in this process and for one of its own."""

from typing import Protocol

from ringback.clock import ManualClock

from .connection import Connection
from .exchange import Exchange
from .far_ends import FarEnd
from .protocol import (
    Address,
    CutLinks,
    FarEndAnswers,
    FarEndHangsUp,
    FarEndPresses,
    PassTime,
    RestoreLinks,
    SetFarEnd,
)


class Control(Protocol):
    """What tests and demonstrations can make the other side do. `called` is a leg id or a destination."""

    async def set_far_end(self, destination: str, far_end: FarEnd | None) -> None:
        """Script what a destination does from its next call on; None: no script any more."""
        ...

    async def far_end_answers(self, called: str) -> None:
        """The called party answers now. Raises LegGone if it is not being called."""
        ...

    async def far_end_hangs_up(self, called: str, sip_status: int = 603) -> None:
        """The called party hangs up or, not having answered, refuses with that status. Raises LegGone, ValueError."""
        ...

    async def far_end_presses(self, called: str, key: str) -> None:
        """The called party presses a key. Raises LegGone if it is not on the line."""
        ...

    async def cut_links(self) -> None:
        """Break every link to the engines; calls go on."""
        ...

    async def restore_links(self) -> None:
        """Let the engines connect again."""
        ...

    async def pass_time(self, seconds: float) -> None:
        """Move a manual clock on. Raises ValueError if the simulator runs on another."""
        ...


class LocalControl:
    """Control of an exchange in this process."""

    def __init__(self, exchange: Exchange, clock: ManualClock | None = None) -> None:
        self._exchange, self._clock = exchange, clock

    async def set_far_end(self, destination: str, far_end: FarEnd | None) -> None:
        self._exchange.set_far_end(destination, far_end)

    async def far_end_answers(self, called: str) -> None:
        self._exchange.far_end_answers(called)

    async def far_end_hangs_up(self, called: str, sip_status: int = 603) -> None:
        self._exchange.far_end_hangs_up(called, sip_status)

    async def far_end_presses(self, called: str, key: str) -> None:
        self._exchange.far_end_presses(called, key)

    async def cut_links(self) -> None:
        self._exchange.cut_links()

    async def restore_links(self) -> None:
        self._exchange.restore_links()

    async def pass_time(self, seconds: float) -> None:
        if self._clock is None:
            raise ValueError("this simulator does not run on a manual clock")
        await self._clock.advance(seconds)


class RemoteControl:
    """Control of a simulator process, over a connection of its own."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @classmethod
    async def open(cls, address: Address, timeout_seconds: float = 10.0) -> "RemoteControl":
        """Connect. Raises TelephonyUnavailable."""
        return cls(await Connection.open(address, timeout_seconds))

    async def close(self) -> None:
        """Disconnect."""
        await self._connection.close()

    async def set_far_end(self, destination: str, far_end: FarEnd | None) -> None:
        await self._connection.ask(SetFarEnd(destination=destination, far_end=far_end))

    async def far_end_answers(self, called: str) -> None:
        await self._connection.ask(FarEndAnswers(called=called))

    async def far_end_hangs_up(self, called: str, sip_status: int = 603) -> None:
        await self._connection.ask(FarEndHangsUp(called=called, sip_status=sip_status))

    async def far_end_presses(self, called: str, key: str) -> None:
        await self._connection.ask(FarEndPresses(called=called, key=key))

    async def cut_links(self) -> None:
        await self._connection.ask(CutLinks())

    async def restore_links(self) -> None:
        await self._connection.ask(RestoreLinks())

    async def pass_time(self, seconds: float) -> None:
        await self._connection.ask(PassTime(seconds=seconds))
