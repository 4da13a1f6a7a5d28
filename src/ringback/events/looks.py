"""What changed in the database from one look at it to the next, whoever changed it and whenever it was committed."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

import msgspec

from ringback.clock import Clock
from ringback.database.pool import Database
from ringback.database.queries import QueryFile

# How far back callbacks are looked for: longer than any transaction that changes one takes until its commit.
WINDOW = timedelta(seconds=30)
# So many callbacks are told one by one.
MAX_CALLBACKS = 5_000


@dataclass(frozen=True)
class Changes:
    """The callbacks that changed, by the id of their service; the agents, with the ids of the services they serve;
    the services, with their ids; the bulk work, with whose it is (`KIND name`).
    """

    callbacks: dict[int, list[str]] = field(default_factory=dict[int, list[str]])
    agents: dict[str, frozenset[int]] = field(default_factory=dict[str, frozenset[int]])
    services: dict[str, int] = field(default_factory=dict[str, int])
    bulk: dict[str, str] = field(default_factory=dict[str, str])


class _Kind(StrEnum):
    MOMENT = "MOMENT"
    RIGHTS = "RIGHTS"
    MANY = "MANY"
    CALLBACK = "CALLBACK"
    AGENT = "AGENT"
    SERVICE = "SERVICE"
    BULK = "BULK"


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    kind: _Kind
    name: str
    version: str
    service_ids: tuple[int, ...]
    owner: str


_LOOK = QueryFile(__file__, "looks.sql").query("look", _Row)


class Looks:
    """One look after the other; each tells what changed since the one before."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._moment: _Row | None = None
        self._rights = ""
        # What was told already of what a transaction wrote that may have been under way at the last look.
        self._told: dict[tuple[_Kind, str], str] = {}
        self._agents: dict[str, str] = {}

    @property
    def rights(self) -> str:
        """What users and API keys might do at the last look: another word whenever that changed."""
        return self._rights

    def forget(self) -> None:
        """Begin anew: the next look is a first one."""
        self._moment = None
        self._told, self._agents = {}, {}

    async def next(self) -> Changes | None:
        """What changed since the last look; None: nobody can say, all may have, as at a first look.

        Raises DatabaseUnavailable; the next look is a first one then.
        """
        before, self._moment = self._moment, None
        async with self._database.connection() as connection:
            rows = await _LOOK.all(
                connection,
                horizon=before.name if before else None,
                since=self._clock.now() - WINDOW,
                limit=MAX_CALLBACKS,
            )
        self._moment = moment = _only(rows, _Kind.MOMENT)
        self._rights = _only(rows, _Kind.RIGHTS).version
        new = self._not_told(rows)
        is_known = before is not None and before.version == moment.version and int(before.name) <= int(moment.name)
        if not is_known or any(row.kind is _Kind.MANY for row in rows):
            return None
        return _changes(new)

    def _not_told(self, rows: list[_Row]) -> list[_Row]:
        new = [row for row in rows if self._version_told(row) != row.version]
        self._agents.update({row.name: row.version for row in rows if row.kind is _Kind.AGENT})
        self._told = {(row.kind, row.name): row.version for row in rows if row.kind is not _Kind.AGENT}
        return new

    def _version_told(self, row: _Row) -> str | None:
        return self._agents.get(row.name) if row.kind is _Kind.AGENT else self._told.get((row.kind, row.name))


def _only(rows: list[_Row], kind: _Kind) -> _Row:
    return next(row for row in rows if row.kind is kind)


def _changes(rows: list[_Row]) -> Changes:
    changes = Changes()
    for row in rows:
        match row.kind:
            case _Kind.CALLBACK:
                changes.callbacks.setdefault(row.service_ids[0], []).append(row.name)
            case _Kind.AGENT:
                changes.agents[row.name] = frozenset(row.service_ids)
            case _Kind.SERVICE:
                changes.services[row.name] = row.service_ids[0]
            case _Kind.BULK:
                changes.bulk[row.name] = row.owner
            case _Kind.MOMENT | _Kind.RIGHTS | _Kind.MANY:
                pass
    return changes
