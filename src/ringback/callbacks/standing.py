"""How things stand in a service: is it open, who waits, which agents are there, what would a new caller get."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import msgspec

from ringback.agents.model import Presence
from ringback.booking import rules
from ringback.booking.plan import plan_of
from ringback.callbacks import offers, queue
from ringback.callbacks.offers import Offered
from ringback.callbacks.queue import LinkStatus, PausedTrunk, Prospect, Situation
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile
from ringback.routing.estimate import WaitEstimate
from ringback.services import catalog
from ringback.services.model import Mode, Service


class ServiceStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How things stand in a service.

    `is_open` by its hours, whatever its `mode`; `closes_at`: null when closed, or never closing; `opens_at`: null when
    open, or without hours ahead. `offer_immediate`, `offer_scheduled`: whether a new caller may be offered that now.
    `waiting` are QUEUED. `place_of_new_caller`: 1 is the next to be called. `places_among`: "callbacks and live
    callers" while the telephone system tells of those who hold on the line, else "callbacks". `live_waiting`: how
    many they are, null when nothing tells. `estimated_wait`, in seconds, is null when it cannot be told: no agent is
    logged in, or too little was dialled yet.
    """

    service: str
    display_name: str
    mode: Mode
    is_open: bool
    closes_at: datetime | None
    opens_at: datetime | None
    offer_immediate: bool
    offer_scheduled: bool
    scheduled: int
    waiting: int
    routing: int
    processing: int
    agents: Mapping[Presence, int]
    place_of_new_caller: int
    places_among: str
    live_waiting: int | None
    estimated_wait: WaitEstimate | None
    link: LinkStatus
    paused_trunk: PausedTrunk | None


class _Numbers(msgspec.Struct, frozen=True):
    service_id: int
    scheduled: int
    waiting: int
    routing: int
    processing: int


class _Hours(msgspec.Struct, frozen=True):
    is_open: bool
    closes_at: datetime | None
    opens_at: datetime | None


_NUMBERS = QueryFile(__file__, "standing.sql").query("numbers", _Numbers)


async def status(database: Database, clock: Clock, service_name: str) -> ServiceStatus:
    """How things stand in a service now. Raises ServiceNotFound."""
    async with database.connection() as connection:
        service = await catalog.named(connection, service_name)
        found = await statuses_of(connection, [service], clock.now())
    if not found:
        raise catalog.not_found(service_name)
    return found[0]


async def statuses(database: Database, clock: Clock, *, within: Collection[int] | None = None) -> list[ServiceStatus]:
    """How things stand in every service now, or in those with an id `within` these, by name."""
    async with database.connection() as connection:
        return await statuses_of(connection, await catalog.list_with(connection, within=within), clock.now())


async def statuses_of(connection: Connection, services: Sequence[Service], now: datetime) -> list[ServiceStatus]:
    """In as few queries for many as for one. A service that is deleted meanwhile is not among them."""
    ids = [service.id for service in services]
    situations = await queue.situations(connection, ids, now)
    prospects = await queue.prospects_in(connection, situations, now)
    numbers = {each.service_id: each for each in await _NUMBERS.all(connection, service_ids=ids)}
    waits = {service_id: prospect.wait for service_id, prospect in prospects.items()}
    offered = await offers.offered_now(connection, [each for each in services if each.id in waits], waits, now)
    return [
        _status(situations[each.id], numbers[each.id], prospects[each.id], offered[each.id], _hours(each, now))
        for each in services
        if each.id in offered
    ]


def _status(
    situation: Situation, numbers: _Numbers, prospect: Prospect, offered: Offered, hours: _Hours
) -> ServiceStatus:
    return ServiceStatus(
        service=situation.name,
        display_name=situation.display_name,
        mode=situation.mode,
        is_open=hours.is_open,
        closes_at=hours.closes_at,
        opens_at=hours.opens_at,
        offer_immediate=offered.is_immediate,
        offer_scheduled=offered.is_scheduled,
        scheduled=numbers.scheduled,
        waiting=numbers.waiting,
        routing=numbers.routing,
        processing=numbers.processing,
        agents={presence: situation.presences.get(presence, 0) for presence in Presence},
        place_of_new_caller=prospect.place,
        places_among="callbacks" if situation.live is None else "callbacks and live callers",
        live_waiting=None if situation.live is None else situation.live_waiting,
        estimated_wait=prospect.wait,
        link=LinkStatus(situation.link_id, situation.link_is_held, situation.link_is_up, situation.link_problem),
        paused_trunk=situation.paused_trunk,
    )


def _hours(service: Service, now: datetime) -> _Hours:
    """By the service's own hours, not by what was written ahead for the engine: right with no engine running."""
    plan = plan_of(service)
    opening = rules.opening_at(plan, now)
    if opening is not None:
        return _Hours(True, None if opening.is_endless else opening.closes_at, None)
    following = rules.next_opening(plan, now)
    return _Hours(False, None, None if following is None else following.opens_at)
