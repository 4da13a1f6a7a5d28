"""API keys: known by their secret, until they end. Which route needs which scope is tested by test_access_matrix."""

from datetime import datetime, timedelta

import httpx
import pytest

from ringback.accounts import api_keys
from ringback.accounts.api_keys import ApiKeyExists, ApiKeyNotFound, Authenticator, InvalidApiKey
from ringback.accounts.rules import Scope
from ringback.actors import ENGINE
from ringback.clock import ManualClock
from ringback.database.pool import Database
from tests.api.access_site import OWN
from tests.api.access_table import TABLE, Kind

NAMES = {**OWN, "job_id": OWN["cancellation_id"]}
CALLS = [(route.method, route.path.format_map(NAMES)) for route in TABLE if route.kind is not Kind.PUBLIC]


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/api/v1/callbacks", "read"),
        ("GET", "/api/v1/services/support/slots", "create or read"),
        ("PUT", "/api/v1/agents/anna", "agents"),
        ("GET", "/api/v1/users", None),
    ],
)
async def test_a_refusal_names_the_scope_that_is_missing(
    client: httpx.AsyncClient, database: Database, clock: ManualClock, method: str, path: str, scope: str | None
) -> None:
    made = await api_keys.create(database, clock, ENGINE, "manager", [Scope.MANAGE])
    refusal = await client.request(method, path, headers={"X-API-Key": made.secret})
    assert (refusal.status_code, refusal.json()["code"]) == (403, "scope-missing")
    assert refusal.json()["details"]["scope"] == scope


@pytest.mark.parametrize("wrong", ["", "rbk_wrong", "ü"])
async def test_without_a_good_key_nothing_is_told(client: httpx.AsyncClient, wrong: str) -> None:
    for method, path in CALLS:
        answer = await client.request(method, path, headers=[(b"X-API-Key", wrong.encode())])
        assert (answer.status_code, answer.json()["code"]) == (401, "api-key-refused")
        assert answer.headers["www-authenticate"]


async def test_a_revoked_key_is_refused_at_once(
    client: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    assert (await client.get("/api/v1/services")).status_code == 200
    await api_keys.revoke(database, clock, ENGINE, "tester")
    answer = await client.get("/api/v1/services")
    assert (answer.status_code, "revoked" in answer.json()["detail"]) == (401, True)


async def test_a_key_works_until_it_expires(database: Database, clock: ManualClock) -> None:
    made = await api_keys.create(
        database, clock, ENGINE, "short", [Scope.READ], expires_at=clock.now() + timedelta(seconds=60)
    )
    authenticator = Authenticator(database, clock)
    assert (await authenticator.authenticate(made.secret)).actor.name == "short"
    await clock.advance(60)
    with pytest.raises(api_keys.ApiKeyRefused, match="expired"):
        await authenticator.authenticate(made.secret)
    await authenticator.close()


async def test_the_last_use_is_noted_at_most_once_a_minute(database: Database, clock: ManualClock) -> None:
    secret = (await api_keys.create(database, clock, ENGINE, "k", [Scope.READ])).secret
    noted: list[datetime | None] = []
    for pause in (0, 59, 1):
        await clock.advance(pause)
        authenticator = Authenticator(database, clock)
        await authenticator.authenticate(secret)
        await authenticator.close()
        noted.append((await api_keys.list_all(database))[0].last_used_at)
    start = clock.now() - timedelta(seconds=60)
    assert noted == [start, start, clock.now()]


async def test_only_a_hash_of_the_secret_is_stored(database: Database, clock: ManualClock) -> None:
    made = await api_keys.create(database, clock, ENGINE, "k", [Scope.READ])
    assert made.secret.startswith("rbk_")
    async with database.connection() as connection:
        row = await connection.fetchrow("SELECT api_keys::text AS everything, key_hash FROM api_keys")
    assert row is not None
    assert made.secret not in row["everything"]
    assert len(row["key_hash"]) == 32


async def test_keys_that_make_no_sense_are_refused(database: Database, clock: ManualClock) -> None:
    for name, scopes, seconds in (("", [Scope.READ], 60), ("k", [], 60), ("k", [Scope.READ], -1)):
        expires_at = clock.now() + timedelta(seconds=seconds)
        with pytest.raises(InvalidApiKey):
            await api_keys.create(database, clock, ENGINE, name, scopes, expires_at=expires_at)
    await api_keys.create(database, clock, ENGINE, "k", [Scope.READ])
    with pytest.raises(ApiKeyExists):
        await api_keys.create(database, clock, ENGINE, "k", [Scope.READ])
    with pytest.raises(ApiKeyNotFound):
        await api_keys.revoke(database, clock, ENGINE, "other")
