"""Point 10: "Create Callback", now or in a slot with free capacity, with the number checked as it is typed."""

import pytest
from playwright.async_api import Locator, Page, Route, expect

from ringback.accounts.rules import Role
from ringback.clock import Clock, ManualClock
from tests.browser.callbacks import row_of, show_created
from tests.browser.conftest import LogIn, assert_accessible, sent
from tests.browser.site import Site

ELEVEN = "2026-11-23T10:00:00Z"  # 11:00 in Berlin
NOON = "2026-11-23T11:00:00Z"


@pytest.fixture
def clock() -> Clock:
    """It is 10:00 in Berlin, on Monday 2026-11-23."""
    return ManualClock()


async def opened(site: Site, log_in: LogIn) -> tuple[Page, Locator]:
    """The Callbacks page of a supervisor, with the dialog open on it."""
    await site.add_user("sonja", Role.SUPERVISOR)
    page = await log_in("sonja", "/callbacks")
    await page.get_by_role("button", name="Create Callback").click()
    dialog = page.get_by_role("dialog", name="Create Callback")
    await expect(dialog).to_be_visible()
    return page, dialog


async def one_seat_an_hour(site: Site) -> None:
    """Slots of an hour with one seat each; the one at 11:00 is taken."""
    capacity = {"slot_minutes": 60, "slot_capacity": 1}
    (await site.api.put("/api/v1/services/support/capacity", json=capacity)).raise_for_status()
    body = {"service": "support", "phone_number": "030 1111111", "desired_at": ELEVEN}
    (await site.api.post("/api/v1/callbacks", json=body)).raise_for_status()


async def numbers(site: Site) -> list[str]:
    """The number of every callback that there is."""
    items = (await site.api.get("/api/v1/callbacks")).raise_for_status().json()["items"]
    return [item["phone_number"] for item in items]


async def test_a_slot_that_got_full_meanwhile_is_refused_with_the_nearest_and_nothing_typed_is_lost(
    site: Site, log_in: LogIn
) -> None:
    await one_seat_an_hour(site)
    page, dialog = await opened(site, log_in)
    await dialog.get_by_role("textbox", name="Customer Number").fill("030 1234567")
    await expect(dialog.get_by_text("+49 30 1234567, Germany")).to_be_visible()
    await dialog.get_by_role("textbox", name="Customer Name").fill("Ada Lovelace")
    await dialog.get_by_role("radiogroup", name="Callback Type").get_by_text("Scheduled").click()
    await dialog.get_by_role("button", name="Create").click()
    await expect(dialog.get_by_text("Please Select a Time Slot")).to_be_visible()

    slots = dialog.get_by_role("radiogroup", name="Available Time Slot")
    await expect(dialog.get_by_label("Desired Date")).to_have_value("Mon 2026-11-23")
    await expect(slots.get_by_role("radio", name="11:00")).to_be_disabled()
    await expect(slots.get_by_role("radio", name="11:00")).to_have_accessible_name("11:00 full")
    await slots.get_by_role("radio", name="12:00 1 of 1 free").check()
    await assert_accessible(page, "[role=dialog]")

    body = {"service": "support", "phone_number": "030 2222222", "desired_at": NOON}
    (await site.api.post("/api/v1/callbacks", json=body)).raise_for_status()
    await dialog.get_by_role("button", name="Create").click()
    refusal = dialog.get_by_role("alert")
    await expect(refusal).to_contain_text("no free seat")
    await expect(dialog.get_by_role("textbox", name="Customer Name")).to_have_value("Ada Lovelace")
    await refusal.get_by_role("button", name="Mon 2026-11-23 13:00, 1 free").click()
    await expect(slots.get_by_role("radio", name="13:00 1 of 1 free")).to_be_checked()
    # The server would refuse a second one, as the number waits already: that must not be asked for at all.
    posted = sent(page, "POST", "/api/v1/callbacks")
    await dialog.get_by_role("button", name="Create").dblclick()
    await expect(dialog).to_be_hidden()
    assert len(posted) == 1
    await expect(page.get_by_role("button", name="Create Callback")).to_be_focused()
    assert sorted(await numbers(site)) == ["+49301111111", "+49301234567", "+49302222222"]
    await show_created(page)
    await expect(row_of(page, "+49 30 1234567")).to_contain_text("2026-11-23 13:00")


async def test_an_immediate_one_tells_the_place_and_a_number_that_waits_already_is_refused_beside_it(
    site: Site, log_in: LogIn
) -> None:
    await site.ask_for_call("support", "030 1111111")
    page, dialog = await opened(site, log_in)
    await expect(dialog.get_by_text("Place 2, with 1 ahead.")).to_be_visible()
    number = dialog.get_by_role("textbox", name="Customer Number")
    await number.fill("0900 1234567")
    await expect(dialog.get_by_text("premium")).to_be_visible()
    await number.fill("030 1111111")
    await number.press("Enter")
    await expect(dialog.get_by_text("waits in this service already")).to_be_visible()
    await assert_accessible(page, "[role=dialog]")
    await number.fill("030 1234567")
    await dialog.get_by_role("button", name="More").click()
    await dialog.get_by_role("textbox", name="Note").fill("asks for her invoice")
    for _ in range(2):
        await dialog.get_by_role("button", name="Add Field").click()
    names = [dialog.get_by_role("textbox", name=f"Name of field {each}") for each in (1, 2)]
    await dialog.get_by_role("textbox", name="Value of field 1").fill("4711")
    await expect(dialog.get_by_text("4711 needs a name.")).to_be_visible()
    await dialog.get_by_role("button", name="More").click()
    await number.press("Enter")
    await expect(dialog.get_by_text("4711 needs a name.")).to_be_visible()
    await names[0].fill("note")
    await expect(dialog.get_by_text("The name note is that of the Note above.")).to_be_visible()
    for name in names:
        await name.fill("order")
    await expect(dialog.get_by_text("There is a field order already.")).to_be_visible()
    await assert_accessible(page, "[role=dialog]")
    await names[1].fill("")
    await number.press("Enter")
    await expect(dialog).to_be_hidden()
    await expect(row_of(page, "+49 30 1234567")).to_contain_text("QUEUED")
    made = (await site.api.get("/api/v1/callbacks?search=1234567")).json()["items"][0]
    assert (made["state"], made["user_data"]) == ("QUEUED", {"note": "asks for her invoice", "order": "4711"})


async def test_where_nobody_can_be_called_now_another_time_is_offered(site: Site, log_in: LogIn) -> None:
    weekly = {"MONDAY": [{"opens": "14:00", "closes": "18:00"}]}
    (await site.api.put("/api/v1/services/support/hours", json={"weekly": weekly})).raise_for_status()
    _, dialog = await opened(site, log_in)
    await dialog.get_by_role("textbox", name="Customer Number").fill("+44 20 7946 0123")
    await expect(dialog.get_by_text("+44 20 7946 0123, United Kingdom")).to_be_visible()
    await expect(dialog.get_by_text("opens at 2026-11-23 14:00")).to_be_visible()
    await dialog.get_by_role("button", name="Create").click()
    refusal = dialog.get_by_role("alert")
    await expect(refusal).to_contain_text("closed then, and opens again Mon 2026-11-23 14:00")
    await refusal.get_by_role("button", name="Choose another time").click()
    await expect(dialog.get_by_role("radio").and_(dialog.get_by_label("14:00"))).to_be_visible()
    await expect(dialog.get_by_role("textbox", name="Customer Number")).to_have_value("+44 20 7946 0123")


async def test_slots_that_cannot_be_read_again_stay_and_are_asked_for_until_they_can(site: Site, log_in: LogIn) -> None:
    page, dialog = await opened(site, log_in)
    await dialog.get_by_role("radiogroup", name="Callback Type").get_by_text("Scheduled").click()
    chosen = dialog.get_by_role("radio", name="11:00")
    await chosen.check()

    async def fail(route: Route) -> None:
        await route.fulfill(status=500, body="out of order")

    await page.route("**/slots?*", fail, times=1)
    await page.clock.install()
    await site.ask_for_call("support", "030 1111111")
    await page.clock.fast_forward(3_000)
    await expect(dialog.get_by_role("alert")).to_contain_text("The server answered with 500")
    await expect(chosen).to_be_checked()
    await assert_accessible(page, "[role=dialog]")
    await page.clock.fast_forward(31_000)
    await expect(dialog.get_by_role("alert")).to_have_count(0)
    await expect(chosen).to_be_checked()
