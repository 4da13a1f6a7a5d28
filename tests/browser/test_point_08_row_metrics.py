"""Row metrics: what opens beneath a callback (point 8)."""

import re

from playwright.async_api import Locator, Page, expect

from ringback.accounts.rules import Role
from tests.browser.conftest import LogIn, assert_accessible
from tests.browser.site import Site


async def opened(page: Page, number: str) -> Locator:
    """The details of the callback with this number, opened as a person does."""
    row = page.get_by_role("row").filter(has_text=number)
    await row.get_by_role("button", name="Details").click()
    return page.locator("[data-details]")


def fact(details: Locator, name: str) -> Locator:
    """What is told under a name."""
    return details.get_by_role("term").filter(has_text=name).locator("xpath=following-sibling::dd")


async def test_place_and_wait_are_told_and_why_they_are_not(site: Site, log_in: LogIn) -> None:
    await site.ask_for_call("support", "+4930111111")
    second = await site.ask_for_call("support", "+4930222222")
    await site.add_user("mona", Role.MONITOR)
    page = await log_in("mona", "/callbacks", permissions=["clipboard-read", "clipboard-write"])
    details = await opened(page, "+49 30 222222")
    await expect(fact(details, "Position in Queue")).to_contain_text("2 (among callbacks)")
    await expect(fact(details, "Estimated Wait Time")).to_contain_text("- (no agent of the service is logged in)")
    await expect(fact(details, "Waiting for")).not_to_be_empty()
    await details.get_by_role("button", name="Copy the phone number").click()
    await expect(details.get_by_text("Copied")).to_be_attached()
    assert await page.evaluate("navigator.clipboard.readText()") == "+4930222222"
    await expect(fact(details, "Callback ID")).to_contain_text(second["id"])
    await expect(details.get_by_text("History")).to_have_count(0)
    advanced = details.get_by_role("switch", name="Advanced Callback Metrics")
    await advanced.press("ArrowDown")
    await expect(advanced).to_be_focused()
    async with page.expect_response(
        lambda answer: answer.request.method == "PUT" and answer.url.endswith("/api/v1/session/preferences")
    ):
        await advanced.press("Space")
    await expect(details.get_by_role("table", name="History")).to_contain_text("Asked for, as soon as possible")
    await page.reload()
    await expect((await opened(page, "+49 30 222222")).get_by_role("table", name="History")).to_be_visible()


async def test_a_name_recording_that_cannot_be_heard_is_told_and_can_be_tried_again(site: Site, log_in: LogIn) -> None:
    asked = await site.ask_for_call("support", "+4930111111")
    await site.record_name(asked["id"])
    await site.add_user("sonja", Role.SUPERVISOR)
    page = await log_in("sonja", "/callbacks")
    await page.route("**/name-recording", lambda route: route.fulfill(body="no sound", content_type="audio/wav"))
    details = await opened(page, "+49 30 111111")
    await details.get_by_role("switch", name="Advanced Callback Metrics").press("Space")
    await details.get_by_label("Name recording").press("Space")
    await expect(fact(details, "Name recording")).to_contain_text("It cannot be played, or is not kept any more.")
    await assert_accessible(page, "[data-details]")
    await page.unroute("**/name-recording")
    await details.get_by_role("button", name="Try again").press("Enter")
    await expect(details.get_by_label("Name recording")).to_have_js_property("ended", True)
    await expect(details.get_by_label("Name recording")).to_be_focused()


async def test_what_is_known_grows_as_the_callback_goes_on(site: Site, log_in: LogIn) -> None:
    asked = await site.ask_for_call("support", "+4930111111", user_data={"order": 4711})
    await site.record_name(asked["id"])
    await site.add_user("sonja", Role.SUPERVISOR)
    page = await log_in("sonja", "/callbacks")
    details = await opened(page, "+49 30 111111")
    await details.get_by_role("switch", name="Advanced Callback Metrics").press("Space")
    await expect(fact(details, "Created by")).to_have_text("API key tester")
    await expect(fact(details, "User data")).to_contain_text("order: 4711")
    await details.get_by_label("Name recording").press("Space")
    await expect(details.get_by_label("Name recording")).to_have_js_property("ended", True)
    await site.add_agent("anna", "support")
    await site.api.post("/api/v1/agents/anna/presence", json={"state": "READY"})
    site.start_engine()
    attempts = details.get_by_role("table", name="Attempts")
    history = details.get_by_role("table", name="History")
    await expect(history).to_contain_text("anna is the agent who has been idle longest")
    await expect(history).to_contain_text("Customer and agent joined")
    await expect(attempts).to_contain_text("over main")
    await expect(attempts.get_by_role("cell", name="customer", exact=True)).to_be_visible()
    await expect(attempts.get_by_role("cell", name="anna")).to_be_visible()
    await expect(fact(details, "Position in Queue")).to_have_text("- (the customer talks with the agent)")
    await expect(fact(details, "Time in each state")).to_contain_text(re.compile(r"QUEUED .*ROUTING .*PROCESSING"))
    await assert_accessible(page)


async def test_what_was_cancelled_and_recreated_tells_by_whom_and_leads_there(site: Site, log_in: LogIn) -> None:
    asked = await site.ask_for_call("support", "+4930111111")
    await site.api.post(f"/api/v1/callbacks/{asked['id']}/cancel", json={"reason": "asked by mail"})
    again = (await site.api.post(f"/api/v1/callbacks/{asked['id']}/recreate")).json()
    await site.add_user("mona", Role.MONITOR)
    page = await log_in("mona", "/callbacks")
    details = await opened(page, "COMPLETED")
    await details.get_by_role("switch", name="Advanced Callback Metrics").press("Space")
    await expect(fact(details, "Cancelled by")).to_have_text("API key tester")
    await expect(details.get_by_role("table", name="History")).to_contain_text("asked by mail")
    await fact(details, "Recreated as").get_by_role("link", name=again["id"]).click()
    await expect(page.get_by_role("table", name="Callbacks found")).to_contain_text(again["id"])
