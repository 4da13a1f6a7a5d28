"""Point 12: "Recreate Callback": now, or at a date and slot; the name recording comes along within 4 days."""

import pytest
from playwright.async_api import Locator, Page, expect

from ringback.accounts.rules import Role
from ringback.clock import Clock, ManualClock
from tests.browser.callbacks import row_of, show_created
from tests.browser.conftest import LogIn, assert_accessible, sent
from tests.browser.site import Site

FOUR_DAYS = 4 * 24 * 60 * 60


@pytest.fixture
def clock() -> Clock:
    """It is 10:00 in Berlin, on Monday 2026-11-23."""
    return ManualClock()


async def opened(site: Site, log_in: LogIn, *, has_recording: bool, seconds_ago: int = 0) -> tuple[Page, Locator, str]:
    """A page with the dialog open for a callback that was cancelled."""
    old = await site.ask_for_call("support", "030 1234567", customer_name="Ada Lovelace")
    path = f"/api/v1/callbacks/{old['id']}"
    if has_recording:
        await site.record_name(old["id"])
    (await site.api.post(f"{path}/cancel")).raise_for_status()
    assert isinstance(site.clock, ManualClock)
    site.clock.jump(seconds_ago)
    await site.add_user("sonja", Role.SUPERVISOR)
    page = await log_in("sonja", "/callbacks")
    await page.get_by_role("button", name="Recreate Callback").click()
    dialog = page.get_by_role("dialog", name="Recreate Callback")
    await expect(dialog.get_by_text("Ada Lovelace")).to_be_visible()
    return page, dialog, old["id"]


async def test_now_and_the_name_recording_comes_along(site: Site, log_in: LogIn) -> None:
    page, dialog, old_id = await opened(site, log_in, has_recording=True)
    await expect(dialog.get_by_text("The customer's name recording comes along")).to_be_visible()
    await expect(dialog.get_by_text("The next to be called.")).to_be_visible()
    await assert_accessible(page, "[role=dialog]")
    # The server would refuse a second one, as the number waits already: that must not be asked for at all.
    posted = sent(page, "POST", "/recreate")
    await dialog.get_by_role("button", name="Recreate").dblclick()
    await expect(dialog).to_be_hidden()
    assert len(posted) == 1
    await expect(row_of(page, "QUEUED")).to_contain_text("+49 30 1234567")
    made, *others = (await site.api.get("/api/v1/callbacks?open=true")).json()["items"]
    assert others == []
    assert (made["state"], made["recreated_from"], made["has_name_recording"]) == ("QUEUED", old_id, True)


async def test_at_a_chosen_time(site: Site, log_in: LogIn) -> None:
    page, dialog, _ = await opened(site, log_in, has_recording=False)
    await expect(dialog.get_by_text("no name recording to come along")).to_be_visible()
    await dialog.get_by_text("At a chosen time").click()
    await dialog.get_by_role("button", name="Recreate").click()
    await expect(dialog.get_by_text("Please Select a Time Slot")).to_be_visible()
    await dialog.get_by_label("Desired Date").click()
    await page.get_by_role("option", name="Thu 2026-11-26").click()
    await dialog.get_by_role("radio", name="10:30").check()
    await page.mouse.click(5, 5)
    await dialog.get_by_role("button", name="Recreate").click()
    await expect(dialog).to_be_hidden()
    await show_created(page)
    await expect(row_of(page, "SCHEDULED")).to_contain_text("2026-11-26 10:30")
    made = (await site.api.get("/api/v1/callbacks?open=true")).json()["items"][0]
    assert (made["state"], made["desired_at"]) == ("SCHEDULED", "2026-11-26T09:30:00Z")


async def test_a_name_recording_of_more_than_4_days_ago_does_not_come_along(site: Site, log_in: LogIn) -> None:
    page, dialog, _ = await opened(site, log_in, has_recording=True, seconds_ago=FOUR_DAYS + 1)
    await expect(dialog.get_by_text("does not come along: the callback was completed more than 4 days")).to_be_visible()
    await dialog.get_by_role("button", name="Recreate").click()
    await expect(dialog).to_be_hidden()
    await expect(row_of(page, "QUEUED")).to_contain_text("+49 30 1234567")
    made = (await site.api.get("/api/v1/callbacks?open=true")).json()["items"][0]
    assert (made["state"], made["has_name_recording"]) == ("QUEUED", False)
