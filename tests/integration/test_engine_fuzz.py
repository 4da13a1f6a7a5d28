"""The whole engine under arbitrary customers, agents, cuts and deaths; then everything promised must hold.

The engine, PostgreSQL and the simulator are real; only the clock is moved. The same promises are checked as after the
crash tests' kills.
"""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from ringback.agents.model import ASKABLE, Presence
from ringback.agents.presence import ask, note_desk
from ringback.callbacks.agents_word import FinishedAlready, FinishRefused, OfferNotFound, OfferOver
from ringback.callbacks.rules import AgentAnswer
from ringback.callbacks.states import State
from ringback.database.pool import Database
from ringback.engine.router import Router
from ringback.numbers.model import BlockedPattern, NumberRules, PatternKind
from ringback.services.model import PERSON_NOT_REACHED, Mode
from ringback.services.schedule import OpenRange, Weekday
from ringback.telephony.port import LegGone
from tests.acceptance.crash.invariants import check_all
from tests.acceptance.crash.site import Site
from tests.databases import create_database, drop_database
from tests.integration.world import World

AGENTS = {"anna": "100", "bela": "200", "cleo": "300"}
DIGITS = ["01", "02", "03", "04", "05", "06", "07", "10", "12", "14"]
PHONES = sorted(AGENTS.values())

CLOSES_AT = datetime(2026, 11, 23, 9, 1, tzinfo=UTC)
UNTIL_THEN = {Weekday.MONDAY: [OpenRange("00:00", "09:01")]}
NO_GERMANS = NumberRules(blocked=[BlockedPattern(kind=PatternKind.PREFIX, pattern="+49301")])
CHANGES: list[dict[str, Any]] = [
    *({"mode": mode} for mode in (Mode.RUNNING, Mode.RUNNING, Mode.DRAINING, Mode.PAUSED, Mode.CLOSED)),
    *({"hours": hours} for hours in (None, None, UNTIL_THEN, {})),
    *({"number_rules": rules} for rules in (NumberRules(), NumberRules(), NO_GERMANS)),
]

ANSWERS = [(AgentAnswer.ACCEPTED, None), (AgentAnswer.REJECTED, None), (AgentAnswer.SNOOZED, 10)]


def may_be_dialled(settings: dict[str, Any], at: datetime) -> bool:
    """Whether a service with these settings, which are the only ones changed, dials a German number at that instant."""
    hours = settings.get("hours")
    is_open = hours is None or (hours == UNTIL_THEN and at < CLOSES_AT)
    return is_open and settings.get("mode", Mode.RUNNING).dials and settings.get("number_rules") != NO_GERMANS


class ContactCentre(RuleBasedStateMachine):
    """Anything that may happen to a contact centre, in any order."""

    server_url: str
    template: str

    @initialize(
        strategy=st.sampled_from(["CUSTOMER_FIRST", "AGENT_FIRST", "PREVIEW", "PREVIEW"]), calls_survive=st.booleans()
    )
    def open(self, strategy: str, calls_survive: bool) -> None:
        self.runner = asyncio.Runner()
        self.url = self.runner.run(create_database(self.server_url, self.template))
        self.database = Database(self.url)
        self.runner.run(self.database.__aenter__())
        self.callbacks: list[UUID] = []
        self.world = World(self.database)
        self.world.calls_survive = calls_survive
        self.settings: list[tuple[datetime, dict[str, Any]]] = [(self.world.clock.now(), {})]
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

    @precondition(lambda self: bool(getattr(self, "callbacks", None)))
    @rule(which=st.integers(min_value=0), answer=st.sampled_from(ANSWERS), late=st.booleans())
    def an_agent_answers(self, which: int, answer: tuple[AgentAnswer, int | None], late: bool) -> None:
        self.runner.run(self._answer(self.callbacks[which % len(self.callbacks)], *answer, late=late))

    @precondition(lambda self: bool(getattr(self, "callbacks", None)))
    @rule(which=st.integers(min_value=0), disposition=st.sampled_from(["Resolved", PERSON_NOT_REACHED]))
    def an_agent_finishes(self, which: int, disposition: str) -> None:
        self.runner.run(self._finish(self.callbacks[which % len(self.callbacks)], disposition))

    @rule(seconds=st.sampled_from([0.5, 10.0, 40.0]))
    def agents_accept_whatever_is_offered(self, seconds: float) -> None:
        for callback_id in self.callbacks:
            self.runner.run(self._answer(callback_id, AgentAnswer.ACCEPTED))
        self.time_passes(seconds)

    @rule(
        disposition=st.sampled_from(["Resolved", PERSON_NOT_REACHED]),
        meanwhile=st.sampled_from(["nothing", "the close begins", "the engine dies", "the agent hangs up"]),
    )
    def two_talk_and_the_agent_finishes(self, disposition: str, meanwhile: str) -> None:
        self.what_may_be_dialled_changes({"mode": Mode.RUNNING, "hours": None, "number_rules": NumberRules()})
        for agent, phone in AGENTS.items():
            self.world.far_end(phone, talks_seconds=60.0)
            self.an_agent_wishes(agent, Presence.READY)
        self.a_customer_asks("01", None)
        for _ in range(4):
            self.agents_accept_whatever_is_offered(1.0)
        self.runner.run(self._finish(self.callbacks[-1], disposition, meanwhile))

    @rule(agent=st.sampled_from(sorted(AGENTS)))
    def a_desk_is_seen(self, agent: str) -> None:
        self.runner.run(self._see_desk(agent))

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

    @rule(change=st.sampled_from(CHANGES))
    def what_may_be_dialled_changes(self, change: dict[str, Any]) -> None:
        self.runner.run(self._change(change))

    @rule(change=st.sampled_from(CHANGES), digits=st.sampled_from(DIGITS))
    def it_changes_between_a_reservation_and_its_dial(self, change: dict[str, Any], digits: str) -> None:
        self.a_customer_asks(digits, None)
        self.runner.run(self._wish("anna", Presence.READY))
        self.runner.run(Router(self.database, self.world.clock).run_once())
        self.runner.run(self._change(change))

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

    async def _answer(
        self, callback_id: UUID, answer: AgentAnswer, seconds: int | None = None, *, late: bool = False
    ) -> None:
        """Answer what is offered; `late`: between the engine's look at it and what it does."""
        if late and self.world.dialer is not None:
            await self.world.dialer.run_once()
        with suppress(OfferOver, OfferNotFound):
            if (await self.world.callback(callback_id)).state is State.ROUTING:
                await self.world.answer(callback_id, answer, seconds)

    async def _finish(self, callback_id: UUID, disposition: str, meanwhile: str = "nothing") -> None:
        if meanwhile == "the agent hangs up":
            for phone in PHONES:
                with suppress(LegGone):
                    self.world.exchange.far_end_hangs_up(phone)
        if meanwhile == "the close begins" and self.world.dialer is not None:
            await self.world.dialer.run_once()
        if meanwhile == "the engine dies":
            await self.world.kill_engine()
        with suppress(FinishRefused, FinishedAlready, OfferNotFound):
            if (await self.world.callback(callback_id)).attempts:
                await self.world.finish(callback_id, disposition)
        if self.world.dialer is None:
            await self.world.start_engine()

    async def _see_desk(self, agent: str) -> None:
        agent_id = (await self.world.agent(agent)).id
        async with self.database.transaction() as connection:
            await note_desk(connection, agent_id, self.world.clock.now())

    async def _wish(self, agent: str, presence: Presence) -> None:
        async with self.database.transaction() as connection:
            await ask(connection, agent, presence, "because", self.world.clock.now())

    async def _change(self, change: dict[str, Any]) -> None:
        """Change the service, at an instant of its own, and let the engine go on."""
        await self.world.clock.advance(0.001)
        await self.world.change_service(**change)
        self.settings.append((self.world.clock.now(), {**self.settings[-1][1], **change}))
        await self.world.clock.advance(0.001)
        await self.world.work()

    async def _check_dials(self) -> None:
        """No customer's leg was permitted to ring against the settings of that instant."""
        for leg in await self.world.fetch("SELECT dial_permitted_at AS at FROM legs WHERE role = 'CUSTOMER'"):
            if leg["at"] is not None:
                settings = [settings for since, settings in self.settings if since <= leg["at"]][-1]
                assert may_be_dialled(settings, leg["at"]), f"permitted at {leg['at']} against {settings}"

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
        await self._check_dials()
        await check_all(cast("Site", self.world))

    async def _close(self) -> None:
        await self.world.kill_engine()
        await self.world.exchange.close()
        await self.database.__aexit__(None, None, None)
        await drop_database(self.url)


@pytest.mark.timeout(300)
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
