"""A server that cannot be had, or answers badly: it is said at once, and nothing is done when nobody waits any more."""

from playwright.async_api import expect

from ringback.accounts.rules import Role
from tests.browser.conftest import LogIn
from tests.browser.site import Site


async def test_what_is_asked_for_without_a_network_is_refused_at_once_and_not_done_when_it_is_back(
    site: Site, log_in: LogIn
) -> None:
    await site.add_user("ada", Role.ADMINISTRATOR)
    page = await log_in("ada", "/services")
    await page.get_by_role("button", name="Pause Support").click()
    dialog = page.get_by_role("dialog", name="Pause Support")
    await expect(dialog.get_by_role("button", name="Pause")).to_be_visible()
    await page.context.set_offline(True)
    await dialog.get_by_role("button", name="Pause").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("The server does not answer")
    await dialog.get_by_role("button", name="Cancel").click()
    await page.context.set_offline(False)
    (await site.api.put("/api/v1/services/support", json={"display_name": "Help"})).raise_for_status()
    await expect(page.get_by_role("row", name="Help")).to_contain_text("RUNNING")
    assert (await site.api.get("/api/v1/services/support")).json()["mode"] == "RUNNING"
