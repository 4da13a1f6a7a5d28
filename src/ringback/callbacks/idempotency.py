"""The same request twice, answered once: a client's own key for a request that makes a callback."""

import hashlib
from datetime import datetime
from uuid import UUID

import msgspec

from ringback.database.pool import Connection
from ringback.database.queries import QueryFile
from ringback.errors import ConflictsNow

MAX_KEY = 255


class IdempotencyKeyReused(ConflictsNow):
    """This Idempotency-Key was used before, with another request."""

    code = "idempotency-key-reused"


class IdempotencyKey(msgspec.Struct, frozen=True):
    """What makes a repeated request the same request: the client's own key, per API key or user."""

    api_key_id: int | None
    user_id: int | None
    value: str

    @property
    def columns(self) -> dict[str, object]:
        """The key as its row has it."""
        return {"api_key_id": self.api_key_id, "user_id": self.user_id, "idempotency_key": self.value}


class _Answer(msgspec.Struct, frozen=True):
    request_hash: bytes
    answer: bytes


_sql = QueryFile(__file__, "idempotency.sql")
_CLAIM_KEY = _sql.command("claim_key")
_ANSWER_OF_KEY = _sql.query("answer_of_key", _Answer)
_KEEP_ANSWER = _sql.command("keep_answer")


async def claim(
    connection: Connection, key: IdempotencyKey, request: msgspec.Struct, callback_id: UUID, now: datetime
) -> bytes | None:
    """Claim the key for a callback to be made, waiting for a request that is under way with it.

    Returns what an earlier request was answered, or None: then `keep` the answer. Raises IdempotencyKeyReused.
    """
    request_hash = _hashed(request)
    if await _CLAIM_KEY.run(connection, **key.columns, request_hash=request_hash, callback_id=callback_id, now=now):
        return None
    earlier = await _ANSWER_OF_KEY.one(connection, **key.columns)
    if earlier.request_hash != request_hash:
        raise IdempotencyKeyReused(
            f"The Idempotency-Key {key.value!r} was used before, with another request", idempotency_key=key.value
        )
    return earlier.answer


async def keep(connection: Connection, key: IdempotencyKey, answer: bytes) -> None:
    """Keep what the request was answered, byte for byte."""
    await _KEEP_ANSWER.run(connection, answer=answer, **key.columns)


def _hashed(request: msgspec.Struct) -> bytes:
    return hashlib.sha256(msgspec.json.encode(request, order="sorted")).digest()
