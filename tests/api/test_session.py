"""Logging in and out: the cookie, the CSRF token, and how long a session lasts."""

import httpx
import pytest

from ringback.accounts.rules import OF_ROLES, Role
from ringback.clock import ManualClock
from ringback.database.pool import Database
from tests.api.conftest import Browsers
from tests.people import log_in, make_user

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
