"""The Callbacks page, as its tests look at it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from playwright.async_api import Locator, Page

from ringback.accounts.rules import Role
from ringback.callbacks.states import State
from tests.browser.conftest import LogIn
from tests.browser.site import Site
from tests.integration.past import add_callback


async def opened(
    site: Site, log_in: LogIn, address: str = "/callbacks", role: Role = Role.SUPERVISOR, page_size: int = 250
) -> Page:
    """The page, or another one, as somebody of the role sees it who prefers so many callbacks on a page."""
    await site.add_user("sonja", role)
    async with site.database.transaction() as connection:
        await connection.execute("update users set preferences = jsonb_build_object('page_size', $1::int)", page_size)
    return await log_in("sonja", address)


async def add_a_minute_apart(site: Site, count: int) -> list[UUID]:
    """QUEUED callbacks of the last hours, the first one wanted first: +49 30 2000000, +49 30 2000001 and so on."""
    return [
        await add_callback(
            site.database,
            state=State.QUEUED,
            number=f"+4930{2_000_000 + place}",
            desired_at=now() - timedelta(minutes=600 - place),
        )
        for place in range(count)
    ]


async def show_created(page: Page) -> None:
    """Choose the range that shows what was created, as the one that is shown hides it."""
    await page.get_by_role("status").filter(has_text="It is not in").get_by_role("button", name="Show ").click()


def row_of(page: Page, number: str) -> Locator:
    """The row with a phone number, or another text, as it is shown."""
    return page.get_by_role("table", name="Callbacks").get_by_role("row").filter(has_text=number)


def now() -> datetime:
    """This second."""
    return datetime.now(UTC).replace(microsecond=0)


async def put_back(site: Site, callback: Any, minutes: int) -> datetime:
    """Make a callback one that was wanted so many minutes ago."""
    at = now() - timedelta(minutes=minutes)
    async with site.database.connection() as connection:
        await connection.execute("update callbacks set desired_at = $2 where id = $1", callback["id"], at)
    return at
