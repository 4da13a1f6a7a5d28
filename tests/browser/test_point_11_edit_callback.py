"""Point 11: "Edit Callback": another time, a call now, or none at all; what changes meanwhile is told in the dialog."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect

from ringback.accounts.rules import Role
from ringback.clock import Clock, ManualClock
from tests.browser.callbacks import row_of
from tests.browser.conftest import LogIn, assert_accessible, sent
from tests.browser.site import Site


@pytest.fixture
def clock() -> Clock:
    """It is 10:00 in Berlin, on Monday 2026-11-23."""
    return ManualClock()


async def opened(site: Site, log_in: LogIn) -> tuple[Page, Locator, str]:
    """A page with the dialog open for a callback at 12:00 in Berlin, and the callback's id."""
    capacity = {"slot_minutes": 60, "slot_capacity": 4}
    (await site.api.put("/api/v1/services/support/capacity", json=capacity)).raise_for_status()
    body = {"service": "support", "phone_number": "030 1234567", "desired_at": "2026-11-23T11:00:00Z"}
    made = (await site.api.post("/api/v1/callbacks", json={**body, "time_zone": "Europe/London"})).raise_for_status()
    await site.add_user("sonja", Role.SUPERVISOR)
    page = await log_in("sonja", "/callbacks?range=OPEN")
    await page.get_by_role("button", name="Edit Callback").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("heading", name="Current Callback Information")).to_be_visible()
    return page, dialog, made.json()["id"]


async def now(site: Site, callback_id: str) -> Any:
    return (await site.api.get(f"/api/v1/callbacks/{callback_id}")).json()


async def test_a_scheduled_one_is_rescheduled_to_a_free_slot(site: Site, log_in: LogIn) -> None:
    page, dialog, callback_id = await opened(site, log_in)
    await expect(dialog.get_by_text("2026-11-23 12:00", exact=True)).to_be_visible()
    await expect(dialog.get_by_text("(11:00 in Europe/London)")).to_be_visible()
    await expect(dialog.get_by_text("+49 30 1234567")).to_be_visible()
    await expect(dialog.get_by_role("heading", name="Change Desired Time")).to_be_visible()
    reschedule = dialog.get_by_role("button", name="Reschedule")
    await expect(reschedule).to_be_disabled()
    await expect(dialog.get_by_role("radio", name="12:00")).to_have_accessible_name("12:00 3 of 4 free")
    await dialog.get_by_label("Desired Date").click()
    await page.get_by_role("option", name="Wed 2026-11-25").click()
    await dialog.get_by_role("radio", name="09:00 4 of 4 free").check()
    await assert_accessible(page, "[role=dialog]")
    posted = sent(page, "POST", "/reschedule")
    await reschedule.dblclick()
    await expect(dialog).to_be_hidden()
    assert len(posted) == 1
    await expect(row_of(page, "+49 30 1234567")).to_contain_text("2026-11-25 09:00")
    callback = await now(site, callback_id)
    assert (callback["desired_at"], callback["promised_local"]) == ("2026-11-25T08:00:00Z", "2026-11-25T08:00:00")


async def test_the_way_back_changes_nothing(site: Site, log_in: LogIn) -> None:
    page, dialog, callback_id = await opened(site, log_in)
    await dialog.get_by_role("radio", name="14:00").check()
    await dialog.get_by_role("button", name="Cancel Callback").click()
    await dialog.get_by_role("button", name="Back", exact=True).click()
    await expect(dialog.get_by_role("button", name="Call now")).to_be_visible()
    await dialog.get_by_role("button", name="Back", exact=True).click()
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_role("button", name="Edit Callback")).to_be_focused()
    callback = await now(site, callback_id)
    assert (callback["state"], callback["desired_at"]) == ("SCHEDULED", "2026-11-23T11:00:00Z")


async def test_cancelling_asks_once_more_and_keeps_the_reason(site: Site, log_in: LogIn) -> None:
    page, dialog, callback_id = await opened(site, log_in)
    await dialog.get_by_role("button", name="Cancel Callback").click()
    await expect(dialog.get_by_text("will not be called for this request any more")).to_be_visible()
    await expect(dialog.get_by_label("Reason")).to_be_focused()
    await dialog.get_by_label("Reason").fill("called herself")
    await assert_accessible(page, "[role=dialog]")
    await dialog.get_by_role("button", name="Cancel Callback").dblclick()
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_role("row", name="COMPLETED (CANCELLED_BY_ADMIN)")).to_be_focused()
    await expect(row_of(page, "+49 30 1234567")).to_contain_text("COMPLETED (CANCELLED_BY_ADMIN)")
    callback = await now(site, callback_id)
    assert (callback["state"], callback["result"]) == ("COMPLETED", "CANCELLED_BY_ADMIN")
    transitions = (await site.api.get(f"/api/v1/callbacks/{callback_id}/metrics")).json()["transitions"]
    assert transitions[-1]["reason"] == "called herself"


async def test_what_was_chosen_stays_when_cancelling_was_thought_better_of(site: Site, log_in: LogIn) -> None:
    page, dialog, callback_id = await opened(site, log_in)
    chosen = dialog.get_by_role("radio", name="14:00")
    await chosen.check()
    await page.mouse.click(5, 5)
    await dialog.get_by_role("button", name="Cancel Callback").click()
    await dialog.get_by_label("Reason").fill("called herself")
    await dialog.get_by_role("button", name="Back", exact=True).press("Enter")
    await expect(chosen).to_be_checked()
    await expect(dialog.locator(":focus")).to_have_count(1)
    await dialog.get_by_role("button", name="Reschedule").click()
    await expect(dialog).to_be_hidden()
    assert (await now(site, callback_id))["desired_at"] == "2026-11-23T13:00:00Z"


async def test_an_answer_that_comes_late_leaves_the_dialog_that_is_open_by_then(site: Site, log_in: LogIn) -> None:
    page, dialog, callback_id = await opened(site, log_in)
    is_written = asyncio.Event()

    async def late(route: Route) -> None:
        answer = await route.fetch()
        await is_written.wait()
        await route.fulfill(response=answer)

    await page.route("**/call-now", late)
    await dialog.get_by_role("button", name="Call now").click()
    await dialog.get_by_role("button", name="Back", exact=True).click()
    await expect(dialog).to_be_hidden()
    await page.get_by_role("button", name="Create Callback").click()
    await dialog.get_by_role("textbox", name="Customer Name").fill("Ada Lovelace")
    async with page.expect_response("**/call-now"):
        is_written.set()
    await expect(page.get_by_role("row", name="QUEUED")).to_be_attached()
    await dialog.get_by_role("textbox", name="Customer Name").press("End")
    await expect(dialog.get_by_role("textbox", name="Customer Name")).to_have_value("Ada Lovelace")
    assert (await now(site, callback_id))["state"] == "QUEUED"


async def test_call_now_and_what_waits_already_can_only_be_cancelled(site: Site, log_in: LogIn) -> None:
    page, dialog, callback_id = await opened(site, log_in)
    posted = sent(page, "POST", "/call-now")
    await dialog.get_by_role("button", name="Call now").dblclick()
    await expect(dialog).to_be_hidden()
    assert len(posted) == 1
    assert (await now(site, callback_id))["state"] == "QUEUED"
    await page.get_by_role("row", name="QUEUED").get_by_role("button", name="Edit Callback").click()
    await expect(dialog.get_by_role("status")).to_contain_text("It waits for an agent already")
    await expect(dialog.get_by_role("button", name="Call now")).to_have_count(0)
    await expect(dialog.get_by_role("button", name="Reschedule")).to_have_count(0)
    await expect(dialog.get_by_role("heading", name="Change Desired Time")).to_have_count(0)
    await dialog.get_by_role("button", name="Cancel Callback").click()
    await dialog.get_by_role("button", name="Cancel Callback").click()
    await expect(dialog).to_be_hidden()
    await expect(row_of(page, "+49 30 1234567")).to_contain_text("COMPLETED (CANCELLED_BY_ADMIN)")
    assert (await now(site, callback_id))["result"] == "CANCELLED_BY_ADMIN"


async def test_what_changes_while_it_is_open_is_shown_and_what_is_no_longer_possible_goes(
    site: Site, log_in: LogIn
) -> None:
    page, dialog, callback_id = await opened(site, log_in)
    await dialog.get_by_role("radio", name="14:00").check()
    (await site.api.post(f"/api/v1/callbacks/{callback_id}/call-now")).raise_for_status()
    await expect(dialog.get_by_text("its time cannot be changed. It can be cancelled")).to_be_visible()
    await expect(dialog.get_by_role("button", name="Reschedule")).to_be_hidden()
    (await site.api.post(f"/api/v1/callbacks/{callback_id}/cancel")).raise_for_status()
    await expect(dialog.get_by_text("It is completed: it cannot be cancelled or changed any more")).to_be_visible()
    await expect(dialog.get_by_role("button", name="Cancel Callback")).to_be_disabled()
    await assert_accessible(page, "[role=dialog]")


async def test_a_time_that_somebody_else_changed_meanwhile_is_not_overwritten_unasked(
    site: Site, log_in: LogIn
) -> None:
    page, dialog, callback_id = await opened(site, log_in)

    async def move(hour: int) -> None:
        body = {"desired_at": f"2026-11-24T{hour}:00:00Z"}
        (await site.api.post(f"/api/v1/callbacks/{callback_id}/reschedule", json=body)).raise_for_status()

    async def move_first(route: Route) -> None:
        await move(13)
        await route.continue_()

    chosen = dialog.get_by_role("radio", name="14:00")
    await chosen.check()
    await move(12)
    moved = dialog.get_by_role("alert")
    await expect(moved).to_contain_text("wanted at Mon 2026-11-23 12:00 and was moved to Tue 2026-11-24 13:00")
    reschedule = dialog.get_by_role("button", name="Reschedule")
    await expect(reschedule).to_be_disabled()
    await expect(dialog.get_by_role("button", name="Call now")).to_be_disabled()
    await assert_accessible(page, "[role=dialog]")
    await moved.get_by_role("button", name="Change it all the same").click()
    await expect(moved).to_be_hidden()
    await expect(dialog.get_by_role("region", name="Change Desired Time").locator(":focus")).to_have_count(1)

    # At the very moment: before the page can be told.
    await page.route("**/reschedule", move_first, times=1)
    await reschedule.click()
    await expect(moved).to_contain_text("wanted at Tue 2026-11-24 13:00 and was moved to Tue 2026-11-24 14:00")
    assert (await now(site, callback_id))["desired_at"] == "2026-11-24T13:00:00Z"
    await expect(chosen).to_be_checked()
    await moved.get_by_role("button", name="Change it all the same").click()
    await reschedule.click()
    await expect(dialog).to_be_hidden()
    await expect(row_of(page, "+49 30 1234567")).to_contain_text("2026-11-23 14:00")
    assert (await now(site, callback_id))["desired_at"] == "2026-11-23T13:00:00Z"
