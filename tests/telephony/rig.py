"""What the contract suite needs of an adapter's test bed, and how it listens to the adapter.

An adapter's tests offer a `Rig`; `contract.py` knows nothing else. The far ends are named by `Behaviour`, whose value
is the last two digits dialled, the same for the simulator and for the scripted far ends of sipp.
"""

import asyncio
import itertools
from collections.abc import Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

import pytest

from ringback.telephony.port import DialRequest, Event, LegEnded, LegRole, LinkLost, LinkRestored, Superseded, Telephony
from tests.acceptance.sip.waiting import until

EventType = TypeVar("EventType", bound=Event)
STEP_SECONDS = 0.05
# What comes by the machine's time: an adapter connects again by that, whatever the time of the system.
OF_THE_LINK = {LinkLost, LinkRestored, Superseded}
_numbers = itertools.count(1)


class Behaviour(StrEnum):
    """What the called party does; the value is the last two digits dialled."""

    ANSWERS = "01"
    """Answers after 0.5 s and waits for our hangup."""
    BUSY = "02"
    RINGS_FOR_EVER = "03"
    REJECTS = "04"
    """603 after 1 s of ringing."""
    UNKNOWN_NUMBER = "05"
    CONGESTED = "06"
    ANSWERS_THEN_LEAVES = "07"
    """Answers after 0.5 s, hangs up 3 s later."""
    UNAVAILABLE = "08"
    """480 with Reason cause 19 after 1 s of ringing."""
    EARLY_MEDIA = "09"
    """183 with sound, answers after 1.5 s."""
    ANSWERS_LATE = "10"
    """Answers after 4 s."""
    BUSY_AFTER_RINGING = "11"
    SILENT = "12"
    """100, then nothing."""
    REDIRECTS = "13"
    LEAVES_AT_ONCE = "14"
    """Answers without ringing, hangs up 0.2 s later."""
    TERMINATED = "15"
    """487 that nobody asked for."""
    LEAVES_LATER = "16"
    """Answers after 0.5 s, hangs up 8 s later."""
    TRUNK_REFUSES = "17"
    """403: the trunk does not let us call."""
    PRESSES_ONE = "18"
    """Answers after 0.5 s, presses 1 a second later, waits for our hangup."""


class Ability(StrEnum):
    """What a rig may be unable to do, beyond single behaviours."""

    CUT_LINK = "CUT_LINK"
    SECOND_CONTROLLER = "SECOND_CONTROLLER"
    """Two adapters alive on one link, the second superseding the first."""


class Rig(Protocol):
    """The test bed of one adapter: one telephone system, fresh for each test."""

    @property
    def cannot(self) -> Mapping[Behaviour | Ability, str]:
        """What this system truly cannot do, each with the reason that a skipped case shows."""
        ...

    @property
    def missing_prompt(self) -> str:
        """The name of a prompt that the system cannot play."""
        ...

    def destination(self, number: int, behaviour: Behaviour, role: LegRole) -> str:
        """A destination of that behaviour; another `number` (1 to 9999) gives another destination."""
        ...

    def times_rung(self, destination: str) -> int:
        """How often the far end was called (an INVITE arrived), by its own account."""
        ...

    def new_telephony(self) -> Telephony:
        """Another adapter for the same link, not started. The rig closes what is still open at the end."""
        ...

    async def kill(self, telephony: Telephony) -> None:
        """The adapter's process dies: no farewell where it lives apart from the system."""
        ...

    async def cut_link(self) -> None:
        """The adapter loses the system; returns when the connection is broken."""
        ...

    async def restore_link(self) -> None:
        """The system can be reached again."""
        ...

    async def pass_time(self, seconds: float) -> None:
        """Let that much of the system's time pass, and let the adapter hear what happened."""
        ...


class Controller:
    """An adapter under test, everything it has told so far in order, and what was asked of it."""

    def __init__(self, rig: Rig, telephony: Telephony) -> None:
        self.rig, self.telephony = rig, telephony
        self.told: list[Event] = []
        self.requests: list[DialRequest] = []
        self._listening = asyncio.create_task(self._listen())

    @property
    def stream_is_over(self) -> bool:
        """Whether the adapter's event stream has ended."""
        return self._listening.done()

    async def ends_listening(self) -> bool:
        """Wait until the event stream has ended."""
        await until(self._listening.done, "the end of the stream")
        return True

    async def stop(self) -> None:
        """Close the adapter and listen to its end."""
        await self.telephony.close()
        await self._listening

    async def prepare(self, behaviour: Behaviour, role: LegRole = LegRole.CUSTOMER, **limits: float) -> str:
        """Prepare a leg to a fresh destination; `limits`: `ring_timeout`, `max_duration` in seconds."""
        request = self.request(behaviour, role, **limits)
        await self.telephony.prepare(request)
        return request.leg_id

    async def dial(self, behaviour: Behaviour, role: LegRole = LegRole.CUSTOMER, **limits: float) -> str:
        """Prepare a leg to a fresh destination and dial it."""
        leg_id = await self.prepare(behaviour, role, **limits)
        await self.telephony.dial(leg_id)
        return leg_id

    def request(
        self, behaviour: Behaviour, role: LegRole, ring_timeout: float = 20.0, max_duration: float = 120.0
    ) -> DialRequest:
        """A request for a leg to a fresh destination; skips the test if the rig has no such far end."""
        needs(self.rig, behaviour)
        number = next(_numbers)
        request = DialRequest(
            leg_id=f"leg-{number}",
            role=role,
            destination=self.rig.destination(number, behaviour, role),
            caller_id="+4930111222",
            caller_name="Ringback",
            ring_timeout=timedelta(seconds=ring_timeout),
            max_duration=timedelta(seconds=max_duration),
            hold=role is LegRole.CUSTOMER,
            labels={"callback": f"cb-{number}", "attempt": str(number)},
        )
        self.requests.append(request)
        return request

    def times_rung(self, leg_id: str) -> int:
        """How often the far end of a leg was called."""
        (destination,) = (request.destination for request in self.requests if request.leg_id == leg_id)
        return self.rig.times_rung(destination)

    async def hears(
        self, kind: type[EventType], leg_id: str | None = None, *, within: float = 20.0, after: int = 0
    ) -> EventType:
        """The first event of a kind (and leg) among those told from place `after` on; waits until it comes."""

        def found() -> EventType | None:
            mine = (event for event in self.told[after:] if isinstance(event, kind))
            return next((event for event in mine if leg_id in (None, getattr(event, "leg_id", None))), None)

        what = f"{kind.__name__} {leg_id or ''}"
        if kind in OF_THE_LINK:
            await until(lambda: found() is not None, what)
        else:
            await self.until(lambda: found() is not None, within, what)
        event = found()
        assert event is not None
        return event

    async def until(self, holds: Callable[[], bool], within: float = 20.0, what: str = "the condition") -> None:
        """Let the system's time pass until something holds."""
        for _ in range(int(within / STEP_SECONDS)):
            if holds():
                return
            await self.rig.pass_time(STEP_SECONDS)
        assert holds(), f"waited {within} s for {what}; told so far: {self.told}"

    def ends_of(self, leg_id: str) -> list[LegEnded]:
        """Every LegEnded of a leg: one at most, if the adapter keeps its word."""
        return [event for event in self.told if isinstance(event, LegEnded) and event.leg_id == leg_id]

    def story_of(self, leg_id: str) -> list[str]:
        """The names of the leg's events, in order."""
        return [type(event).__name__ for event in self.told if getattr(event, "leg_id", None) == leg_id]

    async def _listen(self) -> None:
        async for event in self.telephony.events():
            self.told.append(event)


async def started(rig: Rig) -> Controller:
    """A new adapter of the rig, started and listened to."""
    controller = Controller(rig, rig.new_telephony())
    await controller.telephony.start()
    return controller


def needs(rig: Rig, what: Behaviour | Ability) -> None:
    """Skip the test, with the rig's reason, if it cannot do that."""
    if what in rig.cannot:
        pytest.skip(f"{what}: {rig.cannot[what]}")
