"""Bringing the database and the switch to one view: after a takeover, a lost connection, or an act that failed.

The three are one case. The switch is asked what lives on it; what nobody may ring any more is removed; what the
database believed alive and the switch does not know is of unknown fate; the rest is adopted and goes on. What then
follows for each call is for `next_step` to say, as always.
"""

from collections.abc import Mapping
from uuid import UUID

import msgspec

from ringback.callbacks import trace
from ringback.clock import Clock
from ringback.database.pool import Database
from ringback.engine import calls
from ringback.engine.link import Lease
from ringback.engine.steps import Call, Leg
from ringback.telephony.port import EndedBy, HangupReason, LegEnded, LegState, LiveLeg, Outcome, Snapshot, Telephony

# A snapshot may overtake the event of a leg's end: a leg that one snapshot lacks is looked for again after this.
MISSING_SECONDS = 1.0


class Adoption:
    """What is known to be out of step on one held link."""

    def __init__(self, database: Database, clock: Clock, lease: Lease, telephony: Telephony) -> None:
        self._database = database
        self._clock = clock
        self._lease = lease
        self._telephony = telephony
        self._missing_since: dict[UUID, float] = {}
        self._abandoned: set[str] = set()
        self._is_wanted = False

    @property
    def is_wanted(self) -> bool:
        """Whether the two views may differ."""
        return self._is_wanted

    def want(self) -> None:
        """Compare at the next occasion."""
        self._is_wanted = True

    def is_in_doubt(self, call: Call) -> bool:
        """Whether a leg of the call may be gone already: until that is known, no step follows from its being there."""
        return any(leg.id in self._missing_since for leg in call.live_legs)

    async def adopt(self) -> str:
        """Compare now; returns the switch's epoch. Raises TelephonyUnavailable, DatabaseUnavailable: want it again."""
        snapshot = await self._telephony.snapshot()
        async with self._database.connection() as connection:
            open_calls = await calls.open_calls(connection, self._lease.link_id, self._lease.token)
        known = {str(leg.id): (call, leg) for call in open_calls for leg in call.live_legs}
        removed = await self._remove_unwanted(snapshot, known)
        on_switch = {live.leg_id: live for live in snapshot.legs}
        self._is_wanted = False
        self._missing_since = {leg_id: at for leg_id, at in self._missing_since.items() if str(leg_id) in known}
        for leg_id, (call, leg) in known.items():
            if leg_id in removed:
                outcome = Outcome.UNKNOWN if leg.may_ring else Outcome.CANCELLED
                await self._end(call, leg, outcome, "was removed from the switch, which had not let it ring")
            elif leg.may_ring:
                await self._compare(call, leg, on_switch.get(leg_id))
        return snapshot.epoch

    async def give_up(self, call: Call) -> None:
        """The link is away for so long that nothing rings or holds any more: the legs' fate stays unknown."""
        for leg in call.live_legs:
            if leg.may_ring:
                await self._end(call, leg, Outcome.UNKNOWN, "was not heard of again after the link was lost")

    async def abandon_unjoined(self) -> None:
        """Hang up every leg that is not joined, and remember that its end says nothing of its customer or agent."""
        for live in (await self._telephony.snapshot()).legs:
            if live.bridge is None:
                self._abandoned.add(live.leg_id)
                await self._telephony.hangup(live.leg_id, HangupReason.NOT_WANTED)

    def as_it_counts(self, ended: LegEnded) -> LegEnded:
        """The end of a leg; of one that we abandoned nothing is known."""
        if ended.leg_id not in self._abandoned:
            return ended
        return msgspec.structs.replace(ended, outcome=Outcome.UNKNOWN)

    async def _remove_unwanted(self, snapshot: Snapshot, known: Mapping[str, tuple[Call, Leg]]) -> set[str]:
        """Hang up what no open call has, and what was prepared but never rang: its dial may still be under way."""
        removed: set[str] = set()
        for live in snapshot.legs:
            _, leg = known.get(live.leg_id, (None, None))
            never_rang = live.state is LegState.PREPARED and not live.was_dialled
            if leg is None or never_rang or not leg.may_ring:
                await self._telephony.hangup(live.leg_id, HangupReason.NOT_WANTED)
                removed.add(live.leg_id)
        return removed

    async def _compare(self, call: Call, leg: Leg, live: LiveLeg | None) -> None:
        if live is not None:
            self._missing_since.pop(leg.id, None)
            return await self._catch_up(call, leg, live)
        since = self._missing_since.setdefault(leg.id, self._clock.monotonic())
        if self._clock.monotonic() - since < MISSING_SECONDS:
            self._is_wanted = True
            return None
        del self._missing_since[leg.id]
        return await self._end(call, leg, Outcome.UNKNOWN, "is gone from the switch and nobody heard how it ended")

    async def _catch_up(self, call: Call, leg: Leg, live: LiveLeg) -> None:
        now, token = self._clock.now(), self._lease.token
        async with self._database.transaction() as connection:
            if live.state is not LegState.PREPARED:
                await calls.leg_rang(connection, leg.id, token, now)
            if live.state is LegState.ANSWERED:
                await calls.leg_answered(connection, leg.id, token, now)
            if live.bridge == str(call.attempt_id):
                await calls.joined(connection, call.attempt_id, token, now)

    async def _end(self, call: Call, leg: Leg, outcome: Outcome, detail: str) -> None:
        now = self._clock.now()
        async with self._database.transaction() as connection:
            await calls.leg_ended(connection, leg.id, self._lease.token, now, outcome=outcome, ended_by=EndedBy.US)
            told = f"the {leg.role.lower()} leg {detail}"
            await trace.note(connection, call.callback_id, "leg-not-adopted", told, now, attempt_id=call.attempt_id)
