"""Point 6: ranges of desired times, and what is open or needs attention."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import expect

from ringback.callbacks.states import Result, State
from tests.browser.callbacks import now, opened, put_back, row_of
from tests.browser.conftest import LogIn, local, standing_at
from tests.browser.site import Site
from tests.integration.past import add_callback


async def test_ranges_go_by_the_desired_time_and_are_kept_in_the_address(site: Site, log_in: LogIn) -> None:
    at = now() + timedelta(days=3)
    await site.ask_for_call("support", "030 1111111")
    await site.ask_for_call("support", "030 2222222", at)
    page = await opened(site, log_in)
    await expect(row_of(page, "+49 30 1111111")).to_be_visible()
    await expect(row_of(page, "+49 30 2222222")).to_have_count(0)
    await page.get_by_role("button", name="Range: Last 14 Days").click()
    await page.get_by_role("menuitem", name="Next 7 Days").click()
    await expect(row_of(page, "+49 30 2222222")).to_contain_text(local(at))
    await expect(row_of(page, "+49 30 1111111")).to_have_count(0)
    await page.reload()
    await expect(page.get_by_role("button", name="Range: Next 7 Days")).to_be_visible()
    await page.get_by_role("button", name="Range: Next 7 Days").click()
    await page.get_by_role("menuitem", name="Open").click()
    await expect(row_of(page, "+49 30")).to_have_count(2)
    await page.get_by_role("button", name="Range: Open").click()
    await page.get_by_role("menuitem", name="Needs attention").click()
    await expect(page.get_by_text("Nothing needs attention")).to_be_visible()


# By how many hours from now a callback is within each, and by how many it is not.
RANGES = {
    "Last 24 Hours": (-23, -25),
    "Last 7 Days": (-167, -169),
    "Last 14 Days": (-335, -337),
    "Last 30 Days": (-719, -721),
    "Next 24 Hours": (23, 25),
    "Next 7 Days": (167, 169),
    "Next 14 Days": (335, 337),
    "Next 30 Days": (719, 721),
}


@pytest.mark.parametrize("direction", ["Last", "Next"])
async def test_each_range_has_what_is_wanted_within_it_and_nothing_else(
    site: Site, log_in: LogIn, direction: str
) -> None:
    ranges = {label: hours for label, hours in RANGES.items() if label.startswith(direction)}
    for hours in {each for pair in ranges.values() for each in pair}:
        number = f"+4930{1_000_000 + abs(hours)}"
        at = now() + timedelta(hours=hours)
        await add_callback(site.database, state=State.SCHEDULED, number=number, desired_at=at)
    page = await opened(site, log_in)
    chosen = "Last 14 Days"
    for label, (within, beyond) in ranges.items():
        await page.get_by_role("button", name=f"Range: {chosen}").click()
        await page.get_by_role("menuitem", name=label).click()
        await expect(row_of(page, f"+49 30 {1_000_000 + abs(within)}")).to_be_visible()
        await expect(row_of(page, f"+49 30 {1_000_000 + abs(beyond)}")).to_have_count(0)
        chosen = label


@standing_at(datetime(2026, 11, 23, 22, 30, tzinfo=UTC))
async def test_today_is_the_day_of_the_viewer(site: Site, log_in: LogIn) -> None:
    shown = ["2026-11-23 00:10", "2026-11-23 23:50", "2026-11-24 00:10"]
    for place, time in enumerate(shown):
        at = datetime.fromisoformat(time).replace(tzinfo=ZoneInfo("Europe/Berlin"))
        number = f"+4930{1_000_000 + place}"
        await add_callback(site.database, state=State.SCHEDULED, number=number, desired_at=at)
    page = await opened(site, log_in, "/callbacks?range=TODAY")
    await expect(page.get_by_text("2 callbacks")).to_be_visible()
    for time in shown[:2]:
        await expect(row_of(page, time)).to_be_visible()
    await expect(row_of(page, shown[2])).to_have_count(0)


async def test_what_is_late_or_ended_badly_needs_attention(site: Site, log_in: LogIn) -> None:
    await put_back(site, await site.ask_for_call("support", "030 1111111"), 90)
    await site.ask_for_call("support", "030 2222222")
    worrying = (Result.EXPIRED, Result.UNKNOWN, Result.TELEPHONY_FAILED, Result.AGENT_UNAVAILABLE)
    for place, result in enumerate([*worrying, Result.NO_ANSWER]):
        number = f"+4930{3_000_000 + place}"
        await add_callback(site.database, result=result, number=number, desired_at=now() - timedelta(hours=2))
    page = await opened(site, log_in, "/callbacks?range=NEEDS_ATTENTION")
    await expect(row_of(page, "+49 30")).to_have_count(5)
    await expect(row_of(page, "+49 30 1111111")).to_be_visible()
    for result in worrying:
        await expect(row_of(page, f"COMPLETED ({result})")).to_be_visible()


async def test_the_focus_stays_near_where_a_button_of_an_empty_range_was(site: Site, log_in: LogIn) -> None:
    await site.ask_for_call("support", "030 1111111")
    page = await opened(site, log_in, "/callbacks?range=NEXT_7_DAYS")
    await page.get_by_role("button", name="Last 14 Days", exact=True).press("Enter")
    await expect(row_of(page, "+49 30 1111111")).to_be_visible()
    await expect(page.locator(":focus")).to_have_text("Create Callback")


async def test_a_callback_that_the_range_hides_is_told_with_the_range_that_shows_it(site: Site, log_in: LogIn) -> None:
    page = await opened(site, log_in, "/callbacks?range=NEXT_7_DAYS")
    await expect(page.get_by_text("No callbacks in “Next 7 Days”")).to_be_visible()
    await page.keyboard.press("n")
    dialog = page.get_by_role("dialog", name="Create Callback")
    await dialog.get_by_label("Customer Number").fill("030 1111111")
    await dialog.get_by_role("button", name="Create", exact=True).click()
    await expect(page.get_by_text("It is not in “Next 7 Days”")).to_be_visible()
    await page.get_by_role("button", name="Show Last 24 Hours").press("Enter")
    await expect(row_of(page, "+49 30 1111111")).to_be_visible()
    await expect(page.locator(":focus")).to_have_text("Create Callback")
