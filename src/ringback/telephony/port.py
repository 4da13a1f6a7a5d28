"""The telephony port: everything that Ringback asks of a telephone system, and everything it is told by one.

There is one contract and one test suite for it (`tests/telephony`); the simulator, direct SIP and Asterisk pass it
alike. Feature code knows this module only.

A leg is made in two steps, so that a commit fits between them: `prepare` creates it, silent; `dial` lets it ring.
Whoever takes a link over removes the legs that were prepared, and a late `dial` of the former holder meets `LegGone`.

Legs and events are ordered: an adapter has ONE stream of events, and says `LegEnded` exactly once for each leg that
was prepared, whoever ended it.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

import msgspec

from ringback.errors import RingbackError


class LegRole(StrEnum):
    """Which side of the call a leg is."""

    CUSTOMER = "CUSTOMER"
    AGENT = "AGENT"


class Outcome(StrEnum):
    """How a leg ended, told from SIP status, Q.850 cause and whether it rang (docs/telephony.md has the table)."""

    BUSY = "BUSY"
    NO_ANSWER = "NO_ANSWER"
    UNREACHABLE = "UNREACHABLE"
    REJECTED = "REJECTED"
    INVALID_NUMBER = "INVALID_NUMBER"
    CONGESTION = "CONGESTION"
    REDIRECTED = "REDIRECTED"
    CANCELLED = "CANCELLED"
    TRUNK_ERROR = "TRUNK_ERROR"
    ANSWERING_MACHINE = "ANSWERING_MACHINE"
    NORMAL = "NORMAL"
    UNKNOWN = "UNKNOWN"


class EndedBy(StrEnum):
    """Who ended a leg: we asked for it, the far end (or the network) did, or a time limit passed."""

    US = "US"
    REMOTE = "REMOTE"
    TIMEOUT = "TIMEOUT"


class HangupReason(StrEnum):
    """Why we hang up; told to the far end where the protocol can carry it."""

    CANCELLED = "CANCELLED"
    FINISHED = "FINISHED"
    NO_AGENT = "NO_AGENT"
    NOT_WANTED = "NOT_WANTED"


class Capability(StrEnum):
    """What a telephone system can do beyond the port's must."""

    AMD = "AMD"
    DTMF = "DTMF"
    PROMPTS = "PROMPTS"
    SURVIVES_ENGINE = "SURVIVES_ENGINE"
    DEVICE_STATE = "DEVICE_STATE"


class LegState(StrEnum):
    """How far a live leg has come."""

    PREPARED = "PREPARED"
    RINGING = "RINGING"
    ANSWERED = "ANSWERED"


class DialRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One leg to be made.

    `leg_id` is ours and the idempotency key. `destination` is an E.164 number for a customer and the agent's
    endpoint for an agent. `ring_timeout` counts from `dial`. `max_duration` ends the leg, counted from its answer,
    even when no engine is alive. `hold`: music as soon as it is answered. `labels` can be read again from
    `snapshot` after a restart.
    """

    leg_id: str
    role: LegRole
    destination: str
    caller_id: str
    caller_name: str
    ring_timeout: timedelta
    max_duration: timedelta
    hold: bool
    labels: Mapping[str, str]


class LiveLeg(msgspec.Struct, frozen=True, kw_only=True):
    """A leg that exists on the switch: prepared (since `dial` not called, or called and nothing heard: see
    `was_dialled`), ringing or answered; `bridge` is the call it is joined into."""

    leg_id: str
    state: LegState
    was_dialled: bool
    labels: Mapping[str, str]
    bridge: str | None = None


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """Every live leg; `epoch` changes when the switch restarts, and with it every call is gone."""

    epoch: str
    legs: tuple[LiveLeg, ...] = ()


class Event(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Something that a telephone system tells. Serialised with its class name as the tag."""


class LegRinging(Event, frozen=True, kw_only=True, tag=True):
    """The far end rings; `early_media`: it sends sound already."""

    leg_id: str
    early_media: bool = False


class LegAnswered(Event, frozen=True, kw_only=True, tag=True):
    """The far end answered."""

    leg_id: str


class LegEnded(Event, frozen=True, kw_only=True, tag=True):
    """The leg is over: exactly once for each leg. `q850` and `sip_status` as far as they are known."""

    leg_id: str
    outcome: Outcome
    by: EndedBy
    rang: bool
    answered: bool
    q850: int | None = None
    sip_status: int | None = None


class Bridged(Event, frozen=True, kw_only=True, tag=True):
    """Both legs of the call hear each other."""

    call_id: str


class AmdResult(Event, frozen=True, kw_only=True, tag=True):
    """Whether a machine answered (needs `Capability.AMD`)."""

    leg_id: str
    is_machine: bool


class Dtmf(Event, frozen=True, kw_only=True, tag=True):
    """The far end pressed a key: 0-9, *, #, A-D."""

    leg_id: str
    digit: str


class PromptFinished(Event, frozen=True, kw_only=True, tag=True):
    """A prompt was played to its end, or (`failed`) could not be."""

    leg_id: str
    prompt: str
    failed: bool = False


class LinkLost(Event, frozen=True, kw_only=True, tag=True):
    """The connection to the switch is gone, or cannot be made; what happens there is not heard. The adapter goes on
    trying. `reason` is for people: it is what they have to mend."""

    reason: str


class LinkRestored(Event, frozen=True, kw_only=True, tag=True):
    """The connection is up: before any event of a leg, and again after `LinkLost`."""

    snapshot: Snapshot


class Superseded(Event, frozen=True, kw_only=True, tag=True):
    """Somebody else controls the link now. The last event: this adapter will not reconnect."""


class TelephonyError(RingbackError):
    """The root of what `Telephony` raises."""


class LegExists(TelephonyError):
    """There is a live leg of this id already."""


class LegGone(TelephonyError):
    """The leg does not exist (any more): somebody removed it, it is not ours to dial."""


class TelephonyUnavailable(TelephonyError):
    """The switch cannot be reached or does not answer; nothing is known of the leg until `LinkRestored`."""


class DialRefused(TelephonyError):
    """The switch refuses the request as it stands (unknown trunk, unregistered agent, malformed destination)."""

    def __init__(self, message: str, outcome: Outcome = Outcome.TRUNK_ERROR) -> None:
        super().__init__(message)
        self.outcome = outcome


class Telephony(Protocol):
    """One link to one telephone system. Implementations connect in `start` and are done after `close`."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What this system can do."""
        ...

    async def start(self) -> None:
        """Begin to connect and, connected, supersede any other controller; `LinkRestored` tells when it is up.

        Raises SetupError when the configuration can never work.
        """
        ...

    async def close(self) -> None:
        """Disconnect. Legs live on where the system has `SURVIVES_ENGINE`, else they are hung up."""
        ...

    async def prepare(self, request: DialRequest) -> None:
        """Create the leg; nothing rings. Raises LegExists, TelephonyUnavailable, DialRefused."""
        ...

    async def dial(self, leg_id: str) -> None:
        """Let the prepared leg ring. Raises LegGone, TelephonyUnavailable, DialRefused."""
        ...

    async def bridge(self, call_id: str, customer_leg: str, agent_leg: str) -> None:
        """Join two answered legs; repeating it is harmless. Raises LegGone, TelephonyUnavailable."""
        ...

    async def play(self, leg_id: str, prompt: str) -> None:
        """Play a prompt to an answered leg; `PromptFinished` follows. Raises LegGone, TelephonyUnavailable."""
        ...

    async def hangup(self, leg_id: str, reason: HangupReason) -> None:
        """End the leg, also a prepared one; one that ended already counts as done. Raises TelephonyUnavailable."""
        ...

    async def snapshot(self) -> Snapshot:
        """Every live leg, now. Raises TelephonyUnavailable."""
        ...

    def events(self) -> AsyncIterator[Event]:
        """The one ordered stream; it ends after `close` or `Superseded`."""
        ...
