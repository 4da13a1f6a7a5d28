"""What can be done without a mouse."""

from playwright.async_api import expect

from tests.browser.callbacks import opened, row_of
from tests.browser.conftest import LogIn
from tests.browser.site import Site


async def test_r_reads_the_page_anew_unless_somebody_types(site: Site, log_in: LogIn) -> None:
    asked = await site.ask_for_call("support", "030 1111111")
    page = await opened(site, log_in, "/callbacks?range=OPEN")
    row = row_of(page, "+49 30 1111111")
    await expect(row).to_be_visible()
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    (await site.api.post(f"/api/v1/callbacks/{asked['id']}/cancel")).raise_for_status()
    await expect(row).to_contain_text("COMPLETED (CANCELLED)")
    await page.get_by_role("button", name="Advanced Options").focus()
    await page.keyboard.press("r")
    await expect(row).to_have_count(0)
    await page.keyboard.press("/")
    await page.keyboard.press("r")
    await expect(page.get_by_text("Nothing found for “r”")).to_be_visible()


async def test_the_navigation_can_be_skipped(site: Site, log_in: LogIn) -> None:
    page = await opened(site, log_in)
    await expect(page.get_by_role("button", name="Refresh")).to_be_visible()
    skip = page.get_by_role("link", name="Skip to the content")
    await expect(skip).not_to_be_in_viewport()
    await page.keyboard.press("Tab")
    await expect(skip).to_be_focused()
    await expect(skip).to_be_in_viewport()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("main")).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("main").locator(":focus")).to_have_count(1)
