"""The SIP stack: the only module that knows `baresip`, loaded when a direct SIP link is opened.

baresip's state is global to the process, so there is one `SipStack` at a time. Its threads hand everything over to
the event loop that started it; every callback given here runs on that loop.

What baresip does not tell its callers is read from its trace of SIP messages: whether anybody has responded to an
INVITE at all. It matters because a hangup before the first response makes baresip forget the call without a CANCEL,
and the phone would go on ringing.
"""

import asyncio
import importlib
import logging
import re
from collections.abc import Callable
from types import ModuleType
from typing import Any, Protocol

from ringback.errors import SetupError
from ringback.telephony.port import TelephonyUnavailable
from ringback.telephony.sip.link_url import SipLink

REGISTRATION_SECONDS = 300
QUEUE_FULL_RETRIES = 50
_TRACE_LOGGER = "baresip.native.sip"
_RESPONSE = re.compile(r"RX [^\n]*\nSIP/2\.0 (?P<status>\d{3}) ")
_CALL_ID = re.compile(r"^(?:Call-ID|i)\s*:\s*(?P<id>\S+)\s*$", re.IGNORECASE | re.MULTILINE)
_TO_INVITE = re.compile(r"^CSeq\s*:\s*\d+\s+INVITE\s*$", re.IGNORECASE | re.MULTILINE)


class StackEvent(Protocol):
    """What the stack tells about a call or a registration; `event.name` says what it is."""

    @property
    def event(self) -> "EventName": ...
    @property
    def call(self) -> int: ...
    @property
    def call_id(self) -> str | None: ...
    @property
    def text(self) -> str | None: ...


class EventName(Protocol):
    """The kind of a stack event."""

    @property
    def name(self) -> str: ...


class StackListener(Protocol):
    """Who is told what the stack does; called on the event loop, in order."""

    def stack_event(self, event: StackEvent) -> None:
        """A call or a registration went on."""
        ...

    def invite_response(self, sip_call_id: str, status: int) -> None:
        """Some response to an INVITE arrived, also those that `stack_event` never tells (100, 401, 407)."""
        ...

    def stack_died(self) -> None:
        """The stack's thread is gone, and every call with it."""
        ...


class CallSound:
    """The sound of one call, 16-bit samples at 8 kHz; silent and deaf while the call has no media."""

    def __init__(self, audio: Any, no_media: tuple[type[Exception], ...]) -> None:
        self._audio = audio
        self._no_media = no_media

    def read(self, at_most: int) -> bytes:
        """Up to that many bytes of what the far end said since the last read."""
        try:
            pcm: bytes = self._audio.read(at_most)
        except self._no_media:
            return b""
        return pcm

    def write(self, pcm: bytes) -> None:
        """Queue sound for the far end; what does not fit is dropped."""
        try:
            self._audio.write(pcm)
        except self._no_media:
            return

    def queued_bytes(self) -> int | None:
        """How much of what was written has not been sent yet; None while the call has no media."""
        try:
            info = self._audio.info()
        except self._no_media:
            return None
        return int(info.tx_buffered) if info.tx_ready else None

    def drop_queued(self) -> None:
        """Forget what was written and not sent yet."""
        try:
            self._audio.flush_tx()
        except self._no_media:
            return


class SipStack:
    """baresip, running. Raises SetupError where the package is missing or another link runs in this process."""

    _running: "SipStack | None" = None

    def __init__(self, link: SipLink, password: str, listener: StackListener) -> None:
        if any(character in '"\\' or not character.isprintable() for character in password):
            raise SetupError("the SIP password has a double quote, backslash or control character: choose another one")
        self._link, self._password, self._listener = link, password, listener
        self._baresip = _load_baresip()
        self._runtime: Any = None
        self._trace: _ResponseTrace | None = None
        self._no_media = (self._baresip.AudioNotActive, self._baresip.AudioRestarted)

    async def start(self) -> None:
        """Bind and come up. Raises SetupError when this can never work as configured."""
        if SipStack._running is not None:
            raise SetupError("this process holds a direct SIP link already: run another engine for the second one")
        self._runtime = self._baresip.Runtime()
        SipStack._running = self
        try:
            await self._runtime.start(self._configuration())
        except self._baresip.BaresipError as problem:
            SipStack._running = None
            raise SetupError(f"the SIP stack did not start: {problem}") from None
        self._runtime.on_dead = self._listener.stack_died
        self._runtime.subscribe(self._listener.stack_event)
        self._trace = _ResponseTrace(self._listener.invite_response)

    async def close(self) -> None:
        """Stop. Calls that are still up are dropped without a farewell: hang up first."""
        if self._trace is not None:
            self._trace.remove()
        try:
            await self._runtime.close()
        except self._baresip.RuntimeDead as problem:
            raise SetupError(f"the SIP stack did not stop; restart this process: {problem}") from None
        finally:
            SipStack._running = None

    async def new_agent(self, user: str, display_name: str, *, through_trunk: bool, is_registered: bool) -> Any:
        """A user agent whose From is that address; only those of the trunk know the password.

        Raises TelephonyUnavailable.
        """
        link = self._link
        account = self._baresip.Account(
            user=user,
            domain=link.realm,
            password=self._password if through_trunk else "",
            auth_user=(link.auth_user or link.user) if through_trunk else None,
            registrar=f"{link.host};transport={link.transport}" if through_trunk and link.realm != link.host else None,
            reg_interval=REGISTRATION_SECONDS if is_registered else 0,
            transport=link.transport if through_trunk else "udp",
        )
        name = _display_name(display_name)
        user_agent = self._baresip.UserAgent
        agent = await self._ask(
            lambda: user_agent.create(self._runtime, name + account.aor(), transfer_policy="reject")
        )
        agent.on_incoming(self._refuse)
        return agent

    async def register(self, agent: Any) -> str | None:
        """Register the agent; None when it is, else why it is not."""
        try:
            await agent.register()
        except self._baresip.RegistrationError as problem:
            return self._why_not_registered(problem)
        except self._baresip.BaresipError as problem:
            return str(problem)
        return None

    def _why_not_registered(self, problem: Any) -> str:
        trunk = f"the trunk {self._link.host}"
        if problem.status is not None:
            return f"{trunk} refuses the registration: {problem.status} {problem.reason}"
        return str(problem) if problem.reason else f"{trunk} does not answer the registration"

    async def dial(self, agent: Any, uri: str) -> Any:
        """Send an INVITE; the call. Raises CallNotPlaced, TelephonyUnavailable."""
        try:
            return await self._ask(lambda: agent.dial(uri))
        except (self._baresip.BaresipError, ValueError) as problem:
            raise CallNotPlaced(str(problem)) from None

    async def hang_up(self, call: Any) -> None:
        """CANCEL or BYE; a call that is gone is as good. Raises TelephonyUnavailable."""
        try:
            await self._ask(call.hangup)
        except self._baresip.StaleHandleError:
            return

    async def press(self, call: Any, digit: str) -> None:
        """Send a key to the far end, if the call is still there."""
        try:
            await self._ask(lambda: call.send_dtmf(digit))
        except self._baresip.BaresipError:
            return

    def sound_of(self, handle: int) -> CallSound:
        """The sound of the call of that handle."""
        return CallSound(self._baresip.CallAudio(handle), self._no_media)

    def forget(self, call: Any) -> None:
        """Free what baresip keeps for a call that ended before `dial` had returned it: it waits for an end that it
        has missed."""
        listener = call._on_stack_event
        if call.state.value != "closed":
            self._runtime.unsubscribe(listener)

    def _configuration(self) -> Any:
        link = self._link
        address = link.local_address
        listen = f"sip_listen {address}:{link.local_port}\n" if address else ""
        return self._baresip.Config(
            net_interface=address.strip("[]") if address else None,
            max_concurrent_calls=None,
            sip_trace=True,
            extra_config_text=listen,
        )

    async def _ask(self, command: Callable[[], Any]) -> Any:
        for _ in range(QUEUE_FULL_RETRIES):
            try:
                return await command()
            except self._baresip.CommandQueueFull:
                await asyncio.sleep(0.01)
            except (self._baresip.CommandTimeout, self._baresip.RuntimeDead) as problem:
                raise TelephonyUnavailable(f"the SIP stack does not answer: {problem}") from None
        raise TelephonyUnavailable("the SIP stack takes no more commands")

    def _refuse(self, call: Any) -> None:
        """Nobody is here to be called: turn incoming calls away."""
        task = asyncio.ensure_future(self._ask(call.reject))
        task.add_done_callback(lambda done: done.cancelled() or done.exception())


class CallNotPlaced(Exception):
    """No INVITE was sent; the text says why."""


class _ResponseTrace(logging.Handler):
    """Picks the responses to INVITEs out of baresip's SIP trace, and keeps the trace (it has credentials) from
    every other log."""

    def __init__(self, tell: Callable[[str, int], None]) -> None:
        super().__init__(logging.DEBUG)
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._logger = logging.getLogger(_TRACE_LOGGER)
        self._former = (self._logger.level, self._logger.propagate)
        self._logger.setLevel(logging.DEBUG)
        self._logger.propagate = False
        self._logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Runs on baresip's log thread."""
        message = record.getMessage()
        response = _RESPONSE.match(message)
        call_id = _CALL_ID.search(message)
        if response and call_id and _TO_INVITE.search(message) and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._tell, call_id["id"], int(response["status"]))

    def remove(self) -> None:
        """Leave the logger as it was."""
        self._logger.removeHandler(self)
        self._logger.setLevel(self._former[0])
        self._logger.propagate = self._former[1]


def _load_baresip() -> ModuleType:
    try:
        baresip = importlib.import_module("baresip")
        importlib.import_module("baresip.runtime")
    except ImportError as problem:
        raise SetupError(f"direct SIP needs its library: pip install 'ringback[sip]' ({problem})") from None
    logging.getLogger("baresip.ua").addFilter(_is_news)
    return baresip


def _is_news(record: logging.LogRecord) -> bool:
    """A registration that failed is logged by who asked for it, in words that name the trunk."""
    return not record.getMessage().startswith("registration failed")


def _display_name(name: str) -> str:
    readable = "".join(character for character in name if character.isprintable() and character not in '"\\<>')
    return f'"{readable}" ' if readable else ""
