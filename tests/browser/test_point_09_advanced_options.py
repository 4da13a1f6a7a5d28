"""Advanced Options (point 9)."""

import re
from datetime import datetime, timedelta

from playwright.async_api import Locator, Page, expect

from ringback.accounts.rules import Role
from tests.browser import callbacks
from tests.browser.conftest import LogIn, assert_accessible
from tests.browser.site import Site


async def open_options(page: Page) -> Locator:
    await page.get_by_role("button", name="Advanced Options").click()
    return page.get_by_role("dialog", name="Advanced Options")


async def heads(page: Page) -> list[str]:
    """The columns of the table that have a name."""
    return [text for text in await page.get_by_role("columnheader").all_inner_texts() if text.strip()]


async def save(dialog: Locator) -> None:
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_be_hidden()


async def test_columns_and_times_are_as_chosen_at_once_and_wherever_the_user_logs_in(site: Site, log_in: LogIn) -> None:
    asked = await site.ask_for_call("support", "+4930111111", customer_name="Ada")
    await site.add_user("mona", Role.MONITOR)
    page = await log_in("mona", "/callbacks")
    dialog = await open_options(page)
    await dialog.get_by_role("checkbox", name="Customer Name").click()
    for _ in range(2):
        await dialog.get_by_role("button", name="Move Phone Number up").press("Enter")
    await dialog.get_by_role("switch", name="Show Time in 24 Hour").press("Space")
    await dialog.get_by_role("switch", name="Show Times in UTC").press("Space")
    await dialog.get_by_role("radiogroup", name="Colours").get_by_text("Dark").click()
    await assert_accessible(page, "[role=dialog]")
    await save(dialog)
    wanted = ["Phone Number", "State", "Desired Callback Time", "Service Name", "Customer Name", "Actions"]
    for here in (page, await log_in("mona", "/callbacks")):
        row = here.get_by_role("row").filter(has_text="+49 30 111111")
        await expect(row).to_contain_text("Ada")
        in_utc = datetime.fromisoformat(asked["desired_at"]).strftime("%Y-%m-%d %I:%M %p")
        await expect(row.get_by_role("time").first).to_have_text(re.compile(f"^{in_utc}"))
        assert await heads(here) == wanted
        await expect(here.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")


async def test_states_and_services_that_are_not_wanted_are_not_shown(site: Site, log_in: LogIn) -> None:
    await site.add_service("sales", display_name="Sales")
    await site.ask_for_call("support", "+4930111111")
    await site.ask_for_call("sales", "+4930222222")
    cancelled = await site.ask_for_call("sales", "+4930333333")
    await site.api.post(f"/api/v1/callbacks/{cancelled['id']}/cancel")
    await site.add_user("mona", Role.MONITOR)
    page = await log_in("mona", "/callbacks")
    await expect(page.get_by_text("+49 30 111111")).to_be_visible()
    dialog = await open_options(page)
    states = dialog.get_by_role("region", name="Visible Callback States")
    await states.get_by_role("checkbox", name="ALL").click()
    await expect(states.get_by_role("alert")).to_have_text("Choose at least one state.")
    await expect(dialog.get_by_role("button", name="Save")).to_be_disabled()
    await states.get_by_role("checkbox", name="COMPLETED").click()
    services = dialog.get_by_role("region", name="Visible Callback Services")
    await services.get_by_role("checkbox", name="Support").click()
    await save(dialog)
    await expect(page.get_by_text("+49 30 333333")).to_be_visible()
    await expect(page.get_by_text("+49 30 111111")).to_be_hidden()
    await expect(page.get_by_text("+49 30 222222")).to_be_hidden()


async def test_what_hides_callbacks_begins_with_the_first_page(site: Site, log_in: LogIn) -> None:
    await callbacks.add_a_minute_apart(site, 5)
    page = await callbacks.opened(site, log_in, page_size=2)
    await page.get_by_role("button", name="Last page").click()
    await expect(page.get_by_text("+49 30 2000004")).to_be_visible()
    dialog = await open_options(page)
    await dialog.get_by_role("checkbox", name="Customer Name").click()
    await save(dialog)
    await expect(page.get_by_role("columnheader", name="Customer Name")).to_be_visible()
    await expect(page.get_by_text("+49 30 2000004")).to_be_visible()
    dialog = await open_options(page)
    states = dialog.get_by_role("region", name="Visible Callback States")
    await states.get_by_role("checkbox", name="COMPLETED").click()
    await save(dialog)
    await expect(page.get_by_text("4 of 5 states shown")).to_be_visible()
    await expect(page.get_by_text("+49 30 2000000")).to_be_visible()


async def test_a_range_of_ones_own_is_in_the_menu(site: Site, log_in: LogIn) -> None:
    await site.ask_for_call("support", "+4930111111")
    await site.ask_for_call("support", "+4930222222", at=site.clock.now() + timedelta(hours=26))
    await site.add_user("mona", Role.MONITOR)
    page = await log_in("mona", "/callbacks")
    dialog = await open_options(page)
    await dialog.get_by_role("button", name="Add range").click()
    await page.keyboard.type("Today")
    await expect(dialog.get_by_text("There is a range of this name already.")).to_be_visible()
    own = dialog.get_by_role("group").last
    await own.get_by_role("textbox", name="Name").fill("Tomorrow")
    await own.get_by_role("textbox", name="Start", exact=True).fill("24")
    await own.get_by_role("combobox", name="Start: unit").select_option("hours")
    await own.get_by_role("combobox", name="Start: before or after now").select_option("after now")
    await expect(dialog.get_by_text("The start must be before the end.")).to_be_visible()
    await own.get_by_role("textbox", name="End", exact=True).fill("2")
    await assert_accessible(page, "[role=dialog]")
    await save(dialog)
    await page.get_by_role("button", name="Last 14 Days").click()
    await page.get_by_role("menuitem", name="Tomorrow").click()
    await expect(page.get_by_text("+49 30 222222")).to_be_visible()
    await expect(page.get_by_text("+49 30 111111")).to_be_hidden()


async def test_what_was_changed_in_another_tab_meanwhile_stays(site: Site, log_in: LogIn) -> None:
    await site.add_user("mona", Role.MONITOR)
    page = await log_in("mona", "/callbacks")
    other = await page.context.new_page()
    await other.goto(f"{site.url}/callbacks")
    dialog = await open_options(other)
    here = await open_options(page)
    await here.get_by_role("checkbox", name="Customer Name").click()
    await save(here)
    await dialog.get_by_role("switch", name="Show Times in UTC").press("Space")
    await save(dialog)
    await page.reload()
    here = await open_options(page)
    await expect(here.get_by_role("checkbox", name="Customer Name")).to_be_checked()
    await expect(here.get_by_role("switch", name="Show Times in UTC")).to_be_checked()


async def test_all_but_one_of_many_services_are_shown_and_stay_live(site: Site, log_in: LogIn) -> None:
    for each in range(220):
        await site.add_service(f"branch-{each:03}", display_name=f"Branch {each:03}")
    first = await site.ask_for_call("branch-000", "+4930111111")
    await site.ask_for_call("support", "+4930222222")
    await site.add_user("sonja", Role.SUPERVISOR)
    page = await log_in("sonja", "/callbacks?range=OPEN")
    dialog = await open_options(page)
    await dialog.get_by_role("checkbox", name="Support").click()
    await save(dialog)
    await expect(page.get_by_text("220 of 221 services shown")).to_be_visible()
    await expect(page.get_by_text("+49 30 222222")).to_have_count(0)
    row = page.get_by_role("row", name="+49 30 111111")
    await expect(row).to_contain_text("QUEUED")
    await site.ask_for_call("support", "+4930333333")
    await site.ask_for_call("branch-219", "+4930444444")
    await (await site.api.post(f"/api/v1/callbacks/{first['id']}/cancel")).aread()
    await expect(row).to_contain_text("COMPLETED (CANCELLED)")
    await page.get_by_role("button", name="1 new callback - show").click()
    await expect(page.get_by_text("+49 30 444444")).to_be_visible()
    await expect(page.get_by_text("+49 30 333333")).to_have_count(0)
