"""Point 5, as time goes by: what comes into a list without being new, what grows late, and a line that falls silent."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from ringback.api import events
from ringback.clock import Clock, ManualClock
from tests.browser import callbacks
from tests.browser.callbacks import row_of
from tests.browser.conftest import LogIn
from tests.browser.site import Site

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
# What the page waits until it compares itself with what it would be, and for a sign of life.
WHILE_SECONDS = 30
HEAR = "new Promise(heard => new EventSource('/api/v1/events').addEventListener('alive', () => heard('alive')))"


@pytest.fixture
def clock() -> Clock:
    return ManualClock(AT)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line is said to be there all the time."""
    monkeypatch.setattr(events, "CHECK_SECONDS", 0.05)


async def opened(site: Site, log_in: LogIn, address: str = "/callbacks") -> Page:
    """The page, live, with a clock of its own that goes as the site's does."""
    page = await callbacks.opened(site, log_in, "/desk")
    await page.clock.install(time=site.clock.now())
    await page.goto(f"{site.url}{address}")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name="Refresh")).to_have_attribute("aria-busy", "false")
    return page


async def pass_a_while(site: Site, page: Page) -> None:
    """Let time go by for the site and the page, in steps: on a line that is there something is heard meanwhile."""
    assert isinstance(site.clock, ManualClock)
    for _ in range(2):
        site.clock.jump(WHILE_SECONDS // 2 + 1)
        await page.clock.fast_forward((WHILE_SECONDS // 2 + 1) * 1000)
        assert await page.evaluate(HEAR) == "alive"


async def test_what_is_moved_into_the_range_is_counted_as_new(site: Site, log_in: LogIn) -> None:
    callback = await site.ask_for_call("support", "030 1111111", AT + timedelta(days=3))
    page = await opened(site, log_in, "/callbacks?range=NEXT_24_HOURS")
    await expect(page.get_by_text("0 callbacks")).to_be_visible()
    body = {"desired_at": (AT + timedelta(hours=3)).isoformat()}
    (await site.api.post(f"/api/v1/callbacks/{callback['id']}/reschedule", json=body)).raise_for_status()
    await page.get_by_role("button", name="1 new callback - show").click()
    await expect(row_of(page, "+49 30 1111111")).to_be_visible()


async def test_what_comes_into_the_range_by_time_alone_is_counted_and_what_leaves_it_is_dimmed(
    site: Site, log_in: LogIn
) -> None:
    await site.ask_for_call("support", "030 1111111", AT + timedelta(seconds=20))
    await site.ask_for_call("support", "030 2222222", AT + timedelta(days=1, seconds=20))
    page = await opened(site, log_in, "/callbacks?range=NEXT_24_HOURS")
    await expect(row_of(page, "+49 30 1111111")).to_be_visible()
    await pass_a_while(site, page)
    await expect(page.get_by_role("button", name="1 new callback - show")).to_be_visible()
    await row_of(page, "+49 30 1111111").get_by_text("SCHEDULED").hover()
    await expect(page.get_by_role("tooltip")).to_contain_text("Does not match what is shown any more")
    await page.get_by_role("button", name="1 new callback - show").click()
    await expect(row_of(page, "+49 30 2222222")).to_be_visible()
    await expect(row_of(page, "+49 30 1111111")).to_have_count(0)


async def test_what_grows_late_comes_to_those_that_need_attention_and_says_why_as_it_is_now(
    site: Site, log_in: LogIn
) -> None:
    (await site.api.put("/api/v1/services/support", json={"window_seconds": 20})).raise_for_status()
    await site.ask_for_call("support", "030 1111111")
    page = await opened(site, log_in, "/callbacks?range=NEEDS_ATTENTION")
    await expect(page.get_by_text("0 callbacks")).to_be_visible()
    await pass_a_while(site, page)
    await page.get_by_role("button", name="1 new callback - show").click()
    late = row_of(page, "+49 30 1111111").get_by_text("late")
    await late.hover()
    await expect(page.get_by_role("tooltip")).not_to_contain_text("PAUSED")
    await page.mouse.move(0, 0)
    await expect(page.get_by_role("tooltip")).to_have_count(0)
    (await site.api.put("/api/v1/services/support", json={"mode": "PAUSED"})).raise_for_status()
    await pass_a_while(site, page)
    await late.hover()
    await expect(page.get_by_role("tooltip")).to_contain_text("PAUSED")


async def test_a_line_that_falls_silent_is_told_and_tried_anew(
    site: Site, log_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "CHECK_SECONDS", 3_600)
    page = await opened(site, log_in)
    # Something answers, and says nothing.
    await page.route("**/api/v1/events", lambda _: None)
    await page.clock.fast_forward(WHILE_SECONDS * 1000)
    await expect(page.get_by_role("status").filter(has_text="Not live")).to_be_visible()
    await page.unroute("**/api/v1/events")
    await page.clock.fast_forward(WHILE_SECONDS * 1000)
    # Not everybody reads at once when a server is back.
    await page.clock.fast_forward(2_000)
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()


async def test_a_line_on_which_nothing_changes_stays(site: Site, log_in: LogIn) -> None:
    page = await opened(site, log_in)
    lines: list[str] = []
    page.on("request", lambda request: lines.append(request.url) if request.url.endswith("/events") else None)
    await pass_a_while(site, page)
    await pass_a_while(site, page)
    # Each of them was opened to hear that the line is there.
    assert len(lines) == 4
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
