"""Recordings as telephone systems send them."""

import struct


def wav(size: int = 1_000, sample: bytes = b"\x01") -> bytes:
    """A mu-law recording; `size` is that of the whole file."""
    samples = sample * (size - 44)
    head = struct.pack("<4sIHHIIHH", b"fmt ", 16, 7, 1, 8_000, 8_000, 1, 8) + struct.pack("<4sI", b"data", len(samples))
    return struct.pack("<4sI4s", b"RIFF", size - 8, b"WAVE") + head + samples
