"""Crashes in calls that go otherwise than well, crashes in a row, and engines that compete."""

import itertools
from uuid import UUID

import pytest

from ringback.services.model import RetryChoice, Strategy
from ringback.telephony.port import LegRole
from tests.acceptance.crash.engine_process import Way
from tests.acceptance.crash.scenes import (
    AGENT,
    CUSTOMER,
    JOINED,
    RETRIED_LATER,
    STRATEGIES,
    UNWATCHED,
    an_agent_who_hangs_up,
    one_call,
    settle,
    take_over,
)
from tests.acceptance.crash.site import Site

NEXT_AGENT = "200"
WAYS = (Way.KILL, Way.FREEZE)
CANCELLED = "COMPLETED CANCELLED"


def _each_way(*points: str) -> pytest.MarkDecorator:
    cases = [
        pytest.param(point, way, id=f"{way}-{point}".replace(" ", "-"))
        for point, way in itertools.product(points, WAYS)
    ]
    return pytest.mark.parametrize(("point", "way"), cases)


def _each_strategy() -> pytest.MarkDecorator:
    names = [strategy.lower().replace("_", "-") for strategy in STRATEGIES]
    return pytest.mark.parametrize("strategy", STRATEGIES, ids=names)


@_each_strategy()
@_each_way("told ended customer", "heard ended customer", "committed leg ended")
async def test_busy_customer_is_not_rung_at_once_again(site: Site, strategy: Strategy, point: str, way: Way) -> None:
    callback_id = await one_call(site, strategy)
    await site.far_end(CUSTOMER, decides_after_seconds=0.1, refuses_with=486)
    await take_over(site, site.start_engine(point, way))
    await settle(site)
    assert await site.state_of(callback_id) == RETRIED_LATER
    assert await site.outcomes_of(callback_id) == (["BUSY"] if point.startswith("committed") else ["UNKNOWN"])


@_each_strategy()
@_each_way(
    "before hangup customer", "after hangup customer", "told ended customer", "heard ended customer", "committing close"
)
async def test_cancel_while_the_customer_rings_stays_cancelled(
    site: Site, strategy: Strategy, point: str, way: Way
) -> None:
    callback_id = await one_call(site, strategy)
    await site.far_end(CUSTOMER, decides_after_seconds=None)
    first = site.start_engine(point, way)
    await site.until(lambda: site.is_known_to_ring(callback_id, LegRole.CUSTOMER), "the customer rings")
    await site.cancel(callback_id)
    await take_over(site, first)
    await settle(site)
    assert await site.state_of(callback_id) == CANCELLED
    assert await site.outcomes_of(callback_id) == ["CANCELLED"]


@_each_way("told ended agent", "heard ended agent", "committed agent lost", "committed next agent")
async def test_customer_whose_first_agent_is_busy_gets_the_next(site: Site, point: str, way: Way) -> None:
    callback_id = await one_call(site)
    await site.far_end(AGENT, decides_after_seconds=0.1, refuses_with=486)
    await site.far_end(NEXT_AGENT, decides_after_seconds=0.1)
    await site.add_agent("ben", NEXT_AGENT)
    async with an_agent_who_hangs_up(site) as may_hang_up:
        await take_over(site, site.start_engine(point, way))
        may_hang_up.set()
        await settle(site)
    assert await site.state_of(callback_id) == JOINED
    assert await site.outcomes_of(callback_id) == ["JOINED"]


@_each_way("before play customer", "after play customer", "before hangup customer")
async def test_customer_whom_no_agent_takes_is_let_go(site: Site, point: str, way: Way) -> None:
    callback_id = await one_call(site, customer_hold_seconds=0)
    await site.far_end(AGENT, decides_after_seconds=0.1, refuses_with=486)
    await take_over(site, site.start_engine(point, way))
    await settle(site)
    assert await site.state_of(callback_id) == RETRIED_LATER
    assert await site.outcomes_of(callback_id) == ["AGENT_UNAVAILABLE"]


@pytest.mark.parametrize(
    ("strategy", "point", "who", "ends"),
    [
        (Strategy.CUSTOMER_FIRST, "heard ringing customer", LegRole.CUSTOMER, RETRIED_LATER),
        (Strategy.CUSTOMER_FIRST, "heard answered customer", LegRole.CUSTOMER, RETRIED_LATER),
        (Strategy.CUSTOMER_FIRST, "heard ringing agent", LegRole.CUSTOMER, RETRIED_LATER),
        (Strategy.CUSTOMER_FIRST, "heard ringing agent", LegRole.AGENT, JOINED),
        (Strategy.CUSTOMER_FIRST, "before bridge", LegRole.CUSTOMER, UNWATCHED),
        (Strategy.CUSTOMER_FIRST, "after bridge", LegRole.AGENT, UNWATCHED),
        (Strategy.CUSTOMER_FIRST, "committed bridged", LegRole.CUSTOMER, UNWATCHED),
        (Strategy.AGENT_FIRST, "heard ringing agent", LegRole.AGENT, JOINED),
        (Strategy.AGENT_FIRST, "heard ringing customer", LegRole.CUSTOMER, RETRIED_LATER),
        (Strategy.AGENT_FIRST, "heard ringing customer", LegRole.AGENT, RETRIED_LATER),
        (Strategy.AGENT_FIRST, "after bridge", LegRole.CUSTOMER, UNWATCHED),
    ],
)
async def test_nobody_who_leaves_while_no_engine_watches_is_rung_at_once(
    site: Site, strategy: Strategy, point: str, who: LegRole, ends: str
) -> None:
    callback_id = await one_call(site, strategy)
    first = site.start_engine(point, Way.KILL)
    await site.until(first.is_interrupted, f"the engine has come to {point!r}")
    await site.hang_up(fact.leg_id for fact in site.live_legs() if fact.role is who)
    async with an_agent_who_hangs_up(site, at_once=True):
        await take_over(site, first)
        await settle(site)
    assert await site.state_of(callback_id) == ends


async def test_call_goes_on_through_four_crashes_in_a_row(site: Site) -> None:
    callback_id = await one_call(site)
    engine = site.start_engine("after dial customer")
    async with an_agent_who_hangs_up(site) as may_hang_up:
        for point in ("after dial agent", "before bridge", "after bridge"):
            await site.until(engine.is_interrupted, f"{engine.order.name} has died")
            engine = site.start_engine(point)
        await take_over(site, engine)
        may_hang_up.set()
        await settle(site)
    assert await site.state_of(callback_id) == JOINED
    assert await site.outcomes_of(callback_id) == ["JOINED"]


async def test_call_of_unknown_fate_is_made_again_after_the_delay(site: Site) -> None:
    callback_id = await one_call(site, ring_timeout_seconds=1, retries={"UNKNOWN": RetryChoice(delay_seconds=0)})
    async with an_agent_who_hangs_up(site, at_once=True):
        await take_over(site, site.start_engine("before dial customer"))
        await site.until(lambda: _is(site, callback_id, JOINED), "the two have talked")
        await settle(site)
    assert await site.outcomes_of(callback_id) == ["UNKNOWN", "JOINED"]


@_each_way("before dial customer", "after dial agent", "after bridge")
async def test_engine_that_has_waited_for_the_link_takes_over(site: Site, point: str, way: Way) -> None:
    first = site.start_engine(point, way)
    await site.until(site.is_taken_over, "the first engine holds the link")
    site.start_engine()
    callback_id = await one_call(site)
    async with an_agent_who_hangs_up(site) as may_hang_up:
        await site.until(first.is_interrupted, f"the engine has come to {point!r}")
        await site.until(site.is_taken_over, "the second engine has taken over")
        if way is Way.FREEZE:
            await site.thaw(first)
        may_hang_up.set()
        await settle(site)
    assert await site.state_of(callback_id) == (RETRIED_LATER if point.startswith("before dial") else JOINED)


async def _is(site: Site, callback_id: UUID, state: str) -> bool:
    return await site.state_of(callback_id) == state
