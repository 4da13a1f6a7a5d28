"""The state machine under arbitrary commands and events, over real PostgreSQL."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from ringback.callbacks import lifecycle
from ringback.callbacks.lifecycle import TransitionRefused
from ringback.callbacks.states import RESULTS, Event, Result, State, after
from ringback.database.pool import Database
from tests.databases import create_database, drop_database
from tests.integration.world import TESTER, World

LATER_EVENTS = [event for event in Event if event not in (Event.SCHEDULED, Event.REQUESTED)]


class Lifecycle(RuleBasedStateMachine):
    """Applies any event to any callback, believed to be in any state, and compares with `after`."""

    callbacks = Bundle("callbacks")
    server_url: str
    template: str

    @initialize()
    def open_database(self) -> None:
        self.runner = asyncio.Runner()
        self.url = self.runner.run(create_database(self.server_url, self.template))
        self.database = Database(self.url)
        self.runner.run(self.database.__aenter__())
        self.world = World(self.database)
        self.runner.run(self.world.add_service(max_waiting_per_number=0))
        self.agent_id = self.runner.run(self.world.add_agent("anna"))
        self.states: dict[UUID, State] = {}
        self.changes: dict[UUID, int] = {}
        self.results: dict[UUID, Result] = {}

    @rule(target=callbacks, is_scheduled=st.booleans())
    def create(self, is_scheduled: bool) -> UUID:
        number = f"+49301{len(self.states):07d}"
        callback_id = self.runner.run(self.world.ask(number, in_seconds=60 if is_scheduled else None))
        self.states[callback_id] = State.SCHEDULED if is_scheduled else State.QUEUED
        self.changes[callback_id] = 1
        return callback_id

    @rule(
        callback_id=callbacks,
        believed=st.sampled_from(State),
        event=st.sampled_from(LATER_EVENTS),
        result=st.sampled_from(Result),
    )
    def happen(self, callback_id: UUID, believed: State, event: Event, result: Result) -> None:
        to_state = after(believed, event)
        fits = (result in RESULTS.get(event, ())) if to_state is State.COMPLETED else True
        try:
            changed = self.runner.run(self._apply(callback_id, believed, event, result, to_state))
        except TransitionRefused:
            assert to_state is None
        except ValueError:
            assert not fits
        else:
            assert to_state is not None
            assert fits
            assert changed == (self.states[callback_id] is believed)
            if changed:
                self._note(callback_id, to_state, result)

    @rule(callback_id=callbacks, state=st.sampled_from(State))
    def write_past_the_lifecycle(self, callback_id: UUID, state: State) -> None:
        """A transition row that the machine does not have is refused by the schema itself."""
        if after(state, Event.SCHEDULED) is None:
            with pytest.raises(asyncpg.CheckViolationError, match="transition_is_legal"):
                self.runner.run(self._insert_transition(callback_id, state))

    @invariant()
    def every_change_has_one_transition_and_only_legal_ones(self) -> None:
        if not hasattr(self, "database"):
            return
        rows = self.runner.run(self._all_transitions())
        for callback_id, state in self.states.items():
            own = [row for row in rows if row["callback_id"] == callback_id]
            assert len(own) == self.changes[callback_id]
            assert [row["from_state"] for row in own] == [None, *(row["to_state"] for row in own[:-1])]
            assert own[-1]["to_state"] == own[-1]["state"] == state
            assert sum(row["to_state"] == "COMPLETED" for row in own) == (state is State.COMPLETED)
            assert own[-1]["final"] == self.results.get(callback_id)

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.runner.run(self.database.__aexit__(None, None, None))
            self.runner.run(drop_database(self.url))
            self.runner.close()

    def _note(self, callback_id: UUID, to_state: State, result: Result) -> None:
        self.states[callback_id] = to_state
        self.changes[callback_id] += 1
        if to_state is State.COMPLETED:
            self.results[callback_id] = result

    async def _apply(
        self, callback_id: UUID, believed: State, event: Event, result: Result, to_state: State | None
    ) -> bool:
        needs_agent = to_state in (State.ROUTING, State.PROCESSING) and event is not Event.AGENT_LOST
        async with self.database.transaction() as connection:
            changed = await lifecycle.change(
                connection,
                [callback_id],
                believed,
                event,
                now=self.world.clock.now(),
                actor=TESTER,
                reason="because",
                result=result if to_state is State.COMPLETED else None,
                agent_id=self.agent_id if needs_agent else None,
                customer_held_until=self.world.clock.now() if event is Event.AGENT_LOST else None,
            )
        return bool(changed)

    async def _insert_transition(self, callback_id: UUID, state: State) -> None:
        async with self.database.transaction() as connection:
            await connection.execute(
                "INSERT INTO transitions (callback_id, at, from_state, event, to_state, actor_kind, actor_name, reason)"
                " VALUES ($1, now(), $2, 'SCHEDULED', 'SCHEDULED', 'ENGINE', 'engine', 'because')",
                callback_id,
                state,
            )

    async def _all_transitions(self) -> list[Any]:
        async with self.database.connection() as connection:
            return await connection.fetch(
                "SELECT t.*, c.state, c.result AS final"
                " FROM transitions AS t JOIN callbacks AS c ON c.id = t.callback_id ORDER BY t.id"
            )


def test_arbitrary_events_make_legal_transitions_only_each_with_one_row(server_url: str, template: str) -> None:
    class OnThisServer(Lifecycle):
        pass

    OnThisServer.server_url, OnThisServer.template = server_url, template
    run_state_machine_as_test(
        OnThisServer,
        settings=settings(
            max_examples=25,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )


async def test_callback_that_does_not_exist_is_not_changed(database: Database) -> None:
    world = World(database)
    async with database.transaction() as connection:
        changed = await lifecycle.change(
            connection,
            [uuid4()],
            State.QUEUED,
            Event.CANCELLED,
            now=world.clock.now(),
            actor=TESTER,
            reason="because",
            result=Result.CANCELLED,
        )
    assert changed == []
