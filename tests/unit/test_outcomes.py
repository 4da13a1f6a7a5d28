"""What SIP statuses and Q.850 causes mean."""

import pytest

from ringback.telephony.outcomes import unanswered_outcome
from ringback.telephony.port import Outcome


@pytest.mark.parametrize(
    ("sip_status", "q850", "outcome"),
    [
        (486, None, Outcome.BUSY),
        (600, None, Outcome.BUSY),
        (480, None, Outcome.NO_ANSWER),
        (487, None, Outcome.NO_ANSWER),
        (408, None, Outcome.UNREACHABLE),
        (603, None, Outcome.REJECTED),
        (403, None, Outcome.TRUNK_ERROR),
        (404, None, Outcome.INVALID_NUMBER),
        (503, None, Outcome.CONGESTION),
        (302, None, Outcome.REDIRECTED),
        (301, None, Outcome.REDIRECTED),
        (499, None, Outcome.TRUNK_ERROR),
        (599, None, Outcome.CONGESTION),
        (699, None, Outcome.REJECTED),
        (None, 17, Outcome.BUSY),
        (None, 3, Outcome.CONGESTION),
        (None, 99, Outcome.UNKNOWN),
        (None, None, Outcome.UNKNOWN),
    ],
)
def test_status_or_cause_alone_decides(sip_status: int | None, q850: int | None, outcome: Outcome) -> None:
    assert unanswered_outcome(sip_status=sip_status, q850=q850, rang=True) is outcome


@pytest.mark.parametrize(
    ("sip_status", "q850", "outcome"),
    [
        (480, 20, Outcome.UNREACHABLE),
        (503, 17, Outcome.BUSY),
        (500, 1, Outcome.INVALID_NUMBER),
        (403, 21, Outcome.TRUNK_ERROR),
        (486, 34, Outcome.BUSY),
        (503, 99, Outcome.CONGESTION),
        (480, 16, Outcome.NO_ANSWER),
    ],
)
def test_cause_decides_beside_a_vague_status_only(sip_status: int, q850: int, outcome: Outcome) -> None:
    assert unanswered_outcome(sip_status=sip_status, q850=q850, rang=True) is outcome


@pytest.mark.parametrize(("sip_status", "q850"), [(480, None), (480, 19), (None, 19), (487, None)])
def test_no_answer_of_a_phone_that_did_not_ring_is_unreachable(sip_status: int | None, q850: int | None) -> None:
    assert unanswered_outcome(sip_status=sip_status, q850=q850, rang=False) is Outcome.UNREACHABLE
