"""Which callbacks bulk work is asked for: checked strictly, because a slip could change thousands."""

from collections.abc import Collection
from datetime import datetime

from ringback.bulk.model import BulkRequest, Kind, Recreation, Rescheduling, Selection
from ringback.callbacks.promise import DAYS_AHEAD, promise_at
from ringback.callbacks.states import CAN_BE_LATE, WORRYING, Result, State
from ringback.database.pool import Connection
from ringback.errors import NeverPossible
from ringback.instants import require_offset
from ringback.services import catalog
from ringback.services.time_zones import time_zone

MAX_SHIFT_SECONDS = 2 * DAYS_AHEAD * 86_400


class InvalidSelection(NeverPossible):
    """Bulk work was asked for in a way that leaves open what is meant; `field` says where."""

    code = "invalid-selection"


def check(request: BulkRequest, now: datetime) -> None:
    """Raises InvalidSelection, TimeWithoutOffset and, for a new desired time, what `promise_at` raises."""
    if request.ids is not None:
        _check_ids(request)
    else:
        _check_range(request)
    if isinstance(request, Rescheduling):
        _check_shift(request)
    if isinstance(request, Rescheduling | Recreation):
        _check_new_time(request, now)


async def restriction(
    connection: Connection, kind: Kind, request: Selection, within: Collection[int] | None, now: datetime
) -> dict[str, object]:
    """How the queries over a range are restricted, `within` these services (None: all). Raises ServiceNotFound.

    `now`: as of when it is late.
    """
    services = await catalog.ids_of(connection, request.services) if request.services else within
    states = kind.covered & set(request.states) if request.states else kind.covered
    if request.needs_attention:
        states &= CAN_BE_LATE | {State.COMPLETED}
    return {
        "from_at": request.from_at,
        "to_at": request.to_at,
        "states": sorted(states),
        "service_ids": services if services is None or within is None else sorted(set(services) & set(within)),
        "results": _results(request),
        "late_at": now if request.needs_attention else None,
    }


def _results(request: Selection) -> list[Result] | None:
    """Those that COMPLETED callbacks must have; None: no matter which."""
    if not isinstance(request, Recreation):
        return None
    wanted = set(request.results or Result)
    return sorted(wanted & WORRYING if request.needs_attention else wanted)


def _check_ids(request: BulkRequest) -> None:
    results = request.results if isinstance(request, Recreation) else ()
    restricts = request.states or request.services or results or request.needs_attention
    if request.all or request.from_at or request.to_at or restricts:
        text = "ids names the callbacks; all, from, to, state, service, result and needs_attention do not go with it"
        raise _invalid("ids", text)
    if not request.ids:
        raise _invalid("ids", "ids is empty: name at least one callback")


def _check_range(request: BulkRequest) -> None:
    if not request.all:
        raise _invalid("ids", "name the callbacks by ids, or say all: true with from and to")
    if request.from_at is None or request.to_at is None:
        raise _invalid("from" if request.from_at is None else "to", "all needs from and to, which limit the range")
    require_offset("from", request.from_at)
    require_offset("to", request.to_at)
    if request.from_at >= request.to_at:
        text = f"from {request.from_at.isoformat()} is not before to {request.to_at.isoformat()}"
        raise _invalid("from", text)


def _check_shift(request: Rescheduling) -> None:
    if (request.desired_at is None) == (request.shift_seconds is None):
        raise _invalid("desired_at", "a rescheduling has either desired_at or shift_seconds")
    if request.shift_seconds is not None and not 1 <= abs(request.shift_seconds) <= MAX_SHIFT_SECONDS:
        text = f"shift_seconds is not 0 and at most {MAX_SHIFT_SECONDS} either way; {request.shift_seconds} is not so"
        raise _invalid("shift_seconds", text)


def _check_new_time(request: Rescheduling | Recreation, now: datetime) -> None:
    zone = "UTC" if request.time_zone is None else request.time_zone
    if request.desired_at is None:
        time_zone(zone)
    else:
        promise_at(request.desired_at, zone, now)


def _invalid(field: str, text: str) -> InvalidSelection:
    return InvalidSelection(text[0].upper() + text[1:], field=field)
