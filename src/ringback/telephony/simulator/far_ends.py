"""How the called parties of the simulator behave: plain data, scripted or drawn from distributions with a seed."""

import random
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

import msgspec

from ringback.telephony.outcomes import unanswered_outcome
from ringback.telephony.port import LegRole, Outcome

_Q850_CAUSES: dict[int, int] = {
    302: 23,
    401: 21,
    403: 21,
    404: 1,
    407: 21,
    408: 18,
    410: 22,
    420: 127,
    480: 19,
    483: 127,
    484: 28,
    485: 1,
    486: 17,
    487: 127,
    488: 58,
    500: 38,
    502: 38,
    503: 34,
    504: 102,
    600: 17,
    603: 21,
    604: 1,
    606: 58,
}


def refusal(sip_status: int, rang: bool) -> tuple[int, Outcome]:
    """The Q.850 cause that Asterisk tells for a SIP status, and the outcome of a leg that is refused with it.

    Raises ValueError for a status the simulator does not know.
    """
    _must_be_known(sip_status)
    q850 = _Q850_CAUSES[sip_status]
    return q850, unanswered_outcome(sip_status=sip_status, q850=q850, rang=rang)


def _must_be_known(sip_status: int) -> None:
    if sip_status not in _Q850_CAUSES:
        raise ValueError(f"the SIP status {sip_status} is none of {', '.join(map(str, _Q850_CAUSES))}")


class Sign(StrEnum):
    """What the far end gives before it decides: ringing (180), sound (183) or nothing at all (100 only)."""

    RINGS = "RINGS"
    EARLY_MEDIA = "EARLY_MEDIA"
    NONE = "NONE"


class FarEnd(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a called party does with one call.

    `decides_after_seconds`: from its sign to its answer or refusal; None: it never decides. `refuses_with`: a SIP
    status; None: it answers. `talks_seconds`: hangs up that long after its answer; None: waits for our hangup.
    `presses`: keys, one a second from its answer on. Raises ValueError for a status the simulator does not know.
    """

    sign: Sign = Sign.RINGS
    decides_after_seconds: float | None = 0.5
    refuses_with: int | None = None
    talks_seconds: float | None = None
    presses: str = ""

    def __post_init__(self) -> None:
        if self.refuses_with is not None:
            _must_be_known(self.refuses_with)
        if strange := set(self.presses) - set("0123456789*#ABCD"):
            raise ValueError(f"presses: {sorted(strange)} are no keys of a telephone")


def _refuses_at_once(sip_status: int) -> FarEnd:
    return FarEnd(sign=Sign.NONE, decides_after_seconds=0.0, refuses_with=sip_status)


BY_LAST_TWO_DIGITS: Mapping[str, FarEnd] = {
    "01": FarEnd(),
    "02": _refuses_at_once(486),
    "03": FarEnd(decides_after_seconds=None),
    "04": FarEnd(decides_after_seconds=1.0, refuses_with=603),
    "05": _refuses_at_once(404),
    "06": _refuses_at_once(503),
    "07": FarEnd(talks_seconds=3.0),
    "08": FarEnd(decides_after_seconds=1.0, refuses_with=480),
    "09": FarEnd(sign=Sign.EARLY_MEDIA, decides_after_seconds=1.5),
    "10": FarEnd(decides_after_seconds=4.0),
    "11": FarEnd(decides_after_seconds=1.5, refuses_with=486),
    "12": FarEnd(sign=Sign.NONE, decides_after_seconds=None),
    "13": _refuses_at_once(302),
    "14": FarEnd(sign=Sign.NONE, decides_after_seconds=0.0, talks_seconds=0.2),
    "15": _refuses_at_once(487),
    "16": FarEnd(talks_seconds=8.0),
    "17": _refuses_at_once(403),
    "18": FarEnd(presses="1"),
}
"""The far ends of sipp's script (01 to 16) and two more, so that a test is the same on both."""


class FarEnds(Protocol):
    """Who answers when a destination is called."""

    def called(self, role: LegRole, destination: str) -> FarEnd:
        """What the called party does with this call; asked once per dialled leg."""
        ...


class OrdinaryFarEnds:
    """Everybody answers after `ring_seconds`; agents hang up after `talk_seconds`, customers wait for our hangup."""

    def __init__(self, ring_seconds: float = 0.5, talk_seconds: float = 20.0) -> None:
        self._customer = FarEnd(decides_after_seconds=ring_seconds)
        self._agent = FarEnd(decides_after_seconds=ring_seconds, talks_seconds=talk_seconds)

    def called(self, role: LegRole, destination: str) -> FarEnd:
        return self._agent if role is LegRole.AGENT else self._customer


class DialledDigits:
    """Far ends told by the last two digits dialled; the others are left to `otherwise`."""

    def __init__(self, otherwise: FarEnds) -> None:
        self._otherwise = otherwise

    def called(self, role: LegRole, destination: str) -> FarEnd:
        number = destination.partition("@")[0]
        return BY_LAST_TWO_DIGITS.get(number[-2:]) or self._otherwise.called(role, destination)


class Habits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the parties of one role behave, as probabilities and lognormal durations.

    `answers`, `busy`, `rejects`, `unavailable`, `invalid` are shares of all calls; the rest rings for ever. `ring`
    and `talk` are medians in seconds, the `_spread`s are the sigmas of their logarithms. A party who has answered
    hangs up after the talk time, unless the call ends before.
    """

    answers: float = 0.7
    busy: float = 0.1
    rejects: float = 0.03
    unavailable: float = 0.03
    invalid: float = 0.01
    ring: float = 8.0
    ring_spread: float = 0.5
    talk: float = 180.0
    talk_spread: float = 0.7

    def __post_init__(self) -> None:
        shares = (self.answers, self.busy, self.rejects, self.unavailable, self.invalid)
        if min(shares) < 0 or sum(shares) > 1 + 1e-9:
            raise ValueError(f"the shares of calls are {shares}; each is at least 0 and their sum at most 1")
        if min(self.ring, self.talk) <= 0 or min(self.ring_spread, self.talk_spread) < 0:
            raise ValueError("ring and talk times are medians above 0 with spreads of at least 0")


CUSTOMERS = Habits(talk=600.0, talk_spread=0.4)
AGENTS = Habits(answers=0.95, busy=0.01, rejects=0.01, unavailable=0.0, invalid=0.0, ring=4.0)


class StatisticalFarEnds:
    """Far ends drawn with a seed.

    What happens at the n-th call of a destination depends on seed, role, destination and n alone: not on leg ids,
    not on what else is called or when.
    """

    def __init__(self, seed: int, customers: Habits = CUSTOMERS, agents: Habits = AGENTS) -> None:
        self._seed = seed
        self._habits = {LegRole.CUSTOMER: customers, LegRole.AGENT: agents}
        self._calls: Counter[tuple[LegRole, str]] = Counter()

    def called(self, role: LegRole, destination: str) -> FarEnd:
        self._calls[role, destination] += 1
        nth = self._calls[role, destination]
        chance = random.Random(f"{self._seed}/{role}/{destination}/{nth}")  # noqa: S311 - a simulation, no secret
        return _draw(self._habits[role], chance)


def _draw(habits: Habits, chance: random.Random) -> FarEnd:
    fate = chance.random()
    ring = chance.lognormvariate(0, 1) ** habits.ring_spread * habits.ring
    talk = chance.lognormvariate(0, 1) ** habits.talk_spread * habits.talk
    if fate < habits.answers:
        return FarEnd(decides_after_seconds=ring, talks_seconds=talk)
    fate -= habits.answers
    if fate < habits.busy:
        return _refuses_at_once(486)
    fate -= habits.busy
    if fate < habits.rejects:
        return FarEnd(decides_after_seconds=ring, refuses_with=603)
    fate -= habits.rejects
    if fate < habits.unavailable:
        return _refuses_at_once(480)
    fate -= habits.unavailable
    return _refuses_at_once(404) if fate < habits.invalid else FarEnd(decides_after_seconds=None)
