"""Setting services up: every change of a service's settings comes through here, so that all of it is checked.

`catalog` checks the fields and the number rules; hours, special days, holidays and seats are of this package.
"""

from datetime import datetime

from ringback.actors import Actor
from ringback.booking import plan
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.services import catalog
from ringback.services.catalog import ServiceChoices
from ringback.services.model import Saved, Service


async def create(database: Database, clock: Clock, actor: Actor, name: str, choices: ServiceChoices) -> Service:
    """Create a service with the defaults and what is chosen.

    Raises InvalidService, UnknownTimeZone, InvalidNumberRules, TrunkNotFound, ServiceExists.
    """
    async with database.transaction() as connection:
        return catalog.require_new(await save_with(connection, clock.now(), actor, name, choices)).what


async def change(
    database: Database, clock: Clock, actor: Actor, name: str, choices: ServiceChoices, *, revision: str | None = None
) -> Service:
    """Change what is chosen; it holds from the next decision on.

    `revision`: refuse if the service is not what this is the `revision_of`. Raises as `create` does, and
    ServiceNotFound, ServiceChanged.
    """
    async with database.transaction() as connection:
        await catalog.named(connection, name)
        saved = await save_with(connection, clock.now(), actor, name, choices, revision=revision)
        return catalog.require_old(saved).what


async def save(
    database: Database, clock: Clock, actor: Actor, name: str, choices: ServiceChoices, *, revision: str | None = None
) -> Saved[Service]:
    """Create a service, or change what is chosen of one. Raises as `change` does, but never ServiceNotFound."""
    async with database.transaction() as connection:
        return await save_with(connection, clock.now(), actor, name, choices, revision=revision)


async def save_with(
    connection: Connection,
    now: datetime,
    actor: Actor,
    name: str,
    choices: ServiceChoices,
    *,
    revision: str | None = None,
) -> Saved[Service]:
    """`save` within a transaction of the caller."""
    return await catalog.save_with(connection, now, actor, name, choices, also=plan.check, revision=revision)
