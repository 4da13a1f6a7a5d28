"""The setup of a service: every section as an administrator changes it, and as others see it."""

from datetime import UTC, datetime

import pytest
from playwright.async_api import Page, expect

from ringback.accounts.rules import Role
from ringback.clock import Clock, ManualClock
from tests.browser.conftest import LogIn, assert_accessible
from tests.browser.site import Site


@pytest.fixture
def clock() -> Clock:
    """Tuesday 2026-11-24, 10:00 in Berlin."""
    return ManualClock(datetime(2026, 11, 24, 9, tzinfo=UTC))


async def open_setup(site: Site, log_in: LogIn, section: str, role: Role = Role.ADMINISTRATOR) -> Page:
    await site.add_user("ada", role)
    return await log_in("ada", f"/services/support/{section}")


async def save(page: Page) -> None:
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Saved.")).to_be_visible()


async def test_hours_and_a_special_day_open_and_close_a_service(site: Site, log_in: LogIn) -> None:
    page = await open_setup(site, log_in, "hours")
    now = page.get_by_role("region", name="How it stands now")
    await expect(now).to_contain_text("Always open")
    await page.get_by_role("radio", name="At these hours").check()
    closes = page.get_by_role("textbox", name="Tuesday: closes")
    await closes.fill("25:00")
    await expect(page.get_by_role("alert")).to_contain_text("Write times like 09:00")
    await expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    await closes.fill("930")
    await page.get_by_role("textbox", name="Tuesday: opens").fill("8")
    await save(page)
    await page.get_by_role("radio", name="At all hours").check()
    await page.get_by_role("radio", name="At these hours").check()
    await expect(closes).to_have_value("09:30")
    await expect(now).to_contain_text("Closed, opens Wed 09:00")
    await page.get_by_role("button", name="Add hours: Tuesday").click()
    await page.get_by_role("textbox", name="Tuesday, 2: opens").fill("10:00")
    await page.get_by_role("textbox", name="Tuesday, 2: closes").fill("02:00")
    await expect(page.get_by_text("the next day", exact=True)).to_be_visible()
    await save(page)
    await expect(now).to_contain_text("Open until Wed 02:00")
    await assert_accessible(page)
    await page.get_by_role("link", name="Special days").click()
    await page.get_by_role("button", name="Add Day").click()
    await page.get_by_label("Date of").fill("2026-11-24")
    await page.get_by_label("Name of").fill("Staff meeting")
    await assert_accessible(page)
    await save(page)
    await expect(now).to_contain_text("Closed, opens Wed 09:00")


async def test_a_stale_edit_is_refused_and_what_was_typed_is_kept(site: Site, log_in: LogIn) -> None:
    page = await open_setup(site, log_in, "dialling")
    ours = page.get_by_role("textbox", name="Wrap-up")
    await ours.fill("20")
    await site.api.put("/api/v1/services/support", json={"wrap_up_seconds": 90, "route_point": "7"})
    changed = page.get_by_role("row", name="Wrap-up")
    await expect(changed).to_contain_text("45 seconds")
    await expect(changed).to_contain_text("90 seconds")
    await expect(page.get_by_role("alert")).to_contain_text("tester saved other values")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(ours).to_have_value("20")
    await expect(changed).to_be_visible()
    await assert_accessible(page)
    await page.get_by_role("button", name="Keep mine").click()
    await save(page)
    stored = (await site.api.get("/api/v1/services/support")).json()
    assert (stored["wrap_up_seconds"], stored["route_point"]) == (20, "7")
    await ours.fill("10")
    await site.api.put("/api/v1/services/support", json={"wrap_up_seconds": 60})
    await page.get_by_role("button", name="Load theirs").click()
    await expect(ours).to_have_value("60")


async def test_what_is_not_saved_is_not_left_without_asking(site: Site, log_in: LogIn) -> None:
    page = await open_setup(site, log_in, "general")
    name = page.get_by_role("textbox", name="Display name")
    await name.fill("Help")
    await page.get_by_role("link", name="Hours").click()
    await page.get_by_role("dialog").get_by_role("button", name="Stay").click()
    await expect(name).to_have_value("Help")
    await page.get_by_role("link", name="Hours").click()
    await assert_accessible(page)
    await page.get_by_role("button", name="Leave without saving").click()
    await expect(page.get_by_role("heading", name="Hours", level=2)).to_be_visible()


async def test_retries_are_set_for_each_outcome(site: Site, log_in: LogIn) -> None:
    page = await open_setup(site, log_in, "dialling")
    busy = page.get_by_role("row", name="BUSY")
    await expect(busy).to_contain_text("yes, after 5 min")
    await page.get_by_role("textbox", name="BUSY: limit").fill("101")
    await expect(page.get_by_text("A whole number from 0 to 100.")).to_be_visible()
    await page.get_by_role("textbox", name="BUSY: limit").fill("2")
    await page.get_by_role("textbox", name="BUSY: delay in seconds").fill("120")
    await expect(busy).to_contain_text("2 times, after 2 min")
    await save(page)
    stored = (await site.api.get("/api/v1/services/support")).json()
    assert stored["retries"] == {"BUSY": {"limit": 2, "delay_seconds": 120}}


async def test_a_blocked_number_is_tried_and_told_why(site: Site, log_in: LogIn) -> None:
    page = await open_setup(site, log_in, "numbers")
    await page.get_by_role("button", name="Block Pattern").click()
    await page.get_by_role("textbox", name="Pattern 1: pattern").fill("+4930")
    await page.get_by_role("textbox", name="Pattern 1: note").fill("our own")
    await save(page)
    await page.get_by_role("textbox", name="Number", exact=True).fill("030 123456")
    await page.get_by_role("button", name="Try").click()
    await expect(page.get_by_text("may not be called: it is blocked by the pattern +4930 (our own)")).to_be_visible()
    await page.get_by_role("textbox", name="Number", exact=True).fill("089 123456")
    await page.get_by_role("button", name="Try").click()
    await expect(page.get_by_text("may be called, also now")).to_be_visible()
    await assert_accessible(page)


async def test_when_a_number_may_be_called_is_told_by_the_viewers_clock(site: Site, log_in: LogIn) -> None:
    hours = {"calling_hours": {"starts": "18:00", "ends": "20:00"}}
    (await site.api.put("/api/v1/services/support", json=hours)).raise_for_status()
    page = await open_setup(site, log_in, "numbers")
    await page.get_by_role("textbox", name="Number", exact=True).fill("+1 212 736 5000")
    await page.get_by_role("button", name="Try").click()
    answer = page.get_by_role("region", name="Try a number").get_by_role("status")
    await expect(answer).to_contain_text("from Wed 2026-11-25 00:00 on")
    await expect(answer).to_contain_text("the next time is 2026-11-25 00:00")


@pytest.mark.parametrize(
    "section", ["general", "hours", "special-days", "capacity", "numbers", "dialling", "limits", "desk"]
)
async def test_a_supervisor_sees_all_and_changes_nothing(site: Site, log_in: LogIn, section: str) -> None:
    page = await open_setup(site, log_in, section, Role.SUPERVISOR)
    await expect(page.get_by_text("you can look, and change nothing")).to_be_visible()
    form = page.get_by_role("form")
    await expect(form.get_by_role("heading", level=2)).to_be_visible()
    await assert_accessible(page)
    await expect(page.get_by_role("button", name="Save")).to_have_count(0)
    await expect(form.locator("input, select, textarea")).to_have_count(0)
