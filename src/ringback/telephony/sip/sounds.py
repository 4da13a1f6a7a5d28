"""What Ringback itself plays into a call: hold music that it makes, and prompts read from WAV files."""

import functools
import math
import re
import wave
from array import array
from pathlib import Path

SAMPLE_RATE = 8000
BYTES_PER_FRAME = 320
"""20 ms of 16-bit samples at 8 kHz."""
_NOTE_SECONDS = 0.8
_LOUDNESS = 3000.0
_MELODY = (392.0, 493.88, 587.33, 493.88, 440.0, 523.25, 659.26, 523.25, 392.0, 440.0, 493.88, 587.33)
"""Notes in hertz: a slow line in G that comes round every ten seconds."""
_PROMPT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class PromptUnplayable(Exception):
    """There is no such prompt, or it is not 8 kHz, mono, 16 bit."""


@functools.cache
def hold_music() -> bytes:
    """A soft melody to be repeated: 16-bit samples at 8 kHz, a whole number of 20 ms frames."""
    samples = array("h")
    for hertz in _MELODY:
        samples.extend(_note(hertz))
    return samples.tobytes()


def read_prompt(directory: Path | None, name: str) -> bytes:
    """The samples of `NAME.wav` in the prompts' directory. Raises PromptUnplayable."""
    if directory is None or not _PROMPT_NAME.fullmatch(name):
        raise PromptUnplayable(f"there is no prompt {name!r}")
    try:
        with wave.open(str(directory / f"{name}.wav"), "rb") as prompt:
            form = (prompt.getframerate(), prompt.getnchannels(), prompt.getsampwidth())
            if form != (SAMPLE_RATE, 1, 2):
                raise PromptUnplayable(f"prompt {name!r} is {form[0]} Hz, {form[1]} channels, {8 * form[2]} bit")
            return prompt.readframes(prompt.getnframes())
    except (OSError, EOFError, wave.Error) as problem:
        raise PromptUnplayable(f"prompt {name!r}: {problem}") from None


def _note(hertz: float) -> list[int]:
    """One struck note that fades out, with a quiet octave above it."""
    count = int(_NOTE_SECONDS * SAMPLE_RATE)
    step = 2 * math.pi * hertz / SAMPLE_RATE
    return [
        int(_loudness_at(index, count) * (math.sin(step * index) + 0.3 * math.sin(2 * step * index)))
        for index in range(count)
    ]


def _loudness_at(index: int, count: int) -> float:
    attack = min(1.0, index / 160)
    return _LOUDNESS * attack * math.exp(-3.0 * index / count) * min(1.0, (count - index) / 400)
