"""Every page, and the dialogs that no point's own test opens, have nothing that axe finds, in light and in dark."""

from playwright.async_api import Page, expect

from ringback.accounts.rules import Role
from tests.browser.conftest import LogIn, assert_accessible
from tests.browser.site import Site

PAGES = {
    "/callbacks": "Callbacks",
    "/services": "Services",
    "/agents": "Agents",
    "/reports": "Reports",
    "/tools/search": "Callback Search",
    "/users": "Users",
    "/audit": "Audit",
    "/developer": "Developer",
}
# What each page shows when there is something, and when there is nothing.
FULL = {
    "/callbacks": "+49 30 1111111",
    "/services": "Support",
    "/agents": "Anna",
    "/reports": "Promises kept",
    "/tools/search?q=0301111111": "+49 30 1111111",
    "/users": "olga",
    "/audit": "user.logged-in",
    "/developer": "tester",
}
EMPTY = {
    "/callbacks": "No callbacks in",
    "/services": "Support",
    "/agents": "There are no agents yet",
    "/reports": "No callback was wanted",
    "/tools/search": "Which callback?",
    "/users": "olga",
    "/audit": "user.logged-in",
    "/developer": "tester",
}


async def walk(page: Page, site: Site, shown: dict[str, str]) -> None:
    """Look at each page once it shows what it has, and see that it fits."""
    for path, text in shown.items():
        await page.goto(f"{site.url}{path}")
        heading = PAGES[path.partition("?")[0]]
        await expect(page.get_by_role("heading", level=1, name=heading, exact=True)).to_be_visible()
        await expect(page.get_by_role("main").get_by_text(text).first).to_be_visible()
        await page.wait_for_load_state("networkidle")
        await assert_accessible(page)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


async def test_no_page_of_a_site_with_nothing_in_it_shuts_anybody_out(site: Site, log_in: LogIn) -> None:
    await site.add_user("olga", Role.ADMINISTRATOR, Role.AGENT)
    page = await log_in("olga")
    await walk(page, site, EMPTY)
    await page.goto(f"{site.url}/nothing")
    await expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    await assert_accessible(page)


async def test_no_page_with_something_on_it_shuts_anybody_out(site: Site, log_in: LogIn) -> None:
    await site.add_user("olga", Role.ADMINISTRATOR)
    await site.add_agent("anna", "support")
    await site.add_service("long", display_name="Everything else that has a very long name " * 3)
    await site.ask_for_call("support", "030 1111111", customer_name="Ada " * 40, user_data={"order": "7" * 400})
    page = await log_in("olga")
    await walk(page, site, FULL)
    await page.goto(f"{site.url}/tools/search?q=0301111111")
    await page.get_by_role("button", name="Show the diagnostic data").click()
    await expect(page.get_by_role("region", name="Diagnostic data as JSON")).to_be_visible()
    await assert_accessible(page, "[role=dialog]")


async def test_dialogs_of_the_account_shut_nobody_out(site: Site, log_in: LogIn) -> None:
    await site.add_user("olga", Role.ADMINISTRATOR)
    page = await log_in("olga", "/callbacks")
    await page.get_by_role("button", name="Account of olga").click()
    await assert_accessible(page, "[role=menu]")
    await page.get_by_role("menuitem", name="Change password").click()
    await expect(page.get_by_role("dialog", name="Change password")).to_be_visible()
    await assert_accessible(page, "[role=dialog]")
