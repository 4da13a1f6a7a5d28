"""The simulated telephone exchange: legs, bridges and prompts on a clock, without any I/O.

It behaves as Asterisk does over ARI where that shapes an engine: commands are accepted from whoever sends them, while
the events of a link go to its one controller; a second controller supersedes the first; nothing is replayed; when
one leg of a bridge ends, the other stays. Unlike Asterisk it never lets a leg id ring twice, and says who tried.
"""

import asyncio
import uuid
from collections.abc import Callable, Iterable
from functools import partial
from typing import NoReturn, Protocol

from ringback.clock import Clock
from ringback.telephony.port import (
    Bridged,
    DialRefused,
    DialRequest,
    Dtmf,
    EndedBy,
    Event,
    HangupReason,
    LegAnswered,
    LegEnded,
    LegExists,
    LegGone,
    LegRinging,
    LegState,
    LinkRestored,
    Outcome,
    PromptFinished,
    Snapshot,
    Superseded,
    TelephonyUnavailable,
)

from .far_ends import FarEnd, FarEnds, OrdinaryFarEnds, Sign, refusal
from .journal import FactKind, Journal
from .legs import Chronicle, Leg
from .timetable import Timetable

NETWORK_SECONDS = 0.05
KEY_SECONDS = 1.0
MISSING_PROMPT = "missing"


class Controller(Protocol):
    """Who hears what happens on a link."""

    @property
    def name(self) -> str:
        """Its name in the journal."""
        ...

    def hear(self, event: Event) -> None:
        """An event of its link. Must not fail."""
        ...

    def cut_off(self, reason: str) -> None:
        """It controls no more: the links are cut."""
        ...


class Exchange:
    """One telephone exchange; everything on it dies with it.

    `journal` is told every fact. `dialled_before`: leg ids that rang in earlier runs of the same journal.
    `prompt_seconds`: how long each prompt plays; the one called `missing` cannot be played. Needs a running event
    loop for whatever takes time.
    """

    def __init__(
        self,
        clock: Clock,
        far_ends: FarEnds | None = None,
        *,
        journal: Journal | None = None,
        dialled_before: Iterable[str] = (),
        prompt_seconds: float = 3.0,
    ) -> None:
        self.epoch = uuid.uuid4().hex
        self._far_ends = far_ends or OrdinaryFarEnds()
        self._scripted: dict[str, FarEnd] = {}
        self._chronicle = Chronicle(clock, self.epoch, journal)
        self._dialled_ids = set(dialled_before)
        self._prompt_seconds = prompt_seconds
        self._timetable = Timetable(clock)
        self._legs: dict[str, Leg] = {}
        self._controllers: dict[str, Controller] = {}
        self._links_are_up = asyncio.Event()
        self._links_are_up.set()
        self._chronicle.note(FactKind.STARTED)

    async def close(self) -> None:
        """Switch off: nothing happens any more, and nobody is told."""
        await self._timetable.close()

    # The links

    def take_control(self, link: str, controller: Controller) -> None:
        """Become the one who hears the link, at once with LinkRestored. Raises TelephonyUnavailable while cut."""
        self._refuse_while_cut()
        former = self._controllers.get(link)
        self._controllers[link] = controller
        if former is not None and former is not controller:
            self._chronicle.note(FactKind.SUPERSEDED, link=link, who=former.name, text=f"by {controller.name}")
            former.hear(Superseded())
        self._chronicle.note(FactKind.CONTROLLED, link=link, who=controller.name)
        controller.hear(LinkRestored(snapshot=self.snapshot(link)))

    def leave(self, link: str, controller: Controller) -> None:
        """Stop hearing the link; of no effect for one who does not control it (any more)."""
        if self.is_controlled_by(link, controller):
            del self._controllers[link]
            self._chronicle.note(FactKind.DISCONNECTED, link=link, who=controller.name)

    def is_controlled_by(self, link: str, controller: Controller) -> bool:
        """Whether that one hears the link."""
        return self._controllers.get(link) is controller

    @property
    def is_cut(self) -> bool:
        """Whether the links are cut: calls go on, but nobody hears of them and no command arrives."""
        return not self._links_are_up.is_set()

    def cut_links(self, reason: str = "the link was cut") -> None:
        """Break every link until `restore_links`."""
        self._links_are_up.clear()
        for link, controller in list(self._controllers.items()):
            self.leave(link, controller)
            controller.cut_off(reason)

    def restore_links(self) -> None:
        """The links can be taken again; their controllers do so by themselves."""
        self._links_are_up.set()

    async def wait_until_links_are_up(self) -> None:
        """Wait until the links are no longer cut."""
        await self._links_are_up.wait()

    # Commands: as in the port; `who` is the commander's name in the journal

    def prepare(self, request: DialRequest, link: str, who: str = "") -> None:
        """Create the leg. Raises LegExists, DialRefused, TelephonyUnavailable."""
        self._refuse_while_cut()
        if request.leg_id in self._legs:
            self._reject(LegExists, f"the leg {request.leg_id} is live already", request.leg_id, who)
        if request.leg_id in self._dialled_ids:
            self._reject(LegExists, f"the leg {request.leg_id} rang already", request.leg_id, who)
        if not request.destination:
            self._chronicle.note(FactKind.REJECTED, leg_id=request.leg_id, who=who, text="no destination")
            raise DialRefused(f"The leg {request.leg_id} has no destination", Outcome.INVALID_NUMBER)
        leg = self._legs[request.leg_id] = Leg(request, link)
        self._chronicle.note_leg(FactKind.PREPARED, leg, who=who)

    def dial(self, leg_id: str, who: str = "") -> None:
        """Let the prepared leg ring. Raises LegGone, TelephonyUnavailable."""
        self._refuse_while_cut()
        if leg_id in self._dialled_ids:
            self._violate(LegGone, "dialled a second time", leg_id, who)
        leg = self._legs.get(leg_id)
        if leg is None:
            self._reject(LegGone, f"there is no leg {leg_id} to dial", leg_id, who)
        self._dialled_ids.add(leg_id)
        leg.was_dialled = True
        self._chronicle.note_leg(FactKind.DIALLED, leg, who=who)
        request = leg.request
        scripted = self._scripted.get(request.destination)
        leg.far_end = scripted or self._far_ends.called(request.role, request.destination)
        self._later(leg, request.ring_timeout.total_seconds(), partial(self._time_out, leg))
        if leg.far_end.sign is not Sign.NONE:
            self._later(leg, NETWORK_SECONDS, partial(self._ring, leg))
        if leg.far_end.decides_after_seconds is not None:
            self._later(leg, NETWORK_SECONDS + leg.far_end.decides_after_seconds, partial(self._decide, leg))

    def bridge(self, call_id: str, customer_leg: str, agent_leg: str, who: str = "") -> None:
        """Join two answered legs. Raises LegGone, also for a leg not answered; TelephonyUnavailable."""
        self._refuse_while_cut()
        legs = [self._answered(leg_id, "bridge", who) for leg_id in (customer_leg, agent_leg)]
        if all(leg.bridge == call_id for leg in legs):
            return
        for leg in legs:
            self._unbridge(leg)
        for leg in legs:
            leg.bridge = call_id
            self._chronicle.note_leg(FactKind.BRIDGED, leg, who=who, call_id=call_id)
        self._tell(legs[0].link, Bridged(call_id=call_id))

    def play(self, leg_id: str, prompt: str, who: str = "") -> None:
        """Play a prompt to an answered leg. Raises LegGone, TelephonyUnavailable."""
        self._refuse_while_cut()
        leg = self._answered(leg_id, "play a prompt to", who)
        self._chronicle.note_leg(FactKind.PROMPT, leg, who=who, text=prompt)
        failed = prompt == MISSING_PROMPT
        finished = PromptFinished(leg_id=leg_id, prompt=prompt, failed=failed)
        seconds = 0.0 if failed else self._prompt_seconds
        self._later(leg, seconds, partial(self._tell, leg.link, finished))

    def hangup(self, leg_id: str, reason: HangupReason, who: str = "") -> None:
        """End the leg, if it is live. Raises TelephonyUnavailable."""
        self._refuse_while_cut()
        leg = self._legs.get(leg_id)
        if leg is not None:
            outcome = Outcome.NORMAL if leg.answered else Outcome.CANCELLED
            self._end(leg, outcome, EndedBy.US, q850=16, who=who, text=reason)

    def snapshot(self, link: str) -> Snapshot:
        """Every live leg of a link. Raises TelephonyUnavailable while cut."""
        self._refuse_while_cut()
        return Snapshot(epoch=self.epoch, legs=tuple(leg.live for leg in self._legs.values() if leg.link == link))

    # The far ends, driven by hand

    def set_far_end(self, destination: str, far_end: FarEnd | None) -> None:
        """Script what a destination does from its next call on; None: no script any more."""
        if far_end is None:
            self._scripted.pop(destination, None)
        else:
            self._scripted[destination] = far_end

    def far_end_answers(self, called: str) -> None:
        """The called party (a leg id or a destination) answers now. Raises LegGone if it is not being called."""
        leg = self._called(called)
        if not leg.answered:
            self._answer(leg)

    def far_end_hangs_up(self, called: str, sip_status: int = 603) -> None:
        """The called party hangs up now or, not having answered, refuses with that SIP status.

        Raises LegGone if it is not being called, ValueError for a status the simulator does not know.
        """
        leg = self._called(called)
        if leg.answered:
            self._leave(leg)
        else:
            self._refuse(leg, sip_status)

    def far_end_presses(self, called: str, key: str) -> None:
        """The called party presses a key now. Raises LegGone if it is not on the line."""
        self._press(self._answered(self._called(called).leg_id, "press a key on", "the far end"), key)

    # What happens

    def _ring(self, leg: Leg) -> None:
        early_media = leg.far_end.sign is Sign.EARLY_MEDIA
        leg.rang, leg.state = True, LegState.RINGING
        self._chronicle.note_leg(FactKind.RANG, leg, text="early media" if early_media else "")
        self._tell(leg.link, LegRinging(leg_id=leg.leg_id, early_media=early_media))

    def _decide(self, leg: Leg) -> None:
        if leg.far_end.refuses_with is None:
            self._answer(leg)
        else:
            self._refuse(leg, leg.far_end.refuses_with)

    def _answer(self, leg: Leg) -> None:
        leg.forget_what_was_to_come()
        leg.state = LegState.ANSWERED
        self._chronicle.note_leg(FactKind.ANSWERED, leg, text="on hold, with music" if leg.request.hold else "")
        self._tell(leg.link, LegAnswered(leg_id=leg.leg_id))
        self._later(leg, leg.request.max_duration.total_seconds(), partial(self._time_out, leg))
        if leg.far_end.talks_seconds is not None:
            self._later(leg, leg.far_end.talks_seconds, partial(self._leave, leg))
        for place, key in enumerate(leg.far_end.presses, start=1):
            self._later(leg, place * KEY_SECONDS, partial(self._press, leg, key))

    def _refuse(self, leg: Leg, sip_status: int) -> None:
        q850, outcome = refusal(sip_status, leg.rang)
        self._end(leg, outcome, EndedBy.REMOTE, q850=q850, sip_status=sip_status)

    def _leave(self, leg: Leg) -> None:
        self._end(leg, Outcome.NORMAL, EndedBy.REMOTE, q850=16)

    def _press(self, leg: Leg, key: str) -> None:
        self._chronicle.note_leg(FactKind.PRESSED, leg, text=key)
        self._tell(leg.link, Dtmf(leg_id=leg.leg_id, digit=key))

    def _time_out(self, leg: Leg) -> None:
        if leg.answered:
            self._end(leg, Outcome.NORMAL, EndedBy.TIMEOUT, q850=16)
        else:
            _, outcome = refusal(480, leg.rang)
            self._end(leg, outcome, EndedBy.TIMEOUT, q850=19, sip_status=480)

    def _end(
        self,
        leg: Leg,
        outcome: Outcome,
        by: EndedBy,
        *,
        q850: int,
        sip_status: int | None = None,
        who: str = "",
        text: str = "",
    ) -> None:
        leg.forget_what_was_to_come()
        self._unbridge(leg)
        del self._legs[leg.leg_id]
        ended = LegEnded(
            leg_id=leg.leg_id,
            outcome=outcome,
            by=by,
            rang=leg.rang,
            answered=leg.answered,
            q850=q850,
            sip_status=sip_status,
        )
        self._chronicle.note_end(leg, ended, who=who, text=text)
        self._tell(leg.link, ended)

    def _unbridge(self, leg: Leg) -> None:
        call_id, leg.bridge = leg.bridge, None
        if call_id is None:
            return
        self._chronicle.note_leg(FactKind.UNBRIDGED, leg, call_id=call_id)
        for other in self._legs.values():
            if other.bridge == call_id:
                other.bridge = None
                self._chronicle.note_leg(FactKind.UNBRIDGED, other, call_id=call_id)

    def _later(self, leg: Leg, seconds: float, action: Callable[[], None]) -> None:
        leg.to_come.append(self._timetable.after(seconds, action))

    # Looking up, refusing, telling

    def _answered(self, leg_id: str, what: str, who: str) -> Leg:
        leg = self._legs.get(leg_id)
        if leg is None or not leg.answered:
            self._reject(LegGone, f"there is no answered leg {leg_id} to {what}", leg_id, who)
        return leg

    def _called(self, called: str) -> Leg:
        for leg in reversed(self._legs.values()):
            if leg.was_dialled and called in (leg.leg_id, leg.request.destination):
                return leg
        raise LegGone(f"{called} is not being called")

    def _refuse_while_cut(self) -> None:
        if self.is_cut:
            raise TelephonyUnavailable("The link to the simulator is cut")

    def _reject(self, error: type[LegExists | LegGone], text: str, leg_id: str, who: str) -> NoReturn:
        self._chronicle.note(FactKind.REJECTED, leg_id=leg_id, who=who, text=text)
        raise error(f"Refused: {text}")

    def _violate(self, error: type[LegExists | LegGone], text: str, leg_id: str, who: str) -> NoReturn:
        self._chronicle.note(FactKind.VIOLATION, leg_id=leg_id, who=who, text=text)
        raise error(f"The leg {leg_id} rang already: {text}")

    def _tell(self, link: str, event: Event) -> None:
        controller = self._controllers.get(link)
        if controller is not None:
            controller.hear(event)
