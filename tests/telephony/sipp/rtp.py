"""The sound of a telephone under test: one RTP socket that plays a tone and records what it is sent."""

import math
import socket
import struct
import threading
import time
from collections import defaultdict

FRAME_SECONDS = 0.02
FRAME_SAMPLES = 160
SAMPLE_RATE = 8000
PCMU, TELEPHONE_EVENT = 0, 101
KEYS = "0123456789*#ABCD"
Address = tuple[str, int]


class RtpSound:
    """Serves all the calls of one telephone; a call is known by the address that its RTP comes from.

    `tone`: the hertz of the tone that is played to every caller, None for silence.
    """

    def __init__(self, tone: int | None = None) -> None:
        self._tone = _tone_frames(tone) if tone else None
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._recorded: dict[Address, bytearray] = defaultdict(bytearray)
        self._keys: list[tuple[Address, int, str]] = []
        self._lock = threading.Lock()
        self._sequence = 0
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name="test-rtp", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Hang up the microphone."""
        self._is_closed = True
        self._thread.join()
        self._socket.close()

    @property
    def callers(self) -> int:
        """From how many calls sound has arrived."""
        with self._lock:
            return len(self._recorded)

    @property
    def keys(self) -> str:
        """The keys that callers pressed (RFC 4733), in order."""
        with self._lock:
            return "".join(key for _, _, key in self._keys)

    @property
    def heard_seconds(self) -> float:
        """For how long sound has arrived, of the caller who sent most."""
        with self._lock:
            return max((len(heard) for heard in self._recorded.values()), default=0) / SAMPLE_RATE

    @property
    def loudest_sample(self) -> float:
        """The loudest moment of all that was heard, 0 to 1 of the full scale."""
        with self._lock:
            heard = b"".join(self._recorded.values())
        return max((abs(_LINEAR[byte]) for byte in heard), default=0) / 32768

    def loudness(self, hertz: float) -> float:
        """How loud the tone of `hertz` was in the last half second heard, 0 to 1: the loudest caller's."""
        return max(self._levels(hertz), default=0.0)

    def loudest(self, hertz: float) -> float:
        """How loud the tone of `hertz` was in the best quarter second of all that was heard, 0 to 1."""
        with self._lock:
            recordings = [bytes(heard) for heard in self._recorded.values()]
        size = SAMPLE_RATE // 4
        pieces = [heard[at : at + size] for heard in recordings for at in range(0, len(heard) - size + 1, size // 2)]
        return max((tone_level([_LINEAR[byte] for byte in piece], hertz) for piece in pieces), default=0.0)

    def callers_hearing(self, hertz: float, at_least: float) -> int:
        """In how many calls the tone of `hertz` was at least that loud in the last half second heard."""
        return sum(level >= at_least for level in self._levels(hertz))

    def _levels(self, hertz: float) -> list[float]:
        with self._lock:
            tails = [bytes(heard[-SAMPLE_RATE // 2 :]) for heard in self._recorded.values()]
        return [tone_level([_LINEAR[byte] for byte in tail], hertz) for tail in tails]

    def press(self, key: str) -> None:
        """Press a key in every call, as RFC 4733 telephone events of 100 ms."""
        event, timestamp = KEYS.index(key), int(time.monotonic() * SAMPLE_RATE) & 0xFFFFFFFF
        for number in range(8):
            is_end = number >= 5
            payload = struct.pack("!BBH", event, (0x80 if is_end else 0) | 10, FRAME_SAMPLES * min(number + 1, 6))
            self._send(TELEPHONE_EVENT, payload, timestamp)

    def _run(self) -> None:
        self._socket.settimeout(FRAME_SECONDS / 4)
        frame, due_at = 0, time.monotonic()
        while not self._is_closed:
            self._receive()
            if self._tone and time.monotonic() >= due_at:
                self._send(PCMU, self._tone[frame % len(self._tone)], frame * FRAME_SAMPLES)
                frame, due_at = frame + 1, due_at + FRAME_SECONDS

    def _receive(self) -> None:
        try:
            packet, caller = self._socket.recvfrom(2048)
        except (TimeoutError, ConnectionError):
            return
        kind, timestamp = packet[1] & 0x7F, int.from_bytes(packet[4:8], "big")
        with self._lock:
            if kind == PCMU:
                self._recorded[caller] += packet[12:]
            elif kind == TELEPHONE_EVENT and packet[13] & 0x80:
                pressed = (caller, timestamp, KEYS[packet[12]])
                if pressed not in self._keys:
                    self._keys.append(pressed)

    def _send(self, kind: int, payload: bytes, timestamp: int) -> None:
        with self._lock:
            self._sequence = (self._sequence + 1) & 0xFFFF
            header = struct.pack("!BBHII", 0x80, kind, self._sequence, timestamp & 0xFFFFFFFF, self.port)
            callers = list(self._recorded)
        for caller in callers:
            self._socket.sendto(header + payload, caller)


def tone_level(samples: list[int], hertz: float) -> float:
    """The amplitude of one frequency in 16-bit samples at 8 kHz, 0 to 1 of the full scale (Goertzel's algorithm)."""
    if not samples:
        return 0.0
    turn = 2 * math.cos(2 * math.pi * hertz / SAMPLE_RATE)
    older = newer = 0.0
    for sample in samples:
        older, newer = newer, sample + turn * newer - older
    power = older * older + newer * newer - turn * older * newer
    return 2 * math.sqrt(max(power, 0.0)) / len(samples) / 32768


def _tone_frames(hertz: int) -> list[bytes]:
    """One second of a tone, half of the full scale, in frames of 20 ms."""
    samples = [int(16000 * math.sin(2 * math.pi * hertz * index / SAMPLE_RATE)) for index in range(SAMPLE_RATE)]
    coded = bytes(_to_ulaw(sample) for sample in samples)
    return [coded[at : at + FRAME_SAMPLES] for at in range(0, len(coded), FRAME_SAMPLES)]


def _to_ulaw(sample: int) -> int:
    """G.711 mu-law."""
    sign, size = (0x80, -sample) if sample < 0 else (0, sample)
    size = min(size, 32635) + 132
    exponent = size.bit_length() - 8
    return ~(sign | exponent << 4 | (size >> (exponent + 3)) & 0x0F) & 0xFF


def _from_ulaw(byte: int) -> int:
    inverted = ~byte & 0xFF
    size = (((inverted & 0x0F) << 3) + 132 << ((inverted & 0x70) >> 4)) - 132
    return -size if inverted & 0x80 else size


_LINEAR = [_from_ulaw(byte) for byte in range(256)]
