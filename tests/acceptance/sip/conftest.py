"""What every acceptance test over SIP may use."""

from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest

from ringback.database.pool import Database
from tests.acceptance.sip.site import Site
from tests.telephony.rig import Behaviour
from tests.telephony.sipp import SippPhone, Timing

CUSTOMER_TONE, AGENT_TONE = 440, 660
TIMING = Timing(leaves_after=1000, leaves_later=4000)


@pytest.fixture
def trunk(tmp_path: Path) -> Generator[SippPhone]:
    """The trunk: every customer, playing 440 Hz."""
    with SippPhone(tmp_path / "trunk", tone=CUSTOMER_TONE, timing=TIMING) as trunk:
        yield trunk


@pytest.fixture
def phone(tmp_path: Path) -> Generator[SippPhone]:
    """The phone of every agent, playing 660 Hz; those whose names say nothing else talk for 4 s."""
    directory = tmp_path / "agents"
    with SippPhone(directory, tone=AGENT_TONE, timing=TIMING, otherwise=Behaviour.LEAVES_LATER) as phone:
        yield phone


@pytest.fixture
async def closed_site(database: Database, tmp_path: Path, trunk: SippPhone, phone: SippPhone) -> AsyncGenerator[Site]:
    """A site with its server and no engine."""
    site = Site(database, tmp_path, trunk, phone)
    try:
        await site.open()
        yield site
    finally:
        await site.close()
    assert not site.complaints


@pytest.fixture
async def site(closed_site: Site) -> Site:
    """A site with an engine whose link is up."""
    closed_site.start_engine()
    await closed_site.link_is_up()
    return closed_site
