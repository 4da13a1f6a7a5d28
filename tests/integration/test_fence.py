"""A holder that cannot renew its lease hangs up what it cannot see through, before anybody else may take the link."""

import asyncpg

from tests.integration.site import LEASE_SECONDS, Site

CUSTOMER = "+493012345001"


async def test_fence_hangs_up_before_the_lease_ends_while_the_database_hangs(site: Site) -> None:
    await site.add_service(ring_timeout_seconds=300)
    await site.add_agent("anna")
    site.far_end(CUSTOMER, decides_after_seconds=None)
    await site.ask(CUSTOMER)
    await site.eventually(site.is_rung(CUSTOMER))
    locker = await asyncpg.connect(site.database.url)
    async with locker.transaction():
        await locker.execute("LOCK TABLE callbacks, attempts, links IN ACCESS EXCLUSIVE MODE")
        locked_at = site.clock.monotonic()
        while site.exchange.snapshot("main").legs:
            assert site.clock.monotonic() < locked_at + LEASE_SECONDS
            await site.let_sessions_work()
    await locker.close()
    await site.eventually(site.link_is_up)
