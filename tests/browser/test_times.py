"""Times are shown as each user wants them, wherever there are any; and the customer's clock where it is another one."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from playwright.async_api import Locator, Page, expect

from ringback.clock import Clock, ManualClock
from tests.browser.callbacks import opened, row_of
from tests.browser.conftest import LogIn
from tests.browser.site import Site

AT = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)  # 13:30 in Berlin
NUMBER = "+49 30 1111111"


@pytest.fixture
def clock() -> Clock:
    """It is 10:00 in Berlin, on Monday 2026-11-23."""
    return ManualClock()


@dataclass
class Way:
    """How a user wants to see times, and how they see AT then. `theirs`: beside it in the table; `absent`: how not."""

    is_utc: bool
    is_24_hour: bool
    shown: str
    theirs: str
    other: str
    slot: str
    absent: str


WAYS = [
    Way(
        is_utc=True,
        is_24_hour=False,
        shown="2026-11-23 12:30 PM",
        theirs="01:30 PM Berlin",
        other="2026-11-23 01:30 PM (Europe/Berlin)",
        slot="12:30 PM 01:30 PM Berlin",
        absent="13:30",
    ),
    Way(
        is_utc=False,
        is_24_hour=True,
        shown="2026-11-23 13:30",
        theirs="",
        other="2026-11-23 12:30 (UTC)",
        slot="13:30 free",
        absent="12:30",
    ),
]


async def tells_the_other(page: Page, time: Locator, other: str) -> None:
    """The tooltip of a time has it in the other zone."""
    await time.hover()
    await expect(page.get_by_role("tooltip")).to_contain_text(other)
    await page.mouse.move(0, 0)
    await expect(page.get_by_role("tooltip")).to_have_count(0)


@pytest.mark.parametrize("way", WAYS, ids=["UTC, 12 hours", "viewer's zone, 24 hours"])
async def test_every_page_shows_times_as_the_user_wants_them(site: Site, log_in: LogIn, way: Way) -> None:
    asked = await site.ask_for_call("support", NUMBER, AT)
    page = await opened(site, log_in, "/tools/search")
    async with site.database.transaction() as connection:
        wanted = "update users set preferences = jsonb_build_object('show_utc', $1::bool, 'show_24_hour', $2::bool)"
        await connection.execute(wanted, way.is_utc, way.is_24_hour)
    await page.goto(f"{site.url}/tools/search?q={asked['id']}")
    time = page.get_by_role("table", name="Callbacks found").get_by_role("time").last
    await expect(time).to_have_text(way.shown)
    await tells_the_other(page, time, way.other)

    await page.goto(f"{site.url}/callbacks?range=OPEN")
    row = row_of(page, NUMBER)
    await expect(row.get_by_role("time")).to_have_text(f"{way.shown}{way.theirs}")
    await tells_the_other(page, row.get_by_role("time"), way.other)
    await row.get_by_role("button", name="Details").click()
    time = page.locator("[data-details]").get_by_role("time").first
    await expect(time).to_have_text(way.shown)
    await tells_the_other(page, time, way.other)

    await row.get_by_role("button", name="Edit Callback").click()
    dialog = page.get_by_role("dialog", name="Edit Callback")
    await expect(dialog.get_by_role("time")).to_have_text(way.shown)
    await expect(dialog.get_by_role("radio", name=way.slot)).to_be_visible()
    await dialog.get_by_role("button", name="Back", exact=True).click()
    await expect(dialog).to_be_hidden()

    await page.get_by_role("combobox", name="Column to search").select_option("Desired Time")
    search = page.get_by_role("textbox", name="Search by Desired Time")
    await search.fill(way.absent)
    await expect(page.get_by_text(f"Nothing found for “{way.absent}”")).to_be_visible()
    await search.fill(way.shown)
    await expect(row).to_be_visible()


async def test_the_customers_clock_is_told_where_it_shows_another_time(site: Site, log_in: LogIn) -> None:
    in_the_night = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
    await site.ask_for_call("support", NUMBER, AT, time_zone="Europe/London")
    await site.ask_for_call("support", "+49 30 2222222", in_the_night, time_zone="America/New_York")
    await site.ask_for_call("support", "+49 30 3333333", AT, time_zone="Europe/Rome")
    page = await opened(site, log_in, "/callbacks?range=OPEN")
    for number, shown in (
        (NUMBER, "2026-11-23 13:3012:30 London"),
        ("+49 30 2222222", "2026-11-24 03:0011-23 21:00 New York"),
        ("+49 30 3333333", "2026-11-23 13:30"),
    ):
        await expect(row_of(page, number).get_by_role("time")).to_have_text(shown)
    await tells_the_other(
        page,
        row_of(page, NUMBER).get_by_role("time"),
        "2026-11-23 12:30 (UTC). The customer's clock: 2026-11-23 12:30 (Europe/London)",
    )
    await row_of(page, NUMBER).get_by_role("button", name="Details").click()
    theirs = page.get_by_text("(the customer's clock: 2026-11-23 12:30, Europe/London)")
    await expect(theirs).to_be_visible()
    await row_of(page, "+49 30 3333333").get_by_role("button", name="Details").click()
    await expect(page.get_by_text("Estimated Wait Time")).to_have_count(2)
    await expect(page.get_by_text("the customer's clock")).to_have_count(1)
