"""Who listens to changes, what each of them may be told, and what waits to be told to them.

A listener holds a bounded number of names, however slowly it reads: when there would be more it is told to read
everything anew instead.
"""

import asyncio
import time
from contextlib import suppress
from math import inf

import msgspec

from ringback.accounts.principal import Principal
from ringback.accounts.rules import Permission
from ringback.errors import TooManyRequests
from ringback.events.looks import Changes

# What waits for one listener. A bulk cancellation changes more than that from one look to the next.
MAX_WAITING = 500
MAX_LISTENERS = 500
MAX_OF_ONE = 20
RETRY_SECONDS = 10
# A listener is not told more often to read everything.
RESET_SECONDS = 1.0


class TooManyListeners(TooManyRequests):
    """As many listen to events of this server, or with this key or user, as may at once."""

    code = "too-many-listeners"


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """What changed, by ids and names. `desk`: the listener's own agent, or what that agent is offered or talks in."""

    callbacks: list[str]
    agents: list[str]
    services: list[str]
    bulk: list[str]
    desk: bool


class Hello(msgspec.Struct, frozen=True):
    """From here on every change is told."""


class Reset(msgspec.Struct, frozen=True):
    """Anything may have changed: read everything anew."""


class Listener:
    """One who listens, and what waits to be told to them."""

    def __init__(self, principal: Principal, *, has_missed: bool = False) -> None:
        """`has_missed`: they listened before, and do not know what changed since."""
        self._principal = principal
        # What users and keys might do at the last look; None: nothing is told before the next one.
        self._rights: str | None = None
        self._must_be_checked = False
        self._has_begun = False
        self._needs_hello = True
        self._needs_reset = has_missed
        self._reset_at = -RESET_SECONDS
        self._callbacks: set[str] = set()
        self._agents: set[str] = set()
        self._services: set[str] = set()
        self._bulk: set[str] = set()
        self._desk = False
        self._wake = asyncio.Event()
        self.is_closed = False

    @property
    def must_be_checked(self) -> bool:
        """Whether they are told nothing until `see_as` or `not_checked` tells what they may see now."""
        return self._must_be_checked

    def is_of(self, principal: Principal) -> bool:
        """Whether it is the same user or API key that listens."""
        return (principal.user_id, principal.api_key_id) == (self._principal.user_id, self._principal.api_key_id)

    def look_taken(self, changes: Changes | None, rights: str) -> None:
        """Add what they may know of the changes to what waits; None: nobody knows what changed.

        The first look that they hear of tells nothing but that they are heard: what it found was before that. When the
        `rights` of anybody are others than at the look before, they must be checked.
        """
        is_first, self._has_begun = not self._has_begun, True
        if rights != self._rights:
            self._rights, self._must_be_checked = rights, True
            self._wake.set()
        if is_first:
            return
        if changes is None:
            self._reset()
        elif not self._needs_reset:
            self._tell(changes)

    def begin_check(self) -> None:
        """It is being looked what they may see; if rights change meanwhile, they must be checked again."""
        self._must_be_checked = False

    def see_as(self, principal: Principal) -> None:
        """Go on with what they may see now."""
        if _view(principal) != _view(self._principal):
            self._reset()
        self._principal = principal

    def not_checked(self) -> None:
        """Nobody can say what they may see now: tell them nothing before the next look, and then to read anew."""
        self._rights = None
        self._reset()

    def close(self) -> None:
        """Let them go."""
        self.is_closed = True
        self._wake.set()

    async def wait(self, at_most_seconds: float) -> None:
        """Return when they must be checked, can be told something or are closed, or when the time is over."""
        until = time.monotonic() + at_most_seconds
        while not self.is_closed and (left := until - time.monotonic()) > 0 and (wait := self._ready_in):
            self._wake.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(min(left, wait)):
                    await self._wake.wait()

    def take(self) -> Hello | Reset | Changed | None:
        """What to tell now."""
        if self._must_be_checked or self._ready_in:
            return None
        if self._needs_hello:
            self._needs_hello = False
            return Hello()
        if self._needs_reset:
            self._needs_reset, self._reset_at = False, time.monotonic()
            return Reset()
        return self._take()

    @property
    def _ready_in(self) -> float:
        """Seconds."""
        if self._rights is None:
            return inf
        if self._must_be_checked or self._needs_hello:
            return 0.0
        if self._needs_reset:
            return max(self._reset_at + RESET_SECONDS - time.monotonic(), 0.0)
        return 0.0 if self._callbacks or self._agents or self._services or self._bulk or self._desk else inf

    def _tell(self, changes: Changes) -> None:
        self._callbacks.update(_callbacks(self._principal, changes))
        self._agents.update(_agents(self._principal, changes))
        self._services.update(_services(self._principal, changes))
        self._bulk.update(_bulk(self._principal, changes))
        self._desk = self._desk or _desk(self._principal, changes)
        waiting = len(self._callbacks) + len(self._agents) + len(self._services) + len(self._bulk)
        if waiting > MAX_WAITING:
            self._reset()
        elif waiting or self._desk:
            self._wake.set()

    def _reset(self) -> None:
        self._forget()
        self._needs_reset = True
        self._wake.set()

    def _take(self) -> Changed:
        changed = Changed(
            callbacks=sorted(self._callbacks),
            agents=sorted(self._agents),
            services=sorted(self._services),
            bulk=sorted(self._bulk),
            desk=self._desk,
        )
        self._forget()
        return changed

    def _forget(self) -> None:
        for waiting in (self._callbacks, self._agents, self._services, self._bulk):
            waiting.clear()
        self._desk = False


class Listeners:
    """All who listen to this process."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()
        self._is_closed = False

    def __len__(self) -> int:
        return len(self._listeners)

    def join(self, principal: Principal, *, has_missed: bool) -> Listener:
        """Somebody new. Raises TooManyListeners."""
        own = sum(listener.is_of(principal) for listener in self._listeners)
        if len(self._listeners) >= MAX_LISTENERS or own >= MAX_OF_ONE:
            limit, whose = (MAX_OF_ONE, "with this key or user") if own >= MAX_OF_ONE else (MAX_LISTENERS, "here")
            text = f"{limit} listen {whose} already: end one, or ask again in {RETRY_SECONDS} s"
            raise TooManyListeners(text, retry_after_seconds=RETRY_SECONDS, limit=limit)
        listener = Listener(principal, has_missed=has_missed)
        self._listeners.add(listener)
        if self._is_closed:
            listener.close()
        return listener

    def leave(self, listener: Listener) -> None:
        """Somebody left."""
        self._listeners.discard(listener)

    def look_taken(self, changes: Changes | None, rights: str) -> None:
        """Tell all of them what changed (None: nobody knows what), and what users and keys may do by now."""
        for listener in self._listeners:
            listener.look_taken(changes, rights)

    def close(self) -> None:
        """Let all of them go, and whoever comes yet."""
        self._is_closed = True
        for listener in self._listeners:
            listener.close()


def _view(principal: Principal) -> tuple[object, ...]:
    return principal.permissions, principal.within, principal.agent


def _callbacks(principal: Principal, changes: Changes) -> list[str]:
    if not principal.may(Permission.SEE_CALLBACKS):
        return []
    within = changes.callbacks.keys() if principal.within is None else principal.within
    return [name for service_id in within for name in changes.callbacks.get(service_id, ())]


def _agents(principal: Principal, changes: Changes) -> list[str]:
    if not principal.may(Permission.SEE_AGENTS):
        return []
    within = principal.within
    return [name for name, served in changes.agents.items() if within is None or not served or served & set(within)]


def _services(principal: Principal, changes: Changes) -> list[str]:
    if not principal.may(Permission.SEE_AVAILABILITY, Permission.SEE_SETUP):
        return []
    return [name for name in changes.services if principal.sees_service(name)]


def _bulk(principal: Principal, changes: Changes) -> list[str]:
    if not principal.may(Permission.EXPORT_CALLBACKS):
        return []
    own = f"{principal.actor.kind} {principal.actor.name}"
    return [name for name, owner in changes.bulk.items() if principal.services is None or owner == own]


def _desk(principal: Principal, changes: Changes) -> bool:
    return principal.may(Permission.USE_DESK) and principal.agent in changes.agents
