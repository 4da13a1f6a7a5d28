"""Twenty customers, four agents and two engines that are killed, frozen and stopped at random for twenty seconds.

The seed is in the report of a failure, and can be given as RINGBACK_TEST_CRASH_SEED. It decides what is done and what
the customers do; the operating system decides the rest.
"""

import asyncio
import os
import random
import secrets
import signal

import pytest

from ringback.services.model import RetryChoice, Strategy
from ringback.telephony.simulator import FarEndsKind, Habits, SimulatorOptions
from tests.acceptance.crash.processes import EngineProcess
from tests.acceptance.crash.scenes import STRATEGIES, settle
from tests.acceptance.crash.site import Site

CALLBACKS, AGENTS, ENGINES = 20, 4, 2
SECONDS = 20.0
LONGEST_PAUSE_SECONDS = 2.0
CUSTOMERS = Habits(answers=0.75, busy=0.1, rejects=0.03, unavailable=0.03, ring=0.5, talk=2.0)
STAFF = Habits(answers=0.85, busy=0.05, ring=0.3, talk=0.7)
SOON = RetryChoice(delay_seconds=1)
TERMS = {
    "ring_timeout_seconds": 3,
    "customer_hold_seconds": 5,
    "agent_no_answer_limit": 100,
    "retries": {
        "BUSY": SOON,
        "NO_ANSWER": SOON,
        "UNREACHABLE": SOON,
        "CUSTOMER_HUNG_UP": SOON,
        "AGENT_UNAVAILABLE": SOON,
    },
}


@pytest.fixture
def seed() -> int:
    """Of this run."""
    return int(os.environ.get("RINGBACK_TEST_CRASH_SEED") or secrets.randbelow(1_000_000))


@pytest.fixture
def exchange_options(seed: int) -> SimulatorOptions:
    """Customers and agents who do this and that."""
    return SimulatorOptions(
        far_ends=FarEndsKind.STATISTICAL, seed=seed, customers=CUSTOMERS, agents=STAFF, prompt_seconds=0.2
    )


@pytest.mark.parametrize("strategy", STRATEGIES, ids=["customer-first", "agent-first"])
async def test_nothing_is_lost_and_nobody_rung_twice_whatever_happens_to_the_engines(
    site: Site, strategy: Strategy, seed: int
) -> None:
    chance = random.Random(seed)
    site.notes.append(f"RINGBACK_TEST_CRASH_SEED={seed}")
    await site.add_service(strategy=strategy, **TERMS)
    for number in range(AGENTS):
        await site.add_agent(f"agent {number}", f"10{number}")
    for number in range(CALLBACKS):
        await site.ask(f"+4930123456{number:02}")
    await _harm_the_engines(site, chance)
    for engine in site.engines:
        engine.send(signal.SIGCONT)
    await settle(site)
    assert await site.value("SELECT count(*) FROM callbacks WHERE result = 'AGENT'") > 0, site.report()


async def _harm_the_engines(site: Site, chance: random.Random) -> None:
    """Something bad every now and then; in the end as many new engines as there should be."""
    ends_at = site.clock.monotonic() + SECONDS
    while site.clock.monotonic() < ends_at:
        while len(_alive(site)) < ENGINES:
            site.start_engine()
        await asyncio.sleep(chance.uniform(0, LONGEST_PAUSE_SECONDS))
        for engine in _one_of(_alive(site), chance):
            _harm(engine, chance)
    for _ in range(ENGINES):
        site.start_engine()


def _alive(site: Site) -> list[EngineProcess]:
    return [engine for engine in site.engines if engine.exit_code is None]


def _one_of(engines: list[EngineProcess], chance: random.Random) -> list[EngineProcess]:
    """One of them; none when all have died of what was done to them before."""
    return [chance.choice(engines)] if engines else []


def _harm(engine: EngineProcess, chance: random.Random) -> None:
    """Kill, freeze or stop it; one that is frozen goes on, as often as not."""
    if engine.is_frozen() and chance.random() < 0.5:
        engine.send(signal.SIGCONT)
    else:
        engine.send(chance.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGSTOP, signal.SIGSTOP, signal.SIGTERM]))
