"""What a customer may be offered now: a call as soon as possible, a call at a chosen time, and why not.

An offer follows from the rules on creation, and is recorded: a callback created from it within an hour keeps what the
customer was told. It reserves nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Annotated
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from ringback.booking.seats import SlotFull
from ringback.booking.slots import DAYS_AHEAD, DAYS_TRIED, Fitting, FreeSlot, free_slots, with_a_free_slot
from ringback.callbacks import limits, queue, times
from ringback.callbacks.model import MAX_TEXT
from ringback.callbacks.times import Whereabouts
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile
from ringback.errors import ConflictsNow, Refused
from ringback.numbers import phone, screening
from ringback.routing.estimate import WaitEstimate
from ringback.services import catalog
from ringback.services.model import Service
from ringback.services.time_zones import time_zone

VALID_FOR = timedelta(hours=1)
SLOTS = 6


class OfferExpired(ConflictsNow):
    """There is no such offer of this service, or it was made more than an hour ago."""

    code = "offer-expired"


class OfferRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who asks, as far as it is known: the more is, the surer is the answer. `time_zone`: IANA."""

    phone_number: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)] | None = None
    time_zone: str | None = None


class WhyNot(msgspec.Struct, frozen=True):
    """The rule on creation that refuses, by its code and in a sentence."""

    code: str
    detail: str


class Possible(msgspec.Struct, frozen=True, kw_only=True):
    """What a service takes now; `slots` are the next with free seats."""

    why_not_immediate: WhyNot | None
    why_not_scheduled: WhyNot | None
    slots: Sequence[FreeSlot]


class Offered(msgspec.Struct, frozen=True):
    """Whether a service takes callbacks for now, and at a chosen time, of whoever it is."""

    is_immediate: bool
    is_scheduled: bool


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What may be offered; created with its `id` as `offer_id` until `valid_until`, a callback keeps what was told.

    `estimated_wait` in seconds is null when it cannot be told. `slots`: the next few in which the customer may be
    called.
    """

    id: UUID
    service: str
    made_at: datetime
    valid_until: datetime
    offers_immediate: bool
    why_not_immediate: WhyNot | None
    offers_scheduled: bool
    why_not_scheduled: WhyNot | None
    place_of_new_caller: int
    estimated_wait: WaitEstimate | None
    slots: Sequence[FreeSlot]


class Announced(msgspec.Struct, frozen=True):
    """What a callback keeps of the offer that it is created from."""

    id: UUID
    wait_high_seconds: int | None


_sql = QueryFile(__file__, "offers.sql")
_RECORD = _sql.command("record")
_VALID = _sql.query("valid", Announced)


async def make(database: Database, clock: Clock, service_name: str, request: OfferRequest) -> Offer:
    """What may be offered to this customer now, recorded. Raises ServiceNotFound, UnknownTimeZone."""
    async with database.transaction() as connection:
        now = clock.now()
        service = await catalog.named(connection, service_name)
        prospect = await queue.prospect(connection, service.id, now)
        possible = await possible_now(connection, service, prospect.wait, request, now)
        offer = Offer(
            id=uuid7(),
            service=service.name,
            made_at=now,
            valid_until=now + VALID_FOR,
            offers_immediate=possible.why_not_immediate is None,
            why_not_immediate=possible.why_not_immediate,
            offers_scheduled=possible.why_not_scheduled is None,
            why_not_scheduled=possible.why_not_scheduled,
            place_of_new_caller=prospect.place,
            estimated_wait=prospect.wait,
            slots=possible.slots,
        )
        await _record(connection, service, offer)
    return offer


async def possible_now(
    connection: Connection, service: Service, wait: WaitEstimate | None, request: OfferRequest, now: datetime
) -> Possible:
    """What the rules on creation allow now, for a customer of whom this much is known. Raises UnknownTimeZone."""
    where = times.whereabouts(request.time_zone, Whereabouts(service.time_zone, is_stated=False))
    time_zone(where.zone)
    why_not_immediate = why_not_scheduled = None
    slots: Sequence[FreeSlot] = ()
    try:
        number = await _require_taken(connection, service, request, now, is_scheduled=False)
        _require_callable(service, number, where, now)
        await times.require_kept_before_closing(connection, service, wait, now, _fitting(service, number, where))
    except Refused as refusal:
        why_not_immediate = WhyNot(refusal.code, str(refusal))
    try:
        number = await _require_taken(connection, service, request, now, is_scheduled=True)
        slots = await _slots(connection, service, _fitting(service, number, where), now)
    except Refused as refusal:
        why_not_scheduled = WhyNot(refusal.code, str(refusal))
    return Possible(why_not_immediate=why_not_immediate, why_not_scheduled=why_not_scheduled, slots=slots)


async def offered_now(
    connection: Connection, services: Sequence[Service], waits: Mapping[int, WaitEstimate | None], now: datetime
) -> dict[int, Offered]:
    """What `possible_now` allows of a customer of whom nothing is known, for many services at once, by their ids.

    `waits`: of who came to each now. It takes few queries however many the services are.
    """
    rooms = await limits.rooms(connection, [service.id for service in services], now)
    takes = [service for service in services if service.id in rooms]
    scheduled = [service for service in takes if limits.takes(service, is_scheduled=True) and rooms[service.id].to_ask]
    with_slots = await with_a_free_slot(connection, scheduled, now)
    return {
        service.id: Offered(
            is_immediate=limits.takes(service, is_scheduled=False)
            and rooms[service.id].to_wait
            and times.is_kept_before_closing(service, waits[service.id], now),
            is_scheduled=service.id in with_slots,
        )
        for service in takes
    }


async def announced(connection: Connection, offer_id: UUID, service: Service, now: datetime) -> Announced:
    """The offer that a callback is created from. Raises OfferExpired."""
    offer = await _VALID.first(connection, id=offer_id, service_id=service.id, made_after=now - VALID_FOR)
    if offer is None:
        text = f"There is no offer {offer_id} of {service.name!r} that was made within the last hour: make a new one"
        raise OfferExpired(text, offer_id=offer_id, service=service.name)
    return offer


async def _require_taken(
    connection: Connection, service: Service, request: OfferRequest, now: datetime, *, is_scheduled: bool
) -> str | None:
    """The rules on creation before those about time; returns the number, when it is known."""
    limits.require_taken(service, is_scheduled=is_scheduled)
    number = None
    if request.phone_number is not None:
        number = phone.parse(request.phone_number, service.default_region)
        screening.require_permitted(number, service.number_rules)
        await limits.require_not_waiting(connection, service, number)
    await limits.require_room(connection, service, number, now, is_scheduled=is_scheduled)
    return number


def _require_callable(service: Service, number: str | None, where: Whereabouts, now: datetime) -> None:
    if number is None:
        times.require_open(service, now)
    else:
        times.require_callable(service, number, where, now)


def _fitting(service: Service, number: str | None, where: Whereabouts) -> Fitting:
    return iter if number is None else times.slots_to_call_in(service, number, where)


async def _slots(connection: Connection, service: Service, fitting: Fitting, now: datetime) -> Sequence[FreeSlot]:
    """The next fitting slots with free seats. Raises SlotFull when there is none."""
    found: list[FreeSlot] = []
    for days in DAYS_TRIED:
        ahead = await free_slots(connection, service, now, now + timedelta(days=days), now)
        found = list(islice(fitting(slot for slot in ahead if slot.free != 0), SLOTS))
        if len(found) == SLOTS:
            break
    if not found:
        text = f"{service.name!r} has no slot with a free seat within {DAYS_AHEAD} days"
        raise SlotFull(text, service=service.name, slots=[])
    return found


async def _record(connection: Connection, service: Service, offer: Offer) -> None:
    wait = offer.estimated_wait
    await _RECORD.run(
        connection,
        id=offer.id,
        service_id=service.id,
        made_at=offer.made_at,
        offers_immediate=offer.offers_immediate,
        offers_scheduled=offer.offers_scheduled,
        place=offer.place_of_new_caller,
        wait_low_seconds=wait and wait.low,
        wait_point_seconds=wait and wait.point,
        wait_high_seconds=wait and wait.high,
    )
