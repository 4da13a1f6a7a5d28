"""The world that the engine's tests live in."""

from collections.abc import AsyncGenerator

import pytest

from ringback.database.pool import Database
from tests.integration.site import Site
from tests.integration.world import World


@pytest.fixture
async def world(database: Database) -> AsyncGenerator[World]:
    """A contact centre with nobody in it and a running engine."""
    world = World(database)
    await world.start_engine()
    yield world
    if world.dialer is not None:
        await world.kill_engine()
    await world.exchange.close()


@pytest.fixture
async def site(database: Database) -> AsyncGenerator[Site]:
    """A contact centre with nobody in it and a link that is up."""
    site = Site(database)
    await site.eventually(site.link_is_up)
    yield site
    await site.close()
