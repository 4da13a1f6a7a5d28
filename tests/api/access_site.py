"""An installation with two services, "support" and "sales", and who asks there."""

import hashlib
import json
import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from litestar import Litestar

from ringback.accounts import sessions
from ringback.accounts.rules import Role, Scope
from ringback.api.app import create_app
from ringback.bulk.worker import BulkWorker
from ringback.callbacks.states import Result, State
from ringback.clock import ManualClock
from ringback.database.migrate import migrate
from ringback.database.pool import Connection, Database
from ringback.settings import Settings
from tests.api.access_table import WAV, Route
from tests.integration.past import NOW, add_callback, add_service

SECRET = "rbk_for_tests"
# What everybody may know of.
NO_SECRETS = frozenset({"trunk_name", "key_name"})
# What whoever asks leaves behind even where they are let in nowhere, and what bulk work keeps of itself.
LEFT_BEHIND = ("sessions", "api_keys", "api_errors", "audit_entries", "bulk_jobs", "bulk_batches", "bulk_items")
KINDS = ("CANCELLATION", "RESCHEDULING", "RECREATION")
_UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def _id(number: int) -> UUID:
    return UUID(f"01900000-0000-7000-8000-{number:012}")


def _names(number: int, service: str, agent: str, user: str, key: str) -> dict[str, str]:
    ids = ("callback_id", "completed_id", "cancelled_id", "offer_id", "attempt_id")
    jobs = ("cancellation_id", "rescheduling_id", "recreation_id")
    numbered = {name: str(_id(number * 100 + place)) for place, name in enumerate([*ids, *jobs])}
    phone_number = f"+49305550{number:05}"
    names = {"service_name": service, "agent_name": agent, "user_name": user, "key_name": key}
    return {**numbered, **names, "phone_number": phone_number, "trunk_name": "carrier"}


OWN = _names(1, "support", "anna", "olga", "shop")
FOREIGN = _names(2, "sales", "fritz", "frank", "bank")
ABSENT = _names(3, "nowhere", "nobody", "nemo", "none")


@dataclass(frozen=True)
class Caller:
    """Who asks: a user with roles, or an API key with scopes. `services`: the names of those given; None: all."""

    roles: frozenset[Role] = frozenset()
    scopes: frozenset[Scope] = frozenset()
    services: tuple[str, ...] | None = None
    must_change_password: bool = False

    @property
    def is_user(self) -> bool:
        """Whether it is a user, and not an API key."""
        return not self.scopes

    def __str__(self) -> str:
        who = "+".join(sorted(self.roles | self.scopes)) or "NOBODY"
        return f"{who} of {'all' if self.services is None else '+'.join(self.services) or 'nothing'}"


@dataclass
class Door:
    """Where a caller asks."""

    app: Litestar
    client: httpx.AsyncClient
    database: Database
    clock: ManualClock
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    async def ask(self, route: Route, names: Mapping[str, str]) -> httpx.Response:
        """Make the call of a route with these names in it."""
        path = _filled(route.at or route.path, names)
        body = None if route.body is None else json.loads(_filled(json.dumps(route.body), names))
        query = _filled(route.query, names).replace("+", "%2B")
        headers = {**self.headers, **route.headers}
        return await self.client.request(
            route.method, f"{path}?{query}" if query else path, json=body, content=route.content, headers=headers
        )

    async def first_status(self, path: str) -> int:
        """The status of an answer that does not end; it is left at once."""
        statuses: list[int] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.disconnect" if statuses else "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            statuses.append(message["status"]) if message["type"] == "http.response.start" else None

        scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b""}
        headers = [(name.lower().encode(), value.encode()) for name, value in self.headers.items()]
        rest = {"headers": headers, "scheme": "http", "http_version": "1.1", "root_path": "", "client": ("::1", 1)}
        await self.app({**scope, **rest, "server": ("api", 80)}, receive, send)  # pyright: ignore[reportArgumentType]
        return statuses[0]

    async def work(self) -> None:
        """Do the bulk work that was asked for."""
        await BulkWorker(self.database, self.clock).run_once()

    async def dump(self) -> dict[str, str]:
        """What every table holds, but for LEFT_BEHIND."""
        async with self.database.connection() as connection:
            tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            names = [name for (name,) in tables if name not in LEFT_BEHIND]
            query = "SELECT string_agg(t::text, E'\\n' ORDER BY t::text) FROM {} AS t"
            return {name: await connection.fetchval(query.format(name)) for name in names}


@asynccontextmanager
async def opened(url: str, caller: Caller | None) -> AsyncGenerator[Door]:
    """The application over the site at `url`, for this caller; None: nobody."""
    clock = ManualClock()
    async with Database(url) as database:
        app = create_app(database, Settings(rate_limit_per_minute=0, address_rate_limit_per_minute=0), clock)
        transport = httpx.ASGITransport(app)  # pyright: ignore[reportArgumentType]
        async with app.lifespan(), httpx.AsyncClient(transport=transport, base_url="http://api") as client:
            headers = {} if caller is None else await _let_in(database, clock, caller)
            yield Door(app, client, database, clock, headers)


async def build(url: str) -> None:
    """Make a database with the site."""
    connection = await asyncpg.connect(url)
    await migrate(connection)
    await connection.close()
    async with Database(url) as database:
        for names in (OWN, FOREIGN):
            service_id = await add_service(database, names["service_name"], time_zone="UTC", default_region="DE")
            for name, state, result in (
                ("callback_id", State.SCHEDULED, None),
                ("completed_id", State.COMPLETED, Result.NO_ANSWER),
                ("cancelled_id", State.COMPLETED, Result.CANCELLED_BY_ADMIN),
            ):
                number = names["phone_number"]
                made = await add_callback(
                    database, service=names["service_name"], number=number, state=state, result=result
                )
                await _rename(database, made, UUID(names[name]))
            async with database.transaction() as connection:
                await _furnish(connection, service_id, names)
        async with database.transaction() as connection:
            await connection.execute("INSERT INTO trunks (name, link_id) VALUES ('carrier', 'main')")
            await connection.execute("INSERT INTO agents (name, display_name, endpoint) VALUES ('both', 'Both', '9')")
            await connection.execute("INSERT INTO agents (name, display_name, endpoint) VALUES ('free', 'Free', '8')")
            await connection.execute(
                "INSERT INTO agent_services SELECT a.id, s.id FROM agents AS a, services AS s WHERE a.name = 'both'"
            )


async def _rename(database: Database, made: UUID, wanted: UUID) -> None:
    async with database.transaction() as connection:
        await connection.execute("DELETE FROM uncounted WHERE callback_id = $1", made)
        await connection.execute("UPDATE callbacks SET id = $2 WHERE id = $1", made, wanted)
        await connection.execute(
            "INSERT INTO uncounted SELECT id FROM callbacks WHERE id = $1 AND state = 'COMPLETED'", wanted
        )


async def _furnish(connection: Connection, service_id: int, names: Mapping[str, str]) -> None:
    """An agent, a user, a recording, an offer and counts of a service, and somebody else's bulk work in it."""
    agent, user = names["agent_name"], names["user_name"]
    await connection.execute("INSERT INTO agents (name, display_name, endpoint) VALUES ($1, $1, $1)", agent)
    await connection.execute("INSERT INTO agent_services SELECT id, $2 FROM agents WHERE name = $1", agent, service_id)
    of_service = (names["service_name"],)
    await _add_key(
        connection, names["key_name"], names["key_name"], Caller(scopes=frozenset({Scope.READ}), services=of_service)
    )
    await connection.execute(
        """
        INSERT INTO audit_entries (at, actor_kind, actor_name, action, subject, of_services)
        VALUES ($1, 'API_KEY', 'other', 'callback.created', $2, $3)
        """,
        NOW,
        names["callback_id"],
        of_service,
    )
    await _add_user(connection, user, Caller(frozenset({Role.MONITOR}), services=of_service))
    await connection.execute("INSERT INTO name_recordings VALUES ($1, $2, $3)", UUID(names["callback_id"]), WAV, NOW)
    await connection.execute(
        """
        INSERT INTO transitions (callback_id, at, event, to_state, actor_kind, actor_name, reason)
        SELECT id, created_at, 'SCHEDULED', 'SCHEDULED', 'API_KEY', 'other', 'for a test'
        FROM callbacks WHERE service_id = $1
        """,
        service_id,
    )
    await connection.execute(
        """
        INSERT INTO offers (id, service_id, made_at, offers_immediate, offers_scheduled, place)
        VALUES ($1, $2, $3, true, true, 1)
        """,
        UUID(names["offer_id"]),
        service_id,
        NOW,
    )
    await connection.execute(
        "INSERT INTO live_queues (service_id, waiting, reported_at) VALUES ($1, 1, $2)", service_id, NOW
    )
    await connection.execute(
        """
        INSERT INTO attempts (
            id, callback_id, service_id, trunk_id, link_id, link_token, number, strategy, agent_id, opened_at,
            closed_at, outcome
        )
        SELECT $1, $2, s.id, s.trunk_id, 'main', 1, 1, s.strategy, a.id, $4, $4, 'NO_ANSWER'
        FROM services AS s, agents AS a WHERE s.id = $3 AND a.name = $5
        """,
        UUID(names["attempt_id"]),
        UUID(names["callback_id"]),
        service_id,
        NOW,
        agent,
    )
    await _add_jobs(connection, names, ("API_KEY", "other"), [names])


async def _add_jobs(
    connection: Connection, ids: Mapping[str, str], actor: tuple[str, str], places: Sequence[Mapping[str, str]]
) -> None:
    """Bulk work of each kind, done, on a callback in each of these places."""
    for kind in KINDS:
        job_id = UUID(ids[f"{kind.lower()}_id"])
        await connection.execute(
            """
            INSERT INTO bulk_jobs (
                id, kind, actor_kind, actor_name, asked_at, request, request_hash, total, done, succeeded, finished_at
            )
            VALUES ($1, $2, $3, $4, $5, '{}', '', $6, $6, $6, $5)
            """,
            job_id,
            kind,
            *actor,
            NOW,
            len(places),
        )
        for position, names in enumerate(places, 1):
            await connection.execute(
                """
                INSERT INTO bulk_items (
                    job_id, position, callback_id, phone_number, service, desired_at, state_before, is_done, outcome,
                    reason
                )
                VALUES ($1, $2, $3, $4, $5, $6, 'SCHEDULED', true, 'DONE', '')
                """,
                job_id,
                position,
                UUID(names["completed_id"]),
                names["phone_number"],
                names["service_name"],
                NOW,
            )


async def _let_in(database: Database, clock: ManualClock, caller: Caller) -> dict[str, str]:
    """What they send with each call. They had bulk work done, and cancelled one by one, in both services."""
    async with database.transaction() as connection:
        if caller.is_user:
            user_id = await _add_user(connection, "caller", caller, agent=OWN["agent_name"])
            token = (await sessions.begin(connection, user_id, clock.now())).token
            headers = {"Cookie": f"ringback_session={token}", "X-CSRF-Token": sessions.csrf_token(token)}
        else:
            await _add_key(connection, "caller", SECRET, caller)
            headers = {"X-API-Key": SECRET}
        actor = ("USER" if caller.is_user else "API_KEY", "caller")
        await connection.execute(
            "DELETE FROM bulk_jobs WHERE id = ANY ($1)", [UUID(OWN[f"{k.lower()}_id"]) for k in KINDS]
        )
        await _add_jobs(connection, OWN, actor, [OWN, FOREIGN])
        await connection.execute(
            """
            INSERT INTO transitions (
                callback_id, at, from_state, event, to_state, result, actor_kind, actor_name, reason
            )
            SELECT id, $1, 'QUEUED', 'CANCELLED', 'COMPLETED', 'CANCELLED_BY_ADMIN', $2, $3, ''
            FROM callbacks WHERE result = 'CANCELLED_BY_ADMIN'
            """,
            NOW,
            *actor,
        )
    return headers


async def _add_user(connection: Connection, name: str, caller: Caller, *, agent: str | None = None) -> int:
    user_id = await connection.fetchval(
        """
        INSERT INTO users (
            name, display_name, password_hash, must_change_password, roles, sees_all_services, agent_id, created_at
        )
        VALUES ($1, $1, '', $2, $3, $4, (SELECT id FROM agents WHERE name = $5), $6) RETURNING id
        """,
        name,
        caller.must_change_password,
        sorted(caller.roles),
        caller.services is None,
        agent,
        NOW,
    )
    await connection.execute(
        "INSERT INTO user_services SELECT $1, id FROM services WHERE name = ANY ($2)", user_id, caller.services or ()
    )
    return user_id


async def _add_key(connection: Connection, name: str, secret: str, caller: Caller) -> None:
    key_id = await connection.fetchval(
        """
        INSERT INTO api_keys (name, key_hash, scopes, sees_all_services, created_at)
        VALUES ($1, $2, $3, $4, $5) RETURNING id
        """,
        name,
        hashlib.sha256(secret.encode()).digest(),
        sorted(caller.scopes),
        caller.services is None,
        NOW,
    )
    await connection.execute(
        "INSERT INTO api_key_services SELECT $1, id FROM services WHERE name = ANY ($2)", key_id, caller.services or ()
    )


def told(answer: httpx.Response, names: Mapping[str, str]) -> tuple[int, str]:
    """What an answer tells, but for the names that were in the request, and ids that are made anew each time."""
    text = answer.text
    for name in names.keys() - NO_SECRETS:
        text = text.replace(names[name], name)
    return answer.status_code, _UUID.sub("an id", text)


def shows(answer: httpx.Response, names: Mapping[str, str]) -> list[str]:
    """Which of these names are anywhere in an answer."""
    return [name for name, value in names.items() if name not in NO_SECRETS and value in answer.text]


def _filled(text: str, names: Mapping[str, str]) -> str:
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    return text
