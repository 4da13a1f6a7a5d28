"""The customer's name as spoken: one WAV recording per callback, kept for 4 days after the callback completed."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from ringback.actors import Actor
from ringback.audit import journal
from ringback.callbacks import lifecycle, views, wav
from ringback.callbacks.states import State
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile
from ringback.errors import ConflictsNow, NeverPossible, NotFound
from ringback.services import catalog

MAX_BYTES = 1_048_576
KEPT_AFTER_COMPLETION = timedelta(days=4)


class InvalidRecording(NeverPossible):
    """This is no WAV file of 1 MB at most that can be played; the text says why."""

    code = "invalid-recording"


class RecordingNotFound(NotFound):
    """The callback has no name recording, or no longer: it is removed 4 days after completion."""

    code = "recording-not-found"


class CallbackCompleted(ConflictsNow):
    """The callback is COMPLETED, so that nothing is added to it."""

    code = "callback-completed"


class _Found(msgspec.Struct, frozen=True):
    service: str
    audio: bytes | None


_sql = QueryFile(__file__, "recordings.sql")
_PUT = _sql.command("put")
_FOUND = _sql.query("found", _Found)
_COPY = _sql.command("copy")
_REMOVE_EXPIRED = _sql.command("remove_expired")


async def put(database: Database, clock: Clock, actor: Actor, callback_id: UUID, audio: bytes) -> None:
    """Keep a callback's recording in the place of an earlier one.

    Raises InvalidRecording, CallbackNotFound, CallbackCompleted.
    """
    _check(audio)
    async with database.transaction() as connection:
        callback = await lifecycle.lock(connection, callback_id)
        if callback.state is State.COMPLETED:
            raise CallbackCompleted(f"The callback {callback_id} is COMPLETED: it takes no name recording any more")
        now = clock.now()
        await _PUT.run(connection, callback_id=callback_id, audio=audio, now=now)
        of_services = [(await catalog.with_id(connection, callback.service_id)).name]
        await journal.record(connection, now, actor, "recording.kept", str(callback_id), of_services=of_services)


async def get(database: Database, clock: Clock, actor: Actor, callback_id: UUID) -> bytes:
    """A callback's recording, a WAV file, to be heard. Raises CallbackNotFound, RecordingNotFound."""
    async with database.transaction() as connection:
        found = await _FOUND.first(connection, callback_id=callback_id)
        if found is None:
            raise views.not_found(callback_id)
        if found.audio is None:
            raise RecordingNotFound(f"The callback {callback_id} has no name recording", id=callback_id)
        of_services, subject = [found.service], str(callback_id)
        await journal.record(connection, clock.now(), actor, "recording.heard", subject, of_services=of_services)
    return found.audio


async def copy(connection: Connection, from_id: UUID, to_id: UUID, now: datetime) -> bool:
    """Give a new callback the recording of the one it is recreated from; whether there was one to give.

    One that completed 4 days ago or longer has none to give, though it may not be removed yet.
    """
    after = now - KEPT_AFTER_COMPLETION
    return await _COPY.run(connection, from_id=from_id, to_id=to_id, completed_after=after) > 0


async def remove_expired(connection: Connection, now: datetime, batch: int) -> int:
    """Remove recordings of callbacks that completed 4 days ago or longer, `batch` at most; returns how many.

    Those that another process removes just now are left to it.
    """
    return await _REMOVE_EXPIRED.run(connection, completed_until=now - KEPT_AFTER_COMPLETION, batch=batch)


def _check(audio: bytes) -> None:
    if len(audio) > MAX_BYTES:
        raise InvalidRecording(f"The recording has {len(audio)} bytes; {MAX_BYTES} is the most", limit_bytes=MAX_BYTES)
    try:
        wav.check(audio)
    except wav.BadWav as problem:
        raise InvalidRecording(f"The recording cannot be taken: {problem}") from None
