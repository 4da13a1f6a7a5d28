"""The acts of a call: what is committed, and what is then done on the link.

The order of the lines is the point of this module. Each act that lets something ring or talk follows its commit, and
looks at the lease once more just before it is done.
"""

from collections.abc import Set
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import structlog

from ringback.callbacks import trace
from ringback.callbacks.rules import TRUNK_MAY_BE_AT_FAULT, AttemptOutcome
from ringback.clock import Clock
from ringback.database.pool import Database
from ringback.engine import calls
from ringback.engine.link import Lease
from ringback.engine.steps import Call, Leg
from ringback.engine.terms import terms_of
from ringback.engine.trunk import Pace, pause_failing_trunk
from ringback.errors import DatabaseUnavailable
from ringback.telephony.port import (
    Capability,
    DialRefused,
    DialRequest,
    EndedBy,
    HangupReason,
    LegExists,
    LegGone,
    LegRole,
    Outcome,
    Telephony,
    TelephonyUnavailable,
)

APOLOGY = "apology"
APOLOGY_SECONDS = 15.0

log = structlog.get_logger(__name__)


class Acts:
    """What can be done for the calls of one held link. Raises DatabaseUnavailable and TelephonyUnavailable."""

    def __init__(self, database: Database, clock: Clock, lease: Lease, telephony: Telephony) -> None:
        self.pace = Pace(database, clock)
        self._database = database
        self._clock = clock
        self._lease = lease
        self._telephony = telephony
        self._apology_ends_at: dict[str, float] = {}

    async def dial(self, call: Call, leg: Leg) -> None:
        """Prepare the leg, commit that it may ring, let it ring.

        Without a permit, or when the lease ran out over it, what was prepared here is taken away again. A customer's
        call whose turn it is not on its trunk is left as it is.
        """
        if leg.role is LegRole.CUSTOMER and not await self.pace.begin(call):
            return
        if not await self._prepare(call, leg):
            return
        if not (self._lease.is_valid and await self._permit_dial(call, leg)):
            await self.hang_up([leg], HangupReason.NOT_WANTED)
            return
        if not self._lease.is_valid:
            return
        try:
            await self._telephony.dial(str(leg.id))
        except LegGone:
            await self._end(call, leg, Outcome.UNKNOWN, EndedBy.US, "the leg was removed before it could ring")
        except DialRefused as refusal:
            await self._end(call, leg, refusal.outcome, EndedBy.REMOTE, str(refusal))

    async def join(self, call: Call) -> None:
        """Commit PROCESSING, which permits the bridge, then bridge."""
        async with self._database.transaction() as connection:
            permitted = await calls.permit_bridge(connection, call, self._lease.token, self._clock.now())
        if permitted:
            await self.bridge(call)

    async def bridge(self, call: Call) -> None:
        """Bridge the two legs; one that is gone is told by its LegEnded."""
        if call.agent is not None and self._lease.is_valid:
            with suppress(LegGone):
                await self._telephony.bridge(str(call.attempt_id), str(call.customer.id), str(call.agent.id))

    async def lose_agent(self, call: Call) -> None:
        """Let the agent go and keep the customer for the next."""
        async with self._database.transaction() as connection:
            await calls.lose_agent(connection, call, self._lease.token, self._clock.now())

    async def let_customer_go(self, call: Call) -> None:
        """Apologise, where prompts can be played; asked again when that is over, hang up."""
        leg_id, now = str(call.customer.id), self._clock.monotonic()
        if Capability.PROMPTS in self._telephony.capabilities and leg_id not in self._apology_ends_at:
            self._apology_ends_at[leg_id] = now + APOLOGY_SECONDS
            with suppress(LegGone):
                await self._telephony.play(leg_id, APOLOGY)
        elif now >= self._apology_ends_at.get(leg_id, now):
            await self.hang_up([call.customer], HangupReason.NO_AGENT)

    def apology_ended(self, leg_id: str) -> None:
        """The prompt was played to its end."""
        if leg_id in self._apology_ends_at:
            self._apology_ends_at[leg_id] = self._clock.monotonic()

    def forget_all_but(self, customer_legs: Set[str]) -> None:
        """Only these customers' legs are still open."""
        self._apology_ends_at = {leg: ends for leg, ends in self._apology_ends_at.items() if leg in customer_legs}

    async def hang_up(self, legs: list[Leg], reason: HangupReason) -> None:
        """End legs; each one's LegEnded follows."""
        for leg in legs:
            await self._telephony.hangup(str(leg.id), reason)

    async def close(self, call: Call, outcome: AttemptOutcome, *, is_link_up: bool) -> None:
        """Remove what was prepared and never dialled, then close the attempt."""
        if is_link_up:
            await self.hang_up(call.live_legs, HangupReason.NOT_WANTED)
        async with self._database.transaction() as connection:
            await calls.close(connection, call, self._lease.token, self._clock.now(), is_link_up=is_link_up)
        if outcome in TRUNK_MAY_BE_AT_FAULT:
            await self._pause_failing_trunk(call, outcome)

    async def _prepare(self, call: Call, leg: Leg) -> bool:
        """Whether the leg exists on the switch now; when it cannot be made it is ended."""
        request = await self._request(call, leg)
        if not self._lease.is_valid:
            return False
        try:
            await self._telephony.prepare(request)
        except LegExists:
            if self._lease.is_valid:  # else it is the next holder's
                await self.hang_up([leg], HangupReason.NOT_WANTED)
                detail = "the switch has a leg of this id already"
                await self._end(call, leg, Outcome.CANCELLED, EndedBy.US, detail)
        except DialRefused as refusal:
            await self._end(call, leg, refusal.outcome, EndedBy.REMOTE, str(refusal))
        except (TelephonyUnavailable, DatabaseUnavailable):
            raise
        except Exception as problem:
            log.exception("the leg could not be made", link=self._lease.link_id)
            await self._end(call, leg, Outcome.TRUNK_ERROR, EndedBy.REMOTE, f"could not be made: {problem!r}")
        else:
            return True
        return False

    async def _permit_dial(self, call: Call, leg: Leg) -> bool:
        async with self._database.transaction() as connection:
            return await calls.permit_dial(connection, call, leg, self._lease.token, self._clock)

    async def _end(self, call: Call, leg: Leg, outcome: Outcome, by: EndedBy, detail: str) -> None:
        now = self._clock.now()
        async with self._database.transaction() as connection:
            await calls.leg_ended(connection, leg.id, self._lease.token, now, outcome=outcome, ended_by=by)
            told = f"{leg.role.lower()} leg: {detail}"
            await trace.note(connection, call.callback_id, "leg-ended-by-switch", told, now, attempt_id=call.attempt_id)

    async def _pause_failing_trunk(self, call: Call, outcome: AttemptOutcome) -> None:
        async with self._database.transaction() as connection:
            alike = await pause_failing_trunk(connection, call, outcome, self._clock.now())
        if alike:
            log.error("trunk paused: its calls fail alike", link=self._lease.link_id, outcome=outcome, numbers=alike)

    async def _request(self, call: Call, leg: Leg) -> DialRequest:
        async with self._database.connection() as connection:
            terms = await terms_of(connection, call.attempt_id)
        is_customer = leg.role is LegRole.CUSTOMER
        ring_seconds = terms.ring_timeout_seconds if is_customer else terms.agent_ring_timeout_seconds
        return DialRequest(
            leg_id=str(leg.id),
            role=leg.role,
            destination=leg.destination,
            caller_id=terms.caller_id if is_customer else call.customer.destination,
            caller_name=terms.caller_name if is_customer else terms.service,
            ring_timeout=timedelta(seconds=ring_seconds),
            max_duration=timedelta(seconds=terms.customer_hold_seconds + terms.max_talk_seconds),
            hold=True,
            labels=_labels(call.callback_id, call.attempt_id),
        )


def _labels(callback_id: UUID, attempt_id: UUID) -> dict[str, str]:
    return {"callback_id": str(callback_id), "attempt_id": str(attempt_id)}
