"""Tools > Callback Search (point 15)."""

import json
from datetime import timedelta

from playwright.async_api import expect

from ringback.accounts.rules import Role
from ringback.clock import SystemClock
from tests.browser.conftest import LogIn, assert_accessible, local
from tests.browser.site import Site


async def test_a_part_of_a_number_finds_callbacks_whatever_their_time_with_all_that_is_asked_of_the_columns(
    site: Site, log_in: LogIn
) -> None:
    at = (SystemClock().now() + timedelta(days=20)).replace(minute=0, second=0, microsecond=0)
    await site.add_service("sales", caller_id="+4930999")
    wanted = await site.ask_for_call("sales", "+4930123456", at)
    await site.ask_for_call("support", "+49301230000")
    await site.ask_for_call("support", "+4940777777")
    await site.add_user("mona", Role.MONITOR)
    page = await log_in("mona", "/tools/search")
    box = page.get_by_role("searchbox", name="Callback ID or phone number")
    await box.fill("30 123")
    await box.press("Enter")
    rows = page.get_by_role("table", name="Callbacks found").get_by_role("row")
    await expect(rows).to_have_count(3)
    assert await rows.first.get_by_role("columnheader").all_inner_texts() == [
        '"From" Number',
        "State",
        "Route Point",
        "Last Updated Time",
        "Queue",
        '"To" Number',
        "Callback ID",
        "Scheduled Time",
        "Diagnostic Data",
    ]
    found = rows.filter(has_text=wanted["id"])
    for shown in ("+4930999", "SCHEDULED", "main", "sales", "+49 30 123456", local(at)):
        await expect(found).to_contain_text(shown)
    await expect(page).to_have_url(f"{site.url}/tools/search?q=30+123")
    await assert_accessible(page)


async def test_a_whole_id_is_found_at_once_and_its_trace_can_be_copied(site: Site, log_in: LogIn) -> None:
    wanted = await site.ask_for_call("support", "+4930123456")
    await site.ask_for_call("support", "+4940777777")
    await site.add_user("mona", Role.MONITOR)
    page = await log_in("mona", "/tools/search", permissions=["clipboard-read", "clipboard-write"])
    await page.get_by_role("searchbox").fill(wanted["id"])
    await expect(page.get_by_text("1 callback")).to_be_visible()
    await page.get_by_role("button", name=f"Show the diagnostic data of {wanted['id']}").click()
    dialog = page.get_by_role("dialog", name="Diagnostic Data")
    await expect(dialog.get_by_role("region")).to_contain_text('"event": "REQUESTED"')
    await assert_accessible(page, "[role=dialog]")
    await dialog.get_by_role("button", name="Copy the diagnostic data").click()
    await expect(dialog.get_by_role("status")).to_have_text("Copied")
    copied = json.loads(await page.evaluate("navigator.clipboard.readText()"))
    assert (copied["callback"]["id"], copied["trace"]["transitions"][0]["to_state"]) == (wanted["id"], "QUEUED")


async def test_that_nothing_was_found_is_said(site: Site, log_in: LogIn) -> None:
    await site.ask_for_call("support", "+4930123456")
    await site.add_user("mona", Role.MONITOR)
    page = await log_in("mona", "/tools/search?q=999")
    await expect(page.get_by_text("No callbacks found for 999")).to_be_visible()
    await assert_accessible(page)
