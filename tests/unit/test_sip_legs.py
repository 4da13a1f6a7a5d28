"""How a leg of the direct SIP link came to its end."""

import pytest

from ringback.telephony.port import EndedBy, LegEnded, Outcome
from ringback.telephony.sip.leg import Leg, read_close_text
from tests.telephony.sip_rig import request

TIMED_OUT = "Connection timed out [110]"


def leg(*, through_trunk: bool = True, ending: EndedBy | None = None) -> Leg:
    made = Leg(
        request=request("leg-1", "+493000101"), uri="sip:x@y", is_through_trunk=through_trunk, agent=None, ending=ending
    )
    made.was_dialled = True
    return made


def test_status_and_cause_are_read_from_the_stacks_text() -> None:
    assert read_close_text("486 Busy Here") == (486, None)
    assert read_close_text('480 Temporarily Unavailable,Q.850;cause=19;text="No answer"') == (480, 19)
    assert read_close_text("603 Decline,SIP;cause=600,Q.850;cause=21") == (603, 21)
    assert read_close_text(TIMED_OUT) == (None, None)
    assert read_close_text("") == (None, None)


def test_trunk_that_responds_to_no_invite_is_a_trunk_error() -> None:
    assert leg().ended(TIMED_OUT) == LegEnded(
        leg_id="leg-1", outcome=Outcome.TRUNK_ERROR, by=EndedBy.TIMEOUT, rang=False, answered=False
    )


def test_phone_that_responds_to_no_invite_is_unreachable_and_no_fault_of_the_trunk() -> None:
    ended = leg(through_trunk=False).ended(TIMED_OUT)
    assert (ended.outcome, ended.by) == (Outcome.UNREACHABLE, EndedBy.TIMEOUT)


def test_trunk_that_only_tries_until_the_ring_timeout_is_unreachable() -> None:
    trying = leg(ending=EndedBy.TIMEOUT)
    trying.hear_response(100)
    assert trying.ended("Rejected by user").outcome is Outcome.UNREACHABLE


def test_challenge_is_a_response_but_leaves_the_next_invite_unacknowledged() -> None:
    challenged = leg()
    challenged.hear_response(407)
    assert (challenged.was_heard, challenged.is_acknowledged) == (True, False)
    challenged.hear_response(100)
    assert challenged.is_acknowledged


def test_refusal_that_crosses_our_cancel_is_the_far_ends() -> None:
    ended = leg(ending=EndedBy.US).ended("486 Busy Here")
    assert (ended.outcome, ended.by) == (Outcome.BUSY, EndedBy.REMOTE)


@pytest.mark.parametrize("is_answered", [True, False])
def test_end_of_the_stack_itself_leaves_the_outcome_unknown(is_answered: bool) -> None:
    lost = leg()
    lost.is_answered = is_answered
    assert lost.ended("", died=True).outcome is Outcome.UNKNOWN
