"""`/api/v1/services/{name}/slots`."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from ringback.accounts.rules import Permission
from ringback.api.auth import needs
from ringback.api.backend import Backend
from ringback.api.problems import WHEN_READING
from ringback.booking import slots
from ringback.callbacks.views import LocalTime
from ringback.instants import require_offset
from ringback.services.time_zones import time_zone

PATH = "/api/v1/services/{service_name:str}/slots"
DEFAULT_DAYS = 7
MAX_SLOTS = 10_000


class BookableSlot(msgspec.Struct, frozen=True):
    """A slot in which a call can be asked for, while `free` is not 0; null: any number of calls.

    `local`: what the clock of the answer's `time_zone` shows when it starts.
    """

    starts_at: datetime
    ends_at: datetime
    local: LocalTime
    capacity: int | None
    free: int | None


class BookableSlots(msgspec.Struct, frozen=True):
    """The slots by time, the full ones too."""

    service: str
    time_zone: str
    slot_minutes: int
    items: list[BookableSlot]


@get(opt=needs(Permission.SEE_AVAILABILITY), summary="The slots that can be booked", responses=WHEN_READING)
async def find(
    service_name: FromPath[str],
    backend: NamedDependency[Backend],
    from_at: Annotated[datetime | None, QueryParameter(name="from", description="Not before; now if left out")] = None,
    days: Annotated[int, QueryParameter(ge=1, le=slots.DAYS_AHEAD, description="Of 24 hours each")] = DEFAULT_DAYS,
    zone_name: Annotated[str | None, QueryParameter(name="time_zone", description="IANA; else the service's")] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_SLOTS, description="How many at most")] = MAX_SLOTS,
) -> BookableSlots:
    """The slots that begin from now on, at most 31 days ahead; none while the service takes no scheduled callbacks.

    `starts_at` can be sent as `desired_at`, and so can any other instant until `ends_at`.
    """
    if from_at is not None:
        require_offset("from", from_at)
    service, found = await slots.bookable(backend.database, backend.clock, service_name, from_at, days)
    zone = time_zone(service.time_zone if zone_name is None else zone_name)
    items = [
        BookableSlot(
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            local=slot.starts_at.astimezone(zone).replace(tzinfo=None),
            capacity=slot.capacity,
            free=slot.free,
        )
        for slot in found[:limit]
    ]
    return BookableSlots(service.name, zone.key, service.slot_minutes, items)


HANDLERS = [find]
