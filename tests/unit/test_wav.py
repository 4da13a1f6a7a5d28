"""Which bytes are a WAV file that can be played."""

import io
import struct
import wave

import pytest

from ringback.callbacks import wav


def chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def fmt(tag: int = wav.PCM, channels: int = 1, rate: int = 8_000, bits: int = 16, block: int | None = None) -> bytes:
    block = channels * bits // 8 if block is None else block
    return chunk(b"fmt ", struct.pack("<HHIIHH", tag, channels, rate, rate * block, block, bits))


def riff(*chunks: bytes) -> bytes:
    content = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(content)) + content


def data(size: int = 160) -> bytes:
    return chunk(b"data", bytes(size))


def of_the_standard_library(channels: int, width: int, rate: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(width)
        writer.setframerate(rate)
        writer.writeframes(bytes(channels * width * 100))
    return file.getvalue()


@pytest.mark.parametrize(("channels", "width", "rate"), [(1, 2, 8_000), (2, 2, 48_000), (1, 1, 16_000), (2, 1, 44_100)])
def test_what_the_standard_library_writes_is_taken(channels: int, width: int, rate: int) -> None:
    wav.check(of_the_standard_library(channels, width, rate))


@pytest.mark.parametrize(
    "audio",
    [
        riff(fmt(wav.A_LAW, bits=8), data()),
        riff(fmt(wav.MU_LAW, bits=8), data(161)),
        riff(fmt(wav.MU_LAW, channels=2, bits=8), data()),
        riff(chunk(b"LIST", b"INFOx"), fmt(), chunk(b"fact", bytes(4)), data()),
        riff(fmt(), data()) + b"trailing bytes are no part of it",
        riff(fmt(wav.MU_LAW, bits=8), chunk(b"data", bytes(161))[:-1]),
    ],
)
def test_what_telephone_systems_record_is_taken(audio: bytes) -> None:
    wav.check(audio)


def test_an_extensible_format_is_what_its_subformat_says() -> None:
    def extensible(tag: int) -> bytes:
        plain = fmt(wav.EXTENSIBLE)[8:]
        return riff(chunk(b"fmt ", plain + struct.pack("<HHIH", 22, 16, 4, tag) + bytes(14)), data())

    wav.check(extensible(wav.PCM))
    with pytest.raises(wav.BadWav, match="0x0003 with 16 bits"):
        wav.check(extensible(3))


@pytest.mark.parametrize(
    ("audio", "why"),
    [
        (b"", "does not begin with RIFF"),
        (b"RIFF", "does not begin with RIFF"),
        (b"ID3\x04" + bytes(100), "does not begin with RIFF"),
        (b"RIFX" + riff(fmt(), data())[4:], "does not begin with RIFF"),
        (riff(fmt(), data()).replace(b"WAVE", b"AVI "), "does not begin with RIFF"),
        (riff(fmt(), data())[:-1], "cut off: it says that it has 204 bytes, and has 203"),
        (riff(fmt() + b"data\xff\xff\xff\xff" + bytes(10)), "its chunk b'data' goes on beyond the end"),
        (riff(), "no data chunk"),
        (riff(fmt()), "no data chunk"),
        (riff(data()), "no fmt chunk in front"),
        (riff(data(), fmt()), "no fmt chunk in front"),
        (riff(fmt(), data(0)), "data chunk is empty"),
        (riff(fmt(), data(161)), "middle of a sample"),
        (riff(fmt(channels=2), data(162)), "middle of a sample"),
        (riff(chunk(b"fmt ", bytes(15)), data()), "fmt chunk is too short"),
        (riff(fmt(3, bits=32), data()), "format 0x0003 with 32 bits is not taken"),
        (riff(fmt(0x55, bits=0), data()), "format 0x0055"),
        (riff(fmt(bits=24), data()), "format 0x0001 with 24 bits"),
        (riff(fmt(wav.A_LAW, bits=16), data()), "format 0x0006 with 16 bits"),
        (riff(chunk(b"fmt ", fmt(wav.EXTENSIBLE)[8:]), data()), "format 0x0000"),
        (riff(fmt(channels=0), data()), "it has 0 channels"),
        (riff(fmt(channels=3), data()), "it has 3 channels"),
        (riff(fmt(rate=0), data()), "it has 0 samples per second"),
        (riff(fmt(rate=96_000), data()), "it has 96000 samples per second"),
        (riff(fmt(block=0), data()), "contradicts itself"),
        (riff(fmt(block=4), data()), "contradicts itself"),
    ],
)
def test_what_cannot_be_played_is_refused_with_the_reason(audio: bytes, why: str) -> None:
    with pytest.raises(wav.BadWav, match=why):
        wav.check(audio)


def test_no_cut_of_a_good_file_is_taken_or_breaks_the_check() -> None:
    whole = riff(chunk(b"LIST", b"INFO"), fmt(), data(20))
    wav.check(whole)
    for length in range(len(whole)):
        with pytest.raises(wav.BadWav):
            wav.check(whole[:length])
