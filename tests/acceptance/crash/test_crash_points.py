"""The engine is killed, frozen past its lease or told to stop at every step of a call, and another one takes over.

Each case is one call of one customer and one agent who both answer, and who talk until the test lets the agent hang
up. Where the engine dies does not change how it ends, but for the few steps at which nobody can know.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import pytest

from ringback.services.model import Strategy
from tests.acceptance.crash.engine_process import Way
from tests.acceptance.crash.scenes import (
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

# Nobody waits that long: a link that is held for so long and free again was given back.
LONG_LEASE_SECONDS = 600.0


@dataclass(frozen=True)
class Step:
    """A step of a call, as `engine_process` names it; `first` and `second` are the sides in the order of dialling.

    `ends`: how the callback is in the end, if it is not joined. `talk_is_over`: the agent hangs up before the crash.
    """

    point: str
    ends: str = JOINED
    ends_agent_first: str = ""
    talk_is_over: bool = False

    def at(self, strategy: Strategy) -> str:
        """The point when these are the sides."""
        first, second = ("customer", "agent") if strategy is Strategy.CUSTOMER_FIRST else ("agent", "customer")
        return self.point.replace("first", first).replace("second", second)

    def end(self, strategy: Strategy) -> str:
        """How the callback is in the end."""
        return self.ends_agent_first if strategy is Strategy.AGENT_FIRST and self.ends_agent_first else self.ends

    @property
    def depends_on_the_strategy(self) -> bool:
        """Whether it makes a difference who is rung first: it does from the first dialling until the two are joined."""
        return any(word in self.point for word in ("first", "second", "bridg"))

    @property
    def is_an_act(self) -> bool:
        """Whether the engine does something of its own accord there, and so could do it too late."""
        return self.point.split()[0] in ("before", "after", "committing")


class Thaw(StrEnum):
    """When a frozen engine goes on: as soon as the next one has taken over, or when all is over."""

    EARLY = "freeze"
    LATE = "freeze long"


STEPS = (
    Step("committing takeover"),
    Step("committed takeover"),
    Step("told restored"),
    Step("committing reservation"),
    Step("committed reservation"),
    Step("before prepare first"),
    Step("after prepare first"),
    Step("committing dial permit"),
    Step("before dial first", RETRIED_LATER, JOINED),
    Step("after dial first"),
    Step("told ringing first"),
    Step("heard ringing first"),
    Step("told answered first"),
    Step("heard answered first"),
    Step("before prepare second"),
    Step("after prepare second"),
    Step("before dial second", JOINED, RETRIED_LATER),
    Step("after dial second"),
    Step("told ringing second"),
    Step("heard ringing second"),
    Step("told answered second"),
    Step("heard answered second"),
    Step("committing bridge permit"),
    Step("before bridge"),
    Step("after bridge"),
    Step("told bridged"),
    Step("heard bridged"),
    Step("committed bridged"),
    Step("told ended agent", UNWATCHED, talk_is_over=True),
    Step("heard ended agent", UNWATCHED, talk_is_over=True),
    Step("before hangup customer", talk_is_over=True),
    Step("after hangup customer", talk_is_over=True),
    Step("told ended customer", talk_is_over=True),
    Step("heard ended customer", talk_is_over=True),
    Step("committing close", talk_is_over=True),
    Step("committed close", talk_is_over=True),
)


def _cases(manner: str) -> Iterator[tuple[Step, Strategy, str]]:
    for step, strategy in itertools.product(STEPS, STRATEGIES):
        if step.depends_on_the_strategy or strategy is Strategy.CUSTOMER_FIRST:
            yield step, strategy, f"{manner} {step.at(strategy)} {strategy.lower()}".translate(_DASHES)


_DASHES = str.maketrans(" _", "--")
_KILLED = [pytest.param(step, strategy, id=name) for step, strategy, name in _cases("kill")]
_STOPPED = [pytest.param(step, strategy, id=name) for step, strategy, name in _cases("stop")]
_FROZEN = [
    pytest.param(thaw, step, strategy, id=name)
    for thaw in Thaw
    for step, strategy, name in _cases(thaw)
    if thaw is Thaw.EARLY or step.is_an_act
]


@pytest.mark.parametrize(("step", "strategy"), _KILLED)
async def test_the_next_engine_finishes_what_a_killed_one_began(site: Site, step: Step, strategy: Strategy) -> None:
    callback_id = await one_call(site, strategy)
    async with an_agent_who_hangs_up(site, at_once=step.talk_is_over) as may_hang_up:
        await take_over(site, site.start_engine(step.at(strategy), Way.KILL))
        may_hang_up.set()
        await settle(site)
    assert await site.state_of(callback_id) == step.end(strategy), site.report()


@pytest.mark.parametrize(("thaw", "step", "strategy"), _FROZEN)
async def test_an_engine_that_was_frozen_past_its_lease_does_no_harm(
    site: Site, thaw: Thaw, step: Step, strategy: Strategy
) -> None:
    callback_id = await one_call(site, strategy)
    first = site.start_engine(step.at(strategy), Way.FREEZE)
    async with an_agent_who_hangs_up(site, at_once=step.talk_is_over) as may_hang_up:
        await take_over(site, first, thaws=thaw is Thaw.EARLY)
        may_hang_up.set()
        await site.until(site.is_settled, "everything is settled")
        if thaw is Thaw.LATE:
            await site.thaw(first)
        await settle(site)
    assert await site.state_of(callback_id) == step.end(strategy), site.report()


@pytest.mark.parametrize(("step", "strategy"), _STOPPED)
async def test_an_engine_that_is_told_to_stop_loses_nothing(site: Site, step: Step, strategy: Strategy) -> None:
    callback_id = await one_call(site, strategy)
    first = site.start_engine(step.at(strategy), Way.STOP, lease_seconds=LONG_LEASE_SECONDS)
    async with an_agent_who_hangs_up(site, at_once=step.talk_is_over) as may_hang_up:
        await take_over(site, first)
        assert first.exit_code == 0, first.log
        may_hang_up.set()
        await settle(site)
    assert await site.state_of(callback_id) == JOINED, site.report()
