"""The Callbacks page, as its tests look at it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.async_api import Locator, Page

from ringback.accounts.rules import Role
from tests.browser.conftest import LogIn
from tests.browser.site import Site


async def opened(site: Site, log_in: LogIn, address: str = "/callbacks", role: Role = Role.SUPERVISOR) -> Page:
    """The page, or another one, as somebody of the role sees it."""
    await site.add_user("sonja", role)
    return await log_in("sonja", address)


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
