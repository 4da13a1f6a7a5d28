"""The router: gives the next callback of each service to the agent who has been idle longest.

One transaction reserves agent and callback and opens the attempt with its legs (commit (a)); customers who hold on
the line come before everybody in the queue, at whatever hour. A number that the service does not call (any more) is
put aside before anybody is reserved for it. Any number of routers may run: rows that another one has locked are passed
over, and a trunk with limits is given to one after the other.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec
import structlog
from uuid_utils.compat import uuid7

from ringback.actors import ENGINE
from ringback.agents.model import Agent
from ringback.agents.presence import reserve_longest_idle
from ringback.callbacks import lifecycle
from ringback.callbacks.states import Event, Result, State
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile
from ringback.engine.permission import Objection, objection_to_number
from ringback.numbers.model import NumberRules
from ringback.services.schedule import CallingHours
from ringback.telephony.port import LegRole

HELD_BATCH = 100
# So many at the front of a queue are put aside at once.
FRONT_BATCH = 100
# After so many steps customers who hold are looked after again.
STEPS = 100

log = structlog.get_logger(__name__)


class _HeldCustomer(msgspec.Struct, frozen=True):
    callback_id: UUID
    service_id: int
    attempt_id: UUID
    link_id: str


class _FirstInQueue(msgspec.Struct, frozen=True):
    callback_id: UUID
    service_id: int
    trunk_id: int
    link_id: str
    phone_number: str
    stated_zone: str | None
    number_rules: NumberRules
    calling_hours: CallingHours | None
    is_trunk_limited: bool

    def objection_to(self, number: str, stated_zone: str | None, now: datetime) -> Objection | None:
        """What its service has against dialling this number now."""
        return objection_to_number(number, stated_zone, self.number_rules, self.calling_hours, now)


class _Waiting(msgspec.Struct, frozen=True):
    id: UUID
    phone_number: str
    stated_zone: str | None


_sql = QueryFile(__file__)
_HELD_CUSTOMERS = _sql.query("held_customers", _HeldCustomer)
_FIRST_IN_QUEUE = _sql.query("first_in_queue", _FirstInQueue)
_FRONT_OF_QUEUE = _sql.query("front_of_queue", _Waiting)
_POSTPONE = _sql.command("postpone")
_LOCK_TRUNK = _sql.query("lock_trunk", int)
_TRUNK_HAS_ROOM = _sql.query("trunk_has_room", bool)
_SHARE_LINK = _sql.query("share_link", int)
_OPEN_ATTEMPT = _sql.command("open_attempt")
_ADD_LEG = _sql.command("add_leg")
_GIVE_NEXT_AGENT = _sql.command("give_next_agent")


class Router:
    """Matches waiting callbacks with ready agents."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def run_once(self) -> int:
        """Reserve until nobody waits or nobody is ready; returns how many were matched or put aside."""
        done = await self._serve_held_customers()
        for _ in range(STEPS):
            served = await self._serve_first_in_queue()
            if not served:
                break
            done += served
        return done

    async def _serve_held_customers(self) -> int:
        async with self._database.connection() as connection:
            held = await _HELD_CUSTOMERS.all(connection, now=self._clock.now(), batch=HELD_BATCH)
        return sum([await self._serve_held_customer(customer) for customer in held])

    async def _serve_held_customer(self, held: _HeldCustomer) -> bool:
        try:
            return await self._give_next_agent(held)
        except asyncpg.IntegrityConstraintViolationError as problem:
            # One call that stands wrong must not keep the others waiting. It is met at every look: no traceback.
            attempt = str(held.attempt_id)
            log.error("a customer who holds could not be given an agent", attempt=attempt, problem=str(problem))
            return False

    async def _give_next_agent(self, held: _HeldCustomer) -> bool:
        now = self._clock.now()
        async with self._database.transaction() as connection:
            callback = await lifecycle.lock(connection, held.callback_id)
            if callback.state is not State.ROUTING or callback.customer_held_until is None:
                return False
            if await _SHARE_LINK.first(connection, id=held.link_id, now=now) is None:
                return False
            agent = await reserve_longest_idle(
                connection, held.service_id, now, callback_id=callback.id, attempt_id=held.attempt_id
            )
            if agent is None:
                return False
            await lifecycle.change(
                connection,
                [callback.id],
                State.ROUTING,
                Event.NEXT_AGENT_RESERVED,
                now=now,
                actor=ENGINE,
                reason=f"{agent.name} is next; the customer holds",
                agent_id=agent.id,
                attempt_id=held.attempt_id,
            )
            await _GIVE_NEXT_AGENT.run(connection, id=held.attempt_id, agent_id=agent.id)
            await self._add_agent_leg(connection, callback.id, held.attempt_id, agent)
        return True

    async def _serve_first_in_queue(self) -> int:
        now = self._clock.now()
        async with self._database.transaction() as connection:
            first = await _FIRST_IN_QUEUE.first(connection, now=now)
            if first is None:
                return 0
            if first.objection_to(first.phone_number, first.stated_zone, now):
                return await self._put_aside(connection, first, now)
            if first.is_trunk_limited and not await self._trunk_has_room(connection, first.trunk_id, now):
                return 0
            token = await _SHARE_LINK.first(connection, id=first.link_id, now=now)
            agent = token and await reserve_longest_idle(
                connection, first.service_id, now, callback_id=first.callback_id
            )
            if not token or not agent:
                return 0
            await self._open_attempt(connection, first, agent, token)
        log.info("agent reserved", callback=str(first.callback_id), agent=agent.name)
        return 1

    async def _trunk_has_room(self, connection: Connection, trunk_id: int, now: datetime) -> bool:
        """Asked under the trunk's lock: what other routers reserved is committed and counted."""
        await _LOCK_TRUNK.one(connection, id=trunk_id)
        return await _TRUNK_HAS_ROOM.one(connection, id=trunk_id, now=now)

    async def _put_aside(self, connection: Connection, first: _FirstInQueue, now: datetime) -> int:
        """Complete or postpone what may not be dialled at the front of a queue; returns how many."""
        objections: dict[Objection, list[UUID]] = defaultdict(list)
        for waiting in await _FRONT_OF_QUEUE.all(connection, service_id=first.service_id, now=now, batch=FRONT_BATCH):
            if objection := first.objection_to(waiting.phone_number, waiting.stated_zone, now):
                objections[objection].append(waiting.id)
        for objection, ids in objections.items():
            await (_block if objection.is_final else _postpone)(connection, ids, objection, now)
        return sum(map(len, objections.values()))

    async def _open_attempt(self, connection: Connection, first: _FirstInQueue, agent: Agent, token: int) -> None:
        attempt_id, now = uuid7(), self._clock.now()
        [callback] = await lifecycle.change(
            connection,
            [first.callback_id],
            State.QUEUED,
            Event.AGENT_RESERVED,
            now=now,
            actor=ENGINE,
            reason=f"{agent.name} is the agent who has been idle longest",
            agent_id=agent.id,
            attempt_id=attempt_id,
        )
        await _OPEN_ATTEMPT.run(
            connection,
            id=attempt_id,
            callback_id=callback.id,
            trunk_id=first.trunk_id,
            link_id=first.link_id,
            token=token,
            agent_id=agent.id,
            now=now,
        )
        await _ADD_LEG.run(
            connection,
            id=uuid7(),
            attempt_id=attempt_id,
            callback_id=callback.id,
            role=LegRole.CUSTOMER,
            agent_id=None,
            destination=callback.phone_number,
            now=now,
        )
        await self._add_agent_leg(connection, callback.id, attempt_id, agent)

    async def _add_agent_leg(self, connection: Connection, callback_id: UUID, attempt_id: UUID, agent: Agent) -> None:
        await _ADD_LEG.run(
            connection,
            id=uuid7(),
            attempt_id=attempt_id,
            callback_id=callback_id,
            role=LegRole.AGENT,
            agent_id=agent.id,
            destination=agent.endpoint,
            now=self._clock.now(),
        )


async def _block(connection: Connection, ids: Sequence[UUID], objection: Objection, now: datetime) -> None:
    await lifecycle.change(
        connection,
        ids,
        State.QUEUED,
        Event.BLOCKED,
        now=now,
        actor=ENGINE,
        reason=objection.reason,
        result=Result.BLOCKED_NUMBER,
    )


async def _postpone(connection: Connection, ids: Sequence[UUID], objection: Objection, now: datetime) -> None:
    await _POSTPONE.run(
        connection,
        ids=ids,
        now=now,
        eligible_at=objection.until,
        rule=objection.rule,
        detail=objection.reason,
    )
