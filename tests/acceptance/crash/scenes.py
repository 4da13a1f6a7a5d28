"""One call and who plays in it."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from ringback.services.model import Strategy
from ringback.telephony.port import LegRole
from ringback.telephony.simulator import FactKind
from tests.acceptance.crash.engine_process import Way
from tests.acceptance.crash.invariants import check_all
from tests.acceptance.crash.processes import EngineProcess
from tests.acceptance.crash.site import Site

CUSTOMER, AGENT = "+493012345678", "100"
STRATEGIES = (Strategy.CUSTOMER_FIRST, Strategy.AGENT_FIRST)
JOINED = "COMPLETED AGENT"
# The fate of the customer's leg is unknown: it waits for the retry after the delay.
RETRIED_LATER = "QUEUED None"
# The two were joined and nobody saw the end.
UNWATCHED = "COMPLETED UNKNOWN"


async def one_call(site: Site, strategy: Strategy = Strategy.CUSTOMER_FIRST, **choices: Any) -> UUID:
    """A customer and an agent who both answer; `choices` are of `ServiceChoices`."""
    await site.add_service(strategy=strategy, **choices)
    await site.add_agent("anna", AGENT)
    await site.far_end(CUSTOMER, decides_after_seconds=0.1)
    await site.far_end(AGENT, decides_after_seconds=0.1)
    return await site.ask(CUSTOMER)


@asynccontextmanager
async def meanwhile(doing: Coroutine[Any, Any, None]) -> AsyncGenerator[None]:
    """It goes on for as long as the block does."""
    task = asyncio.create_task(doing)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def an_agent_who_hangs_up(site: Site, *, at_once: bool = False) -> AsyncGenerator[asyncio.Event]:
    """Once allowed to (`at_once`: from the beginning), the agent hangs up as soon as the database knows of a talk."""
    allowed = asyncio.Event()
    if at_once:
        allowed.set()

    async def hang_up() -> None:
        await allowed.wait()
        while True:
            joined = await site.fetch("SELECT id::text AS id FROM attempts WHERE joined_at IS NOT NULL")
            names = {attempt["id"] for attempt in joined}
            bridged = [fact for fact in site.journal if fact.kind is FactKind.BRIDGED and fact.role is LegRole.AGENT]
            await site.hang_up(fact.leg_id for fact in bridged if fact.call_id in names)
            await asyncio.sleep(0.05)

    async with meanwhile(hang_up()):
        yield allowed


async def take_over(site: Site, first: EngineProcess, *, thaws: bool = True) -> None:
    """When the engine has come to its point the next one takes over; if it is only frozen, it goes on then."""
    await site.until(first.is_interrupted, f"{first.order.name} has come to {first.order.point!r}")
    second = site.start_engine()
    await site.until(site.is_taken_over, f"{second.order.name} has taken over")
    if thaws and first.order.way is Way.FREEZE:
        await site.thaw(first)


async def settle(site: Site) -> None:
    """Wait until nothing goes on, stop whatever engine still runs, and check what is promised."""
    await site.until(site.is_settled, "everything is settled")
    for engine in site.engines:
        if engine.exit_code is None:
            await site.stop_engine(engine)
    await check_all(site)
