"""Sealing the audit: entries get a seal in batches, and each seal's hash covers the one before.

One job seals; whoever writes entries never waits for it. An entry that commits late, with a lower id than some that are
sealed already, goes into a later seal. docs/audit.md says exactly what is hashed, so that anybody can recompute it.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from ringback.audit import journal
from ringback.clock import Clock
from ringback.database.pool import Database
from ringback.database.queries import QueryFile
from ringback.errors import NotFound

BATCH = 1_000
HASH_BYTES = 32
NOTHING_BEFORE = bytes(HASH_BYTES)
SEALS_REMOVED_AT_ONCE = 5


class NoSealYet(NotFound):
    """Nothing in the audit is sealed yet: the engine does it within seconds of the first entry."""

    code = "no-seal-yet"


class Seal(msgspec.Struct, frozen=True, kw_only=True):
    """A seal as stored. `entry_ids` and `entry_hashes` (32 bytes each) are None once its entries are removed."""

    id: int
    sealed_at: datetime
    entries: int
    first_entry_id: int
    last_entry_id: int
    entry_ids: tuple[int, ...] | None
    entry_hashes: bytes | None
    previous_hash: bytes
    hash: bytes

    def hashes(self) -> dict[int, bytes] | None:
        """The hash of each entry by its id, as they were sealed; None once they are removed."""
        if self.entry_ids is None or self.entry_hashes is None:
            return None
        pieces = (
            self.entry_hashes[start : start + HASH_BYTES] for start in range(0, len(self.entry_hashes), HASH_BYTES)
        )
        return dict(zip(self.entry_ids, pieces, strict=False))


class SealView(msgspec.Struct, frozen=True, kw_only=True):
    """A seal as shown; `hash` is what to note elsewhere."""

    id: int
    sealed_at: datetime
    entries: int
    first_entry_id: int
    last_entry_id: int
    previous_hash: str
    hash: str


class _Hashed(msgspec.Struct, frozen=True):
    id: int
    hash: bytes


_sql = QueryFile(__file__, "seals.sql")
_TAKE_TURN = _sql.query("take_turn", bool)
_UNSEALED = _sql.query("unsealed", _Hashed)
_NEWEST = _sql.query("newest", Seal)
_ADD = _sql.command("add")
_MARK = _sql.command("mark")
_OLD_SEALS = _sql.query("old_seals", int)
_ALLOW_REMOVAL = _sql.query("allow_removal", str)
_REMOVE_ENTRIES = _sql.command("remove_entries")
_FORGET_HASHES = _sql.command("forget_hashes")


async def seal_next(database: Database, clock: Clock) -> SealView | None:
    """Seal up to `BATCH` entries; None when there are none, or another process is at it."""
    async with database.transaction() as connection:
        if not await _TAKE_TURN.one(connection):
            return None
        found = await _UNSEALED.all(connection, limit=BATCH)
        if not found:
            return None
        newest = await _NEWEST.first(connection)
        seal = _seal(newest, found, clock.now())
        await _ADD.run(connection, **msgspec.structs.asdict(seal))
        await _MARK.run(connection, seal_id=seal.id, ids=seal.entry_ids)
    return shown(seal)


async def newest(database: Database) -> SealView:
    """The newest seal, to be noted elsewhere. Raises NoSealYet."""
    async with database.connection() as connection:
        seal = await _NEWEST.first(connection)
    if seal is None:
        raise NoSealYet("Nothing in the audit is sealed yet")
    return shown(seal)


async def remove_old(database: Database, clock: Clock, days: int) -> int:
    """Remove the entries of whole seals that are older than so many days; returns how many entries.

    The seals stay, and an entry tells of the removal. Counted in whole days of UTC, so that there is one removal a day.
    """
    removed = 0
    while batch := await _remove_some(database, clock, days):
        removed += batch
    return removed


def shown(seal: Seal) -> SealView:
    """The seal as shown."""
    return SealView(
        id=seal.id,
        sealed_at=seal.sealed_at,
        entries=seal.entries,
        first_entry_id=seal.first_entry_id,
        last_entry_id=seal.last_entry_id,
        previous_hash=seal.previous_hash.hex(),
        hash=seal.hash.hex(),
    )


def hash_of(seal_id: int, sealed_at: datetime, previous_hash: bytes, entries: dict[int, bytes]) -> bytes:
    """SHA-256 over the lines of a seal: its id, its time, the hash before, and the id and hash of each entry."""
    lines = [str(seal_id), f"{sealed_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}", previous_hash.hex()]
    lines += [f"{entry_id} {entry_hash.hex()}" for entry_id, entry_hash in entries.items()]
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).digest()


def _seal(newest: Seal | None, found: Sequence[_Hashed], now: datetime) -> Seal:
    seal_id = 1 if newest is None else newest.id + 1
    previous_hash = NOTHING_BEFORE if newest is None else newest.hash
    return Seal(
        id=seal_id,
        sealed_at=now,
        entries=len(found),
        first_entry_id=found[0].id,
        last_entry_id=found[-1].id,
        entry_ids=tuple(entry.id for entry in found),
        entry_hashes=b"".join(entry.hash for entry in found),
        previous_hash=previous_hash,
        hash=hash_of(seal_id, now, previous_hash, {entry.id: entry.hash for entry in found}),
    )


async def _remove_some(database: Database, clock: Clock, days: int) -> int:
    now = clock.now()
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    async with database.transaction() as connection:
        if not await _TAKE_TURN.one(connection):
            return 0
        ids = await _OLD_SEALS.all(connection, before=today - timedelta(days=days), limit=SEALS_REMOVED_AT_ONCE)
        if not ids:
            return 0
        await _ALLOW_REMOVAL.one(connection)
        removed = await _REMOVE_ENTRIES.run(connection, ids=ids)
        await _FORGET_HASHES.run(connection, ids=ids)
        told: dict[str, object] = {"up_to_seal": ids[-1], "entries": removed}
        await journal.record_of_engine(connection, now, "audit.entries-removed", "audit", **told)
    return removed
