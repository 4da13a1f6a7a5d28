"""The Callbacks page changes by itself, and what somebody is doing on it survives that."""

import asyncio
from typing import Any

from playwright.async_api import Locator, Page, expect

from ringback.accounts.rules import Role
from tests.browser.conftest import LogIn
from tests.browser.site import Site

ROWS = 40
CHANGES_A_SECOND = 20
SECONDS = 3


async def many(site: Site) -> list[Any]:
    """Callbacks that fill more than what is in sight."""
    return [await site.ask_for_call("support", f"030 11111{each:02}") for each in range(ROWS)]


async def opened(site: Site, log_in: LogIn, address: str = "/callbacks") -> Page:
    await site.add_user("sonja", Role.SUPERVISOR)
    return await log_in("sonja", address)


def row_of(page: Page, number: str) -> Locator:
    return page.get_by_role("table", name="Callbacks").get_by_role("row").filter(has_text=number)


async def change_continually(site: Site, callbacks: list[Any]) -> None:
    """Change rows of the page as often as 20 a second."""
    for change in range(CHANGES_A_SECOND * SECONDS):
        callback = callbacks[change % len(callbacks)]
        async with site.database.connection() as connection:
            await connection.execute(
                "update callbacks set customer_name = $2, updated_at = now() where id = $1",
                callback["id"],
                f"Change {change}",
            )
        await asyncio.sleep(1 / CHANGES_A_SECOND)  # the pace of the changes is what is tried


async def test_twenty_changes_a_second_leave_what_is_being_done_alone(site: Site, log_in: LogIn) -> None:
    callbacks = await many(site)
    page = await opened(site, log_in)
    await page.get_by_role("checkbox", name="Select +49 30 1111103").check()
    await row_of(page, "+49 30 1111105").get_by_role("button", name="Details").click()
    await expect(page.get_by_text("Position in Queue")).to_be_visible()
    focused = row_of(page, "+49 30 1111110")
    await focused.focus()
    await page.mouse.move(700, 500)
    await page.mouse.wheel(0, 200)
    changing = asyncio.create_task(change_continually(site, callbacks))
    await page.keyboard.press("n")
    dialog = page.get_by_role("dialog", name="Create Callback")
    await dialog.get_by_label("Customer Number").fill("030 555")
    await changing
    await expect(dialog.get_by_label("Customer Number")).to_have_value("030 555")
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(focused).to_be_focused()
    await expect(page.get_by_text("1 selected")).to_be_visible()
    await expect(page.get_by_text("Position in Queue")).to_be_visible()
    scrolled = page.get_by_role("table", name="Callbacks").locator("xpath=..")
    assert await scrolled.evaluate("element => element.scrollTop") == 200


async def test_rows_change_where_they_are_and_new_ones_are_counted(site: Site, log_in: LogIn) -> None:
    first = await site.ask_for_call("support", "030 1111111")
    await site.ask_for_call("support", "030 2222222")
    page = await opened(site, log_in, "/callbacks?range=OPEN")
    row = row_of(page, "+49 30 1111111")
    await expect(row).to_contain_text("QUEUED")
    (await site.api.post(f"/api/v1/callbacks/{first['id']}/cancel")).raise_for_status()
    await expect(row).to_contain_text("COMPLETED (CANCELLED)")
    await row.get_by_text("COMPLETED").hover()
    await expect(page.get_by_role("tooltip")).to_contain_text("Does not match what is shown any more")
    await site.ask_for_call("support", "030 3333333")
    await page.get_by_role("button", name="1 new callback - show").click()
    await expect(row_of(page, "+49 30 3333333")).to_be_focused()
    await expect(row).to_have_count(0)


async def test_a_broken_stream_is_told_and_recovered(site: Site, log_in: LogIn) -> None:
    await site.ask_for_call("support", "030 1111111")
    page = await opened(site, log_in)
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await site.stop_server()
    await expect(page.get_by_text("Live updates are interrupted; looking every 30 seconds")).to_be_visible()
    await expect(row_of(page, "+49 30 1111111")).to_be_visible()
    await site.start()
    await expect(page.get_by_text("Live again")).to_be_visible()
    await site.ask_for_call("support", "030 2222222")
    await page.get_by_role("button", name="1 new callback - show").click()
    await expect(row_of(page, "+49 30 2222222")).to_be_visible()
