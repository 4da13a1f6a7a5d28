"""The site of a crash test."""

from collections.abc import AsyncGenerator

import pytest

from ringback.database.pool import Database
from ringback.telephony.simulator import SimulatorOptions
from tests.acceptance.crash.site import Site


@pytest.fixture
def exchange_options() -> SimulatorOptions:
    """Who answers where a test does not say it, and how long prompts play."""
    return SimulatorOptions(prompt_seconds=0.2)


@pytest.fixture
async def site(database: Database, exchange_options: SimulatorOptions) -> AsyncGenerator[Site]:
    """A contact centre with its simulator running, and nobody in it. Whatever happens, no process is left."""
    site = Site(database)
    try:
        await site.open(exchange_options)
        yield site
    finally:
        await site.close()
