"""What a trunk bears: how fast calls are begun on it, and when its calls fail so that it must be at fault."""

from datetime import datetime, timedelta

import msgspec

from ringback.callbacks.rules import (
    SUSPICION_SECONDS,
    TRUNK_FAILS_FROM,
    TRUNK_MAY_BE_AT_FAULT,
    TRUNK_PAUSE_SECONDS,
    AttemptOutcome,
)
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile
from ringback.engine.steps import Call

# A next turn further ahead than this after the gap between two calls was set when the trunk was slower, or by a clock
# that has gone back since: it does not count (dials_from in the schema).
FORGIVEN_SECONDS = 5.0


class _Begun(msgspec.Struct, frozen=True):
    is_begun: bool
    next_dial_at: datetime | None


_sql = QueryFile(__file__)
_BEGIN_CALL = _sql.query("begin_call", _Begun)
_NUMBERS_FAILING_ALIKE = _sql.query("numbers_failing_alike", int)
_PAUSE_TRUNK = _sql.command("pause_trunk")


class Pace:
    """Begins customers' calls no faster than each trunk takes them, one after the other, the oldest first.

    The database decides, whoever dials. What is kept here only spares it the asking of those whose turn it is not.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._next_dial_at: dict[int, datetime] = {}

    def take_turn(self, call: Call) -> float:
        """0: it is the call's turn to `begin`, and nobody else's for a while. Else how many seconds it has to wait."""
        if call.calls_per_second is None:
            return 0.0
        now, gap = self._clock.now(), 1 / call.calls_per_second
        wait = (self._next_dial_at.get(call.trunk_id, now) - now).total_seconds()
        if 0 < wait <= gap + FORGIVEN_SECONDS:
            return wait
        self._next_dial_at[call.trunk_id] = now + timedelta(seconds=gap)
        return 0.0

    async def begin(self, call: Call) -> bool:
        """Whether it is the call's turn; then the next call of its trunk has to wait. Raises DatabaseUnavailable."""
        if call.calls_per_second is None:
            return True
        async with self._database.transaction() as connection:
            begun = await _BEGIN_CALL.one(connection, trunk_id=call.trunk_id, now=self._clock.now())
        self._next_dial_at[call.trunk_id] = begun.next_dial_at or self._clock.now()
        return begun.is_begun


async def pause_failing_trunk(connection: Connection, call: Call, outcome: AttemptOutcome, now: datetime) -> int:
    """Pause the call's trunk when its last calls failed alike.

    Returns for how many numbers, if it was paused now, else 0.
    """
    alike = await numbers_failing_alike(connection, call.trunk_id, outcome, now)
    if alike < TRUNK_FAILS_FROM:
        return 0
    until = now + timedelta(seconds=TRUNK_PAUSE_SECONDS)
    reason = f"the calls to {alike} different numbers in a row ended {outcome}"
    return alike * await _PAUSE_TRUNK.run(connection, id=call.trunk_id, until=until, reason=reason, now=now)


async def numbers_failing_alike(connection: Connection, trunk_id: int, outcome: AttemptOutcome, now: datetime) -> int:
    """How many different numbers in a row ended so on the trunk; 1 for an outcome that says nothing against it."""
    if outcome not in TRUNK_MAY_BE_AT_FAULT:
        return 1
    since = now - timedelta(seconds=SUSPICION_SECONDS)
    return await _NUMBERS_FAILING_ALIKE.one(connection, trunk_id=trunk_id, outcome=outcome, since=since)
