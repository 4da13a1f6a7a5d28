"""Point 16: logging in and out, the pages of one's roles, and the callbacks of one's services."""

from playwright.async_api import Page, expect

from ringback.accounts.rules import Role
from tests.browser.callbacks import opened, row_of
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


async def test_whoever_may_not_change_sees_no_controls(site: Site, log_in: LogIn) -> None:
    await site.ask_for_call("support", "030 1111111")
    page = await opened(site, log_in, role=Role.MONITOR)
    row = row_of(page, "+49 30 1111111")
    await expect(row.get_by_role("button", name="Details")).to_be_visible()
    await expect(row.get_by_role("button", name="Edit Callback")).to_have_count(0)
    await expect(page.get_by_role("button", name="Create Callback")).to_have_count(0)
    await expect(page.get_by_role("button", name="Cancel Callbacks")).to_have_count(0)


async def test_whoever_has_one_service_sees_and_finds_that_alone(site: Site, log_in: LogIn) -> None:
    await site.add_service("sales", display_name="Sales")
    await site.ask_for_call("support", "030 1111111")
    await site.ask_for_call("sales", "030 2222222")
    await site.add_user("mona", Role.MONITOR, services=["sales"])
    page = await log_in("mona", "/callbacks")
    await expect(row_of(page, "+49 30 2222222")).to_be_visible()
    await expect(row_of(page, "+49 30 1111111")).to_have_count(0)
    await page.get_by_role("link", name="Callback Search").click()
    await page.get_by_role("searchbox").fill("030 1111111")
    await expect(page.get_by_text("No callbacks found for 030 1111111")).to_be_visible()
    await page.get_by_role("link", name="Services").click()
    await expect(page.get_by_role("rowheader", name="Sales")).to_be_visible()
    await expect(page.get_by_role("rowheader")).to_have_count(1)


async def test_a_new_service_is_usable_without_another_login(site: Site, log_in: LogIn) -> None:
    page = await opened(site, log_in)
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    (await site.api.put("/api/v1/services/sales", json={"display_name": "Sales"})).raise_for_status()
    await site.ask_for_call("sales", "+49302222222")
    await page.get_by_role("button", name="Refresh").click()
    await expect(row_of(page, "+49 30 2222222")).to_contain_text("sales")
    await page.get_by_role("button", name="Create Callback").click()
    await page.get_by_role("dialog").get_by_role("combobox", name="Service Type").click()
    await expect(page.get_by_role("option", name="Sales")).to_be_visible()
