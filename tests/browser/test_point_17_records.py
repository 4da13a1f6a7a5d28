"""Point 17: callbacks are kept for 14 days after their desired time; what was counted of them outlives them."""

from datetime import timedelta

from playwright.async_api import expect

from ringback.callbacks.states import Result
from ringback.engine.cleaner import Cleaner
from ringback.engine.counter import Counter
from tests.browser.callbacks import now, opened, row_of
from tests.browser.conftest import LogIn
from tests.browser.site import Site
from tests.integration.past import add_callback


async def test_what_is_older_than_14_days_goes_and_stays_counted(site: Site, log_in: LogIn) -> None:
    kept_for = timedelta(days=14)
    for number, ago in (
        ("+49301111111", kept_for + timedelta(hours=1)),
        ("+49302222222", kept_for - timedelta(hours=1)),
    ):
        at = now() - ago
        await add_callback(site.database, result=Result.NO_ANSWER, number=number, desired_at=at)
    page = await opened(site, log_in, "/callbacks?range=LAST_30_DAYS")
    await expect(row_of(page, "+49 30")).to_have_count(2)
    await Counter(site.database).run_once()
    await Cleaner(site.database, site.clock).run_once()
    await page.reload()
    await expect(row_of(page, "+49 30 2222222")).to_be_visible()
    await expect(row_of(page, "+49 30 1111111")).to_have_count(0)
    await page.goto(f"{site.url}/tools/search?q=%2B49301111111")
    await expect(page.get_by_text("No callbacks found for +49301111111")).to_be_visible()
    await page.goto(f"{site.url}/reports?range=30")
    totals = page.get_by_role("region", name="Totals")
    await expect(totals.locator("div").filter(has_text="Asked").first).to_contain_text("2")
