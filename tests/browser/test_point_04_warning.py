"""Point 4: what is late says so, and why."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import expect

from tests.browser.callbacks import now, opened, put_back, row_of
from tests.browser.conftest import LogIn
from tests.browser.site import Site


async def test_what_is_still_scheduled_after_its_time_says_why(site: Site, log_in: LogIn) -> None:
    later = await site.ask_for_call("support", "030 1111111", now() + timedelta(hours=2))
    await put_back(site, later, 10)
    page = await opened(site, log_in)
    late = row_of(page, "+49 30 1111111")
    await late.get_by_text("late").hover()
    await expect(page.get_by_role("tooltip")).to_contain_text("late. ")
    await page.mouse.move(0, 0)
    await expect(page.get_by_role("tooltip")).to_have_count(0)
    await late.focus()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("tooltip")).to_contain_text("late. ")


@pytest.mark.parametrize("minutes", [-30, 30])
async def test_how_late_it_is_is_told_by_the_servers_clock_however_wrong_the_browsers_is(
    site: Site, log_in: LogIn, minutes: int
) -> None:
    await put_back(site, await site.ask_for_call("support", "030 1111111"), 50)
    page = await opened(site, log_in)
    await page.context.clock.install(time=now() + timedelta(minutes=minutes))
    await page.goto(f"{site.url}/callbacks")
    await expect(row_of(page, "+49 30 1111111")).to_contain_text(re.compile(r"4[89] min late"))


async def test_what_waits_beyond_its_window_says_how_late_it_is(site: Site, log_in: LogIn) -> None:
    await put_back(site, await site.ask_for_call("support", "030 1111111"), 90)
    await site.ask_for_call("support", "030 2222222")
    page = await opened(site, log_in)
    await expect(row_of(page, "+49 30 1111111")).to_contain_text(re.compile(r"\d+ min late"))
    await expect(row_of(page, "+49 30 2222222")).not_to_contain_text("late")
