"""The router: gives the next callback of each service to the agent who has been idle longest.

One transaction reserves agent and callback and opens the attempt with its legs (commit (a)); customers who hold on
the line come before everybody in the queue. Any number of routers may run: rows that another one has locked are
passed over.
"""

from uuid import UUID

import asyncpg
import msgspec
import structlog
from uuid_utils.compat import uuid7

from ringback.agents.model import Agent
from ringback.agents.presence import reserve_longest_idle
from ringback.callbacks import lifecycle
from ringback.callbacks.model import ENGINE, Callback
from ringback.callbacks.states import Event, State
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile
from ringback.telephony.port import LegRole

HELD_BATCH = 100

log = structlog.get_logger(__name__)


class _HeldCustomer(msgspec.Struct, frozen=True):
    callback_id: UUID
    service_id: int
    attempt_id: UUID
    link_id: str


class _FirstInQueue(msgspec.Struct, frozen=True):
    callback_id: UUID
    service_id: int
    link_id: str


_sql = QueryFile(__file__)
_HELD_CUSTOMERS = _sql.query("held_customers", _HeldCustomer)
_FIRST_IN_QUEUE = _sql.query("first_in_queue", _FirstInQueue)
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
        """Reserve until nobody waits or nobody is ready; returns how many were matched."""
        matched = await self._serve_held_customers()
        while await self._serve_first_in_queue():
            matched += 1
        return matched

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
            agent = await reserve_longest_idle(connection, held.service_id, now, attempt_id=held.attempt_id)
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
            await self._add_agent_leg(connection, callback, held.attempt_id, agent)
        return True

    async def _serve_first_in_queue(self) -> bool:
        now = self._clock.now()
        async with self._database.transaction() as connection:
            first = await _FIRST_IN_QUEUE.first(connection, now=now)
            if first is None:
                return False
            token = await _SHARE_LINK.first(connection, id=first.link_id, now=now)
            agent = token and await reserve_longest_idle(connection, first.service_id, now)
            if not token or not agent:
                return False
            await self._open_attempt(connection, first, agent, token)
        log.info("agent reserved", callback=str(first.callback_id), agent=agent.name)
        return True

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
        await self._add_agent_leg(connection, callback, attempt_id, agent)

    async def _add_agent_leg(self, connection: Connection, callback: Callback, attempt_id: UUID, agent: Agent) -> None:
        await _ADD_LEG.run(
            connection,
            id=uuid7(),
            attempt_id=attempt_id,
            callback_id=callback.id,
            role=LegRole.AGENT,
            agent_id=agent.id,
            destination=agent.endpoint,
            now=self._clock.now(),
        )
