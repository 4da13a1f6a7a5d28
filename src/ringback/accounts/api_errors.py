"""What calls with an API key were refused or failed, for whoever has to find out why a client does not work.

Only what the server itself says of a call is kept, and its correlation id: no path, no query, no body, no text of the
refusal, for all of these may hold telephone numbers. Kept for `KEPT`, and at most `MOST` of them.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import msgspec

from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile
from ringback.instants import require_offset
from ringback.lists import DEFAULT_LIMIT, page_of, place_of, require_limit

KEPT = timedelta(days=7)
MOST = 100_000
# Whoever shows made-up keys does not push out the errors of real ones.
MOST_WITHOUT_KEY = 10_000


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """A call that was refused or failed. `key_hash`: of the secret that it showed; `route`: the template."""

    at: datetime
    correlation_id: str
    key_hash: bytes
    method: str
    route: str
    status: int
    code: str


class ApiError(msgspec.Struct, frozen=True, kw_only=True):
    """A call that was refused or failed. `api_key`: the name of its key, None: what it showed is no key's secret."""

    id: int
    at: datetime
    correlation_id: str
    api_key: str | None
    method: str
    route: str
    status: int
    code: str


class ApiErrorFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which errors are wanted: of a key by name, with a code, of one call, from then on, before then.

    `within`: only of keys whose services are all among these ids; None: all, also those without a key.
    """

    api_key: str | None = None
    code: str | None = None
    correlation_id: str | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None
    within: Collection[int] | None = None


class ApiErrorPage(msgspec.Struct, frozen=True):
    """Errors, the newest first; `next_cursor` is null where no older ones follow."""

    items: list[ApiError]
    next_cursor: str | None


_sql = QueryFile(__file__, "api_errors.sql")
_KEEP = _sql.command("keep")
_PAGE = _sql.query("page", ApiError)
_REMOVE_OLD = _sql.command("remove_old")
_REMOVE_EXCESS = _sql.command("remove_excess")
_REMOVE_EXCESS_WITHOUT_KEY = _sql.command("remove_excess_without_key")


async def keep(connection: Connection, failures: Sequence[Failure]) -> None:
    """Keep them, in this order."""
    columns = {field: [getattr(failure, field) for failure in failures] for field in Failure.__struct_fields__}
    await _KEEP.run(connection, **columns)


async def find(
    database: Database, wanted: ApiErrorFilter, *, limit: int = DEFAULT_LIMIT, cursor: str | None = None
) -> ApiErrorPage:
    """One page; `cursor` is one that a page gave. Raises InvalidFilter, TimeWithoutOffset."""
    require_limit(limit)
    require_offset("from", wanted.from_at)
    require_offset("to", wanted.to_at)
    before = place_of(cursor)
    async with database.connection() as connection:
        found = await _PAGE.all(
            connection,
            **msgspec.structs.asdict(wanted),
            before_at=before and before.at,
            before_id=before and before.id,
            limit=limit + 1,
        )
    return ApiErrorPage(*page_of(found, limit))


async def remove_old(connection: Connection, now: datetime, limit: int) -> int:
    """Remove those that are old, and those beyond what is kept at most, so many of each kind; returns how many."""
    removed = await _REMOVE_OLD.run(connection, before=now - KEPT, limit=limit)
    removed += await _REMOVE_EXCESS_WITHOUT_KEY.run(connection, kept=MOST_WITHOUT_KEY, limit=limit)
    return removed + await _REMOVE_EXCESS.run(connection, kept=MOST, limit=limit)
