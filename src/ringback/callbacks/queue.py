"""How things stand in a service: who waits, who could take a call, and what a new caller may expect."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from ringback.agents.model import Presence
from ringback.callbacks.states import CAN_BE_LATE
from ringback.database.pool import Connection
from ringback.database.queries import QueryFile
from ringback.routing.estimate import DEPARTURES, Departures, LiveQueue, WaitEstimate, estimate_wait
from ringback.services.catalog import ServiceNotFound
from ringback.services.model import Mode

# A report of the callers who hold on the line counts for so long.
LIVE_SECONDS = 60


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """What a service's callbacks depend on at this moment: its agents, its pace and its telephony link.

    `is_open`, `opens_at`: as whoever dials sees it, by the openings that were written ahead, if they are.
    `trunk_has_room`: a channel is free, and its pace allows one more call soon. `live_*`: the callers who hold on the
    line, if the telephone system told of them within the last minute.
    """

    id: int
    name: str
    display_name: str
    mode: Mode
    is_open: bool
    openings_are_written: bool
    opens_at: datetime | None
    trunk: str
    link_id: str
    presences: Mapping[Presence, int]
    departure_count: int
    first_departure: datetime | None
    last_departure: datetime | None
    link_is_held: bool
    link_is_up: bool
    link_problem: str | None
    trunk_paused_until: datetime | None
    trunk_pause_reason: str | None
    trunk_has_room: bool
    live_waiting: int = 0
    live_longest_wait_seconds: int | None = None
    live_answered: int | None = None
    live_answered_within_seconds: int | None = None
    live_reported_at: datetime | None = None

    @property
    def live(self) -> LiveQueue | None:
        """The callers who hold on the line; None when nothing tells of them."""
        if self.live_reported_at is None:
            return None
        return LiveQueue(
            self.live_waiting,
            self.live_reported_at,
            self.live_longest_wait_seconds,
            self.live_answered,
            self.live_answered_within_seconds,
        )

    def place(self, position: int, place_at: datetime) -> int:
        """The place of the callback at a position among callbacks, with the callers on the line who came before it."""
        return position + (0 if self.live is None else self.live.ahead_of(place_at))

    @property
    def paused_trunk(self) -> "PausedTrunk | None":
        """The service's trunk, if it is paused."""
        if self.trunk_paused_until is None:
            return None
        return PausedTrunk(self.trunk, self.trunk_paused_until, self.trunk_pause_reason or "")

    @property
    def agents_logged_in(self) -> int:
        """How many agents of the service are not OFFLINE."""
        return sum(number for presence, number in self.presences.items() if presence is not Presence.OFFLINE)

    @property
    def agents_ready(self) -> int:
        """How many could take a callback now."""
        return self.presences.get(Presence.READY, 0)

    def estimate(self, position: int, *, not_before_seconds: float = 0.0) -> WaitEstimate | None:
        """The wait at that position; None when it cannot be told."""
        return estimate_wait(
            Departures(self.departure_count, self.first_departure, self.last_departure),
            position=position,
            agents_logged_in=self.agents_logged_in,
            not_before_seconds=not_before_seconds,
            live=self.live,
        )


class LinkStatus(msgspec.Struct, frozen=True):
    """The telephony link that a service calls over: held by a live engine, connected, and what is wrong with it."""

    name: str
    is_held: bool
    is_up: bool
    problem: str | None


class PausedTrunk(msgspec.Struct, frozen=True):
    """A trunk over which no call is begun before `paused_until`, and why."""

    name: str
    paused_until: datetime
    reason: str


class Prospect(msgspec.Struct, frozen=True):
    """What a caller who came now would get: a place (1: the next), and the wait there; None when it cannot be told."""

    place: int
    wait: WaitEstimate | None


class Count(msgspec.Struct, frozen=True):
    """How many of a service are `what`: callbacks in a state, or agents of a presence."""

    service: str
    what: str
    number: int


class _Place(msgspec.Struct, frozen=True):
    id: UUID
    position: int


class _PlaceOfNewCaller(msgspec.Struct, frozen=True):
    id: int
    position: int


_sql = QueryFile(__file__, "queue.sql")
_SITUATIONS = _sql.query("situations", Situation)
_POSITIONS = _sql.query("positions", _Place)
_PLACES_OF_NEW_CALLERS = _sql.query("places_of_new_callers", _PlaceOfNewCaller)
_LINKS = _sql.query("links", LinkStatus)
_PAUSED_TRUNKS = _sql.query("paused_trunks", PausedTrunk)
_UNCOMPLETED = _sql.query("uncompleted", Count)
_LATE = _sql.query("late", Count)
_PRESENCES = _sql.query("presences", Count)


async def situations(connection: Connection, service_ids: Collection[int], now: datetime) -> dict[int, Situation]:
    """The situation of each service, by its id."""
    if not service_ids:
        return {}
    found = await _SITUATIONS.all(
        connection,
        service_ids=list(service_ids),
        now=now,
        departures=DEPARTURES,
        live_since=now - timedelta(seconds=LIVE_SECONDS),
    )
    return {situation.id: situation for situation in found}


async def prospects(connection: Connection, service_ids: Collection[int], now: datetime) -> dict[int, Prospect]:
    """What a caller who came to each of the services now would get, by the service's id."""
    return await prospects_in(connection, await situations(connection, service_ids, now), now)


async def prospects_in(connection: Connection, found: Mapping[int, Situation], now: datetime) -> dict[int, Prospect]:
    """`prospects` for services whose situations are known."""
    places = await _PLACES_OF_NEW_CALLERS.all(connection, service_ids=list(found), now=now)
    told: dict[int, Prospect] = {}
    for new_caller in places:
        situation = found[new_caller.id]
        place = situation.place(new_caller.position, now)
        told[new_caller.id] = Prospect(place, situation.estimate(place))
    return told


async def prospect(connection: Connection, service_id: int, now: datetime) -> Prospect:
    """What a caller who came to the service now would get. Raises ServiceNotFound when it was deleted meanwhile."""
    found = await prospects(connection, [service_id], now)
    if service_id not in found:
        raise ServiceNotFound("The service was deleted at this very moment")
    return found[service_id]


async def expected_wait(connection: Connection, service_id: int, now: datetime) -> WaitEstimate | None:
    """How long a caller who came to the service now would wait; None when it cannot be told."""
    return (await prospect(connection, service_id, now)).wait


async def positions(connection: Connection, ids: Collection[UUID]) -> dict[UUID, int]:
    """The position of each of these callbacks that is QUEUED among the callbacks of its queue (see Situation.place)."""
    if not ids:
        return {}
    return {place.id: place.position for place in await _POSITIONS.all(connection, ids=list(ids))}


async def links(connection: Connection, now: datetime) -> list[LinkStatus]:
    """Every telephony link that an engine has ever held."""
    return await _LINKS.all(connection, now=now)


async def paused_trunks(connection: Connection, now: datetime) -> list[PausedTrunk]:
    """The trunks over which no call is begun for now."""
    return await _PAUSED_TRUNKS.all(connection, now=now)


async def uncompleted(connection: Connection) -> list[Count]:
    """How many callbacks of each service are in each state but COMPLETED."""
    return await _UNCOMPLETED.all(connection)


async def late(connection: Connection, now: datetime) -> list[Count]:
    """How many callbacks of each service and state no agent has although the window they were wanted in is over."""
    return await _LATE.all(connection, states=sorted(CAN_BE_LATE), now=now)


async def presences(connection: Connection) -> list[Count]:
    """How many agents of each service have each presence."""
    return await _PRESENCES.all(connection)
