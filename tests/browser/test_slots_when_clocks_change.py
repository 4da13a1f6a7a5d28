"""A slot is an instant: in the nights when clocks change, a time comes twice or never."""

from datetime import UTC, datetime

import pytest
from playwright.async_api import Locator, expect

from ringback.accounts.rules import Role
from ringback.clock import Clock, ManualClock
from tests.browser.conftest import LogIn
from tests.browser.site import Site

BACK = datetime(2026, 10, 24, 21, 0, tzinfo=UTC)  # the evening before clocks go back in Berlin
FORWARD = datetime(2027, 3, 27, 21, 0, tzinfo=UTC)  # and before they go forward


@pytest.fixture
def clock(request: pytest.FixtureRequest) -> Clock:
    return ManualClock(request.param)


async def slots_of_the_night(site: Site, log_in: LogIn, *, day: str, zone: str) -> Locator:
    """The slots of a day, in a browser in this zone."""
    await site.add_user("sonja", Role.SUPERVISOR)
    page = await log_in("sonja", "/callbacks", timezone_id=zone)
    await page.get_by_role("button", name="Create Callback").click()
    dialog = page.get_by_role("dialog", name="Create Callback")
    await dialog.get_by_role("textbox", name="Customer Number").fill("030 1234567")
    await dialog.get_by_role("radiogroup", name="Callback Type").get_by_text("Scheduled").click()
    await dialog.get_by_label("Desired Date").click()
    await page.get_by_role("option", name=day).click()
    await expect(dialog.get_by_role("radiogroup", name="Available Time Slot")).to_be_visible()
    return dialog


async def shown(dialog: Locator) -> list[str]:
    """The first slots as they read."""
    labels = await dialog.get_by_role("radiogroup", name="Available Time Slot").locator("label").all_inner_texts()
    return [" ".join(label.split()).removesuffix(" free") for label in labels]


async def book(site: Site, dialog: Locator, name: str) -> str:
    """Create a callback in the slot of this name; the instant that it is wanted at."""
    await dialog.get_by_role("radio", name=name).check()
    await dialog.get_by_role("button", name="Create").click()
    await expect(dialog).to_be_hidden()
    return str((await site.api.get("/api/v1/callbacks")).json()["items"][0]["desired_at"])


@pytest.mark.parametrize("clock", [BACK], indirect=True)
async def test_the_hour_that_comes_twice_is_offered_twice(site: Site, log_in: LogIn) -> None:
    dialog = await slots_of_the_night(site, log_in, day="Sun 2026-10-25", zone="Europe/Berlin")
    night = ["01:30", "02:00 (UTC+2)", "02:30 (UTC+2)", "02:00 (UTC+1)", "02:30 (UTC+1)", "03:00"]
    assert (await shown(dialog))[3:9] == night
    assert await book(site, dialog, "02:30 (UTC+1)") == "2026-10-25T01:30:00Z"


@pytest.mark.parametrize("clock", [FORWARD], indirect=True)
async def test_the_hour_that_is_skipped_is_not_there(site: Site, log_in: LogIn) -> None:
    dialog = await slots_of_the_night(site, log_in, day="Sun 2027-03-28", zone="Europe/Berlin")
    assert (await shown(dialog))[2:6] == ["01:00", "01:30", "03:00", "03:30"]
    assert await book(site, dialog, "03:00") == "2027-03-28T01:00:00Z"


@pytest.mark.parametrize("clock", [BACK], indirect=True)
async def test_whoever_looks_from_new_york_is_told_the_time_there_and_at_the_service(site: Site, log_in: LogIn) -> None:
    dialog = await slots_of_the_night(site, log_in, day="Sat 2026-10-24", zone="America/New_York")
    first, second = "20:30 Sun 02:30 (UTC+2) Berlin", "21:30 Sun 02:30 (UTC+1) Berlin"
    assert {first, second} <= set(await shown(dialog))
    assert await book(site, dialog, second) == "2026-10-25T01:30:00Z"
