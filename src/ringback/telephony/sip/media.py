"""Who hears what: one thread moves the sound of every call in steps of 20 ms.

A call hears, in this order: the prompt that is being played to it, the call it is bridged with, hold music, silence.
A thread of its own, because an event loop that is busy for 100 ms would be heard.
"""

import threading
import time
from collections.abc import Callable
from typing import Protocol

from ringback.telephony.sip.sounds import BYTES_PER_FRAME, hold_music

FRAME_SECONDS = 0.02
AHEAD_BYTES = 4 * BYTES_PER_FRAME
"""How much of a prompt or of hold music is queued ahead: 80 ms of the thread's absence go unheard."""
LATE_BYTES = 10 * BYTES_PER_FRAME
"""More than 200 ms queued in a conversation is delay without use: it is dropped."""
CUSHION = bytes(2 * BYTES_PER_FRAME)
"""Silence put before speech whenever the queue has run dry, so that a late step does not chop the next words."""
READ_BYTES = 16384


class Sound(Protocol):
    """The sound of one call; see `stack.CallSound`."""

    def read(self, at_most: int) -> bytes: ...
    def write(self, pcm: bytes) -> None: ...
    def queued_bytes(self) -> int | None: ...
    def drop_queued(self) -> None: ...


class Recording:
    """Samples being played; `is_endless` ones begin again. `on_end` is called by the media thread when all is sent."""

    def __init__(self, pcm: bytes, *, is_endless: bool, on_end: Callable[[], None] | None = None) -> None:
        self._pcm, self._is_endless, self._at = pcm, is_endless, 0
        self.on_end = on_end

    def take(self, size: int) -> bytes:
        """The next samples, fewer at the end."""
        piece = self._pcm[self._at : self._at + size]
        self._at += len(piece)
        if self._is_endless and self._at >= len(self._pcm):
            self._at = 0
        return piece

    @property
    def is_over(self) -> bool:
        """Whether everything has been taken."""
        return not self._is_endless and self._at >= len(self._pcm)


class Voice:
    """One call as the media thread sees it."""

    def __init__(self, sound: Sound, *, on_hold: bool) -> None:
        self.sound = sound
        self.hold = Recording(hold_music(), is_endless=True) if on_hold else None
        self.prompt: Recording | None = None
        self.peer: Voice | None = None
        self.on_joined: Callable[[], None] | None = None

    @property
    def has_work(self) -> bool:
        """Whether the media thread has to look after this call."""
        return not (self.hold is None and self.prompt is None and self.peer is None)


class MediaThread:
    """Moves sound while there is any to move; sleeps without a cost otherwise."""

    def __init__(self) -> None:
        self._voices: set[Voice] = set()
        self._changed = threading.Condition()
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name="ringback-sip-media", daemon=True)
        self._thread.start()

    def add(self, voice: Voice) -> None:
        """Look after a call that was answered."""
        with self._changed:
            self._voices.add(voice)
            self._changed.notify()

    def remove(self, voice: Voice) -> None:
        """The call is over; the one it was bridged with hears silence from now on."""
        with self._changed:
            self._voices.discard(voice)
            _part(voice)

    def join(self, one: Voice, other: Voice, on_joined: Callable[[], None]) -> None:
        """Let two calls hear each other; `on_joined` is called by the media thread once they do."""
        with self._changed:
            for voice in (one, other):
                _part(voice)
                voice.hold = None
                voice.sound.read(READ_BYTES)
                voice.sound.drop_queued()
            one.peer, other.peer = other, one
            one.on_joined = on_joined
            self._changed.notify()

    def play(self, voice: Voice, prompt: Recording) -> None:
        """Play a prompt to a call, in place of the one that may be playing."""
        with self._changed:
            former, voice.prompt = voice.prompt, prompt
            voice.sound.drop_queued()
            self._changed.notify()
        if former is not None and former.on_end is not None:
            former.on_end()

    def close(self) -> None:
        """Stop the thread."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        due_at = time.monotonic()
        while self._wait_until(due_at):
            due_at = max(due_at + FRAME_SECONDS, time.monotonic() - AHEAD_BYTES / BYTES_PER_FRAME * FRAME_SECONDS)

    def _wait_until(self, due_at: float) -> bool:
        """Do one step when it is due and somebody needs it; False once closed."""
        with self._changed:
            while not self._is_closed:
                wait = due_at - time.monotonic()
                has_work = any(voice.has_work for voice in self._voices)
                if has_work and wait <= 0:
                    for voice in self._voices:
                        _serve(voice)
                    return True
                self._changed.wait(wait if has_work else None)
            return False


def _part(voice: Voice) -> None:
    if voice.peer is not None:
        voice.peer.peer, voice.peer = None, None


def _serve(voice: Voice) -> None:
    if voice.prompt is not None:
        _serve_prompt(voice, voice.prompt)
    elif voice.peer is None and voice.hold is not None:
        _fill(voice.sound, voice.hold)
    if voice.peer is not None:
        _relay(voice.peer, voice)


def _serve_prompt(voice: Voice, prompt: Recording) -> None:
    _fill(voice.sound, prompt)
    if prompt.is_over and not voice.sound.queued_bytes():
        voice.prompt = None
        if prompt.on_end is not None:
            prompt.on_end()


def _fill(sound: Sound, recording: Recording) -> None:
    queued = sound.queued_bytes()
    if queued is not None and queued < AHEAD_BYTES:
        sound.write(recording.take(AHEAD_BYTES - queued))


def _relay(speaker: Voice, listener: Voice) -> None:
    pcm = speaker.sound.read(READ_BYTES)
    queued = listener.sound.queued_bytes()
    if queued is None:
        return
    if listener.prompt is None and pcm:
        _pass_on(pcm, listener.sound, queued)
    if listener.on_joined is not None:
        on_joined, listener.on_joined = listener.on_joined, None
        on_joined()


def _pass_on(pcm: bytes, sound: Sound, queued: int) -> None:
    if queued > LATE_BYTES:
        sound.drop_queued()
    else:
        sound.write(pcm if queued else CUSHION + pcm)
