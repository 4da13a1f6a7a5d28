"""One leg of the direct SIP link: what is known of it, and what its end means."""

import asyncio
import re
from dataclasses import dataclass, field
from typing import Any

from ringback.telephony.outcomes import unanswered_outcome
from ringback.telephony.port import DialRequest, EndedBy, LegEnded, LegState, LiveLeg, Outcome
from ringback.telephony.sip.media import Voice

_STATUS = re.compile(r"(\d{3})\b")
_Q850_CAUSE = re.compile(r"Q\.850\s*;[^,]*?cause=(\d{1,3})")
_TIMED_OUT = "[110]"
"""How the stack says that nobody responded to the INVITE until timer B."""
CHALLENGES = frozenset({401, 407})


@dataclass(eq=False)
class Leg:
    """`agent` is the stack's user agent that dials, `call` the stack's call, `sip_call_id` its Call-ID.

    `is_acknowledged`: the far side has responded to the INVITE as it was sent last, so that a hangup reaches it.
    `ending`: who wants the leg to end, once somebody does.
    """

    request: DialRequest
    uri: str
    is_through_trunk: bool
    agent: Any
    call: Any = None
    handle: int = 0
    sip_call_id: str | None = None
    was_dialled: bool = False
    was_heard: bool = False
    is_acknowledged: bool = False
    has_rung: bool = False
    is_answered: bool = False
    is_hanging_up: bool = False
    is_over: bool = False
    ending: EndedBy | None = None
    bridge: str | None = None
    voice: Voice | None = None
    timer: asyncio.Task[None] | None = field(default=None, repr=False)

    @property
    def leg_id(self) -> str:
        """Our id of the leg."""
        return self.request.leg_id

    def as_live(self) -> LiveLeg:
        """The leg as a snapshot shows it."""
        state = LegState.ANSWERED if self.is_answered else LegState.RINGING if self.has_rung else LegState.PREPARED
        labels = self.request.labels
        return LiveLeg(leg_id=self.leg_id, state=state, was_dialled=self.was_dialled, labels=labels, bridge=self.bridge)

    def hear_response(self, status: int) -> None:
        """Some response to the INVITE arrived. A challenge makes the stack send another one, unacknowledged yet."""
        self.was_heard = True
        self.is_acknowledged = status not in CHALLENGES

    def ended(self, close_text: str, *, died: bool = False) -> LegEnded:
        """What to tell of the end, from the stack's text: a status line with any Reason, or an error of the system.

        `died`: the stack went down with the call, and nobody knows.
        """
        outcome, by, sip_status, q850 = self._how(close_text)
        if died:
            outcome = Outcome.UNKNOWN
        return LegEnded(
            leg_id=self.leg_id,
            outcome=outcome,
            by=by,
            rang=self.has_rung,
            answered=self.is_answered,
            sip_status=sip_status,
            q850=q850,
        )

    def _how(self, close_text: str) -> tuple[Outcome, EndedBy, int | None, int | None]:
        sip_status, q850 = read_close_text(close_text)
        if self.is_answered:
            return Outcome.NORMAL, self.ending or EndedBy.REMOTE, None, q850
        if sip_status is not None:
            outcome = unanswered_outcome(sip_status=sip_status, q850=q850, rang=self.has_rung)
            return outcome, EndedBy.REMOTE, sip_status, q850
        if self.ending is EndedBy.US:
            return Outcome.CANCELLED, EndedBy.US, None, None
        timed_out = self.ending is EndedBy.TIMEOUT or _TIMED_OUT in close_text
        return self._outcome_of_silence(), EndedBy.TIMEOUT if timed_out else EndedBy.REMOTE, None, None

    def _outcome_of_silence(self) -> Outcome:
        if self.has_rung:
            return Outcome.NO_ANSWER
        is_trunk_silent = self.is_through_trunk and not self.was_heard
        return Outcome.TRUNK_ERROR if is_trunk_silent else Outcome.UNREACHABLE


def read_close_text(text: str) -> tuple[int | None, int | None]:
    """SIP status and Q.850 cause of a text such as `480 Temporarily Unavailable,Q.850;cause=19`."""
    status, cause = _STATUS.match(text), _Q850_CAUSE.search(text)
    return (int(status[1]) if status else None), (int(cause[1]) if cause else None)
