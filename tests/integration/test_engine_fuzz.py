"""The whole engine under arbitrary customers, agents, cuts and deaths; then everything promised must hold.

The engine, PostgreSQL and the simulator are real; only the clock is moved. The same promises are checked as after the
crash tests' kills.
"""

import asyncio
from typing import cast
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from ringback.agents.model import ASKABLE, Presence
from ringback.agents.presence import ask
from ringback.callbacks.states import State
from ringback.database.pool import Database
from tests.acceptance.crash.invariants import check_all
from tests.acceptance.crash.site import Site
from tests.databases import create_database, drop_database
from tests.integration.world import World

AGENTS = {"anna": "100", "bela": "200", "cleo": "300"}
DIGITS = ["01", "02", "03", "04", "05", "06", "07", "10", "12", "14"]
PHONES = sorted(AGENTS.values())


class ContactCentre(RuleBasedStateMachine):
    """Anything that may happen to a contact centre, in any order."""

    server_url: str
    template: str

    @initialize(strategy=st.sampled_from(["CUSTOMER_FIRST", "AGENT_FIRST"]), calls_survive=st.booleans())
    def open(self, strategy: str, calls_survive: bool) -> None:
        self.runner = asyncio.Runner()
        self.url = self.runner.run(create_database(self.server_url, self.template))
        self.database = Database(self.url)
        self.runner.run(self.database.__aenter__())
        self.callbacks: list[UUID] = []
        self.world = World(self.database)
        self.world.calls_survive = calls_survive
        self.is_cut = False
        self.runner.run(self._open(strategy))

    @rule(digits=st.sampled_from(DIGITS), in_seconds=st.sampled_from([None, None, 5.0, 60.0]))
    def a_customer_asks(self, digits: str, in_seconds: float | None) -> None:
        number = f"+49301{len(self.callbacks):05d}{digits}"
        self.callbacks.append(self.runner.run(self.world.ask(number, in_seconds=in_seconds)))

    @precondition(lambda self: bool(getattr(self, "callbacks", None)))
    @rule(which=st.integers(min_value=0))
    def one_is_cancelled(self, which: int) -> None:
        self.runner.run(self._cancel(self.callbacks[which % len(self.callbacks)]))

    @rule(agent=st.sampled_from(sorted(AGENTS)), presence=st.sampled_from(sorted(ASKABLE)))
    def an_agent_wishes(self, agent: str, presence: Presence) -> None:
        self.runner.run(self._wish(agent, presence))

    @rule(
        phone=st.sampled_from(PHONES),
        after=st.sampled_from([None, 0.5, 10.0]),
        refuses=st.sampled_from([None, None, 486, 503]),
    )
    def an_agents_phone_behaves(self, phone: str, after: float | None, refuses: int | None) -> None:
        self.world.far_end(phone, decides_after_seconds=after, refuses_with=refuses, talks_seconds=7.0)

    @rule(seconds=st.sampled_from([0.5, 2.0, 10.0, 40.0]))
    def time_passes(self, seconds: float) -> None:
        self.runner.run(self.world.pass_time(seconds, step=0.5 if seconds < 10 else 2.0))

    @rule()
    def the_link_is_cut_or_comes_back(self) -> None:
        self.is_cut = not self.is_cut
        self.runner.run(self._cut() if self.is_cut else self._restore())

    @rule(away=st.sampled_from([0.0, 20.0]))
    def the_engine_dies_and_another_comes(self, away: float) -> None:
        self.runner.run(self._replace_engine(away))

    def teardown(self) -> None:
        if hasattr(self, "world"):
            try:
                self.runner.run(self._come_to_rest())
            finally:
                self.runner.run(self._close())
                self.runner.close()

    async def _open(self, strategy: str) -> None:
        await self.world.add_service(strategy=strategy, wrap_up_seconds=5, expire_after_seconds=3600)
        for name, endpoint in AGENTS.items():
            await self.world.add_agent(name, endpoint)
        await self.world.start_engine()

    async def _cancel(self, callback_id: UUID) -> None:
        if (await self.world.callback(callback_id)).state in (State.SCHEDULED, State.QUEUED, State.ROUTING):
            await self.world.cancel(callback_id)

    async def _wish(self, agent: str, presence: Presence) -> None:
        async with self.database.transaction() as connection:
            await ask(connection, agent, presence, "because", self.world.clock.now())

    async def _cut(self) -> None:
        self.world.exchange.cut_links()

    async def _restore(self) -> None:
        self.world.exchange.restore_links()

    async def _replace_engine(self, away: float) -> None:
        await self.world.kill_engine()
        await self.world.clock.advance(away)
        await self.world.start_engine()

    async def _come_to_rest(self) -> None:
        """Let nobody new be called, and what is under way come to its end; then check every promise."""
        if self.is_cut:
            await self._restore()
        for agent in AGENTS:
            await self._wish(agent, Presence.OFFLINE)
        await self.world.pass_time(200, step=2.0)
        async with self.database.transaction() as connection:
            await connection.execute("DELETE FROM callbacks WHERE state = 'SCHEDULED'")
        await check_all(cast("Site", self.world))

    async def _close(self) -> None:
        await self.world.kill_engine()
        await self.world.exchange.close()
        await self.database.__aexit__(None, None, None)
        await drop_database(self.url)


def test_whatever_happens_every_promise_holds(server_url: str, template: str) -> None:
    class OnThisServer(ContactCentre):
        pass

    OnThisServer.server_url, OnThisServer.template = server_url, template
    run_state_machine_as_test(
        OnThisServer,
        settings=settings(
            max_examples=15,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
        ),
    )
