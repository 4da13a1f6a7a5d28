"""What the simulator's process and its clients say to each other: JSON, one object a line, over TCP or a Unix socket.

A client sends `Frame`s; each is answered by one `Reply` of the same id. The connection that took control of a link is
told its events, `Told`, in between. Commands are accepted on every connection, as Asterisk accepts REST calls.
"""

from pathlib import Path

import msgspec

from ringback.errors import SetupError
from ringback.telephony.port import (
    AmdResult,
    Bridged,
    DialRefused,
    DialRequest,
    Dtmf,
    Event,
    HangupReason,
    LegAnswered,
    LegEnded,
    LegExists,
    LegGone,
    LegRinging,
    LinkLost,
    LinkRestored,
    Outcome,
    PromptFinished,
    Snapshot,
    Superseded,
    TelephonyUnavailable,
)

from .far_ends import FarEnd

LINE_LIMIT_BYTES = 64 * 1024 * 1024
"""A snapshot of very many legs is one line."""


class _Message(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    pass


class TakeControl(_Message, frozen=True, kw_only=True):
    """Hear the link's events on this connection, and say who we are in the journal."""

    link: str
    who: str


class Prepare(_Message, frozen=True, kw_only=True):
    request: DialRequest


class Dial(_Message, frozen=True, kw_only=True):
    leg_id: str


class Bridge(_Message, frozen=True, kw_only=True):
    call_id: str
    customer_leg: str
    agent_leg: str


class Play(_Message, frozen=True, kw_only=True):
    leg_id: str
    prompt: str


class Hangup(_Message, frozen=True, kw_only=True):
    leg_id: str
    reason: HangupReason


class TakeSnapshot(_Message, frozen=True, kw_only=True):
    pass


class Ping(_Message, frozen=True, kw_only=True):
    """Are you there?"""


class SetFarEnd(_Message, frozen=True, kw_only=True):
    destination: str
    far_end: FarEnd | None


class FarEndAnswers(_Message, frozen=True, kw_only=True):
    called: str


class FarEndHangsUp(_Message, frozen=True, kw_only=True):
    called: str
    sip_status: int


class FarEndPresses(_Message, frozen=True, kw_only=True):
    called: str
    key: str


class CutLinks(_Message, frozen=True, kw_only=True):
    pass


class RestoreLinks(_Message, frozen=True, kw_only=True):
    pass


class PassTime(_Message, frozen=True, kw_only=True):
    """Move the process's manual clock on."""

    seconds: float


Command = TakeControl | Prepare | Dial | Bridge | Play | Hangup | TakeSnapshot | Ping
FarEndCommand = SetFarEnd | FarEndAnswers | FarEndHangsUp | FarEndPresses | CutLinks | RestoreLinks | PassTime
AnyEvent = (
    LegRinging
    | LegAnswered
    | LegEnded
    | Bridged
    | AmdResult
    | Dtmf
    | PromptFinished
    | LinkLost
    | LinkRestored
    | Superseded
)


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """A numbered request."""

    id: int
    request: Command | FarEndCommand


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """An error of the port, by the name of its class."""

    error: str
    text: str
    outcome: Outcome | None = None


class Reply(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The answer to the request of that id."""

    id: int
    failure: Failure | None = None
    snapshot: Snapshot | None = None


class Told(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """An event of the controlled link."""

    event: AnyEvent


FAILURES = (LegExists, LegGone, TelephonyUnavailable, DialRefused, ValueError)


def failure_of(error: Exception) -> Failure:
    """An error in words that the other side turns back into the same error."""
    outcome = error.outcome if isinstance(error, DialRefused) else None
    return Failure(error=type(error).__name__, text=str(error), outcome=outcome)


def error_of(failure: Failure) -> Exception:
    """The error that was sent."""
    if failure.outcome is not None:
        return DialRefused(failure.text, failure.outcome)
    classes = {known.__name__: known for known in (LegExists, LegGone, TelephonyUnavailable)}
    return classes.get(failure.error, ValueError)(failure.text)


def decode_frame(line: bytes) -> Frame:
    """One line of a client. Raises msgspec.DecodeError."""
    return msgspec.json.decode(line, type=Frame)


def decode_answer(line: bytes) -> Reply | Told:
    """One line of the simulator. Raises msgspec.DecodeError."""
    return msgspec.json.decode(line, type=Reply | Told)


def encode(message: Frame | Reply) -> bytes:
    """One line."""
    return msgspec.json.encode(message) + b"\n"


def encode_event(event: Event) -> bytes:
    """One line that is read as `Told`."""
    return msgspec.json.encode({"type": Told.__name__, "event": event}) + b"\n"


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where a simulator listens: a Unix socket (`path`) or host and port."""

    path: Path | None = None
    host: str = "127.0.0.1"
    port: int = 0

    @classmethod
    def parse(cls, text: str) -> "Address":
        """`127.0.0.1:7070`, `[::1]:7070` or `unix:/path`. Raises SetupError."""
        if text.startswith("unix:") and len(text) > len("unix:"):
            return cls(path=Path(text.removeprefix("unix:")))
        host, _, port = text.rpartition(":")
        if not host or not port.isdecimal() or int(port) > 65535:
            raise SetupError(f"{text!r} is no address for a simulator: write HOST:PORT or unix:/path")
        return cls(host=host.strip("[]"), port=int(port))

    @property
    def url(self) -> str:
        """The address as the URL of a link."""
        if self.path is not None:
            return f"simulator://{self.path.absolute()}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"simulator://{host}:{self.port}"
