"""Where only the stream of changes cannot be had, pages are read again every 30 seconds (point 5)."""

from playwright.async_api import expect

from tests.browser.callbacks import opened, row_of
from tests.browser.conftest import LogIn
from tests.browser.site import Site


async def test_what_changes_is_seen_within_30_seconds_while_only_the_stream_is_broken(
    site: Site, log_in: LogIn
) -> None:
    await site.ask_for_call("support", "030 1111111")
    page = await opened(site, log_in)
    await page.context.clock.install()
    await page.route("**/api/v1/events", lambda route: route.abort())
    await page.goto(f"{site.url}/callbacks")
    await expect(row_of(page, "+49 30 1111111")).to_be_visible()
    await expect(page.get_by_role("status").filter(has_text="Not live")).to_be_visible()
    for number in ("+49 30 2222222", "+49 30 3333333"):
        await site.ask_for_call("support", number)
        await page.clock.fast_forward(31_000)
        await expect(row_of(page, number)).to_be_visible()
    await expect(page.get_by_text("Live updates are interrupted; looking every 30 seconds")).to_be_visible()
    await page.unroute("**/api/v1/events")
    await page.clock.fast_forward(31_000)
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
