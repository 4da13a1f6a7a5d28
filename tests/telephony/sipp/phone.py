"""A SIP telephone played by a sipp process of its own, and what it says of the calls that it got."""

import re
import socket
import subprocess
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Self

from tests.telephony.rig import Behaviour

from .rtp import RtpSound
from .scenario import Timing, phone_scenario, registrar_scenario

START_SECONDS = 20
STARTS = 5
LIFETIME = "900s"
_MESSAGE = re.compile(
    r"^-{20,} (\d{4}-\d\d-\d\d[\sT][\d:.]+)\S*\n(\w+) message (received|sent)[^\n]*\n\n", re.MULTILINE
)
_ADDRESS = re.compile(r'(?:"(?P<name>[^"]*)"\s*)?<sip:(?P<user>[^@>]+)@')


@dataclass
class ReceivedCall:
    """One call that the telephone got, told from the SIP messages that it received and sent.

    `dialled`, `domain`: the address that was called; `caller`, `caller_name`: as From has it; `bye_from`: who hung up,
    `caller` or `phone`; `statuses`: what the phone said to the INVITE, in order.
    """

    sip_call_id: str
    invited_at: datetime
    dialled: str
    domain: str
    caller: str
    caller_name: str
    branches: set[str] = field(default_factory=set[str])
    statuses: list[int] = field(default_factory=list[int])
    has_credentials: bool = False
    is_acknowledged: bool = False
    is_cancelled: bool = False
    bye_from: str | None = None

    @property
    def invites(self) -> int:
        """How many INVITEs arrived; two where the phone challenged the first."""
        return len(self.branches)

    @property
    def is_answered(self) -> bool:
        """Whether the phone answered."""
        return 200 in self.statuses


class SippPhone:
    """A telephone that behaves as the last two digits dialled say (`Behaviour`, `FarEnd`), with real sound.

    Any number of calls at once. `tone`: what it plays to every caller, in hertz. `port`: where it is, any free one if
    None. It takes registrations too, as a trunk does. Use it as a context manager; it is ready for calls inside.
    """

    def __init__(
        self,
        directory: Path,
        *,
        tone: int | None = None,
        otherwise: Behaviour = Behaviour.ANSWERS,
        timing: Timing | None = None,
        credentials: tuple[str, str] = ("ringback", "secret"),
        port: int | None = None,
    ) -> None:
        self._directory = directory
        self.sound = RtpSound(tone)
        self._process = SippProcess(
            directory,
            phone_scenario(self.sound.port, timing=timing or Timing(), otherwise=otherwise, credentials=credentials),
            port,
        )

    def __enter__(self) -> Self:
        self._process.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Unplug the telephone: it does not say good-bye."""
        self._process.stop()
        self.sound.close()

    @property
    def address(self) -> str:
        """Where it is: HOST:PORT."""
        return f"127.0.0.1:{self._process.port}"

    def uri(self, user: str) -> str:
        """The SIP address of one of its users, such as an agent's endpoint."""
        return f"sip:{user}@{self.address}"

    def calls(self, dialled: str | None = None) -> list[ReceivedCall]:
        """The calls that it got so far, in order; those to one user where `dialled` is given."""
        calls = read_calls(self._process.messages())
        return [call for call in calls if dialled in (None, call.dialled)]


class SippProcess:
    """A sipp that runs one scenario on a free port of 127.0.0.1."""

    def __init__(self, directory: Path, scenario: str, port: int | None = None) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory, self._wanted_port = directory, port
        self.port = port or 0
        self._process: subprocess.Popen[bytes] | None = None
        (directory / "scenario.xml").write_text(scenario, encoding="ascii")

    def start(self) -> None:
        """Run until the port answers; another port if somebody was quicker."""
        for _ in range(STARTS):
            self.port = self._wanted_port or free_udp_port()
            self._process = subprocess.Popen(
                self._command(), cwd=self._directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            if self._is_up(self._process):
                return
        errors = self._directory / "errors.log"
        raise RuntimeError(f"sipp does not start: {errors.read_text() if errors.exists() else 'it says nothing'}")

    def stop(self) -> None:
        """End it, by its process id."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def messages(self) -> str:
        """Everything received and sent so far, as sipp logs it."""
        log = self._directory / "messages.log"
        return log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""

    def _command(self) -> list[str]:
        files = ["-message_file", "messages.log", "-error_file", "errors.log"]
        place = ["-i", "127.0.0.1", "-mi", "127.0.0.1", "-p", str(self.port)]
        return [
            "sipp",
            "-sf",
            "scenario.xml",
            *place,
            "-nostdin",
            "-trace_msg",
            "-trace_err",
            *files,
            "-timeout",
            LIFETIME,
        ]

    def _is_up(self, process: subprocess.Popen[bytes]) -> bool:
        until = time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < until:
            if not is_free_udp_port(self.port):
                return process.poll() is None
            time.sleep(0.01)
        return False


class SippRegistrar(SippProcess):
    """A registrar that takes every registration for two seconds, or none. Use it as a context manager."""

    def __init__(self, directory: Path, *, accepts: bool, port: int | None = None) -> None:
        super().__init__(directory, registrar_scenario(accepts=accepts), port)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def free_udp_port() -> int:
    """A port of 127.0.0.1 that nobody uses now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_free_udp_port(port: int) -> bool:
    """Whether nobody uses that port of 127.0.0.1."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def read_calls(log: str) -> list[ReceivedCall]:
    """The calls in a log of sipp's messages."""
    calls: dict[str, ReceivedCall] = {}
    pieces = _MESSAGE.split(log)
    for at in range(1, len(pieces), 4):
        moment, _, direction, message = pieces[at : at + 4]
        _note(calls, datetime.fromisoformat(moment.replace("\t", " ")), direction, message.strip())
    return list(calls.values())


def _note(calls: dict[str, ReceivedCall], moment: datetime, direction: str, message: str) -> None:
    call_id, method = _header(message, "Call-ID"), _header(message, "CSeq").partition(" ")[2]
    is_received = direction == "received"
    if is_received and message.startswith("INVITE "):
        call = calls.setdefault(call_id, _new_call(call_id, moment, message))
        call.branches.add(_header(message, "Via").partition("branch=")[2].partition(";")[0])
        call.has_credentials |= "uthorization: Digest" in message
    elif call_id in calls:
        _note_later(calls[call_id], is_received, method, message)


def _note_later(call: ReceivedCall, is_received: bool, method: str, message: str) -> None:
    status = int(message[8:11]) if message.startswith("SIP/2.0 ") else None
    if status is not None and method == "INVITE" and not is_received and status not in call.statuses:
        call.statuses.append(status)
    elif status is None and method == "BYE":
        call.bye_from = "caller" if is_received else "phone"
    elif is_received and message.startswith("CANCEL "):
        call.is_cancelled = True
    elif is_received and message.startswith("ACK ") and call.is_answered:
        call.is_acknowledged = True


def _new_call(call_id: str, moment: datetime, message: str) -> ReceivedCall:
    caller = _ADDRESS.search(_header(message, "From"))
    dialled, _, place = message.split(" ", 2)[1].removeprefix("sip:").partition("@")
    return ReceivedCall(
        sip_call_id=call_id,
        invited_at=moment,
        dialled=dialled,
        domain=re.split("[:;]", place)[0],
        caller=caller["user"] if caller else "",
        caller_name=(caller["name"] or "") if caller else "",
    )


def _header(message: str, name: str) -> str:
    found = re.search(rf"^{name}\s*:\s*(.*?)\s*$", message, re.IGNORECASE | re.MULTILINE)
    return found[1] if found else ""
