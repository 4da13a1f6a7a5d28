"""Whatever is asked in whatever order: seats are taken by exactly those who wait for them."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from ringback.booking.seats import SlotFull
from ringback.callbacks import requests
from ringback.callbacks.lifecycle import TransitionRefused
from ringback.callbacks.states import Event, State, after
from ringback.callbacks.views import CallbackView
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.engine.promoter import Promoter
from tests.databases import create_database, drop_database
from tests.integration.bookings import booked, seated
from tests.integration.reception import Reception
from tests.integration.world import TESTER

SEATS = 2
TIMES = [datetime(2026, 11, 23, 10, 0, tzinfo=UTC) + timedelta(minutes=20) * n for n in range(4)]
EVENTS = {
    "cancel": Event.CANCELLED,
    "claim": Event.CLAIMED,
    "call_now": Event.CALLED_NOW,
    "reschedule": Event.RESCHEDULED,
}


class Requests(RuleBasedStateMachine):
    """Asks for anything of any callback and compares with what the state machine and the seats allow."""

    callbacks = Bundle("callbacks")
    server_url: str
    template: str

    @initialize()
    def open_database(self) -> None:
        self.runner = asyncio.Runner()
        self.url = self.runner.run(create_database(self.server_url, self.template))
        self.database = Database(self.url)
        self.runner.run(self.database.__aenter__())
        self.reception = Reception(self.database)
        self.set(slot_capacity=SEATS, max_waiting_per_number=0, number_limit=0)
        self.states: dict[UUID, State] = {}

    @rule(target=callbacks, at=st.sampled_from([None, *TIMES]))
    def ask(self, at: datetime | None) -> Any:
        return self._made(self._try(self.reception.ask(desired_at=at)), State.QUEUED if at is None else State.SCHEDULED)

    @rule(target=callbacks, old=callbacks, at=st.sampled_from([None, *TIMES]))
    def recreate(self, old: UUID, at: datetime | None) -> Any:
        created = self._try(requests.recreate(self.database, self.reception.clock, TESTER, old, at))
        assert isinstance(created, TransitionRefused) == (self.states[old] is not State.COMPLETED)
        told = created.callback if isinstance(created, requests.Created) else created
        return self._made(told, State.QUEUED if at is None else State.SCHEDULED)

    @rule(callback_id=callbacks, command=st.sampled_from(sorted(EVENTS)), at=st.sampled_from(TIMES))
    def act(self, callback_id: UUID, command: str, at: datetime) -> None:
        details = [at] if command == "reschedule" else []
        do = getattr(requests, command)
        told = self._try(do(self.database, self.reception.clock, TESTER, callback_id, *details))
        to_state = after(self.states[callback_id], EVENTS[command])
        assert isinstance(told, TransitionRefused) == (to_state is None)
        if isinstance(told, CallbackView):
            assert told.state is to_state
            self.states[callback_id] = told.state

    @rule(now=st.sampled_from(TIMES))
    def promote(self, now: datetime) -> None:
        """A promoter whose clock is ahead."""
        self.runner.run(Promoter(self.database, ManualClock(now)).run_once())
        before, self.states = self.states, self.runner.run(self._states())
        for callback_id, state in before.items():
            assert self.states[callback_id] in {state, after(state, Event.PROMOTED)}

    @rule(minutes=st.sampled_from([10, 30, 60]))
    def change_the_grid(self, minutes: int) -> None:
        self.set(slot_minutes=minutes)

    @invariant()
    def seats_are_taken_by_those_who_wait_for_them(self) -> None:
        if hasattr(self, "database"):
            taken = self.runner.run(booked(self.database))
            assert taken == self.runner.run(seated(self.database))
            assert self.states == self.runner.run(self._states())

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.runner.run(self.database.__aexit__(None, None, None))
            self.runner.run(drop_database(self.url))
            self.runner.close()

    def set(self, **choices: Any) -> None:
        self.runner.run(self.reception.set(**choices))

    def _try(self, asked: Any) -> Any:
        try:
            return self.runner.run(asked)
        except (SlotFull, TransitionRefused) as refusal:
            return refusal

    def _made(self, told: Any, state: State) -> Any:
        if not isinstance(told, CallbackView):
            return multiple()  # pyright: ignore[reportUnknownVariableType]
        assert told.state is state
        self.states[told.id] = state
        return told.id

    async def _states(self) -> dict[UUID, State]:
        async with self.database.connection() as connection:
            return {row["id"]: State(row["state"]) for row in await connection.fetch("SELECT id, state FROM callbacks")}


def test_arbitrary_requests_keep_seats_and_states_true(server_url: str, template: str) -> None:
    class OnThisServer(Requests):
        pass

    OnThisServer.server_url, OnThisServer.template = server_url, template
    run_state_machine_as_test(
        OnThisServer,
        settings=settings(
            max_examples=15,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
