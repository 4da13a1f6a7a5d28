"""Looking whether the audit is as it was sealed, and saying what is not.

What this shows and what it cannot show is in docs/audit.md.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from ringback.audit.seals import NOTHING_BEFORE, Seal, SealView, hash_of, shown
from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile

SEALS_AT_ONCE = 10
# Whoever rewrote everything need not be told of each entry.
MAX_PROBLEMS = 1_000

Progress = Callable[[int, int], None]


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """What was found: `problems` in words, none when all is as it was sealed.

    `entries` were compared; of `seals_without_entries` they are removed, being old. `unsealed` have no seal yet.
    `newest` is the seal to note elsewhere.
    """

    seals: int
    seals_without_entries: int
    entries: int
    unsealed: int
    newest: SealView | None
    problems: list[str]


class _Entry(msgspec.Struct, frozen=True):
    id: int
    seal_id: int
    hash: bytes


_sql = QueryFile(__file__, "seals.sql")
_NEWEST = _sql.query("newest", Seal)
_SEALS_AFTER = _sql.query("seals_after", Seal)
_ENTRIES_OF_SEALS = _sql.query("entries_of_seals", _Entry)
_REMOVED_UP_TO = _sql.query("removed_up_to", int)
_UNSEALED_NUMBER = _sql.query("unsealed_number", int)


async def verify(
    database: Database, expected: Mapping[int, bytes] | None = None, progress: Progress = lambda done, total: None
) -> Verification:
    """Compare every entry and seal with what was sealed, in batches; entries may be written meanwhile.

    `expected`: hashes of seals that were noted elsewhere. `progress` is told how many seals of how many are done.
    """
    walk = _Walk(expected or {})
    async with database.connection() as connection:
        newest = await _NEWEST.first(connection)
        while await _walk_on(connection, walk):
            progress(walk.seals, max(walk.seals, 0 if newest is None else newest.id))
        unsealed = await _UNSEALED_NUMBER.one(connection)
    walk.look_for_those_noted()
    return Verification(
        seals=walk.seals,
        seals_without_entries=walk.seals_without_entries,
        entries=walk.entries,
        unsealed=unsealed,
        newest=None if walk.last is None else shown(walk.last),
        problems=walk.problems[:MAX_PROBLEMS],
    )


async def _walk_on(connection: Connection, walk: "_Walk") -> bool:
    """Look at the next seals, as they are at one moment; False when there are no more."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        after = 0 if walk.last is None else walk.last.id
        seals = await _SEALS_AFTER.all(connection, after=after, limit=SEALS_AT_ONCE)
        entries = await _ENTRIES_OF_SEALS.all(connection, after=after, last=seals[-1].id if seals else None)
        removed_up_to = await _REMOVED_UP_TO.one(connection)
    walk.look_at(seals, entries, removed_up_to)
    return bool(seals) and len(walk.problems) < MAX_PROBLEMS


class _Walk:
    """Along the seals, from the first to the newest."""

    def __init__(self, expected: Mapping[int, bytes]) -> None:
        self._expected = expected
        self.last: Seal | None = None
        self.seals = 0
        self.seals_without_entries = 0
        self.entries = 0
        self.problems: list[str] = []

    def look_at(self, seals: Sequence[Seal], entries: Sequence[_Entry], removed_up_to: int) -> None:
        """The seals that come next, and all entries that say that they are of one of them or of one beside them."""
        by_seal: dict[int, dict[int, bytes]] = {seal.id: {} for seal in seals}
        for entry in sorted(entries, key=_id):
            by_seal.setdefault(entry.seal_id, {})[entry.id] = entry.hash
        for seal in seals:
            self.problems += self._of_chain(seal)
            self.problems += self._of_entries(seal, by_seal.pop(seal.id), removed_up_to)
            self.last = seal
            self.seals += 1
        for seal_id, orphans in sorted(by_seal.items()):
            self.problems.append(f"seal {seal_id} is missing: {len(orphans)} entries are said to be of it")
        self.entries += len(entries)

    def look_for_those_noted(self) -> None:
        """Seals that were noted elsewhere must be there."""
        newest = 0 if self.last is None else self.last.id
        gone = sorted(seal_id for seal_id in self._expected if seal_id > newest)
        self.problems += [f"seal {seal_id}, which was noted elsewhere, is missing" for seal_id in gone]

    def _of_chain(self, seal: Seal) -> Iterator[str]:
        last_id, last_hash = (0, NOTHING_BEFORE) if self.last is None else (self.last.id, self.last.hash)
        if seal.id == last_id + 2:
            yield f"seal {last_id + 1} is missing"
        elif seal.id > last_id + 1:
            yield f"seals {last_id + 1} to {seal.id - 1} are missing"
        elif seal.previous_hash != last_hash:
            yield f"seal {seal.id} was changed, or the one before: it does not follow from that"
        noted = self._expected.get(seal.id)
        if noted is not None and noted != seal.hash:
            yield f"seal {seal.id} is not the one noted elsewhere: its hash is {seal.hash.hex()}, not {noted.hex()}"

    def _of_entries(self, seal: Seal, present: Mapping[int, bytes], removed_up_to: int) -> Iterator[str]:
        sealed = seal.hashes()
        if sealed is None:
            self.seals_without_entries += 1
            if seal.id > removed_up_to:
                yield f"the entries of seal {seal.id} were removed, and not because they were old: nothing tells of it"
        elif not _is_itself(seal, sealed):
            yield f"seal {seal.id} was changed: what it lists does not have its hash"
        listed = sealed or {}
        for entry_id in sorted(set(present) | set(listed)):
            if entry_id not in present:
                yield f"entry {entry_id} of seal {seal.id} is missing"
            elif entry_id not in listed:
                yield f"entry {entry_id} of seal {seal.id} was added"
            elif present[entry_id] != listed[entry_id]:
                yield f"entry {entry_id} of seal {seal.id} was changed"


def _is_itself(seal: Seal, sealed: dict[int, bytes]) -> bool:
    listed = (len(sealed), min(sealed, default=0), max(sealed, default=0))
    return (
        listed == (seal.entries, seal.first_entry_id, seal.last_entry_id)
        and hash_of(seal.id, seal.sealed_at, seal.previous_hash, sealed) == seal.hash
    )


def _id(entry: _Entry) -> int:
    return entry.id
