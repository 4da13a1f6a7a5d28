"""The services of an installation: looking them up, creating and changing them."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import TypeAlias

import asyncpg
import msgspec
from msgspec import UNSET, UnsetType

from ringback.actors import Actor
from ringback.audit import journal
from ringback.choices import chosen, revision_of
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile
from ringback.errors import ConflictsNow, NotFound
from ringback.names import fits_a_path
from ringback.numbers.model import NumberRules
from ringback.services import grid, trunks
from ringback.services.bounds import check, invalid
from ringback.services.model import AtClosing, Mode, RetryChoice, Saved, Service, Strategy
from ringback.services.schedule import CallingHours, CapacityRange, PublicHolidays, SpecialDay, WeeklyHours

# What may hold telephone numbers, of the site or of somebody blocked: the audit tells only that it changed.
UNTOLD = frozenset({"route_point", "caller_id", "caller_name", "number_rules"})

# What else a service must be to be saved; raises a NeverPossible.
Check: TypeAlias = Callable[[Service], None]


_sql = QueryFile(__file__)
_ALL = _sql.query("all_services", Service)
_NAMED = _sql.query("named", Service)
_WITH_ID = _sql.query("with_id", Service)
_LOCK_NAMED = _sql.query("lock_named", Service)
_CREATE = _sql.command("create")
_SAVE = _sql.command("save")
_HAS_CALLBACKS = _sql.query("has_callbacks", bool)
_DELETE = _sql.command("delete")


class ServiceId(msgspec.Struct, frozen=True):
    """A service's name and what the database calls it."""

    id: int
    name: str


_IDS_NAMED = _sql.query("ids_named", ServiceId)


class ServiceNotFound(NotFound):
    """There is no service of this name."""

    code = "service-not-found"


class ServiceDisabled(ConflictsNow):
    """The service takes no callbacks for now, or none of this kind."""

    code = "service-disabled"


class ServiceExists(ConflictsNow):
    """There is a service of this name already."""

    code = "service-exists"


class ServiceInUse(ConflictsNow):
    """The service has callbacks and cannot be deleted; its mode can be set to CLOSED."""

    code = "service-in-use"


class ServiceChanged(ConflictsNow):
    """The service is not any more what If-Match names; `service` in the details is how it is now."""

    code = "service-changed"


class ServiceChoices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be set in a service; what is left out keeps its value (a new service: the default).

    The fields are those of `Service`. `default_region` None: numbers need their country code.
    """

    display_name: str | UnsetType = UNSET
    mode: Mode | UnsetType = UNSET
    is_immediate_enabled: bool | UnsetType = UNSET
    is_scheduled_enabled: bool | UnsetType = UNSET
    time_zone: str | UnsetType = UNSET
    default_region: str | UnsetType | None = UNSET
    trunk: str | UnsetType = UNSET
    route_point: str | UnsetType = UNSET
    strategy: Strategy | UnsetType = UNSET
    caller_id: str | UnsetType = UNSET
    caller_name: str | UnsetType = UNSET
    window_seconds: int | UnsetType = UNSET
    ring_timeout_seconds: int | UnsetType = UNSET
    agent_ring_timeout_seconds: int | UnsetType = UNSET
    reserve_timeout_seconds: int | UnsetType = UNSET
    customer_hold_seconds: int | UnsetType = UNSET
    max_talk_seconds: int | UnsetType = UNSET
    wrap_up_seconds: int | UnsetType = UNSET
    agent_no_answer_limit: int | UnsetType = UNSET
    dial_attempts: int | UnsetType = UNSET
    retries: dict[str, RetryChoice] | UnsetType = UNSET
    max_waiting_per_number: int | UnsetType = UNSET
    expire_after_seconds: int | UnsetType = UNSET
    early_seconds: int | UnsetType = UNSET
    priority_step_seconds: int | UnsetType = UNSET
    default_priority: int | UnsetType = UNSET
    at_closing: AtClosing | UnsetType = UNSET
    number_limit: int | UnsetType = UNSET
    number_limit_seconds: int | UnsetType = UNSET
    creation_limit: int | UnsetType = UNSET
    creation_limit_seconds: int | UnsetType = UNSET
    queue_limit: int | UnsetType = UNSET
    hours: WeeklyHours | UnsetType | None = UNSET
    special_days: Sequence[SpecialDay] | UnsetType = UNSET
    public_holidays: PublicHolidays | UnsetType | None = UNSET
    slot_minutes: int | UnsetType = UNSET
    slot_capacity: int | UnsetType | None = UNSET
    weekly_capacity: Sequence[CapacityRange] | UnsetType = UNSET
    number_rules: NumberRules | UnsetType = UNSET
    calling_hours: CallingHours | UnsetType | None = UNSET
    dispositions: Sequence[str] | UnsetType = UNSET
    crm_url: str | UnsetType = UNSET


async def list_all(database: Database, *, within: Collection[int] | None = None) -> list[Service]:
    """Every service, or those with an id `within` these, by name."""
    async with database.connection() as connection:
        return await list_with(connection, within=within)


async def list_with(connection: Connection, *, within: Collection[int] | None = None) -> list[Service]:
    """Every service, or those with an id `within` these, by name."""
    return await _ALL.all(connection, within=within)


async def get(database: Database, name: str) -> Service:
    """Raises ServiceNotFound."""
    async with database.connection() as connection:
        return await named(connection, name)


async def named(connection: Connection, name: str) -> Service:
    """The service of that name. Raises ServiceNotFound."""
    return _found(await _NAMED.first(connection, name=name), name)


async def with_id(connection: Connection, service_id: int) -> Service:
    """The service that a callback of it names."""
    return await _WITH_ID.one(connection, id=service_id)


async def ids_of(connection: Connection, names: Sequence[str]) -> list[int]:
    """The ids of services by name. Raises ServiceNotFound for the first that does not exist."""
    ids = {found.name: found.id for found in await _IDS_NAMED.all(connection, names=list(names))}
    for name in names:
        if name not in ids:
            raise not_found(name)
    return list(ids.values())


async def create(
    database: Database,
    clock: Clock,
    actor: Actor,
    name: str,
    choices: ServiceChoices | None = None,
    *,
    is_practice: bool = False,
) -> Service:
    """Create a service with the defaults and what is chosen; hours and seats are checked by `booking.setup` alone.

    Raises InvalidService, UnknownTimeZone, InvalidNumberRules, TrunkNotFound, ServiceExists.
    """
    async with database.transaction() as connection:
        wanted = choices or ServiceChoices()
        saved = await save_with(connection, clock.now(), actor, name, wanted, is_practice=is_practice)
        return require_new(saved).what


async def update(database: Database, clock: Clock, actor: Actor, name: str, choices: ServiceChoices) -> Service:
    """Change what is chosen; it holds from the next decision on. Raises as `create` does, and ServiceNotFound."""
    async with database.transaction() as connection:
        await named(connection, name)
        return require_old(await save_with(connection, clock.now(), actor, name, choices)).what


async def save_with(
    connection: Connection,
    now: datetime,
    actor: Actor,
    name: str,
    choices: ServiceChoices,
    *,
    also: Check | None = None,
    revision: str | None = None,
    is_practice: bool = False,
) -> Saved[Service]:
    """Create a service, or change one, within a transaction of the caller; `is_practice` counts at creation.

    `also`: a further check. `revision`: refuse if the service is not what this is the `revision_of`. Raises as `create`
    and `also` do, and ServiceChanged.
    """
    if not fits_a_path(name):
        raise invalid("name", name, "has 1 to 64 characters, none of them a slash, blanks only inside, no mere dots")
    is_new = bool(await _CREATE.run(connection, name=name, trunk=trunks.MAIN, is_practice=is_practice))
    service = _found(await _LOCK_NAMED.first(connection, name=name), name)
    if revision is not None and (is_new or revision != revision_of(service)):
        raise _changed(name, None if is_new else service)
    wanted = msgspec.structs.replace(service, **chosen(choices))
    check(wanted)
    if also is not None:
        also(wanted)
    if wanted != service:
        await _store(connection, wanted)
    await grid.follow(connection, service, wanted)
    await _record(connection, now, actor, service, wanted, is_new=is_new)
    return Saved(await named(connection, name), is_new)


def require_new(saved: Saved[Service]) -> Saved[Service]:
    """Raises ServiceExists, which undoes the transaction that saved it."""
    if not saved.is_new:
        raise ServiceExists(f"There is a service {saved.what.name!r} already", service=saved.what.name)
    return saved


def require_old(saved: Saved[Service]) -> Saved[Service]:
    """Raises ServiceNotFound, which undoes the transaction that saved it: it was deleted at the same time."""
    if saved.is_new:
        raise not_found(saved.what.name)
    return saved


async def delete(database: Database, clock: Clock, actor: Actor, name: str) -> None:
    """Delete a service that no callback belongs to. Raises ServiceNotFound, ServiceInUse."""
    async with database.transaction() as connection:
        await delete_with(connection, clock.now(), actor, name)


async def delete_with(connection: Connection, now: datetime, actor: Actor, name: str) -> None:
    """`delete` within a transaction of the caller, which a refusal leaves as it was."""
    try:
        async with connection.transaction():
            service = _found(await _LOCK_NAMED.first(connection, name=name), name)
            if await _HAS_CALLBACKS.one(connection, id=service.id):
                raise _in_use(name)
            await _DELETE.run(connection, id=service.id)
            await journal.record(connection, now, actor, "service.deleted", name, of_services=[name])
    except asyncpg.ForeignKeyViolationError:
        raise _in_use(name) from None


async def _store(connection: Connection, service: Service) -> None:
    trunk_id = await trunks.id_named(connection, service.trunk)
    fields = {field: getattr(service, field) for field in ServiceChoices.__struct_fields__ if field != "trunk"}
    await _SAVE.run(connection, id=service.id, trunk_id=trunk_id, **fields)


async def _record(
    connection: Connection, now: datetime, actor: Actor, before: Service, after: Service, *, is_new: bool
) -> None:
    changes = journal.changes(before, after, untold=UNTOLD)
    if is_new or changes:
        action, name = "service.created" if is_new else "service.changed", after.name
        await journal.record(connection, now, actor, action, name, of_services=[name], changes=changes)


def _found(service: Service | None, name: str) -> Service:
    if service is None:
        raise not_found(name)
    return service


def not_found(name: str) -> ServiceNotFound:
    """The error for a name that no service has, or none that whoever asks may see."""
    return ServiceNotFound(f"There is no service {name!r}", service=name)


def _changed(name: str, now: Service | None) -> ServiceChanged:
    return ServiceChanged(f"The service {name!r} was changed meanwhile: read it again", service=now)


def _in_use(name: str) -> ServiceInUse:
    return ServiceInUse(f"The service {name!r} has callbacks: set its mode to CLOSED instead", service=name)
