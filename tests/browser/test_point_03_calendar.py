"""Point 3: a calendar beside the state of callbacks that began as scheduled."""

from datetime import timedelta

from playwright.async_api import expect

from tests.browser.callbacks import now, opened, row_of
from tests.browser.conftest import LogIn
from tests.browser.site import Site


async def test_a_scheduled_callback_has_a_calendar_and_an_immediate_one_none(site: Site, log_in: LogIn) -> None:
    await site.ask_for_call("support", "030 1111111", now() + timedelta(hours=2))
    called = await site.ask_for_call("support", "030 3333333", now() + timedelta(hours=3))
    (await site.api.post(f"/api/v1/callbacks/{called['id']}/call-now")).raise_for_status()
    await site.ask_for_call("support", "030 2222222")
    page = await opened(site, log_in, "/callbacks?range=OPEN")
    for number, count in (("+49 30 1111111", 1), ("+49 30 3333333", 1), ("+49 30 2222222", 0)):
        await expect(row_of(page, number)).to_be_visible()
        await expect(row_of(page, number).get_by_role("img", name="Scheduled")).to_have_count(count)
