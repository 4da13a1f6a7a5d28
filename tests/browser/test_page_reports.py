"""Reports: what became of callbacks per service, hour and day, as totals, charts, a table and CSV."""

import csv
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Locator, Page, expect

from ringback.accounts.rules import Role
from ringback.callbacks.states import Result, State
from ringback.clock import Clock, ManualClock
from ringback.reports import counting
from tests.browser.conftest import LogIn, assert_accessible
from tests.browser.site import Site
from tests.integration.past import add_callback, add_service

TODAY = datetime(2026, 11, 23, 9, tzinfo=UTC)  # 10:00 in Berlin
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def clock() -> Clock:
    """It is 13:00 in Berlin, on Monday 2026-11-23."""
    return ManualClock(datetime(2026, 11, 23, 12, tzinfo=UTC))


async def given_callbacks(site: Site) -> None:
    """Of support seven, on two days, of which one is open; of sales one, on the clock of Tokyo."""
    await add_service(site.database, "sales", display_name="Sales", time_zone="Asia/Tokyo")
    database = site.database
    for minutes in (0, 10):
        at = TODAY + timedelta(minutes=minutes)
        await add_callback(database, desired_at=at, result=Result.AGENT, dialled_after=30, talked_seconds=100)
    await add_callback(database, desired_at=TODAY + timedelta(hours=2), result=Result.BUSY, dialled_after=420)
    await add_callback(database, desired_at=TODAY, result=Result.CANCELLED, completed_after=60)
    await add_callback(database, desired_at=YESTERDAY, result=Result.AGENT, dialled_after=0, talked_seconds=60)
    await add_callback(database, desired_at=YESTERDAY, result=Result.NO_ANSWER, dialled_after=60)
    assert await counting.count_completed(database) == 6
    await add_callback(database, desired_at=TODAY + timedelta(hours=8), state=State.SCHEDULED)
    # 16:00 UTC is 01:00 of the next day in Tokyo.
    at = YESTERDAY.replace(hour=16)
    await add_callback(database, service="sales", desired_at=at, result=Result.EXPIRED, completed_after=720)


def total(page: Page, label: str) -> Locator:
    """One of the totals, with what stands beside it."""
    return page.get_by_role("region", name="Totals").locator("div").filter(has_text=label)


async def cells(row: Locator) -> list[str]:
    """What a line of the table says."""
    return await row.locator("th, td").all_inner_texts()


async def test_totals_charts_and_the_table_say_what_became_of_callbacks_per_day(site: Site, log_in: LogIn) -> None:
    await given_callbacks(site)
    await site.add_user("mona", Role.MONITOR)
    page = await log_in("mona", "/reports")
    await expect(total(page, "Asked")).to_contain_text("8")
    await expect(total(page, "Asked")).to_contain_text("1 open")
    await expect(total(page, "Promises kept")).to_contain_text("50.0 %3 of 6")
    await expect(total(page, "Called on time")).to_contain_text("66.7 %4 of 6")
    await expect(total(page, "Average lateness")).to_contain_text("8 min")  # of 300 and 600 seconds
    await expect(total(page, "Average wait")).to_contain_text("2 min")  # 0, 30, 30, 60 and 420 seconds
    await page.get_by_role("button", name="Promises kept").first.hover()
    await expect(page.get_by_role("tooltip")).to_contain_text("Kept = joined with an agent")
    await page.mouse.move(0, 0)
    await expect(page.get_by_role("tooltip")).to_be_hidden()
    await expect(
        page.get_by_text("Days are those of each service's own clock (Asia/Tokyo, Europe/Berlin)")
    ).to_be_visible()
    lines = page.get_by_role("table", name="By day")
    today = lines.get_by_role("row", name="Mon 2026-11-23")
    assert (await cells(today))[1:8] == ["6", "6", "1", "2", "1", "50.0 %", "2"]
    assert (await cells(lines.get_by_role("row", name="Sun 2026-11-22")))[1:5] == ["2", "2", "0", "1"]
    assert (await cells(lines.get_by_role("row", name="Total")))[1] == "8"
    results = page.get_by_role("table", name="Results")
    await expect(results.get_by_role("row", name="AGENT")).to_contain_text("42.9 %3")
    await expect(page.get_by_role("img", name="Asked and kept per day: 8 asked, 3 kept in all")).to_be_visible()
    await page.get_by_role("slider", name="Asked and kept per day").focus()
    await expect(page.get_by_text("Asked 6")).to_be_visible()
    await page.keyboard.press("ArrowLeft")
    slider = page.get_by_role("slider", name="Asked and kept per day")
    await expect(slider).to_have_attribute(
        "aria-valuetext", "Sun 2026-11-22, Asked 2, Kept 1, Not kept 1, Withdrawn 0, Open 0"
    )
    await assert_accessible(page)


async def test_hours_are_those_of_the_viewer_and_lines_are_sorted_by_service_and_result(
    site: Site, log_in: LogIn
) -> None:
    await given_callbacks(site)
    await site.add_user("sonja", Role.SUPERVISOR)
    page = await log_in("sonja", "/reports")
    await page.get_by_role("combobox", name="Time").click()
    await page.get_by_role("option", name="Today").click()
    lines = page.get_by_role("table", name="By hour")
    await expect(lines.get_by_role("row")).to_have_count(5)
    await expect(page.get_by_text("Hours are shown in Europe/Berlin")).to_be_visible()
    assert (await cells(lines.get_by_role("row", name="Mon 2026-11-23 10:00")))[1] == "3"
    assert (await cells(lines.get_by_role("row", name="Mon 2026-11-23 12:00")))[1] == "1"
    await page.get_by_text("Day", exact=True).click()
    await page.get_by_text("Both", exact=True).click()
    await page.get_by_text("Results", exact=True).last.click()
    table = page.get_by_role("table", name="By service and day")
    first = table.get_by_role("row").nth(1)
    await expect(first).to_contain_text("Sales")
    await table.get_by_role("button", name="AGENT").click()
    await expect(first).to_contain_text("Support")
    assert (await cells(first))[:3] == ["Mon 2026-11-23", "Support", "5"]
    await page.reload()
    await expect(first).to_contain_text("Support")
    assert (await cells(first))[:2] == ["Mon 2026-11-23", "Support"]
    await expect(table.get_by_role("columnheader", name="AGENT")).to_have_attribute("aria-sort", "descending")
    await assert_accessible(page)


async def test_who_has_one_service_sees_and_exports_that_alone(site: Site, log_in: LogIn) -> None:
    await given_callbacks(site)
    await site.add_user("mona", Role.MONITOR, services=["sales"])
    page = await log_in("mona", "/reports?range=own&from=2026-11-20&to=2026-11-25")
    await expect(total(page, "Asked")).to_contain_text("1")
    await expect(page.get_by_text("Days are those of the services' clock (Asia/Tokyo)")).to_be_visible()
    async with page.expect_download() as saving:
        await page.get_by_role("button", name="Export CSV").click()
    saved = await saving.value
    assert saved.suggested_filename == "reports-per-day.csv"
    (line,) = csv.DictReader((await saved.path()).read_text(encoding="utf-8").splitlines())
    assert (line["service"], line["local_start"], line["EXPIRED"]) == ("sales", "2026-11-23 00:00", "1")
    await page.get_by_label("First day").fill("2026-11-24")
    await expect(page.get_by_text("No callback was wanted in this time")).to_be_visible()
    await assert_accessible(page)
    await page.get_by_label("Last day").fill("2026-11-01")
    await expect(page.get_by_text("The last day is before the first.")).to_be_visible()
    await expect(page.get_by_role("button", name="Export CSV")).to_be_disabled()
    await page.goto(f"{site.url}/reports?service=support")
    await expect(page.get_by_text("This service is not there any more, or not among yours.")).to_be_visible()
    await assert_accessible(page)
