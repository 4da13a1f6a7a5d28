"""Whatever changes something through the API is written in the audit, or is on a short list of exceptions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute

from ringback.accounts import api_keys
from ringback.accounts.rules import Role, Scope
from ringback.actors import ENGINE
from ringback.agents import roster
from ringback.callbacks.states import State
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.services import catalog, trunks
from ringback.services.trunks import TrunkChoices
from tests.api.conftest import NUMBER, Browsers
from tests.integration.past import add_callback
from tests.people import PASSWORD, log_in, make_user
from tests.recordings import wav

V1 = "/api/v1"
WAV = wav()
DAY = {"all": True, "from": "2026-11-23T00:00:00Z", "to": "2026-11-25T00:00:00Z"}
HOURS = {"weekly": {"MONDAY": [{"opens": "09:00", "closes": "17:00"}]}}
SPECIAL_DAYS = {"items": [{"date": "2026-12-24"}]}
PASSWORDS = {"current_password": PASSWORD, "new_password": "another horse battery"}

# What changes nothing that people administer, or is told elsewhere.
EXCEPTIONS: Mapping[str, str] = {
    "POST /callbacks/ring-in": "it only looks",
    "POST /cancellations/preview": "it only looks",
    "POST /reschedulings/preview": "it only looks",
    "POST /recreations/preview": "it only looks",
    "POST /services/{service_name}/number-rules/test": "it only looks",
    "POST /services/{service_name}/offers": "a caller is told what there is; what comes of it is callback.created",
    "PUT /services/{service_name}/live-queue": "what a machine reports every few seconds",
    "PUT /session/preferences": "how the console looks to its user alone",
    "POST /desk/{attempt_id}/accept": "tests/api/desk looks at what agents do at their desks",
    "POST /desk/{attempt_id}/reject": "likewise",
    "POST /desk/{attempt_id}/snooze": "likewise",
    "POST /desk/{attempt_id}/finish": "likewise",
}


@dataclass(frozen=True)
class Call:
    """A call that is to succeed, and what it must leave in the audit."""

    route: str
    action: str
    body: Any = None
    at: str = ""
    content: bytes | None = None


CALLS = [
    Call("POST /callbacks", "callback.created", {"service": "support", "phone_number": NUMBER}),
    Call("POST /callbacks/{callback_id}/cancel", "callback.cancelled"),
    Call("POST /callbacks/{callback_id}/claim", "callback.claimed"),
    Call("POST /callbacks/{callback_id}/call-now", "callback.called-now"),
    Call(
        "POST /callbacks/{callback_id}/reschedule", "callback.rescheduled", {"desired_at": "2026-11-24T10:00:00+00:00"}
    ),
    Call("POST /callbacks/{callback_id}/recreate", "callback.recreated", at="/callbacks/{completed_id}/recreate"),
    Call("PUT /callbacks/{callback_id}/name-recording", "recording.kept", content=WAV),
    Call("POST /cancellations", "cancellation.asked", {**DAY, "reason": NUMBER}),
    Call("POST /reschedulings", "rescheduling.asked", {**DAY, "shift_seconds": 60}),
    Call("POST /recreations", "recreation.asked", DAY),
    Call("PUT /services/{service_name}", "service.changed", {"wrap_up_seconds": 7}),
    Call("PUT /services/{service_name}", "service.created", {"caller_id": NUMBER}, at="/services/new"),
    Call("DELETE /services/{service_name}", "service.deleted", at="/services/empty"),
    Call("PUT /services/{service_name}/hours", "service.changed", HOURS),
    Call("PUT /services/{service_name}/special-days", "service.changed", SPECIAL_DAYS),
    Call("PUT /services/{service_name}/capacity", "service.changed", {"slot_minutes": 15}),
    Call("PUT /services/{service_name}/number-rules", "service.changed", {"permitted_countries": ["DE"]}),
    Call("PUT /trunks/{trunk_name}", "trunk.changed", {"link": "main", "channels": 3}),
    Call("PUT /trunks/{trunk_name}", "trunk.created", {"link": "main"}, at="/trunks/new"),
    Call("DELETE /trunks/{trunk_name}", "trunk.deleted"),
    Call("POST /trunks/{trunk_name}/resume", "trunk.resumed"),
    Call("PUT /agents/{agent_name}", "agent.changed", {"endpoint": NUMBER, "services": []}),
    Call("PUT /agents/{agent_name}", "agent.created", {"endpoint": NUMBER, "services": []}, at="/agents/ben"),
    Call("POST /agents/{agent_name}/presence", "presence.asked", {"state": "READY", "reason": NUMBER}),
    Call("POST /agents/import", "agents.imported", {"items": [{"name": "ben", "endpoint": NUMBER, "services": []}]}),
    Call("DELETE /customers/{phone_number}", "customer.erased", at=f"/customers/{NUMBER}"),
    Call("PUT /users/{user_name}", "user.created", {"roles": ["MONITOR"]}, at="/users/olga"),
    Call("PUT /users/{user_name}", "user.changed", {"display_name": "Root"}, at="/users/maria"),
    Call("POST /users/{user_name}/reset-password", "user.password-reset", at="/users/maria/reset-password"),
    Call("POST /session", "user.logged-in", {"name": "root", "password": PASSWORD}),
    Call("POST /session/password", "user.password-changed", PASSWORDS),
    Call("DELETE /session", "user.logged-out"),
    Call("POST /api-keys", "api-key.created", {"name": "new", "scopes": ["read"], "services": None}),
    Call("PUT /api-keys/{key_name}", "api-key.changed", {"scopes": ["read"]}, at="/api-keys/old"),
    Call("POST /api-keys/{key_name}/revoke", "api-key.revoked", at="/api-keys/old/revoke"),
]


@dataclass
class Site:
    """An installation, and its administrator in a browser."""

    database: Database
    browser: httpx.AsyncClient
    names: Mapping[str, str]

    async def ask(self, call: Call) -> httpx.Response:
        """Make a call."""
        method, _, path = call.route.partition(" ")
        for name, value in self.names.items():
            path, at = path.replace(f"{{{name}}}", value), call.at.replace(f"{{{name}}}", value)
            call = Call(call.route, call.action, call.body, at, call.content)
        url = V1 + (call.at or path).replace("+", "%2B")
        return await self.browser.request(method, url, json=call.body, content=call.content)

    async def entries(self) -> list[dict[str, Any]]:
        """The audit, the oldest first."""
        async with self.database.connection() as connection:
            return [dict(row) for row in await connection.fetch("SELECT * FROM audit_entries ORDER BY id")]


@pytest.fixture
async def site(database: Database, clock: ManualClock, secret: str, browsers: Browsers) -> Site:
    assert secret
    async with database.transaction() as connection:
        await connection.execute("UPDATE services SET max_waiting_per_number = 0")
    await catalog.create(database, clock, ENGINE, "empty")
    await trunks.save(database, clock, ENGINE, "carrier", TrunkChoices(link="main"))
    await roster.save(database, clock, ENGINE, "anna", endpoint="1", services=["support"])
    callback_id = await add_callback(database, state=State.SCHEDULED)
    completed_id = await add_callback(database)
    for name in ("root", "maria"):
        await make_user(database, clock, name, Role.ADMINISTRATOR, Role.DEVELOPER)
    await api_keys.create(database, clock, ENGINE, "old", [Scope.CREATE])
    async with database.transaction() as connection:
        await connection.execute(
            "UPDATE trunks SET paused_until = '2100-01-01', pause_reason = 'x' WHERE name = 'carrier'"
        )
    names = {"service_name": "support", "trunk_name": "carrier", "agent_name": "anna"}
    browser = browsers("192.0.2.7")
    assert (await log_in(browser, "root")).status_code == 201
    ids = {"callback_id": str(callback_id), "completed_id": str(completed_id)}
    return Site(database, browser, {**names, **ids})


def test_every_call_that_is_not_safe_is_tried_or_excepted(app: Litestar) -> None:
    unsafe = {
        f"{method} {route.path_format.removeprefix(V1)}"
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method in route.methods - {"GET", "HEAD", "OPTIONS"}
    }
    tried = {call.route for call in CALLS}
    assert unsafe - tried - set(EXCEPTIONS) == set(), "say what it leaves in the audit, or why it leaves nothing"
    assert (tried | set(EXCEPTIONS)) - unsafe == set()


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.route} {call.action}")
async def test_a_call_that_changes_something_is_written_down_with_who_and_from_where(site: Site, call: Call) -> None:
    before = len(await site.entries())
    answer = await site.ask(call)
    assert answer.is_success, answer.text
    written = (await site.entries())[before:]
    assert call.action in [entry["action"] for entry in written]
    assert {(entry["actor_kind"], entry["actor_name"], entry["address"]) for entry in written} == {
        ("USER", "root", "192.0.2.7")
    }


async def test_no_entry_has_a_telephone_number_in_it(site: Site) -> None:
    for call in CALLS:
        if "session" not in call.route:
            assert (await site.ask(call)).status_code < 500
    for query in (f"search={NUMBER[1:]}", f"search={NUMBER[3:]}&search_by=phone_number"):
        assert (await site.browser.get(f"{V1}/callbacks/export?{query}")).is_success
    digits = NUMBER[3:]
    entries = await site.entries()
    assert len(entries) > 20
    assert [entry for entry in entries if digits in str(entry)] == []


@pytest.mark.parametrize(
    "path",
    [
        "/callbacks/export",
        "/reports/export",
        "/audit/export",
        "/cancellations/recent/callbacks",
        "/cancellations/recent/summary",
    ],
)
async def test_what_is_taken_away_as_a_file_is_written_down(site: Site, path: str) -> None:
    before = len(await site.entries())
    assert (await site.browser.get(V1 + path)).is_success
    [entry] = (await site.entries())[before:]
    assert entry["action"].endswith(".exported")
    assert (entry["actor_name"], entry["address"]) == ("root", "192.0.2.7")


async def test_an_export_that_is_refused_is_not_written_down(site: Site) -> None:
    before = await site.entries()
    assert (await site.browser.get(f"{V1}/callbacks/export?service=nowhere")).status_code == 404
    assert (await site.browser.get(f"{V1}/callbacks/export?time_zone=Mars")).status_code == 422
    assert await site.entries() == before


async def test_a_recording_that_is_heard_is_written_down_each_time(site: Site) -> None:
    path = f"{V1}/callbacks/{site.names['callback_id']}/name-recording"
    assert (await site.browser.get(path)).status_code == 404
    assert (await site.browser.put(path, content=WAV)).is_success
    assert (await site.browser.get(path)).is_success
    assert (await site.browser.get(path, headers={"Range": "bytes=4-9"})).status_code == 206
    last = (await site.entries())[-3:]
    assert [entry["action"] for entry in last] == ["recording.kept", "recording.heard", "recording.heard"]
    assert {(entry["subject"], tuple(entry["of_services"])) for entry in last} == {
        (site.names["callback_id"], ("support",))
    }


async def test_a_request_that_is_repeated_with_its_idempotency_key_is_written_down_once(site: Site) -> None:
    body, headers = {"service": "support", "phone_number": NUMBER}, {"Idempotency-Key": "once"}
    before = len(await site.entries())
    for _ in range(3):
        assert (await site.browser.post(f"{V1}/callbacks", json=body, headers=headers)).status_code == 201
        assert (await site.browser.post(f"{V1}/cancellations", json=DAY, headers=headers)).status_code == 202
    written = (await site.entries())[before:]
    assert [entry["action"] for entry in written] == ["callback.created", "cancellation.asked"]
