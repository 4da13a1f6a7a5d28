"""What a call needs next, from every position it can be in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.callbacks.rules import AgentAnswer, AttemptOutcome
from ringback.callbacks.states import State
from ringback.engine.steps import (
    Bridge,
    Call,
    Close,
    Dial,
    HangUp,
    Join,
    Leg,
    LetCustomerGo,
    LoseAgent,
    Wait,
    next_step,
)
from ringback.services.model import PERSON_NOT_REACHED, Strategy
from ringback.telephony.port import EndedBy, HangupReason, LegRole, Outcome

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
CUSTOMER = Leg(id=UUID(int=1), role=LegRole.CUSTOMER, destination="+493012345001", created_at=NOW)
AGENT = Leg(id=UUID(int=2), role=LegRole.AGENT, destination="100", agent_id=7, created_at=NOW)
CALL = Call(
    attempt_id=UUID(int=3),
    callback_id=UUID(int=4),
    trunk_id=1,
    calls_per_second=None,
    strategy=Strategy.CUSTOMER_FIRST,
    state=State.ROUTING,
    agent_id=7,
    opened_at=NOW,
    bridge_permitted_at=None,
    joined_at=None,
    customer_held_until=None,
    customer=CUSTOMER,
    agent=AGENT,
    reserve_timeout=timedelta(seconds=30),
    max_duration=timedelta(seconds=7200),
)
PERMITTED: dict[str, Any] = {"dial_permitted_at": NOW}
UP: dict[str, Any] = {**PERMITTED, "answered_at": NOW}
GONE: dict[str, Any] = {**UP, "ended_at": NOW, "outcome": Outcome.NORMAL, "ended_by": EndedBy.REMOTE}
BUSY: dict[str, Any] = {**PERMITTED, "ended_at": NOW, "outcome": Outcome.BUSY, "ended_by": EndedBy.REMOTE}


def call(customer: dict[str, Any] | None = None, agent: dict[str, Any] | None = None, **changes: Any) -> Call:
    return replace(CALL, customer=replace(CUSTOMER, **customer or {}), agent=replace(AGENT, **agent or {}), **changes)


def dialled(step: object) -> LegRole | None:
    return step.leg.role if isinstance(step, Dial) else None


def test_customer_first_dials_the_customer_then_the_agent_then_joins() -> None:
    assert dialled(next_step(call(), NOW)) is LegRole.CUSTOMER
    assert next_step(call(PERMITTED), NOW) == Wait()
    assert dialled(next_step(call(UP), NOW)) is LegRole.AGENT
    assert next_step(call(UP, PERMITTED), NOW) == Wait()
    assert next_step(call(UP, UP), NOW) == Join()


def test_agent_first_dials_the_agent_then_the_customer_then_joins() -> None:
    first = Strategy.AGENT_FIRST
    assert dialled(next_step(call(strategy=first), NOW)) is LegRole.AGENT
    assert next_step(call(agent=PERMITTED, strategy=first), NOW) == Wait()
    assert dialled(next_step(call(agent=UP, strategy=first), NOW)) is LegRole.CUSTOMER
    assert next_step(call(UP, UP, strategy=first), NOW) == Join()


def test_preview_dials_nobody_before_the_agent_accepts_and_then_as_agent_first() -> None:
    preview: dict[str, Any] = {"strategy": Strategy.PREVIEW}
    accepted: dict[str, Any] = {**preview, "answer": AgentAnswer.ACCEPTED, "answered_at": NOW + timedelta(seconds=29)}
    assert next_step(call(**preview), NOW + timedelta(seconds=29)) == Wait()
    assert dialled(next_step(call(**accepted), NOW + timedelta(seconds=58))) is LegRole.AGENT
    assert dialled(next_step(call(agent=UP, **accepted), NOW)) is LegRole.CUSTOMER
    assert next_step(call(UP, UP, **accepted), NOW) == Join()


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"answer": AgentAnswer.REJECTED}, AttemptOutcome.DECLINED),
        ({"answer": AgentAnswer.SNOOZED}, AttemptOutcome.SNOOZED),
        ({"opened_at": NOW - timedelta(seconds=30)}, AttemptOutcome.DECLINED),
        ({"state": State.COMPLETED}, AttemptOutcome.CANCELLED),
        ({"state": State.COMPLETED, "answer": AgentAnswer.REJECTED}, AttemptOutcome.CANCELLED),
    ],
)
def test_offer_that_is_not_accepted_is_closed_with_what_became_of_it(
    changes: dict[str, Any], outcome: AttemptOutcome
) -> None:
    assert next_step(call(strategy=Strategy.PREVIEW, **changes), NOW) == Close(outcome)


def test_offer_is_over_while_the_link_is_away_but_an_answer_counts() -> None:
    offered = call(strategy=Strategy.PREVIEW)
    assert next_step(offered, NOW, is_link_up=False) == Close(AttemptOutcome.NOT_DIALLED)
    rejected = replace(offered, answer=AgentAnswer.REJECTED)
    assert next_step(rejected, NOW, is_link_up=False) == Close(AttemptOutcome.DECLINED)


def test_accepted_offer_whose_agent_cannot_be_rung_in_time_is_given_back() -> None:
    accepted = call(strategy=Strategy.PREVIEW, answer=AgentAnswer.ACCEPTED, answered_at=NOW)
    assert next_step(accepted, NOW + timedelta(seconds=30)) == Close(AttemptOutcome.NOT_DIALLED)


@pytest.mark.parametrize("disposition", ["Resolved", PERSON_NOT_REACHED])
def test_finished_talk_is_hung_up_on_both_sides(disposition: str) -> None:
    talk: dict[str, Any] = {"state": State.PROCESSING, "bridge_permitted_at": NOW, "joined_at": NOW}
    step = next_step(call(UP, UP, disposition=disposition, **talk), NOW)
    assert isinstance(step, HangUp)
    assert {leg.role for leg in step.legs} == set(LegRole)
    assert step.reason is HangupReason.FINISHED


def test_person_not_reached_counts_only_of_a_talk_whose_end_is_known() -> None:
    lost = {**UP, "ended_at": NOW, "outcome": Outcome.UNKNOWN, "ended_by": EndedBy.US}
    talk: dict[str, Any] = {"state": State.PROCESSING, "bridge_permitted_at": NOW, "disposition": PERSON_NOT_REACHED}
    assert next_step(call(GONE, GONE, joined_at=NOW, **talk), NOW) == Close(AttemptOutcome.NOT_REACHED)
    assert next_step(call(lost, lost, joined_at=NOW, **talk), NOW) == Close(AttemptOutcome.UNKNOWN)
    assert next_step(call(GONE, GONE, joined_at=None, **talk), NOW) == Close(AttemptOutcome.CUSTOMER_HUNG_UP)


def test_agent_lost_then_sought_then_customer_let_go() -> None:
    assert next_step(call(UP, BUSY), NOW) == LoseAgent()
    held = call(UP, BUSY, agent_id=None, customer_held_until=NOW + timedelta(seconds=1))
    assert next_step(held, NOW) == Wait()
    assert next_step(held, NOW + timedelta(seconds=1)) == LetCustomerGo()


def test_customer_who_leaves_takes_the_agents_ringing_along() -> None:
    step = next_step(call(GONE, PERMITTED), NOW)
    assert step == HangUp((replace(AGENT, **PERMITTED),), HangupReason.FINISHED)
    assert next_step(call(GONE, BUSY), NOW) == Close(AttemptOutcome.CUSTOMER_HUNG_UP)


@pytest.mark.parametrize("state", [State.COMPLETED, State.QUEUED, State.SCHEDULED])
def test_call_of_a_callback_that_has_left_routing_is_hung_up_and_closed(state: State) -> None:
    assert isinstance(next_step(call(UP, PERMITTED, state=state), NOW), HangUp)
    assert next_step(call(state=state), NOW) == Close(AttemptOutcome.CANCELLED)


def test_talk_is_bridged_until_joined_and_ends_with_either_side() -> None:
    talk: dict[str, Any] = {"state": State.PROCESSING, "bridge_permitted_at": NOW}
    assert next_step(call(UP, UP, **talk), NOW) == Bridge()
    assert next_step(call(UP, UP, joined_at=NOW, **talk), NOW) == Wait()
    assert isinstance(next_step(call(UP, GONE, joined_at=NOW, **talk), NOW), HangUp)
    assert next_step(call(GONE, GONE, joined_at=NOW, **talk), NOW) == Close(AttemptOutcome.JOINED)


def test_talk_that_went_away_unwatched_is_unknown() -> None:
    lost = {**UP, "ended_at": NOW, "outcome": Outcome.UNKNOWN, "ended_by": EndedBy.US}
    talk: dict[str, Any] = {"state": State.PROCESSING, "bridge_permitted_at": NOW}
    assert next_step(call(lost, lost, joined_at=NOW, **talk), NOW) == Close(AttemptOutcome.UNKNOWN)
    assert next_step(call(lost, GONE, **talk), NOW) == Close(AttemptOutcome.UNKNOWN)


def test_talk_whose_end_was_heard_at_one_side_is_known() -> None:
    lost = {**UP, "ended_at": NOW, "outcome": Outcome.UNKNOWN, "ended_by": EndedBy.US}
    step = next_step(call(GONE, lost, state=State.PROCESSING, bridge_permitted_at=NOW, joined_at=NOW), NOW)
    assert step == Close(AttemptOutcome.JOINED)


def test_two_who_cannot_be_bridged_are_let_go() -> None:
    talk: dict[str, Any] = {"state": State.PROCESSING, "bridge_permitted_at": NOW}
    assert isinstance(next_step(call(UP, UP, **talk), NOW + timedelta(seconds=30)), HangUp)
    assert next_step(call(UP, UP, joined_at=NOW, **talk), NOW + timedelta(seconds=30)) == Wait()


def test_agent_who_cannot_be_dialled_in_time_is_lost() -> None:
    assert next_step(call(UP), NOW + timedelta(seconds=30)) == LoseAgent()


def test_without_its_link_only_a_whole_talk_may_go_on_and_not_for_ever() -> None:
    talk = call(UP, UP, state=State.PROCESSING, bridge_permitted_at=NOW)
    assert not talk.is_beyond_hope(NOW + timedelta(seconds=7199))
    assert talk.is_beyond_hope(NOW + timedelta(seconds=7200))
    assert call(GONE, UP, state=State.PROCESSING, bridge_permitted_at=NOW).is_beyond_hope(NOW)
    assert call(UP, PERMITTED).is_beyond_hope(NOW)


def test_reservation_that_is_not_dialled_in_time_is_closed() -> None:
    assert next_step(call(), NOW + timedelta(seconds=30)) == Close(AttemptOutcome.NOT_DIALLED)


def test_while_the_link_is_down_what_never_rang_is_given_back_and_the_rest_waits() -> None:
    assert next_step(call(), NOW, is_link_up=False) == Close(AttemptOutcome.NOT_DIALLED)
    assert next_step(call(UP, UP), NOW, is_link_up=False) == Wait()
    assert next_step(call(BUSY), NOW, is_link_up=False) == Close(AttemptOutcome.BUSY)


LEGS = st.sampled_from([{}, PERMITTED, UP, GONE, BUSY])


@given(LEGS, LEGS, st.sampled_from(State), st.sampled_from(Strategy), st.booleans(), st.booleans(), st.booleans())
def test_nothing_is_dialled_twice_or_closed_while_it_may_ring(
    customer: dict[str, Any],
    agent: dict[str, Any],
    state: State,
    strategy: Strategy,
    is_permitted: bool,
    has_agent: bool,
    is_link_up: bool,
) -> None:
    some = call(
        customer,
        agent,
        state=state,
        strategy=strategy,
        bridge_permitted_at=NOW if is_permitted else None,
        agent_id=7 if has_agent else None,
    )
    match next_step(some, NOW, is_link_up=is_link_up):
        case Dial(leg):
            assert leg.dial_permitted_at is None
            assert leg.ended_at is None
            assert state is State.ROUTING
        case Close():
            assert not any(leg.may_ring for leg in some.live_legs)
        case Join():
            assert some.customer.is_up
            assert some.agent
            assert some.agent.is_up
        case _:
            pass
