"""The dialer: does for every open attempt of a link what `next_step` says, for as long as the link is held.

It keeps nothing about a call that the database does not know. What it hears is first committed, then acted upon, and
each act that lets something ring or talk is committed before it is done (rule 4 of docs/architecture.md). So a crash
between any two lines leaves nothing that the next holder cannot read.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from uuid import UUID

import structlog

from ringback.clock import Clock
from ringback.database.pool import Database
from ringback.engine import calls, steps
from ringback.engine.acts import Acts
from ringback.engine.adoption import Adoption
from ringback.engine.link import Lease
from ringback.engine.steps import Call, next_step
from ringback.errors import DatabaseUnavailable
from ringback.telephony import port
from ringback.telephony.port import Capability, LegRole, Telephony, TelephonyUnavailable

# What had no effect is asked for again after this.
REPEAT_SECONDS = 5.0
# A step that failed is not tried again before this, and twice as long for each time it failed before.
BACK_OFF_SECONDS = 0.1
# Events can get lost: the switch is compared with the database this often.
COMPARE_SECONDS = 30.0
# A link that is away for longer is not waited for by calls that were not joined.
LINK_AWAY_SECONDS = 30.0

log = structlog.get_logger(__name__)


class Dialer:
    """One held link: its telephony, what was heard from it, and the steps under way."""

    def __init__(self, database: Database, clock: Clock, lease: Lease, telephony: Telephony) -> None:
        self._database = database
        self._clock = clock
        self._lease = lease
        self._telephony = telephony
        self._adoption = Adoption(database, clock, lease, telephony)
        self._acts = Acts(database, clock, lease, telephony)
        self._heard: deque[port.Event] = deque()
        self._under_way: dict[UUID, asyncio.Task[None]] = {}
        self._asked_at: dict[tuple[type, UUID], float] = {}
        self._failures: dict[UUID, int] = {}
        self._is_finishing = False
        self._is_up = False
        self._changed_at = self._compared_at = clock.monotonic()
        self._alarm: asyncio.TimerHandle | None = None
        self._wake: Callable[[], None] = lambda: None

    @property
    def is_up(self) -> bool:
        """Whether the link is connected and its calls are known."""
        return self._is_up

    async def listen(self, wake: Callable[[], None]) -> None:
        """Take in what the telephony says until its stream ends; `wake` is called when `run_once` has work."""
        self._wake = wake
        async for event in self._telephony.events():
            if isinstance(event, port.LinkLost) and not self._lease.is_valid:
                # Coming back would take the link from whoever holds it by now.
                self._lease.lose()
            if isinstance(event, port.Superseded):
                log.warning("superseded: another engine controls the link", link=self._lease.link_id)
                self._lease.lose()
            self._heard.append(event)
            wake()

    async def run_once(self) -> int:
        """Commit what was heard and begin the next step of every call; returns how much there was to do.

        Raises DatabaseUnavailable; what was heard is kept for the next time.
        """
        heard = await self._commit_heard()
        if not self._lease.is_valid:
            return heard
        self._want_comparison_now_and_then()
        if self._adoption.is_wanted:
            await self._adopt()
        # A step that ends while we read may have done what the reading does not show: its call waits for the next time.
        under_way = set(self._under_way)
        async with self._database.connection() as connection:
            open_calls = await calls.open_calls(connection, self._lease.link_id, self._lease.token)
        if not self._is_up and self._clock.monotonic() - self._changed_at > LINK_AWAY_SECONDS:
            await self._give_up(open_calls)
        self._forget_all_but(open_calls)
        return heard + sum([self._begin_step(call) for call in open_calls if call.attempt_id not in under_way])

    async def finish_steps(self) -> None:
        """Wait for the steps that are under way."""
        while self._under_way:
            await asyncio.wait(self._under_way.values())

    async def finish(self) -> None:
        """The telephony was closed: commit its last words, and what follows without it."""
        await self._lease.tell(is_up=False)
        self._is_up = False
        while await self.run_once():
            await self.finish_steps()

    async def settle_without_link(self) -> None:
        """Nobody can reach the link any more: give up its calls that cannot go on, and close them."""
        async with self._database.connection() as connection:
            await self._give_up(await calls.open_calls(connection, self._lease.link_id, self._lease.token))
        await self.finish()

    async def begin_no_more(self) -> None:
        """Begin no further step, and wait for those under way."""
        self._is_finishing = True
        await self.finish_steps()

    async def abandon(self) -> None:
        """Hang up what is not joined, because this process cannot see it through, and its calls die with it.

        Where calls outlive the engine nothing is done: the next holder adopts them.
        """
        if Capability.SURVIVES_ENGINE not in self._telephony.capabilities:
            with suppress(TelephonyUnavailable):
                await self._adoption.abandon_unjoined()

    async def _commit_heard(self) -> int:
        committed = 0
        while self._heard:
            await self._take_in(self._heard[0])
            self._heard.popleft()
            committed += 1
        return committed

    async def _take_in(self, event: port.Event) -> None:
        match event:
            case port.LinkRestored():
                self._adoption.want()
            case port.LinkLost(reason=reason):
                await self._go_down(reason)
            case port.Superseded():
                self._is_up = False
            case port.PromptFinished(leg_id=leg_id):
                self._acts.apology_ended(leg_id)
                self._asked_at = {key: at for key, at in self._asked_at.items() if key[0] is not steps.LetCustomerGo}
            case _:
                await self._commit_leg_event(event)

    async def _commit_leg_event(self, event: port.Event) -> None:
        now, token = self._clock.now(), self._lease.token
        async with self._database.transaction() as connection:
            match event:
                case port.LegRinging(leg_id=leg_id) if known := _our_id(leg_id):
                    await calls.leg_rang(connection, known, token, now)
                case port.LegAnswered(leg_id=leg_id) if known := _our_id(leg_id):
                    await calls.leg_answered(connection, known, token, now)
                case port.Bridged(call_id=call_id) if known := _our_id(call_id):
                    await calls.joined(connection, known, token, now)
                case port.LegEnded(leg_id=leg_id) if known := _our_id(leg_id):
                    ended = self._adoption.as_it_counts(event)
                    await calls.leg_ended(
                        connection,
                        known,
                        token,
                        now,
                        outcome=ended.outcome,
                        ended_by=ended.by,
                        q850=ended.q850,
                        sip_status=ended.sip_status,
                    )
                case _:
                    pass

    async def _go_down(self, reason: str) -> None:
        log.warning("link lost", link=self._lease.link_id, reason=reason)
        self._is_up = False
        self._changed_at = self._clock.monotonic()
        await self._lease.tell(is_up=False, problem=reason)

    def _want_comparison_now_and_then(self) -> None:
        if self._is_up and self._clock.monotonic() - self._compared_at > COMPARE_SECONDS:
            self._compared_at = self._clock.monotonic()
            self._adoption.want()

    async def _adopt(self) -> None:
        await self.finish_steps()
        try:
            epoch = await self._adoption.adopt()
            if not self._is_up:
                await self._lease.tell(is_up=True, epoch=epoch)
        except TelephonyUnavailable as problem:
            self._adoption.want()
            log.warning("link does not answer", link=self._lease.link_id, problem=str(problem))
            return
        except BaseException:
            self._adoption.want()
            raise
        self._compared_at = self._clock.monotonic()
        if not self._is_up:
            self._asked_at.clear()
            self._is_up = True
            log.info("link up", link=self._lease.link_id)

    async def _give_up(self, open_calls: list[Call]) -> None:
        """End what cannot go on without the link: a talk may, until it has lasted as long as any talk can."""
        for call in open_calls:
            if call.is_beyond_hope(self._clock.now()):
                await self._adoption.give_up(call)

    def _forget_all_but(self, open_calls: list[Call]) -> None:
        still_open = {call.attempt_id for call in open_calls}
        self._asked_at = {key: at for key, at in self._asked_at.items() if key[1] in still_open}
        self._failures = {attempt: count for attempt, count in self._failures.items() if attempt in still_open}
        self._acts.forget_all_but({str(call.customer.id) for call in open_calls})

    def _begin_step(self, call: Call) -> bool:
        if call.attempt_id in self._under_way or (self._is_finishing and self._is_up):
            return False
        if self._adoption.is_in_doubt(call):
            return False
        step = next_step(call, self._clock.now(), is_link_up=self._is_up)
        if isinstance(step, steps.Wait) or not self._is_due(call, step):
            return False
        task = asyncio.create_task(self._do(call, step), name=f"attempt {call.attempt_id}")
        self._under_way[call.attempt_id] = task
        task.add_done_callback(lambda _: self._step_ended(call))
        return True

    def _step_ended(self, call: Call) -> None:
        del self._under_way[call.attempt_id]
        self._wake()

    def _is_due(self, call: Call, step: steps.Step) -> bool:
        """Whether it is the call's turn on its trunk.

        What the link does in its own time is asked for once, and again when it had no effect for long.
        """
        if isinstance(step, steps.Dial) and step.leg.role is LegRole.CUSTOMER:
            return self._is_its_turn(call)
        if not isinstance(step, steps.HangUp | steps.Bridge | steps.LetCustomerGo):
            return True
        key, now = (type(step), call.attempt_id), self._clock.monotonic()
        if now - self._asked_at.get(key, now - REPEAT_SECONDS) < REPEAT_SECONDS:
            return False
        self._asked_at[key] = now
        return True

    def _is_its_turn(self, call: Call) -> bool:
        wait = self._acts.pace.take_turn(call)
        if wait:
            self._wake_in(wait)
        return not wait

    def _wake_in(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        if self._alarm is None or not loop.time() < self._alarm.when() <= loop.time() + seconds:
            self._alarm = loop.call_later(seconds, self._wake)

    async def _do(self, call: Call, step: steps.Step) -> None:
        try:
            await self._act(call, step)
            self._failures.pop(call.attempt_id, None)
            return
        except (DatabaseUnavailable, TelephonyUnavailable) as problem:
            log.warning("a step was interrupted", attempt=str(call.attempt_id), problem=str(problem))
        except Exception:
            log.exception("a step failed", attempt=str(call.attempt_id), step=type(step).__name__)
        self._adoption.want()
        self._asked_at.pop((type(step), call.attempt_id), None)
        failures = self._failures[call.attempt_id] = self._failures.get(call.attempt_id, 0) + 1
        await asyncio.sleep(BACK_OFF_SECONDS * min(2**failures, 16))

    def _act(self, call: Call, step: steps.Step) -> Coroutine[None, None, None]:
        match step:
            case steps.Dial(leg):
                return self._acts.dial(call, leg)
            case steps.Join():
                return self._acts.join(call)
            case steps.Bridge():
                return self._acts.bridge(call)
            case steps.LoseAgent():
                return self._acts.lose_agent(call)
            case steps.LetCustomerGo():
                return self._acts.let_customer_go(call)
            case steps.HangUp(legs, reason):
                return self._acts.hang_up(list(legs), reason)
            case steps.Close(outcome):
                return self._acts.close(call, outcome, is_link_up=self._is_up)
            case steps.Wait():
                raise AssertionError("a call that waits has no step")


def _our_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
