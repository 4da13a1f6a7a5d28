"""Direct SIP as a `Telephony`: one trunk, no switch. Calls live in this process and end with it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import structlog

from ringback.clock import Clock
from ringback.telephony.port import (
    Bridged,
    Capability,
    DialRequest,
    Dtmf,
    EndedBy,
    Event,
    HangupReason,
    LegAnswered,
    LegExists,
    LegGone,
    LegRinging,
    LinkLost,
    LinkRestored,
    PromptFinished,
    Snapshot,
    TelephonyUnavailable,
)
from ringback.telephony.sip.leg import Leg
from ringback.telephony.sip.link_url import SipLink, parse_sip_link
from ringback.telephony.sip.media import MediaThread, Recording, Voice
from ringback.telephony.sip.sounds import PromptUnplayable, hold_music, read_prompt
from ringback.telephony.sip.stack import CallNotPlaced, SipStack, StackEvent

INVITE_SECONDS = 34
"""RFC 3261's timer B is 32 s: an INVITE that nobody has responded to is dead after that."""
FAREWELL_SECONDS = 5
REGISTER_AGAIN_SECONDS = 5
KEYS = frozenset("0123456789*#ABCD")

_log = structlog.get_logger(__name__)


def open_sip(
    url: str, clock: Clock, *, password: str | None = None, prompts_directory: Path | None = None
) -> "SipTelephony":
    """The adapter of a direct SIP link, not started. Raises SetupError for a URL that cannot be used.

    `password` answers the trunk's digest challenges; `prompts_directory` holds the prompts as NAME.wav, 8 kHz mono
    16 bit.
    """
    return SipTelephony(parse_sip_link(url), clock, password=password or "", prompts_directory=prompts_directory)


class SipTelephony:
    """A `Telephony` over one SIP trunk. All its methods belong to the event loop that starts it."""

    capabilities = frozenset({Capability.DTMF, Capability.PROMPTS})

    def __init__(self, link: SipLink, clock: Clock, *, password: str, prompts_directory: Path | None) -> None:
        self._link, self._clock, self._prompts_directory = link, clock, prompts_directory
        self._stack = SipStack(link, password, self)
        self._media: MediaThread | None = None
        self._epoch = ""
        self._is_up = False
        self._problem: str = ""
        self._legs: dict[str, Leg] = {}
        self._legs_by_call: dict[str, Leg] = {}
        self._callers: dict[tuple[str, str, bool], Any] = {}
        self._placing: Leg | None = None
        self._one_at_a_time = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._told: asyncio.Queue[Event | None] = asyncio.Queue()
        self._all_ended = asyncio.Event()
        self._registration_failed = asyncio.Event()

    async def start(self) -> None:
        """Bring the SIP stack up and, where the URL says so, register."""
        await asyncio.to_thread(hold_music)
        await self._stack.start()
        self._loop = asyncio.get_running_loop()
        self._media = MediaThread()
        self._epoch = uuid4().hex
        if self._link.is_registered:
            self._spawn(self._stay_registered())
        else:
            self._restored()

    async def close(self) -> None:
        """Hang up every call, wait for the farewells to be sent, and stop."""
        if self._media is None:
            return
        self._is_up = False
        for leg in list(self._legs.values()):
            self._spawn(self._end(leg, EndedBy.US))
        await self._until_all_ended(FAREWELL_SECONDS)
        for leg in list(self._legs.values()):
            self._finish(leg, "")
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._media.close()
        self._media = None
        await self._stack.close()
        self._told.put_nowait(None)

    async def prepare(self, request: DialRequest) -> None:
        """Note the leg; nothing is sent. Raises LegExists, TelephonyUnavailable, DialRefused."""
        self._require_link()
        if request.leg_id in self._legs:
            raise LegExists(request.leg_id)
        uri = self._link.request_uri(request.role, request.destination)
        through_trunk = self._link.is_through_trunk(uri)
        user = self._link.caller(request.caller_id)
        leg = Leg(request=request, uri=uri, is_through_trunk=through_trunk, agent=None)
        self._legs[request.leg_id] = leg
        try:
            leg.agent = await self._caller(user, request.caller_name, through_trunk)
        except BaseException:
            del self._legs[request.leg_id]
            raise

    async def dial(self, leg_id: str) -> None:
        """Send the INVITE, once in the life of a leg. Raises LegGone, TelephonyUnavailable."""
        leg = self._legs.get(leg_id)
        if leg is None or leg.was_dialled or leg.agent is None:
            raise LegGone(leg_id)
        self._require_link()
        leg.was_dialled = True
        try:
            async with self._one_at_a_time:
                self._placing = leg
                leg.call = await self._stack.dial(leg.agent, leg.uri)
        except CallNotPlaced as problem:
            _log.warning("no INVITE sent", leg=leg_id, reason=str(problem))
            self._finish(leg, "")
            return
        if leg.is_over:
            self._stack.forget(leg.call)
        else:
            self._hang_up_if_wanted(leg)
            if leg.ending is None and not leg.is_answered:
                self._end_after(leg, leg.request.ring_timeout.total_seconds())

    async def bridge(self, call_id: str, customer_leg: str, agent_leg: str) -> None:
        """Let two answered legs hear each other. Raises LegGone, TelephonyUnavailable."""
        customer, customer_voice = self._answered(customer_leg)
        agent, agent_voice = self._answered(agent_leg)
        if customer.bridge == agent.bridge == call_id:
            return
        customer.bridge = agent.bridge = call_id
        joined = partial(self._tell_from_media, Bridged(call_id=call_id))
        self._media_thread.join(customer_voice, agent_voice, joined)

    async def play(self, leg_id: str, prompt: str) -> None:
        """Play a prompt to an answered leg. Raises LegGone, TelephonyUnavailable."""
        _, voice = self._answered(leg_id)
        try:
            pcm = read_prompt(self._prompts_directory, prompt)
        except PromptUnplayable as problem:
            _log.warning("prompt not played", leg=leg_id, reason=str(problem))
            self._tell(PromptFinished(leg_id=leg_id, prompt=prompt, failed=True))
            return
        finished = partial(self._tell_from_media, PromptFinished(leg_id=leg_id, prompt=prompt))
        self._media_thread.play(voice, Recording(pcm, is_endless=False, on_end=finished))

    async def hangup(self, leg_id: str, reason: HangupReason) -> None:
        """End a leg, whatever its state. `reason` stays here: the stack has no way to send it."""
        leg = self._legs.get(leg_id)
        if leg is not None:
            await self._end(leg, EndedBy.US)

    async def snapshot(self) -> Snapshot:
        """Every live leg. Raises TelephonyUnavailable."""
        self._require_link()
        return self._snapshot()

    async def events(self) -> AsyncIterator[Event]:
        """The one stream of events; for one reader."""
        while (event := await self._told.get()) is not None:
            yield event

    # What the stack tells (stack.StackListener)

    def stack_event(self, event: StackEvent) -> None:
        """A call or a registration went on."""
        name = event.event.name
        if name == "REGISTER_FAIL":
            self._registration_failed.set()
        elif name == "CALL_OUTGOING":
            self._bind(event)
        elif (leg := self._legs_by_call.get(event.call_id or "")) is not None:
            self._call_went_on(leg, name, event.text or "")

    def invite_response(self, sip_call_id: str, status: int) -> None:
        """The far side responded: a hangup that waited for it can go out."""
        leg = self._legs_by_call.get(sip_call_id)
        if leg is not None and not leg.has_rung and not leg.is_answered:
            leg.hear_response(status)
            self._hang_up_if_wanted(leg)

    def stack_died(self) -> None:
        """Every call is gone, and this process cannot bring the stack back."""
        self._is_up = False
        for leg in list(self._legs.values()):
            self._finish(leg, "", died=True)
        self._tell(LinkLost(reason="the SIP stack died: restart this engine"))

    def _bind(self, event: StackEvent) -> None:
        """Calls are placed one at a time, so that this is the one being placed."""
        leg, self._placing = self._placing, None
        if leg is not None and event.call_id is not None:
            leg.sip_call_id, leg.handle = event.call_id, event.call
            self._legs_by_call[event.call_id] = leg

    def _call_went_on(self, leg: Leg, name: str, text: str) -> None:
        match name:
            case "CALL_RINGING" | "CALL_PROGRESS":
                self._rings(leg, early_media=name == "CALL_PROGRESS")
            case "CALL_ESTABLISHED":
                self._answers(leg)
            case "CALL_DTMF_START" if text in KEYS:
                self._presses(leg, text)
            case "CALL_CLOSED":
                self._finish(leg, text)
            case _:
                return

    def _rings(self, leg: Leg, *, early_media: bool) -> None:
        leg.was_heard = leg.is_acknowledged = True
        self._hang_up_if_wanted(leg)
        if not leg.has_rung and not leg.is_answered:
            leg.has_rung = True
            self._tell(LegRinging(leg_id=leg.leg_id, early_media=early_media))

    def _answers(self, leg: Leg) -> None:
        leg.was_heard = leg.is_acknowledged = leg.is_answered = True
        self._hang_up_if_wanted(leg)
        leg.voice = Voice(self._stack.sound_of(leg.handle), on_hold=leg.request.hold)
        self._media_thread.add(leg.voice)
        self._end_after(leg, leg.request.max_duration.total_seconds())
        self._tell(LegAnswered(leg_id=leg.leg_id))

    def _presses(self, leg: Leg, key: str) -> None:
        """Tell of a key, and pass it on: it travels beside the sound, which the bridge alone would carry."""
        self._tell(Dtmf(leg_id=leg.leg_id, digit=key))
        for other in self._legs.values():
            if leg.bridge is not None and other.bridge == leg.bridge and other is not leg and other.call is not None:
                self._spawn(self._stack.press(other.call, key))

    # Ending a leg

    async def _end(self, leg: Leg, by: EndedBy) -> None:
        """End a leg as soon as a hangup can reach the far end; an INVITE that nobody responds to ends by itself."""
        is_asked_first = leg.ending is None
        leg.ending = leg.ending or by
        if not leg.was_dialled:
            self._finish(leg, "")
        elif leg.is_acknowledged and leg.call is not None:
            await self._hang_up(leg)
        elif is_asked_first:
            self._end_after(leg, INVITE_SECONDS)

    def _hang_up_if_wanted(self, leg: Leg) -> None:
        if leg.ending is not None and leg.is_acknowledged and leg.call is not None:
            self._spawn(self._hang_up(leg))

    async def _hang_up(self, leg: Leg) -> None:
        if not leg.is_hanging_up:
            leg.is_hanging_up = True
            try:
                await self._stack.hang_up(leg.call)
            except TelephonyUnavailable:
                leg.is_hanging_up = False
                raise

    def _end_after(self, leg: Leg, seconds: float) -> None:
        """End the leg when that much time has passed, in place of any limit set before."""
        if leg.timer is not None:
            leg.timer.cancel()
        leg.timer = self._spawn(self._time_out(leg, seconds))

    async def _time_out(self, leg: Leg, seconds: float) -> None:
        await self._clock.sleep(seconds)
        leg.timer = None
        leg.is_acknowledged = leg.is_acknowledged or leg.ending is not None
        await self._end(leg, EndedBy.TIMEOUT)

    def _finish(self, leg: Leg, close_text: str, *, died: bool = False) -> None:
        """The leg is over: the only place that says so."""
        if self._legs.pop(leg.leg_id, None) is None:
            return
        self._legs_by_call.pop(leg.sip_call_id or "", None)
        if leg.timer is not None:
            leg.timer.cancel()
        if leg.voice is not None:
            self._media_thread.remove(leg.voice)
        leg.is_over = True
        self._tell(leg.ended(close_text, died=died))
        if not self._legs:
            self._all_ended.set()

    async def _until_all_ended(self, seconds: float) -> None:
        self._all_ended.clear()
        if self._legs:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._all_ended.wait(), seconds)

    # The link

    async def _stay_registered(self) -> None:
        """Register, and again whenever the registration is lost; the stack itself refreshes it."""
        agent = await self._stack.new_agent(self._link.user, "", through_trunk=True, is_registered=True)
        while True:
            self._registration_failed.clear()
            problem = await self._stack.register(agent)
            if problem is None:
                self._restored()
                await self._registration_failed.wait()
                problem = "the trunk refused to renew the registration"
            self._lost(problem)
            await self._clock.sleep(REGISTER_AGAIN_SECONDS)

    def _restored(self) -> None:
        self._is_up, self._problem = True, ""
        self._tell(LinkRestored(snapshot=self._snapshot()))

    def _lost(self, reason: str) -> None:
        """Tell of it, also of a link that never was up, and again only when there is another reason."""
        if self._is_up or reason != self._problem:
            _log.warning("not registered at the SIP trunk", trunk=self._link.host, reason=reason)
            self._is_up, self._problem = False, reason
            self._tell(LinkLost(reason=reason))

    def _require_link(self) -> None:
        if not self._is_up:
            raise TelephonyUnavailable(f"the SIP link to {self._link.host} is not up")

    # Small things

    async def _caller(self, user: str, name: str, through_trunk: bool) -> Any:
        """The user agent that calls under that name; one each, as the stack has no way to remove one."""
        key = (user, name, through_trunk)
        async with self._one_at_a_time:
            if key not in self._callers:
                self._callers[key] = await self._stack.new_agent(
                    user, name, through_trunk=through_trunk, is_registered=False
                )
            return self._callers[key]

    def _answered(self, leg_id: str) -> tuple[Leg, Voice]:
        leg = self._legs.get(leg_id)
        if leg is None or leg.voice is None:
            raise LegGone(leg_id)
        return leg, leg.voice

    @property
    def _media_thread(self) -> MediaThread:
        if self._media is None:
            raise TelephonyUnavailable("the SIP link is closed")
        return self._media

    def _snapshot(self) -> Snapshot:
        return Snapshot(epoch=self._epoch, legs=tuple(leg.as_live() for leg in self._legs.values()))

    def _tell(self, event: Event) -> None:
        self._told.put_nowait(event)

    def _tell_from_media(self, event: Event) -> None:
        self._loop.call_soon_threadsafe(self._tell, event)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (problem := task.exception()) is not None:
            _log.error("the SIP link could not do something", problem=repr(problem))
