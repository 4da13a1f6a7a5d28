"""Whether bytes are a WAV file that a telephone system and a browser can play.

Read by the RIFF structure itself: the standard library's `wave` knows no A-law and mu-law, which is what telephone
systems record.
"""

import struct
from collections.abc import Iterator

PCM, A_LAW, MU_LAW, EXTENSIBLE = 0x0001, 0x0006, 0x0007, 0xFFFE
MAX_CHANNELS = 2
SAMPLE_RATES = range(8_000, 48_001)

_BITS = {PCM: (8, 16), A_LAW: (8,), MU_LAW: (8,)}
_FORMAT = struct.Struct("<HHIIHH")  # tag, channels, samples per second, bytes per second, bytes per sample, bits
_TAG_OF_EXTENSIBLE = slice(24, 26)  # the first two bytes of the subformat are the tag in the older sense
_CHUNK_HEADER = 8


class BadWav(ValueError):
    """These bytes are no such WAV file; the text says why."""


def check(audio: bytes) -> None:
    """Raises BadWav unless it is PCM of 8 or 16 bits, A-law or mu-law, mono or stereo, 8 to 48 kHz, and complete."""
    if len(audio) < 12 or audio[:4] != b"RIFF" or audio[8:12] != b"WAVE":
        raise BadWav("it is no WAV file: it does not begin with RIFF and WAVE")
    end = _CHUNK_HEADER + _size(audio, 4)
    if end > len(audio):
        raise BadWav(f"it is cut off: it says that it has {end} bytes, and has {len(audio)}")
    block: int | None = None
    for name, content in _chunks(audio[12:end]):
        if name == b"fmt ":
            block = _block_size(content)
        elif name == b"data":
            return _check_samples(len(content), block)
    raise BadWav("it has no sound: there is no data chunk")


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + _CHUNK_HEADER <= len(content):
        name, size = content[at : at + 4], _size(content, at + 4)
        at += _CHUNK_HEADER
        if at + size > len(content):
            raise BadWav(f"it is cut off: its chunk {name!r} goes on beyond the end")
        yield name, content[at : at + size]
        at += size + size % 2  # chunks begin at even places


def _block_size(content: bytes) -> int:
    """The bytes of one sample of all channels. Raises BadWav."""
    if len(content) < _FORMAT.size:
        raise BadWav("its fmt chunk is too short")
    tag, channels, rate, _, block, bits = _FORMAT.unpack_from(content)
    if tag == EXTENSIBLE:
        tag = int.from_bytes(content[_TAG_OF_EXTENSIBLE], "little")
    if bits not in _BITS.get(tag, ()):
        raise BadWav(f"format {tag:#06x} with {bits} bits is not taken: PCM of 8 or 16 bits, A-law and mu-law are")
    if not 1 <= channels <= MAX_CHANNELS:
        raise BadWav(f"it has {channels} channels: 1 and 2 are taken")
    if rate not in SAMPLE_RATES:
        raise BadWav(f"it has {rate} samples per second: {SAMPLE_RATES[0]} to {SAMPLE_RATES[-1]} are taken")
    if block != channels * bits // 8:
        raise BadWav(f"its fmt chunk contradicts itself: {channels} channels of {bits} bits in {block} bytes")
    return block


def _check_samples(size: int, block: int | None) -> None:
    if block is None:
        raise BadWav("its sound comes before its format: there is no fmt chunk in front of the data")
    if size == 0:
        raise BadWav("it has no sound: its data chunk is empty")
    if size % block:
        raise BadWav("it is cut off in the middle of a sample")


def _size(content: bytes, at: int) -> int:
    return int.from_bytes(content[at : at + 4], "little")
