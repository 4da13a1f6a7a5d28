"""A server that cannot be had, or answers badly: it is said at once, and nothing is done when nobody waits any more."""

import pytest
from playwright.async_api import expect

from ringback.accounts.rules import Role
from tests.browser.conftest import HALF_A_MINUTE, LogIn
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


@pytest.mark.parametrize(
    ("path", "row"),
    [("/agents", "Anna"), ("/users", "ada"), ("/developer/keys", "tester"), ("/services/trunks", "main")],
)
async def test_a_table_that_cannot_be_read_again_stays_and_says_so(
    site: Site, log_in: LogIn, path: str, row: str
) -> None:
    await site.add_agent("anna", "support")
    await site.add_user("ada", Role.ADMINISTRATOR)
    page = await log_in("ada")
    await page.context.clock.install()
    await page.goto(f"{site.url}{path}")
    shown = page.get_by_role("row", name=row)
    await expect(shown).to_be_visible()
    await page.route("**/api/v1/**", lambda route: route.fulfill(status=500))
    await page.clock.fast_forward(HALF_A_MINUTE)
    await expect(page.get_by_role("main").get_by_role("alert")).to_contain_text("The server answered with 500")
    await expect(shown).to_be_visible()


@pytest.mark.parametrize("refused", ["/services/support", "/service-statuses"])
async def test_settings_that_cannot_be_read_again_stay_and_say_so(site: Site, log_in: LogIn, refused: str) -> None:
    await site.add_user("ada", Role.ADMINISTRATOR)
    page = await log_in("ada", "/services/support/general")
    stands = page.get_by_role("region", name="How it stands now")
    await expect(stands).to_be_visible()
    await expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible()
    await page.route(f"**/api/v1{refused}", lambda route: route.fulfill(status=500))
    (await site.api.put("/api/v1/services/support", json={"display_name": "Help"})).raise_for_status()
    await expect(page.get_by_role("main").get_by_role("alert")).to_contain_text("The server answered with 500")
    await expect(stands).to_be_visible()
