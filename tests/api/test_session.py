"""Logging in and out: the cookie, the CSRF token, and how long a session lasts."""

from datetime import timedelta

import httpx
import pytest

from ringback.accounts import sessions, users
from ringback.accounts.rules import OF_ROLES, Role
from ringback.accounts.users import UserChoices
from ringback.agents import roster
from ringback.agents.model import Presence
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.services import catalog
from tests.api.conftest import Browsers
from tests.people import CSRF, PASSWORD, ROOT, log_in, make_user

SESSION = "/api/v1/session"
COOKIE = "ringback_session"


@pytest.fixture
async def browser(browsers: Browsers, database: Database, clock: ManualClock, secret: str) -> httpx.AsyncClient:
    """A browser, in an installation with the service "support" and its supervisor "sue"."""
    await make_user(database, clock, "sue", Role.SUPERVISOR, services=["support"])
    return browsers()


async def test_who_logs_in_is_told_who_they_are_and_what_they_may_do(browser: httpx.AsyncClient) -> None:
    answer = await log_in(browser, "Sue")
    assert answer.status_code == 201
    told = answer.json()
    assert told["user"] == {
        "name": "sue",
        "display_name": "sue",
        "roles": ["SUPERVISOR"],
        "permissions": sorted(OF_ROLES[Role.SUPERVISOR]),
        "agent": None,
        "must_change_password": False,
    }
    assert (told["sees_all_services"], told["services"]) == (False, [{"name": "support", "display_name": "support"}])
    assert (await browser.get(SESSION)).json() == told
    assert (await browser.get("/api/v1/callbacks")).status_code == 200


@pytest.mark.parametrize(("scheme", "is_secure"), [("http", False), ("https", True)])
async def test_no_script_reads_the_cookie_and_no_other_site_sends_it(
    browsers: Browsers, database: Database, clock: ManualClock, scheme: str, is_secure: bool
) -> None:
    await make_user(database, clock, "sue", Role.SUPERVISOR)
    cookie = (await log_in(browsers(scheme=scheme), "sue")).headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    flags = {flag.strip().lower() for flag in cookie.split(";")[1:]}
    assert flags == {"httponly", "path=/", "samesite=strict", *(["secure"] if is_secure else [])}


@pytest.mark.parametrize(
    ("name", "password"), [("sue", "wrong password"), ("nobody", PASSWORD), ("gone", PASSWORD), ("sue", "")]
)
async def test_every_refused_login_is_told_the_same(
    browser: httpx.AsyncClient, database: Database, clock: ManualClock, name: str, password: str
) -> None:
    await make_user(database, clock, "gone", Role.MONITOR)
    await users.save(database, clock, ROOT, "gone", UserChoices(is_enabled=False))
    answer = await log_in(browser, name, password)
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    told = {**answer.json(), "correlation_id": None}
    assert told["code"] == "login-refused"
    other = {**(await log_in(browser, "somebody", "something")).json(), "correlation_id": None}
    assert told == other


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_no_page_of_another_site_logs_anybody_in(browser: httpx.AsyncClient, site: str) -> None:
    browser.headers["Sec-Fetch-Site"] = site
    answer = await log_in(browser, "sue")
    assert (answer.status_code, answer.json()["code"]) == (403, "cross-site-request")
    browser.headers["Sec-Fetch-Site"] = "same-origin"
    assert (await log_in(browser, "sue")).status_code == 201


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", None])
async def test_only_json_logs_anybody_in(browser: httpx.AsyncClient, kind: str | None) -> None:
    headers = {} if kind is None else {"Content-Type": kind}
    body = f'{{"name": "sue", "password": "{PASSWORD}"}}'.encode()
    answer = await browser.post(SESSION, content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-request")


async def test_what_changes_something_needs_the_csrf_token_of_this_very_session(
    browser: httpx.AsyncClient, browsers: Browsers
) -> None:
    other = browsers()
    await log_in(browser, "sue")
    own = browser.headers.pop(CSRF)
    await log_in(other, "sue")
    for wrong in (None, "", "wrong", other.headers[CSRF], browser.cookies[COOKIE]):
        headers = {} if wrong is None else {CSRF: wrong}
        for method, path in (("PUT", f"{SESSION}/preferences"), ("DELETE", SESSION), ("POST", "/api/v1/callbacks")):
            answer = await browser.request(method, path, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "csrf-token-missing")
    assert (await browser.delete(SESSION, headers={CSRF: own})).status_code == 204


async def test_logging_out_ends_the_session_and_takes_the_cookie_away(browser: httpx.AsyncClient) -> None:
    await log_in(browser, "sue")
    token = browser.cookies[COOKIE]
    answer = await browser.delete(SESSION)
    assert answer.status_code == 204
    assert COOKIE not in browser.cookies
    late = await browser.get(SESSION, headers={"Cookie": f"{COOKIE}={token}"})
    assert (late.status_code, late.json()["code"]) == (401, "session-ended")
    assert (await browser.get(SESSION)).json()["code"] == "credentials-missing"


async def test_a_login_never_goes_on_with_a_session_that_was_there_before(browser: httpx.AsyncClient) -> None:
    browser.headers["Cookie"] = f"{COOKIE}=planted"
    first = (await log_in(browser, "sue")).cookies[COOKIE]
    assert first != "planted"
    browser.headers["Cookie"] = f"{COOKIE}={first}"
    assert (await browser.get(SESSION)).status_code == 200
    again = (await log_in(browser, "sue")).cookies[COOKIE]
    assert again != first
    assert (await browser.get(SESSION)).json()["code"] == "session-ended"


async def test_a_session_ends_when_nobody_uses_it(browser: httpx.AsyncClient, clock: ManualClock) -> None:
    await log_in(browser, "sue")
    await clock.advance(sessions.IDLE.total_seconds() - 1)
    assert (await browser.get(SESSION)).status_code == 200
    await clock.advance(sessions.IDLE.total_seconds() - 1)
    assert (await browser.get(SESSION)).status_code == 200
    await clock.advance(sessions.IDLE.total_seconds())
    assert (await browser.get(SESSION)).status_code == 401


async def test_a_session_that_is_used_all_the_time_ends_too(browser: httpx.AsyncClient, clock: ManualClock) -> None:
    told = (await log_in(browser, "sue")).json()
    begun = clock.now()
    while clock.now() - begun < sessions.LIFETIME - timedelta(hours=6):
        await clock.advance(6 * 3_600)
        assert (await browser.get(SESSION)).status_code == 200
    await clock.advance(6 * 3_600)
    assert (await browser.get(SESSION)).status_code == 401
    assert told["expires_at"] == clock.now().isoformat().replace("+00:00", "Z")


async def test_a_role_or_service_that_is_taken_away_is_gone_in_the_open_session(
    browser: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    await log_in(browser, "sue")
    assert (await browser.get("/api/v1/services/support/status")).status_code == 200
    await users.save(database, clock, ROOT, "sue", UserChoices(services=[]))
    assert (await browser.get("/api/v1/services/support/status")).status_code == 404
    await users.save(database, clock, ROOT, "sue", UserChoices(services=["support"], roles=[]))
    answer = await browser.get("/api/v1/services/support/status")
    assert (answer.status_code, answer.json()["code"]) == (403, "role-missing")
    await users.save(database, clock, ROOT, "sue", UserChoices(is_enabled=False))
    assert (await browser.get(SESSION)).status_code == 401
    await users.save(database, clock, ROOT, "sue", UserChoices(is_enabled=True))
    assert (await browser.get(SESSION)).status_code == 401, "what was ended stays so"


async def test_a_new_service_is_usable_at_once_by_who_sees_all_and_by_who_is_given_it(
    browser: httpx.AsyncClient, browsers: Browsers, database: Database, clock: ManualClock
) -> None:
    await make_user(database, clock, "all", Role.MONITOR)
    everything = browsers()
    await log_in(browser, "sue")
    await log_in(everything, "all")
    await catalog.create(database, clock, ROOT, "new")
    assert (await everything.get("/api/v1/services/new/status")).status_code == 200
    assert [service["name"] for service in (await everything.get(SESSION)).json()["services"]] == ["new", "support"]
    assert (await browser.get("/api/v1/services/new/status")).status_code == 404
    await users.save(database, clock, ROOT, "sue", UserChoices(services=["support", "new"]))
    assert (await browser.get("/api/v1/services/new/status")).status_code == 200


async def test_who_must_change_the_password_can_do_nothing_else(
    browser: httpx.AsyncClient, database: Database, clock: ManualClock
) -> None:
    first = await users.reset_password(database, clock, ROOT, "sue")
    assert (await log_in(browser, "sue", first)).json()["user"]["must_change_password"]
    for path in ("/api/v1/callbacks", "/api/v1/services", "/api/v1/users", "/api/v1/reports"):
        answer = await browser.get(path)
        assert (answer.status_code, answer.json()["code"]) == (403, "password-change-required")
    for path in (SESSION, f"{SESSION}/preferences"):
        assert (await browser.get(path)).status_code == 200
    change = {"current_password": first, "new_password": PASSWORD}
    assert (await browser.post(f"{SESSION}/password", json=change)).status_code == 204
    assert (await browser.get("/api/v1/callbacks")).status_code == 200
    assert not (await browser.get(SESSION)).json()["user"]["must_change_password"]


async def test_changing_the_password_ends_all_other_sessions(
    browser: httpx.AsyncClient, browsers: Browsers, database: Database
) -> None:
    other = browsers()
    await log_in(browser, "sue")
    await log_in(other, "sue")
    new = "another good password"
    wrong = await browser.post(f"{SESSION}/password", json={"current_password": "x", "new_password": new})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong-password")
    same = await browser.post(f"{SESSION}/password", json={"current_password": PASSWORD, "new_password": PASSWORD})
    assert (same.status_code, same.json()["details"]["rule"]) == (422, "as-before")
    done = await browser.post(f"{SESSION}/password", json={"current_password": PASSWORD, "new_password": new})
    assert done.status_code == 204
    assert (await browser.get(SESSION)).status_code == 200
    assert (await other.get(SESSION)).status_code == 401
    assert (await log_in(other, "sue")).status_code == 401
    assert (await log_in(other, "sue", new)).status_code == 201


@pytest.mark.parametrize(
    ("presence", "afterwards"), [(Presence.READY, Presence.NOT_READY), (Presence.OFFLINE, Presence.OFFLINE)]
)
async def test_an_agent_who_logs_out_is_not_ready(
    browser: httpx.AsyncClient, database: Database, clock: ManualClock, presence: Presence, afterwards: Presence
) -> None:
    await roster.create(database, clock, ROOT, "anna", endpoint="sip:anna", services=["support"])
    await roster.ask_presence(database, clock, ROOT, "anna", presence)
    await make_user(database, clock, "anna", Role.AGENT, services=["support"], agent="anna")
    assert (await log_in(browser, "anna")).json()["user"]["agent"] == "anna"
    await browser.delete(SESSION)
    agent = await roster.get(database, "anna")
    assert agent.presence is afterwards
    assert (agent.presence_reason == "logged out") is (presence is Presence.READY)


async def test_preferences_are_kept_with_the_user(browser: httpx.AsyncClient, browsers: Browsers) -> None:
    await log_in(browser, "sue")
    defaults = (await browser.get(f"{SESSION}/preferences")).json()
    assert (defaults["page_size"], defaults["visible_states"], defaults["theme"]) == (250, None, "SYSTEM")
    wanted = {
        "columns": ["state", "agent"],
        "custom_ranges": [{"name": "Shift", "start_minutes": -480, "end_minutes": 0}],
        "visible_states": ["QUEUED"],
        "theme": "DARK",
    }
    answer = await browser.put(f"{SESSION}/preferences", json=wanted)
    assert (answer.status_code, answer.json()) == (200, {**defaults, **wanted})
    elsewhere = browsers()
    await log_in(elsewhere, "sue")
    assert (await elsewhere.get(f"{SESSION}/preferences")).json() == {**defaults, **wanted}


@pytest.mark.parametrize(
    "wrong",
    [
        {"colour": "red"},
        {"page_size": 251},
        {"columns": ["state"] * 2},
        {"columns": [f"c{number}" for number in range(31)]},
        {"visible_states": ["LOST"]},
        {"custom_ranges": [{"name": "x", "start_minutes": 0, "end_minutes": 0}]},
        {"custom_ranges": [{"name": "", "start_minutes": 0, "end_minutes": 1}]},
    ],
)
async def test_preferences_that_make_no_sense_are_refused(browser: httpx.AsyncClient, wrong: dict[str, object]) -> None:
    await log_in(browser, "sue")
    assert (await browser.put(f"{SESSION}/preferences", json=wrong)).status_code == 422


async def test_a_session_is_nothing_for_an_api_key(client: httpx.AsyncClient) -> None:
    for method, path in (("GET", SESSION), ("DELETE", SESSION), ("GET", f"{SESSION}/preferences")):
        answer = await client.request(method, path)
        assert (answer.status_code, answer.json()["code"]) == (403, "scope-missing")
