"""Point 1: the table of callbacks, earliest first, sorted by its headers, page by page."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.callbacks import add_a_minute_apart, opened, put_back, row_of
from tests.browser.conftest import LogIn, assert_accessible
from tests.browser.site import Site


async def test_callbacks_are_listed_earliest_first_and_sorted_by_their_header(site: Site, log_in: LogIn) -> None:
    # Asked for in another order than either of those in which they are shown.
    _, second, third = [await site.ask_for_call("support", f"030 {digit * 7}") for digit in "123"]
    await put_back(site, second, 10)
    await put_back(site, third, 5)
    page = await opened(site, log_in)
    rows = page.get_by_role("table", name="Callbacks").get_by_role("row")
    await expect(rows).to_have_count(4)
    for place, number in enumerate(("+49 30 2222222", "+49 30 3333333", "+49 30 1111111"), 1):
        await expect(rows.nth(place)).to_contain_text(number)
    await expect(rows.nth(1)).to_contain_text("QUEUED")
    for header in ("State", "Desired Callback Time", "Phone Number", "Service Name"):
        await expect(page.get_by_role("columnheader", name=header)).to_be_visible()
    await page.get_by_role("button", name="Phone Number").click()
    await expect(page.get_by_role("columnheader", name="Phone Number")).to_have_attribute("aria-sort", "ascending")
    await expect(rows.nth(1)).to_contain_text("+49 30 1111111")
    await page.get_by_role("button", name="Phone Number").click()
    await expect(rows.nth(1)).to_contain_text("+49 30 3333333")
    await page.reload()
    await expect(rows.nth(1)).to_contain_text("+49 30 3333333")
    await expect(page.get_by_text("3 callbacks")).to_be_visible()
    await assert_accessible(page)


async def test_there_are_250_on_a_page_and_four_ways_to_turn_it(site: Site, log_in: LogIn) -> None:
    await add_a_minute_apart(site, 501)
    page = await opened(site, log_in)
    await expect(page.get_by_text("501 callbacks")).to_be_visible()
    await expect(page.get_by_role("table", name="Callbacks")).to_have_attribute("aria-rowcount", "251")
    top = page.get_by_role("table", name="Callbacks").get_by_role("row").nth(1)
    await expect(top).to_contain_text("+49 30 2000000")
    pages = page.get_by_role("navigation", name="Pages of the list")
    turns = [("Next page", 250), ("Last page", 251), ("Previous page", 1), ("First page", 0)]
    for button, place in turns:
        await pages.get_by_role("button", name=button).click()
        await expect(top).to_contain_text(f"+49 30 {2_000_000 + place}")
    await expect(pages.get_by_role("button", name="Previous page")).to_be_disabled()
    await page.mouse.move(0, 0)
    await expect(page.get_by_role("tooltip")).to_have_count(0)
    await assert_accessible(page)


async def test_where_the_page_that_was_turned_to_is_empty_by_now_the_nearest_is_shown(
    site: Site, log_in: LogIn
) -> None:
    callbacks = await add_a_minute_apart(site, 6)
    page = await opened(site, log_in, "/callbacks?range=OPEN", page_size=2)
    pages = page.get_by_role("navigation", name="Pages of the list")

    async def cancel(place: int) -> None:
        (await site.api.post(f"/api/v1/callbacks/{callbacks[place]}/cancel")).raise_for_status()

    async def turn(button: str, place: int) -> None:
        await pages.get_by_role("button", name=button).click()
        await expect(row_of(page, f"+49 30 {2_000_000 + place}")).to_be_visible()

    await turn("Next page", 2)
    await turn("Next page", 4)
    for place in (4, 5):
        await cancel(place)
        await expect(row_of(page, f"+49 30 {2_000_000 + place}")).to_contain_text("CANCELLED")
    await page.get_by_role("button", name="Refresh").click()
    await expect(row_of(page, "+49 30 2000003")).to_be_visible()
    await turn("First page", 0)
    await turn("Next page", 2)
    for place in (0, 1):
        await cancel(place)
    await turn("Previous page", 3)
    await expect(page.get_by_text("2 callbacks")).to_be_visible()


async def expect_scrolled(page: Page, pixels: int) -> None:
    scrolling = page.get_by_role("table", name="Callbacks").locator("xpath=..")
    await expect(scrolling).to_have_js_property("scrollTop", pixels)


async def test_another_page_or_order_is_seen_from_its_top_and_a_refresh_from_where_it_was(
    site: Site, log_in: LogIn
) -> None:
    callbacks = await add_a_minute_apart(site, 120)
    page = await opened(site, log_in, page_size=60)
    pages = page.get_by_role("navigation", name="Pages of the list")

    async def scroll() -> None:
        await page.get_by_role("table", name="Callbacks").hover()
        await page.mouse.wheel(0, 700)
        await expect(page.get_by_role("row").nth(30)).to_be_in_viewport()
        await expect_scrolled(page, 700)

    await expect(row_of(page, "+49 30 2000000")).to_be_visible()
    await scroll()
    (await site.api.post(f"/api/v1/callbacks/{callbacks[25]}/cancel")).raise_for_status()
    await expect(row_of(page, "+49 30 2000025")).to_contain_text("CANCELLED")
    await page.get_by_role("button", name="Refresh").click()
    await expect(page.get_by_role("button", name="Refresh")).to_have_attribute("aria-busy", "false")
    await expect_scrolled(page, 700)
    await pages.get_by_role("button", name="Next page").click()
    await expect(row_of(page, "+49 30 2000060")).to_be_in_viewport()
    await expect_scrolled(page, 0)
    await scroll()
    await page.get_by_role("button", name="Phone Number").click()
    await expect(row_of(page, "+49 30 2000000")).to_be_in_viewport()
    await expect_scrolled(page, 0)


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


@pytest.mark.parametrize(
    "nonsense", ["sort=-nonsense", "page=nonsense", "range=own:9:3:Backwards", "search=%00", "by=nonsense"]
)
async def test_what_makes_no_sense_in_a_link_is_passed_over(site: Site, log_in: LogIn, nonsense: str) -> None:
    await site.ask_for_call("support", "030 1111111")
    page = await opened(site, log_in, f"/callbacks?{nonsense}")
    await expect(row_of(page, "+49 30 1111111")).to_be_visible()
