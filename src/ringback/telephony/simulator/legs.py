"""One leg on the simulated exchange, and what the journal says about it."""

from dataclasses import dataclass, field

from ringback.clock import Clock
from ringback.telephony.port import DialRequest, LegEnded, LegState, LiveLeg

from .far_ends import FarEnd
from .journal import Fact, FactKind, Journal
from .timetable import Appointment


@dataclass
class Leg:
    """A live leg: how far it has come, and what is to happen to it later."""

    request: DialRequest
    link: str
    state: LegState = LegState.PREPARED
    was_dialled: bool = False
    rang: bool = False
    bridge: str | None = None
    far_end: FarEnd = field(default_factory=FarEnd)
    to_come: list[Appointment] = field(default_factory=list[Appointment])

    @property
    def leg_id(self) -> str:
        return self.request.leg_id

    @property
    def answered(self) -> bool:
        """Whether the far end is on the line."""
        return self.state is LegState.ANSWERED

    @property
    def live(self) -> LiveLeg:
        """The leg as a snapshot shows it."""
        return LiveLeg(
            leg_id=self.leg_id,
            state=self.state,
            was_dialled=self.was_dialled,
            labels=self.request.labels,
            bridge=self.bridge,
        )

    def forget_what_was_to_come(self) -> None:
        """Nothing that was planned for it happens."""
        for appointment in self.to_come:
            appointment.cancel()
        self.to_come.clear()


class Chronicle:
    """Writes facts with their time and epoch; writes nothing when there is no journal."""

    def __init__(self, clock: Clock, epoch: str, journal: Journal | None) -> None:
        self._clock, self._epoch, self._journal = clock, epoch, journal

    def note(self, kind: FactKind, *, link: str = "", who: str = "", leg_id: str = "", text: str = "") -> None:
        """A fact about a link, or about a leg that is not live."""
        if self._journal is not None:
            fact = Fact(
                at=self._clock.now(), epoch=self._epoch, kind=kind, link=link, who=who, leg_id=leg_id, text=text
            )
            self._journal(fact)

    def note_leg(self, kind: FactKind, leg: Leg, *, who: str = "", call_id: str = "", text: str = "") -> None:
        """A fact about a live leg."""
        if self._journal is not None:
            self._journal(self._fact_of(leg, kind, who, call_id, text, None))

    def note_end(self, leg: Leg, ended: LegEnded, *, who: str = "", text: str = "") -> None:
        """The end of a leg: `removed` when it was never dialled, else `ended`."""
        if self._journal is not None:
            kind = FactKind.ENDED if leg.was_dialled else FactKind.REMOVED
            self._journal(self._fact_of(leg, kind, who, "", text, ended))

    def _fact_of(self, leg: Leg, kind: FactKind, who: str, call_id: str, text: str, ended: LegEnded | None) -> Fact:
        return Fact(
            at=self._clock.now(),
            epoch=self._epoch,
            kind=kind,
            link=leg.link,
            who=who,
            leg_id=leg.leg_id,
            role=leg.request.role,
            destination=leg.request.destination,
            labels=leg.request.labels,
            call_id=call_id,
            text=text,
            outcome=ended.outcome if ended else None,
            by=ended.by if ended else None,
            q850=ended.q850 if ended else None,
            sip_status=ended.sip_status if ended else None,
            rang=ended.rang if ended else None,
            answered=ended.answered if ended else None,
        )
