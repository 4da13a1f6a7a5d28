"""The site of a crash test."""

from collections.abc import AsyncGenerator

import pytest

from ringback.database.pool import Database
from tests.acceptance.crash.site import Site


@pytest.fixture
async def site(database: Database) -> AsyncGenerator[Site]:
    """A contact centre with its simulator running, and nobody in it. Whatever happens, no process is left."""
    site = Site(database)
    try:
        await site.open()
        yield site
    finally:
        await site.close()
