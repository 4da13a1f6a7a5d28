"""Points 1 to 7: the table of callbacks with its columns, marks, ranges and search, and how it stays as they are."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from ringback.accounts.rules import Role
from tests.browser.conftest import LogIn, assert_accessible, local
from tests.browser.site import Site


async def opened(site: Site, log_in: LogIn, address: str = "/callbacks", role: Role = Role.SUPERVISOR) -> Page:
    """The Callbacks page."""
    await site.add_user("sonja", role)
    return await log_in("sonja", address)


def row_of(page: Page, number: str) -> Locator:
    """The row with a phone number as it is shown."""
    return page.get_by_role("table", name="Callbacks").get_by_role("row").filter(has_text=number)


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


async def put_back(site: Site, callback: Any, minutes: int) -> datetime:
    """Make a callback one that was wanted so many minutes ago."""
    at = now() - timedelta(minutes=minutes)
    async with site.database.connection() as connection:
        await connection.execute("update callbacks set desired_at = $2 where id = $1", callback["id"], at)
    return at


async def test_callbacks_are_listed_earliest_first_and_sorted_by_their_header(site: Site, log_in: LogIn) -> None:
    await site.ask_for_call("support", "030 1111111")
    await site.ask_for_call("support", "030 2222222", customer_name="Ada")
    page = await opened(site, log_in)
    rows = page.get_by_role("table", name="Callbacks").get_by_role("row")
    await expect(rows).to_have_count(3)
    await expect(rows.nth(1)).to_contain_text("+49 30 1111111")
    await expect(rows.nth(1)).to_contain_text("QUEUED")
    for header in ("State", "Desired Callback Time", "Phone Number", "Service Name"):
        await expect(page.get_by_role("columnheader", name=header)).to_be_visible()
    await page.get_by_role("button", name="Phone Number").click()
    await expect(page.get_by_role("columnheader", name="Phone Number")).to_have_attribute("aria-sort", "ascending")
    await page.get_by_role("button", name="Phone Number").click()
    await expect(rows.nth(1)).to_contain_text("+49 30 2222222")
    await page.reload()
    await expect(rows.nth(1)).to_contain_text("+49 30 2222222")
    await expect(page.get_by_text("2 callbacks")).to_be_visible()
    await assert_accessible(page)


async def test_a_scheduled_callback_has_a_calendar_and_a_late_one_says_why(site: Site, log_in: LogIn) -> None:
    later = await site.ask_for_call("support", "030 1111111", now() + timedelta(hours=2))
    await site.ask_for_call("support", "030 2222222")
    await put_back(site, later, 10)
    page = await opened(site, log_in)
    late = row_of(page, "+49 30 1111111")
    await expect(late.get_by_role("img", name="Scheduled")).to_be_visible()
    await expect(row_of(page, "+49 30 2222222").get_by_role("img", name="Scheduled")).to_have_count(0)
    await late.get_by_text("late").hover()
    await expect(page.get_by_role("tooltip")).to_contain_text("late. ")
    await page.mouse.move(0, 0)
    await expect(page.get_by_role("tooltip")).to_have_count(0)
    await late.focus()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("tooltip")).to_contain_text("late. ")


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
    await expect(page.get_by_text("No callbacks in “Needs attention”")).to_be_visible()


async def test_search_filters_as_one_types_in_the_column_chosen(site: Site, log_in: LogIn) -> None:
    first = await site.ask_for_call("support", "030 1111111")
    await site.ask_for_call("support", "030 2222222")
    page = await opened(site, log_in)
    await expect(row_of(page, "+49 30")).to_have_count(2)
    await page.keyboard.press("/")
    await page.keyboard.type("(30) 22-2")
    await expect(row_of(page, "+49 30 1111111")).to_have_count(0)
    await expect(row_of(page, "+49 30 2222222")).to_be_visible()
    await page.keyboard.type("9")
    await expect(page.get_by_text("Nothing found for “(30) 22-29”")).to_be_visible()
    await page.get_by_role("combobox", name="Column to search").select_option("Callback ID")
    await page.get_by_role("textbox", name="Search by Callback ID").fill(first["id"])
    await expect(row_of(page, "+49 30 1111111")).to_be_visible()
    await page.get_by_role("combobox", name="Column to search").select_option("State")
    await page.get_by_role("textbox", name="Search by State").fill("que")
    await expect(row_of(page, "+49 30")).to_have_count(2)


@pytest.mark.parametrize(
    "nonsense", ["sort=-nonsense", "page=nonsense", "range=own:9:3:Backwards", "search=%00", "by=nonsense"]
)
async def test_what_makes_no_sense_in_a_link_is_passed_over(site: Site, log_in: LogIn, nonsense: str) -> None:
    await site.ask_for_call("support", "030 1111111")
    page = await opened(site, log_in, f"/callbacks?{nonsense}")
    await expect(row_of(page, "+49 30 1111111")).to_be_visible()


async def test_the_way_back_leads_to_what_was_searched_for(site: Site, log_in: LogIn) -> None:
    await site.ask_for_call("support", "030 1111111")
    await site.ask_for_call("support", "030 2222222")
    page = await opened(site, log_in)
    search = page.get_by_role("textbox", name="Search by Phone Number")
    await search.press_sequentially("2222")
    await expect(row_of(page, "+49 30")).to_have_count(1)
    await page.get_by_role("link", name="Callbacks", exact=True).click()
    await expect(row_of(page, "+49 30")).to_have_count(2)
    await expect(search).to_have_value("")
    await page.go_back()
    await expect(row_of(page, "+49 30")).to_have_count(1)
    await expect(search).to_have_value("2222")


async def test_what_customers_wrote_is_shown_as_it_is_and_stays_in_the_table(site: Site, log_in: LogIn) -> None:
    columns = ["state", "desired_at", "phone_number", "service", "id", "updated_at", "customer_name", "agent"]
    script = "<img src=x onerror=alert(1)>"
    await site.ask_for_call("support", "030 1111111", customer_name=script, user_data={script: "v" * 900})
    page = await opened(site, log_in)
    async with site.database.connection() as connection:
        await connection.execute(
            "update users set preferences = jsonb_build_object('columns', $1::text[], 'advanced_metrics', true)",
            columns,
        )
    await page.reload()
    await expect(row_of(page, "+49 30 1111111")).to_contain_text(script)
    await page.get_by_role("button", name="Details").click()
    await expect(page.get_by_role("table", name="History")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") == 1280


async def test_a_callback_that_the_range_hides_is_told_with_the_range_that_shows_it(site: Site, log_in: LogIn) -> None:
    page = await opened(site, log_in, "/callbacks?range=NEXT_7_DAYS")
    await expect(page.get_by_text("No callbacks in “Next 7 Days”")).to_be_visible()
    await page.keyboard.press("n")
    dialog = page.get_by_role("dialog", name="Create Callback")
    await dialog.get_by_label("Customer Number").fill("030 1111111")
    await dialog.get_by_role("button", name="Create", exact=True).click()
    await expect(page.get_by_text("It is not in “Next 7 Days”")).to_be_visible()
    await page.get_by_role("button", name="Show Last 24 Hours").click()
    await expect(row_of(page, "+49 30 1111111")).to_be_visible()


async def test_rows_are_gone_through_and_selected_by_keys(site: Site, log_in: LogIn) -> None:
    await site.ask_for_call("support", "030 1111111")
    await site.ask_for_call("support", "030 2222222")
    page = await opened(site, log_in)
    await expect(row_of(page, "+49 30")).to_have_count(2)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Space")
    await expect(page.get_by_role("checkbox", name="Select +49 30 2222222")).to_be_checked()
    await expect(page.get_by_text("1 selected")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Position in Queue")).to_be_visible()
    await page.keyboard.press("Control+a")
    await expect(page.get_by_text("2 selected")).to_be_visible()
    await expect(page.get_by_role("checkbox", name="Select all 2 on this page")).to_be_checked()
    await page.get_by_role("button", name="Clear", exact=True).click()
    await expect(page.get_by_role("button", name="Cancel Callbacks")).to_be_disabled()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    await assert_accessible(page)


async def test_whoever_may_not_change_sees_no_controls(site: Site, log_in: LogIn) -> None:
    await site.ask_for_call("support", "030 1111111")
    page = await opened(site, log_in, role=Role.MONITOR)
    row = row_of(page, "+49 30 1111111")
    await expect(row.get_by_role("button", name="Details")).to_be_visible()
    await expect(row.get_by_role("button", name="Edit Callback")).to_have_count(0)
    await expect(page.get_by_role("button", name="Create Callback")).to_have_count(0)
    await expect(page.get_by_role("button", name="Cancel Callbacks")).to_have_count(0)
