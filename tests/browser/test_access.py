"""Logging in and out, and the pages that somebody's roles have (point 16)."""

from playwright.async_api import Page, expect

from ringback.accounts.rules import Role
from tests.browser.conftest import LogIn, assert_accessible
from tests.browser.site import Site


async def pages(page: Page) -> list[str]:
    """The pages that the navigation offers."""
    return await page.get_by_role("navigation", name="Pages", exact=True).get_by_role("link").all_inner_texts()


async def test_each_role_has_its_pages_and_no_others(site: Site, log_in: LogIn) -> None:
    seen = {}
    for role in Role:
        await site.add_user(role.lower(), role)
        seen[role] = await pages(await log_in(role.lower()))
    watched = ["Callbacks", "Services", "Agents", "Reports", "Callback Search"]
    assert seen == {
        Role.MONITOR: watched,
        Role.SUPERVISOR: [*watched, "Users", "Audit"],
        Role.ADMINISTRATOR: [*watched, "Users", "Audit", "Developer"],
        Role.DEVELOPER: ["Developer"],
        Role.AGENT: ["My desk"],
    }


async def test_the_login_is_accessible_and_refuses_in_a_sentence(site: Site, log_in: LogIn) -> None:
    await site.add_user("sonja", Role.SUPERVISOR)
    page = await log_in("sonja", "/audit")
    await expect(page).to_have_url(f"{site.url}/audit")
    await page.get_by_role("button", name="Account of sonja").click()
    await page.get_by_role("menuitem", name="Log out").click()
    await page.get_by_role("textbox", name="Name").fill("sonja")
    await page.get_by_role("textbox", name="Password").fill("not it")
    await assert_accessible(page)
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    await expect(page.get_by_role("textbox", name="Name")).to_have_value("sonja")
