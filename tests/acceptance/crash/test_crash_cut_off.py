"""An engine that is alive but cannot reach the database: it must fall silent by itself, before another takes over."""

import pytest

from ringback.services.model import Strategy
from ringback.telephony.port import LegRole
from ringback.telephony.simulator import Fact, FactKind
from tests.acceptance.crash.database_proxy import DatabaseProxy
from tests.acceptance.crash.scenes import (
    AGENT,
    CUSTOMER,
    JOINED,
    STRATEGIES,
    an_agent_who_hangs_up,
    one_call,
    settle,
)
from tests.acceptance.crash.site import Site

COMMANDS = (FactKind.PREPARED, FactKind.DIALLED, FactKind.BRIDGED, FactKind.ENDED, FactKind.REMOVED, FactKind.REJECTED)


@pytest.mark.parametrize("strategy", STRATEGIES, ids=["customer-first", "agent-first"])
@pytest.mark.parametrize("rings", [LegRole.CUSTOMER, LegRole.AGENT], ids=["customer-rings", "agent-rings"])
async def test_engine_without_database_falls_silent_and_the_next_one_goes_on(
    site: Site, strategy: Strategy, rings: LegRole
) -> None:
    callback_id = await one_call(site, strategy)
    destination = CUSTOMER if rings is LegRole.CUSTOMER else AGENT
    await site.far_end(destination, decides_after_seconds=None)
    async with DatabaseProxy(site.database.url, site.folder) as proxy, an_agent_who_hangs_up(site) as may_hang_up:
        first = site.start_engine(database_url=proxy.url)
        await site.until(lambda: site.is_known_to_ring(callback_id, rings), "the telephone rings")
        proxy.block()
        await site.answer(destination)
        site.start_engine()
        await site.until(site.is_taken_over, "the second engine has taken over")
        proxy.unblock()
        await site.until(lambda: "link left" in first.log, "the first engine knows that it has lost the link")
        may_hang_up.set()
        await settle(site)
    assert await site.state_of(callback_id) == JOINED
    assert not _commands_after_takeover(site.journal), site.report()


def _commands_after_takeover(journal: list[Fact]) -> list[Fact]:
    takeover = next(
        place for place, fact in enumerate(journal) if fact.kind is FactKind.CONTROLLED and fact.who == "engine 2"
    )
    return [fact for fact in journal[takeover:] if fact.kind in COMMANDS and fact.who == "engine 1"]
