"""What a SIP status or a Q.850 cause says about a leg that was not answered: the table of docs/telephony.md."""

from ringback.telephony.port import Outcome

SIP_OUTCOMES: dict[int, Outcome] = {
    401: Outcome.TRUNK_ERROR,
    403: Outcome.TRUNK_ERROR,
    404: Outcome.INVALID_NUMBER,
    407: Outcome.TRUNK_ERROR,
    408: Outcome.UNREACHABLE,
    410: Outcome.INVALID_NUMBER,
    420: Outcome.CONGESTION,
    480: Outcome.NO_ANSWER,
    483: Outcome.TRUNK_ERROR,
    484: Outcome.INVALID_NUMBER,
    485: Outcome.INVALID_NUMBER,
    486: Outcome.BUSY,
    487: Outcome.NO_ANSWER,
    488: Outcome.TRUNK_ERROR,
    500: Outcome.CONGESTION,
    502: Outcome.CONGESTION,
    503: Outcome.CONGESTION,
    504: Outcome.CONGESTION,
    600: Outcome.BUSY,
    603: Outcome.REJECTED,
    604: Outcome.INVALID_NUMBER,
    606: Outcome.TRUNK_ERROR,
}
Q850_OUTCOMES: dict[int, Outcome] = {
    1: Outcome.INVALID_NUMBER,
    3: Outcome.CONGESTION,
    16: Outcome.NORMAL,
    17: Outcome.BUSY,
    18: Outcome.UNREACHABLE,
    19: Outcome.NO_ANSWER,
    20: Outcome.UNREACHABLE,
    21: Outcome.REJECTED,
    22: Outcome.INVALID_NUMBER,
    23: Outcome.REDIRECTED,
    27: Outcome.CONGESTION,
    28: Outcome.INVALID_NUMBER,
    34: Outcome.CONGESTION,
    38: Outcome.CONGESTION,
    41: Outcome.CONGESTION,
    42: Outcome.CONGESTION,
    58: Outcome.TRUNK_ERROR,
    102: Outcome.CONGESTION,
}
_STATUS_CLASSES = {
    3: Outcome.REDIRECTED,
    4: Outcome.TRUNK_ERROR,
    5: Outcome.CONGESTION,
    6: Outcome.REJECTED,
}
_VAGUE_STATUSES = frozenset({480, 487, 500, 503})
"""Statuses that say little by themselves: a Q.850 cause beside them decides."""


def unanswered_outcome(*, sip_status: int | None, q850: int | None, rang: bool) -> Outcome:
    """How a leg that the far end or the network ended before an answer has come out.

    A status that the table does not name goes by its class, as RFC 3261 8.1.3.2 has it; "no answer" of a phone that
    did not ring is UNREACHABLE; nothing known at all is UNKNOWN.
    """
    outcome = _stated_outcome(sip_status, q850)
    if outcome is Outcome.NO_ANSWER and not rang:
        return Outcome.UNREACHABLE
    return outcome


def _stated_outcome(sip_status: int | None, q850: int | None) -> Outcome:
    by_cause = Q850_OUTCOMES.get(q850) if q850 is not None else None
    if by_cause is Outcome.NORMAL:
        by_cause = None  # "normal clearing" of an unanswered leg says nothing about why
    if sip_status is None or (by_cause and sip_status in _VAGUE_STATUSES):
        return by_cause or Outcome.UNKNOWN
    return SIP_OUTCOMES.get(sip_status) or _STATUS_CLASSES.get(sip_status // 100) or by_cause or Outcome.UNKNOWN
