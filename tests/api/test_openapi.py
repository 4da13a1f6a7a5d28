"""Whatever the OpenAPI document allows, and much that it does not, is answered as the document says and never by a 500.

schemathesis makes up the requests; they are the same in every run.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Generator, Mapping
from typing import Any

import httpx
import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import checks
from schemathesis.specs.openapi import checks as openapi_checks

from ringback.accounts import api_keys, sessions, users
from ringback.accounts.rules import Role, Scope
from ringback.accounts.users import UserChoices
from ringback.actors import ENGINE
from ringback.api.app import create_app
from ringback.api.docs_page import completed
from ringback.clock import SystemClock
from ringback.database.pool import Database
from ringback.services import catalog
from ringback.services.catalog import ServiceChoices
from ringback.settings import Settings
from tests.api.conftest import NUMBER, free_port, until_answered
from tests.databases import create_database, drop_database

# How many requests for each call; what users may do is mostly what keys may do.
EXAMPLES = {"key": 10, "administrator": 5}
_GENERAL: Any = checks
_OPENAPI: Any = openapi_checks
CHECKS = [
    _GENERAL.not_a_server_error,
    _OPENAPI.status_code_conformance,
    _OPENAPI.content_type_conformance,
    _OPENAPI.response_schema_conformance,
]
SERVER = """
import asyncio, sys
from ringback.api.app import create_app
from ringback.api.server import serve
from ringback.api.docs_page import completed
from ringback.clock import SystemClock
from ringback.database.pool import Database
from ringback.settings import Settings

async def main():
    settings = Settings(port=int(sys.argv[2]), rate_limit_per_minute=0, address_rate_limit_per_minute=0)
    async with Database(sys.argv[1]) as database:
        await serve(create_app(database, settings, SystemClock()), settings)

asyncio.run(main())
"""


@schemathesis.serializer("audio/wav")
def _as_it_is(_: Any, sound: Any) -> bytes:
    return sound if isinstance(sound, bytes) else str(sound).encode()


class Target:
    """A server with something in it; `headers` of everybody who asks, `known` values of path parameters."""

    def __init__(self, url: str, headers: Mapping[str, Mapping[str, str]], known: Mapping[str, str]) -> None:
        self.url = url
        self.headers = headers
        self.known = known


@pytest.fixture(scope="module")
def target(server_url: str, template: str) -> Generator[Target]:
    """A server in a process of its own."""
    database_url = asyncio.run(create_database(server_url, template))
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, database_url, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield asyncio.run(_filled(database_url, f"http://127.0.0.1:{port}"))
    finally:
        process.terminate()
        process.wait()
        asyncio.run(drop_database(database_url))


async def _filled(database_url: str, url: str) -> Target:
    clock = SystemClock()
    async with Database(database_url) as database:
        await catalog.create(database, clock, ENGINE, "support", ServiceChoices(default_region="DE"))
        secret = (await api_keys.create(database, clock, ENGINE, "tester", list(Scope))).secret
        await users.save(database, clock, ENGINE, "root", UserChoices(roles=list(Role)))
        async with database.transaction() as connection:
            await connection.execute("UPDATE users SET must_change_password = false")
            user_id = await connection.fetchval("SELECT id FROM users")
            token = (await sessions.begin(connection, user_id, clock.now())).token
    await until_answered(url)
    key = {"X-API-Key": secret}
    cookie = {"Cookie": f"ringback_session={token}", "X-CSRF-Token": sessions.csrf_token(token)}
    return Target(url, {"key": key, "administrator": cookie}, await _known(url, key))


async def _known(url: str, key: Mapping[str, str]) -> dict[str, str]:
    async with httpx.AsyncClient(base_url=f"{url}/api/v1", headers=key) as client:
        await client.put("/agents/anna", json={"endpoint": "sip:anna@127.0.0.1", "services": ["support"]})
        made = await client.post("/callbacks", json={"service": "support", "phone_number": NUMBER})
        callback_id = made.raise_for_status().json()["id"]
        job = await client.post("/cancellations", json={"ids": [callback_id]})
        job_id = job.raise_for_status().json()["id"]
    return {
        "service_name": "support",
        "agent_name": "anna",
        "callback_id": callback_id,
        "job_id": str(job_id),
        "trunk_name": "main",
        "user_name": "root",
        "key_name": "tester",
    }


def _operations() -> list[Any]:
    """Every call of the document but those that never end (events) and the one that would end our own session."""
    app = create_app(Database("postgresql://nobody@127.0.0.1:1/nothing"), Settings(), SystemClock())
    document = json.loads(msgspec.json.encode(completed(app.openapi_schema.to_schema())))
    schema: Any = schemathesis.openapi.from_dict(document)
    return [each for each in (found.ok() for found in schema.get_all_operations()) if not _is_left_out(each)]


def _is_left_out(operation: Any) -> bool:
    return operation.path.endswith("/events") or (operation.method, operation.path) == ("delete", "/api/v1/session")


OPERATIONS = _operations()


@pytest.mark.parametrize("who", EXAMPLES)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.label)
def test_every_answer_is_as_documented(target: Target, operation: Any, who: str) -> None:
    @settings(
        max_examples=EXAMPLES[who],
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )
    @given(case=operation.as_strategy(), is_known=st.booleans())
    def ask(case: Any, is_known: bool) -> None:
        if is_known:
            given = case.path_parameters
            given.update({name: target.known.get(name, value) for name, value in given.items()})
        answer = case.call(base_url=target.url, headers=dict(target.headers[who]))
        case.validate_response(answer, checks=CHECKS)

    ask()
