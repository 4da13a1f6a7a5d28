"""Deny by default: every route needs a good key with the right scope, unless it says that it is public."""

from datetime import datetime, timedelta

import httpx
import pytest

from ringback.accounts import api_keys
from ringback.accounts.api_keys import ApiKeyExists, ApiKeyNotFound, Authenticator, InvalidApiKey
from ringback.accounts.rules import Scope
from ringback.actors import ENGINE
from ringback.clock import ManualClock
from ringback.database.pool import Database

PUBLIC = {"/", "/healthz", "/readyz", "/metrics", "/api", "/api/docs", "/api/openapi.json"}
ID = "01a20831-4bfa-729a-998d-2b0e8e0ee11b"
DOCUMENTS = ("hours", "special-days", "capacity")
JOB = "00000000-0000-7000-8000-00000000000b"
BULK = ("cancellations", "reschedulings", "recreations")
CALLS = [
    (Scope.CREATE, "POST", "/api/v1/callbacks"),
    (Scope.READ, "GET", "/api/v1/callbacks"),
    (Scope.READ, "GET", f"/api/v1/callbacks/{ID}"),
    (Scope.READ, "GET", f"/api/v1/callbacks/{ID}/metrics"),
    (Scope.MANAGE, "POST", f"/api/v1/callbacks/{ID}/cancel"),
    (Scope.MANAGE, "POST", f"/api/v1/callbacks/{ID}/reschedule"),
    (Scope.MANAGE, "POST", f"/api/v1/callbacks/{ID}/call-now"),
    (Scope.MANAGE, "POST", f"/api/v1/callbacks/{ID}/recreate"),
    (Scope.MANAGE, "POST", f"/api/v1/callbacks/{ID}/claim"),
    (Scope.READ, "POST", "/api/v1/callbacks/ring-in"),
    (Scope.CREATE, "POST", "/api/v1/services/support/offers"),
    (Scope.CREATE, "PUT", f"/api/v1/callbacks/{ID}/name-recording"),
    (Scope.READ, "GET", f"/api/v1/callbacks/{ID}/name-recording"),
    (Scope.READ, "GET", "/api/v1/services/support/number-rules"),
    (Scope.MANAGE, "PUT", "/api/v1/services/support/number-rules"),
    (Scope.READ, "POST", "/api/v1/services/support/number-rules/test"),
    (Scope.READ, "GET", "/api/v1/services"),
    (Scope.READ, "GET", "/api/v1/services/support"),
    (Scope.READ, "GET", "/api/v1/services/support/status"),
    (Scope.MANAGE, "PUT", "/api/v1/services/support"),
    (Scope.MANAGE, "DELETE", "/api/v1/services/support"),
    *((Scope.READ, "GET", f"/api/v1/services/support/{part}") for part in DOCUMENTS),
    *((Scope.MANAGE, "PUT", f"/api/v1/services/support/{part}") for part in DOCUMENTS),
    (Scope.READ, "GET", "/api/v1/services/support/live-queue"),
    (Scope.AGENTS, "PUT", "/api/v1/services/support/live-queue"),
    (Scope.READ, "GET", "/api/v1/trunks"),
    (Scope.READ, "GET", "/api/v1/trunks/carrier"),
    (Scope.MANAGE, "PUT", "/api/v1/trunks/carrier"),
    (Scope.MANAGE, "DELETE", "/api/v1/trunks/carrier"),
    (Scope.MANAGE, "POST", "/api/v1/trunks/carrier/resume"),
    (Scope.READ, "GET", "/api/v1/agents"),
    (Scope.READ, "GET", "/api/v1/agents/anna"),
    (Scope.AGENTS, "PUT", "/api/v1/agents/anna"),
    (Scope.AGENTS, "POST", "/api/v1/agents/anna/presence"),
    (Scope.AGENTS, "POST", "/api/v1/agents/import"),
    (Scope.READ, "GET", "/api/v1/callbacks/export"),
    *((Scope.MANAGE, "POST", f"/api/v1/{kind}") for kind in BULK),
    *((Scope.MANAGE, "POST", f"/api/v1/{kind}/preview") for kind in BULK),
    *((Scope.READ, "GET", f"/api/v1/{kind}") for kind in BULK),
    *((Scope.READ, "GET", f"/api/v1/{kind}/{JOB}") for kind in BULK),
    *((Scope.READ, "GET", f"/api/v1/{kind}/{JOB}/{table}") for kind in BULK for table in ("callbacks", "summary")),
    *((Scope.READ, "GET", f"/api/v1/cancellations/recent/{table}") for table in ("callbacks", "summary")),
    (Scope.READ, "GET", "/api/v1/reports"),
    (Scope.READ, "GET", "/api/v1/reports/export"),
    (Scope.MANAGE, "DELETE", "/api/v1/customers/+49301234567"),
]


@pytest.mark.parametrize(("scope", "method", "path"), CALLS)
async def test_a_call_needs_its_scope_and_no_other(
    client: httpx.AsyncClient, database: Database, clock: ManualClock, scope: Scope, method: str, path: str
) -> None:
    others = await api_keys.create(database, clock, ENGINE, "others", set(Scope) - {scope})
    refusal = await client.request(method, path, headers={"X-API-Key": others.secret})
    assert (refusal.status_code, refusal.json()["code"]) == (403, "scope-missing")
    assert refusal.json()["details"]["scope"] == scope
    alone = await api_keys.create(database, clock, ENGINE, "alone", [scope])
    assert (await client.request(method, path, headers={"X-API-Key": alone.secret})).status_code not in (401, 403)


@pytest.mark.parametrize("scope", Scope)
async def test_slots_are_for_who_reads_and_for_who_asks_for_calls(
    client: httpx.AsyncClient, database: Database, clock: ManualClock, scope: Scope
) -> None:
    key = await api_keys.create(database, clock, ENGINE, "alone", [scope])
    answer = await client.get("/api/v1/services/support/slots", headers={"X-API-Key": key.secret})
    assert answer.status_code == (200 if scope in (Scope.READ, Scope.CREATE) else 403)


@pytest.mark.parametrize("wrong", ["", "rbk_wrong", "ü"])
async def test_without_a_good_key_nothing_is_told(client: httpx.AsyncClient, wrong: str) -> None:
    for _, method, path in CALLS:
        answer = await client.request(method, path, headers=[(b"X-API-Key", wrong.encode())])
        assert (answer.status_code, answer.json()["code"]) == (401, "api-key-refused")
        assert answer.headers["www-authenticate"]


@pytest.mark.parametrize("path", sorted(PUBLIC))
async def test_public_pages_need_no_key(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path, headers={"X-API-Key": ""}, follow_redirects=True)).status_code == 200


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
