"""Crashes in calls that agents accept and finish at the desk: what they said holds, and nothing else is made of it."""

import asyncio
import itertools
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import pytest

from ringback.callbacks import agents_word
from ringback.callbacks.agents_word import FinishedAlready, OfferOver, Word
from ringback.callbacks.rules import AgentAnswer
from ringback.services.model import PERSON_NOT_REACHED, Strategy
from tests.acceptance.crash.engine_process import Way
from tests.acceptance.crash.scenes import (
    JOINED,
    RETRIED_LATER,
    UNWATCHED,
    an_agent_who_hangs_up,
    meanwhile,
    one_call,
    settle,
    take_over,
)
from tests.acceptance.crash.site import Site
from tests.integration.world import finish

WAYS = (Way.KILL, Way.FREEZE)


def _each_way(*points: str) -> pytest.MarkDecorator:
    cases = [
        pytest.param(point, way, id=f"{way}-{point}".replace(" ", "-"))
        for point, way in itertools.product(points, WAYS)
    ]
    return pytest.mark.parametrize(("point", "way"), cases)


@asynccontextmanager
async def an_agent_who_answers(site: Site, answer: AgentAnswer) -> AsyncGenerator[None]:
    """Whatever is offered is answered so, a moment later."""

    async def look() -> None:
        while True:
            for offer in await site.fetch(
                "SELECT id, agent_id FROM attempts"
                " WHERE closed_at IS NULL AND agent_answer IS NULL AND strategy = 'PREVIEW'"
            ):
                with suppress(OfferOver):
                    async with site.database.transaction() as connection:
                        await agents_word.answer(connection, offer["id"], offer["agent_id"], answer, site.clock.now())
            await asyncio.sleep(0.05)

    async with meanwhile(look()):
        yield


@asynccontextmanager
async def an_agent_who_finishes(site: Site, disposition: str) -> AsyncGenerator[None]:
    """As soon as the database knows of a talk it is finished so."""

    async def look() -> None:
        while True:
            for call in await site.fetch(
                "SELECT id, agent_id FROM attempts"
                " WHERE closed_at IS NULL AND joined_at IS NOT NULL AND disposition IS NULL"
            ):
                with suppress(FinishedAlready):
                    async with site.database.transaction() as connection:
                        word = Word(disposition=disposition)
                        await finish(connection, call["id"], call["agent_id"], word, site.clock.now())
            await asyncio.sleep(0.05)

    async with meanwhile(look()):
        yield


@_each_way(
    "committed reservation", "before prepare agent", "committing dial permit", "after dial agent", "before bridge"
)
async def test_accepted_offer_is_taken_over_with_its_answer(site: Site, point: str, way: Way) -> None:
    callback_id = await one_call(site, Strategy.PREVIEW)
    async with an_agent_who_answers(site, AgentAnswer.ACCEPTED), an_agent_who_hangs_up(site) as may_hang_up:
        await take_over(site, site.start_engine(point, way))
        may_hang_up.set()
        await settle(site)
    assert await site.state_of(callback_id) == JOINED


@pytest.mark.parametrize(("answer", "outcome"), [(AgentAnswer.REJECTED, "DECLINED"), (AgentAnswer.SNOOZED, "SNOOZED")])
@_each_way("committing close", "committed close")
async def test_offer_that_was_not_accepted_rings_nobody(
    site: Site, answer: AgentAnswer, outcome: str, point: str, way: Way
) -> None:
    callback_id = await one_call(site, Strategy.PREVIEW)
    async with an_agent_who_answers(site, answer):
        await take_over(site, site.start_engine(point, way))
        await settle(site)
    assert await site.state_of(callback_id) == RETRIED_LATER
    assert await site.outcomes_of(callback_id) == [outcome]
    assert not any(fact.leg_id for fact in site.journal)


@pytest.mark.parametrize(
    ("disposition", "ends"), [("Resolved", JOINED), (PERSON_NOT_REACHED, RETRIED_LATER)], ids=["reached", "not-reached"]
)
@_each_way("before hangup customer", "after hangup customer", "committing close", "committed close")
async def test_finished_call_is_ended_by_the_next_engine_and_the_agents_word_decides(
    site: Site, disposition: str, ends: str, point: str, way: Way
) -> None:
    callback_id = await one_call(site)
    async with an_agent_who_finishes(site, disposition):
        await take_over(site, site.start_engine(point, way))
        await settle(site)
    told = await site.state_of(callback_id)
    # When the customer's end is heard by nobody its fate is unknown, whatever the agent said.
    assert told in (ends, UNWATCHED) if point == "after hangup customer" else told == ends
    assert len([fact for fact in site.journal if fact.kind == "dialled"]) == 2
