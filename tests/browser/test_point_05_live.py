"""Point 5: the page changes by itself, and what somebody is doing on it survives that; and it can be refreshed."""

import asyncio
import itertools
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, Route, expect

from ringback.accounts.rules import Role
from tests.browser import callbacks
from tests.browser.callbacks import row_of
from tests.browser.conftest import LogIn, become
from tests.browser.site import Site

ROWS = 40
CHANGES_A_SECOND = 20


async def many(site: Site) -> list[Any]:
    """Callbacks that fill more than what is in sight."""
    return [await site.ask_for_call("support", f"030 11111{each:02}") for each in range(ROWS)]


async def opened(site: Site, log_in: LogIn, address: str = "/callbacks") -> Page:
    page = await callbacks.opened(site, log_in, address)
    await until_live(page)
    return page


async def until_live(page: Page) -> None:
    """Wait until the page tells what changes from now on: it has begun to be told, and has read what came before."""
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name="Refresh")).to_have_attribute("aria-busy", "false")


async def change_continually(site: Site, changed: list[Any], is_enough: asyncio.Event) -> int:
    """Change rows of the page, one after the other, as often as 20 a second; the number of the last change."""
    for change in itertools.count():
        callback = changed[change % len(changed)]
        async with site.database.transaction() as connection:
            await connection.execute(
                "update callbacks set customer_name = $2, updated_at = now() where id = $1",
                callback["id"],
                f"Change {change}",
            )
        if is_enough.is_set():
            return change
        await asyncio.sleep(1 / CHANGES_A_SECOND)  # the pace of the changes is what is tried
    raise AssertionError


async def test_twenty_changes_a_second_leave_what_is_being_done_alone(site: Site, log_in: LogIn) -> None:
    changed = await many(site)
    page = await opened(site, log_in)
    await page.get_by_role("button", name="Advanced Options").click()
    await page.get_by_role("dialog").get_by_role("checkbox", name="Customer Name").click()
    await page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.get_by_role("checkbox", name="Select +49 30 1111103").check()
    await row_of(page, "+49 30 1111105").get_by_role("button", name="Details").click()
    await expect(page.get_by_text("Position in Queue")).to_be_visible()
    focused = row_of(page, "+49 30 1111110")
    await focused.focus()
    await page.mouse.move(700, 500)
    await page.mouse.wheel(0, 200)
    top = row_of(page, "+49 30 1111100")
    await expect(top).not_to_be_in_viewport()
    dialog = page.get_by_role("dialog", name="Create Callback")
    is_enough = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        changing = group.create_task(change_continually(site, changed, is_enough))
        await page.keyboard.press("n")
        await dialog.get_by_label("Customer Number").fill("030 555")
        # Every row has changed by then, and some twice.
        await expect(focused).to_contain_text(re.compile(r"Change ([5-9]\d|\d{3,})"))
        is_enough.set()
    last = changing.result()
    # What the tenth row was changed to at last.
    await expect(focused).to_contain_text(f"Change {last - (last - 10) % ROWS}")
    await expect(dialog.get_by_label("Customer Number")).to_have_value("030 555")
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(focused).to_be_focused()
    await expect(page.get_by_text("1 selected")).to_be_visible()
    await expect(page.get_by_text("Position in Queue")).to_be_visible()
    await expect(focused).to_be_in_viewport()
    await expect(top).not_to_be_in_viewport()


async def test_rows_change_where_they_are_and_new_ones_are_counted(site: Site, log_in: LogIn) -> None:
    first = await site.ask_for_call("support", "030 1111111")
    second = await site.ask_for_call("support", "030 2222222")
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
    (await site.api.post(f"/api/v1/callbacks/{second['id']}/cancel")).raise_for_status()
    await expect(row_of(page, "+49 30 2222222")).to_contain_text("COMPLETED (CANCELLED)")
    await page.get_by_role("button", name="Refresh").click()
    await expect(row_of(page, "+49 30 2222222")).to_have_count(0)


async def test_what_is_new_on_another_page_is_gone_to_only_where_it_is_and_else_offered(
    site: Site, log_in: LogIn
) -> None:
    await callbacks.add_a_minute_apart(site, 6)
    for hours in (1, 2):
        await site.ask_for_call("support", f"030 444444{hours}", callbacks.now() + timedelta(hours=hours))
    page = await callbacks.opened(site, log_in, "/callbacks?range=OPEN", page_size=2)
    await until_live(page)
    await site.ask_for_call("support", "030 1111111")
    await page.get_by_role("button", name="1 new callback - show").click()
    await expect(page.get_by_text("What is new is on another page of this list.")).to_be_visible()
    await expect(row_of(page, "+49 30 2000000")).to_be_visible()
    await page.get_by_role("button", name="Dismiss").press("Enter")
    await expect(page.get_by_text("What is new")).to_have_count(0)
    await expect(page.locator(":focus")).to_have_count(1)
    await site.ask_for_call("support", "030 3333333")
    await page.get_by_role("button", name="1 new callback - show").click()
    await page.get_by_role("button", name="Show the newest first").press("Enter")
    await expect(row_of(page, "+49 30").first).to_contain_text("+49 30 3333333")
    await expect(page.get_by_text("What is new")).to_have_count(0)
    await expect(page.locator(":focus")).to_have_count(1)
    await page.go_back()
    await expect(row_of(page, "+49 30 2000000")).to_be_visible()
    await site.ask_for_call("support", "030 2222222", callbacks.now() + timedelta(hours=3))
    await page.get_by_role("button", name="1 new callback - show").click()
    await expect(row_of(page, "+49 30 2222222")).to_be_focused()


async def test_a_broken_stream_is_told_and_recovered(site: Site, log_in: LogIn) -> None:
    await site.ask_for_call("support", "030 1111111")
    page = await opened(site, log_in)
    await site.stop_server()
    await expect(page.get_by_text("Live updates are interrupted; looking every 30 seconds")).to_be_visible()
    await expect(page.get_by_role("status").filter(has_text="Not live")).to_be_visible()
    await expect(row_of(page, "+49 30 1111111")).to_be_visible()
    await site.start()
    await expect(page.get_by_text("Live again")).to_be_visible()
    await until_live(page)
    await site.ask_for_call("support", "030 2222222")
    await page.get_by_role("button", name="1 new callback - show").click()
    await expect(row_of(page, "+49 30 2222222")).to_be_visible()


async def test_what_is_new_is_seen_though_an_answer_was_slow(site: Site, log_in: LogIn) -> None:
    page = await opened(site, log_in)

    async def slowly(route: Route) -> None:
        answer = await route.fetch()
        await asyncio.sleep(2.5)  # the slowness is what is tried
        await route.fulfill(response=answer)

    await page.route("**/api/v1/callbacks?*", slowly)
    async with page.expect_response("**/api/v1/callbacks?*"):
        await page.get_by_role("button", name="Refresh").click()
    await page.unroute("**/api/v1/callbacks?*")
    await site.ask_for_call("support", "030 1111111")
    await page.get_by_role("button", name="1 new callback - show").click()
    await expect(row_of(page, "+49 30 1111111")).to_be_visible()


@pytest.mark.parametrize("minutes", [-45, 10])
async def test_ranges_end_now_by_the_servers_clock_however_wrong_the_browsers_is(
    site: Site, log_in: LogIn, minutes: int
) -> None:
    page = await opened(site, log_in)
    await page.context.clock.install(time=datetime.now(UTC) + timedelta(minutes=minutes))
    await site.ask_for_call("support", "030 1111111")
    await page.goto(f"{site.url}/callbacks?range=LAST_24_HOURS")
    await expect(row_of(page, "+49 30 1111111")).to_be_visible()
    await until_live(page)
    await site.ask_for_call("support", "030 2222222")
    await page.get_by_role("button", name="1 new callback - show").click()
    await expect(row_of(page, "+49 30 2222222")).to_be_visible()


async def test_tabs_that_nobody_sees_leave_the_server_to_those_that_are_seen(site: Site, log_in: LogIn) -> None:
    first = await opened(site, log_in)
    await first.context.clock.install()
    # Six lines to a server are all that a browser has.
    for page in [first, *[await first.context.new_page() for _ in range(6)]]:
        await page.goto(f"{site.url}/callbacks")
        await expect(page.get_by_text("Live", exact=True)).to_be_visible()
        await become(page, "hidden")
        await page.clock.fast_forward(15_000)
        await expect(page.get_by_text("Not live")).to_be_visible()
    await site.ask_for_call("support", "030 1111111")
    await become(first, "visible")
    await expect(first.get_by_text("Live", exact=True)).to_be_visible()
    await expect(row_of(first, "+49 30 1111111")).to_be_visible()


async def test_of_an_agents_tabs_the_one_that_was_seen_last_stays_live_unseen(site: Site, log_in: LogIn) -> None:
    await site.add_agent("anna", "support")
    await site.add_user("anna", Role.AGENT, Role.SUPERVISOR, agent="anna")
    before = await log_in("anna", "/callbacks")
    await before.context.clock.install()
    for page in [before, *[await before.context.new_page() for _ in range(6)]]:
        await page.goto(f"{site.url}/callbacks")
        await until_live(page)
        if page is not before:
            # The one before is not looked at any more; as long as nobody looked at another it was told of calls.
            await before.clock.fast_forward(15_000)
            await expect(before.get_by_text("Not live")).to_be_visible()
        await become(page, "hidden")
        before = page
    await before.clock.fast_forward(15_000)
    await site.ask_for_call("support", "030 1111111")
    is_new = before.get_by_role("button", name="1 new callback - show")
    await expect(is_new.or_(row_of(before, "+49 30 1111111"))).to_be_visible()


async def test_only_what_changed_is_read_again(site: Site, log_in: LogIn) -> None:
    page = await opened(site, log_in)
    await page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    await site.ask_for_call("support", "030 1111111")
    await expect(page.get_by_role("button", name="1 new callback - show")).to_be_visible()
    # The page fetches parts of itself for later when it has nothing to do: files, which ask the database nothing.
    assert [path for path in asked if path.startswith("/api/")] == ["/api/v1/callbacks"]


async def test_what_is_refused_to_be_told_does_not_hold_up_what_changes_next(site: Site, log_in: LogIn) -> None:
    first, second = [await site.ask_for_call("support", f"030 {digit * 7}") for digit in "12"]
    page = await opened(site, log_in)
    asked: list[str] = []

    async def refuse(route: Route) -> None:
        asked.append(route.request.url)
        await route.fulfill(status=422, body="too much")

    await page.route("**/api/v1/callbacks?*id=*", refuse, times=1)
    async with page.expect_response("**/api/v1/callbacks?*id=*"):
        await site.api.post(f"/api/v1/callbacks/{first['id']}/cancel")
    page.on("request", lambda request: asked.append(request.url))
    await site.api.post(f"/api/v1/callbacks/{second['id']}/cancel")
    await expect(row_of(page, "+49 30 2222222")).to_contain_text("COMPLETED")
    assert [url for url in asked if first["id"] in url] == asked[:1]
    await page.get_by_role("button", name="Refresh").click()
    await expect(row_of(page, "+49 30 1111111")).to_contain_text("COMPLETED")
