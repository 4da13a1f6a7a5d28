"""A holder that cannot renew its lease hangs up what it cannot see through, before anybody else may take the link."""

import asyncpg

from ringback.engine.link import acquire
from ringback.engine.session import Session
from ringback.telephony.simulator import FactKind, InProcessSimulator
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


async def test_engine_that_was_frozen_since_it_took_the_link_does_not_take_it_from_the_next(site: Site) -> None:
    lease = await acquire(site.database, site.clock, "other", "simulator", holder="frozen", lease_seconds=LEASE_SECONDS)
    assert lease
    controlled = [fact for fact in site.journal if fact.kind is FactKind.CONTROLLED]
    site.clock.jump(LEASE_SECONDS)
    await Session(site.database, site.clock, lease, InProcessSimulator(site.exchange, "other")).run()
    assert lease.is_lost
    assert [fact for fact in site.journal if fact.kind is FactKind.CONTROLLED] == controlled
