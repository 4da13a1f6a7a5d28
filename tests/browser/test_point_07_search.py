"""Point 7: the search, in the column that is chosen."""

from datetime import timedelta

import pytest
from playwright.async_api import expect

from ringback.callbacks.states import Result, State
from tests.browser.callbacks import add_a_minute_apart, now, opened, row_of
from tests.browser.conftest import LogIn, local
from tests.browser.site import Site
from tests.integration.past import add_callback


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


@pytest.mark.parametrize("column", ["Result", "Desired Time", "Service Name", "Time Updated"])
async def test_what_a_column_shows_is_found_on_whichever_page_it_is(site: Site, log_in: LogIn, column: str) -> None:
    await site.add_service("sales", display_name="Sales")
    at, updated = now() - timedelta(hours=2), now() - timedelta(minutes=7)
    wanted = await add_callback(
        site.database, service="sales", number="+49301111111", result=Result.BUSY, desired_at=at
    )
    for place in range(260):
        earlier = now() - timedelta(days=1, minutes=place)
        number = f"+4930{2_000_000 + place}"
        await add_callback(site.database, state=State.QUEUED, number=number, desired_at=earlier)
    async with site.database.transaction() as connection:
        await connection.execute("update callbacks set updated_at = $2 where id = $1", wanted, updated)
        await connection.execute("update callbacks set updated_at = now() - interval '3 days' where id <> $1", wanted)
    typed = {"Result": "busy", "Desired Time": local(at), "Service Name": "Sal", "Time Updated": local(updated)}
    page = await opened(site, log_in)
    await expect(page.get_by_text("261 callbacks")).to_be_visible()
    await expect(row_of(page, "+49 30 1111111")).to_have_count(0)
    await page.get_by_role("combobox", name="Column to search").select_option(column)
    await page.get_by_role("textbox", name=f"Search by {column}").fill(typed[column])
    await expect(row_of(page, "+49 30 1111111")).to_be_visible()
    await expect(row_of(page, "+49 30")).to_have_count(1)


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


async def test_the_focus_stays_where_the_search_was_cleared(site: Site, log_in: LogIn) -> None:
    await site.ask_for_call("support", "030 1111111")
    page = await opened(site, log_in)
    search = page.get_by_role("textbox", name="Search by Phone Number")
    await search.fill("99")
    await expect(page.get_by_text("Nothing found for “99”")).to_be_visible()
    await page.get_by_role("button", name="Clear search").press("Enter")
    await expect(row_of(page, "+49 30 1111111")).to_be_visible()
    await expect(search).to_be_focused()
    await search.fill("99")
    await page.get_by_role("button", name="Clear the search").press("Enter")
    await expect(row_of(page, "+49 30 1111111")).to_be_visible()
    await expect(page.locator(":focus")).to_have_text("Create Callback")


async def test_each_letter_stays_however_busy_the_browser_is(site: Site, log_in: LogIn) -> None:
    await add_a_minute_apart(site, 100)
    page = await opened(site, log_in)
    search = page.get_by_role("textbox", name="Search by Phone Number")
    await expect(row_of(page, "+49 30 2000000")).to_be_visible()
    browser = await page.context.new_cdp_session(page)
    await browser.send("Emulation.setCPUThrottlingRate", {"rate": 8})  # pyright: ignore[reportUnknownMemberType]
    typed = "0302000001" * 4
    await search.press_sequentially(typed, delay=80)
    await expect(page.get_by_text(f"Nothing found for “{typed}”")).to_be_visible()
    await expect(search).to_have_value(typed)
