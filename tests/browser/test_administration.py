"""Users, the audit, API keys and API errors, as those look after them who may."""

from datetime import timedelta

import httpx
from playwright.async_api import Page, expect

from ringback.accounts.rules import Role
from tests.browser.callbacks import now
from tests.browser.conftest import LogIn, assert_accessible, local, sent
from tests.browser.site import Site


async def test_an_administrator_creates_a_user_who_then_logs_in_with_a_password_of_their_own(
    site: Site, log_in: LogIn
) -> None:
    await site.add_user("olga", Role.ADMINISTRATOR)
    page = await log_in("olga", "/users")
    await page.get_by_role("button", name="Create User").click()
    dialog = page.get_by_role("dialog", name="Create User")
    await dialog.get_by_role("textbox", name="Name", exact=True).fill("OLGA")
    await expect(dialog.get_by_text("There is a user olga already")).to_be_visible()
    await dialog.get_by_role("textbox", name="Name", exact=True).fill("sue/night")
    await expect(dialog.get_by_text("1 to 64 characters, without a slash")).to_be_visible()
    await dialog.get_by_role("textbox", name="Name", exact=True).fill("sue ")
    await dialog.get_by_role("checkbox", name="Monitor").check()
    await assert_accessible(page)
    await dialog.get_by_role("combobox", name="The services given").click()
    await page.get_by_role("option", name="Support").click()
    await dialog.get_by_role("textbox", name="Display Name").click()
    await dialog.get_by_role("radio", name="All, also those to come").check()
    await dialog.get_by_role("radio", name="These").check()
    await dialog.get_by_role("button", name="Create User").dblclick()
    await expect(dialog.get_by_text("The password of sue is shown only now")).to_be_visible()
    await assert_accessible(page)
    given = await dialog.locator("code").inner_text()
    await dialog.get_by_role("button", name="I have noted it").click()
    row = page.get_by_role("row", name="sue")
    await expect(row).to_contain_text("Monitor")
    await expect(row).to_contain_text("support")
    await expect(row).to_contain_text("New password due")
    await assert_accessible(page)
    await _first_login(page, "sue", given)


async def _first_login(page: Page, name: str, given: str) -> None:
    await page.get_by_role("button", name="Account of olga").click()
    await page.get_by_role("menuitem", name="Log out").click()
    await page.get_by_role("textbox", name="Name").fill(name)
    await page.get_by_role("textbox", name="Password").fill(given)
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_role("heading", name="Choose a password of your own")).to_be_visible()
    await assert_accessible(page)
    own = "something quite else"
    await page.get_by_role("textbox", name="Present password").fill(given)
    await page.get_by_role("textbox", name="New password", exact=True).fill(own)
    await page.get_by_role("textbox", name="New password, once more").fill(own)
    await page.get_by_role("button", name="Change password").click()
    await expect(page.get_by_role("link", name="Callbacks")).to_be_visible()
    await expect(page.get_by_role("link", name="Users")).to_have_count(0)


async def test_two_who_edit_the_same_user_do_not_overwrite_each_other(site: Site, log_in: LogIn) -> None:
    await site.add_user("olga", Role.ADMINISTRATOR)
    await site.add_user("sue", Role.MONITOR)
    pages = [await log_in("olga", "/users") for _ in range(2)]
    for page in pages:
        await page.get_by_role("button", name="Edit sue").click()
        await page.get_by_role("textbox", name="Display Name").fill(f"Sue {pages.index(page) + 1}")
    first, second = pages
    await first.get_by_role("button", name="Save").click()
    await expect(first.get_by_role("row", name="sue")).to_contain_text("Sue 1")
    await second.get_by_role("button", name="Save").click()
    await expect(second.get_by_role("alert")).to_contain_text("changed")
    await expect(second.get_by_role("textbox", name="Display Name")).to_have_value("Sue 2")


async def test_a_user_made_meanwhile_is_not_overwritten_by_one_of_the_same_name(site: Site, log_in: LogIn) -> None:
    await site.add_user("olga", Role.ADMINISTRATOR)
    page = await log_in("olga", "/users")
    await page.get_by_role("button", name="Create User").click()
    dialog = page.get_by_role("dialog", name="Create User")
    await dialog.get_by_role("checkbox", name="Monitor").check()
    await site.add_user("new", Role.SUPERVISOR)
    await dialog.get_by_role("textbox", name="Name", exact=True).fill("new")
    await dialog.get_by_role("button", name="Create User").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("There is a user new already")
    await page.reload()
    await page.get_by_role("button", name="Edit new").click()
    edit = page.get_by_role("dialog", name="Edit User new")
    await expect(edit.get_by_role("checkbox", name="Supervisor")).to_be_checked()
    await expect(edit.get_by_role("checkbox", name="Monitor")).not_to_be_checked()


async def test_a_new_password_is_shown_beneath_what_was_typed_which_can_still_be_saved(
    site: Site, log_in: LogIn
) -> None:
    await site.add_user("olga", Role.ADMINISTRATOR)
    await site.add_user("sue", Role.MONITOR)
    page = await log_in("olga", "/users")
    await page.get_by_role("button", name="Edit sue").click()
    dialog = page.get_by_role("dialog", name="Edit User sue")
    await dialog.get_by_role("textbox", name="Display Name").fill("Sue of the night")
    await dialog.get_by_role("button", name="Reset Password").click()
    await dialog.get_by_role("button", name="Reset it").click()
    await expect(dialog.get_by_text("The password of sue is shown only now")).to_be_visible()
    await expect(dialog.get_by_role("button", name="Copy the password")).to_be_focused()
    await assert_accessible(page)
    await dialog.get_by_role("button", name="I have noted it").click()
    await expect(dialog.get_by_role("button", name="Reset Password")).to_be_focused()
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("row", name="sue")).to_contain_text("Sue of the night")


async def test_the_audit_shows_who_did_what_and_finds_it_again(site: Site, log_in: LogIn) -> None:
    await site.add_user("sonja", Role.SUPERVISOR)
    for service in ("sales", "billing"):
        (await site.api.put(f"/api/v1/services/{service}", json={})).raise_for_status()
    page = await log_in("sonja", "/audit")
    rows = page.get_by_role("row")
    await expect(rows.filter(has_text="user.logged-in").filter(has_text="sonja").first).to_be_visible()
    await expect(rows.filter(has_text="user.created")).to_contain_text("roles: none → SUPERVISOR")
    await page.get_by_role("textbox", name="Action").fill("service.")
    await page.get_by_role("textbox", name="Subject").fill("sales")
    await expect(rows).to_have_count(2)
    await expect(rows.nth(1)).to_contain_text("service.created")
    await assert_accessible(page)
    async with page.expect_download() as saving:
        await page.get_by_role("button", name="Export").click()
    saved = (await (await saving.value).path()).read_text(encoding="utf-8")
    assert "service.created" in saved
    assert "user.logged-in" not in saved
    await page.get_by_role("textbox", name="Subject").fill("nobody")
    await expect(page.get_by_text("No entry fits")).to_be_visible()


async def test_a_key_expires_after_today_and_the_audit_tells_times_as_they_are_shown(site: Site, log_in: LogIn) -> None:
    await site.add_user("olga", Role.ADMINISTRATOR)
    page = await log_in("olga", "/developer")
    await page.get_by_role("button", name="Edit tester").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Expires").fill(local(now())[:10])
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_text("Choose a day after today, or none")).to_be_visible()
    await dialog.get_by_label("Expires").fill("2040-12-31")
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("row", name="tester")).to_contain_text("2040-12-31 00:00")
    await page.get_by_role("link", name="Audit").click()
    rows = page.get_by_role("row")
    await expect(rows.filter(has_text="api-key.changed")).to_contain_text("expires_at: none → 2040-12-31 00:00")
    async with page.expect_response("**/api/v1/audit?from=*"):
        await page.get_by_label("From", exact=True).fill("2026-01-01")
    async with page.expect_download():
        await page.get_by_role("button", name="Export").click()
    await page.reload()
    await expect(rows.filter(has_text="audit.exported")).to_contain_text('"2026-01-01 00:00"')


async def test_a_developer_makes_a_key_that_works_until_it_is_revoked(site: Site, log_in: LogIn) -> None:
    await site.add_user("dev", Role.DEVELOPER)
    page = await log_in("dev", "/developer")
    await page.get_by_role("button", name="Create API Key").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("textbox", name="Name").fill("shop")
    await dialog.get_by_role("checkbox", name="read").check()
    await dialog.get_by_role("radio", name="All, also those to come").check()
    await assert_accessible(page)
    posted = sent(page, "POST", "/api/v1/api-keys")
    await dialog.get_by_role("button", name="Create API Key").dblclick()
    await expect(dialog.get_by_role("button", name="Copy the secret")).to_be_focused()
    assert len(posted) == 1
    secret = await dialog.locator("code").inner_text()
    await dialog.get_by_role("button", name="I have noted it").click()
    async with httpx.AsyncClient(base_url=site.url, headers={"X-API-Key": secret}, timeout=30) as shop:
        assert (await shop.get("/api/v1/services")).status_code == 200
        body = {"service": "support", "phone_number": "+49301234567"}
        refused = await shop.post("/api/v1/callbacks", json=body)
        await page.get_by_role("button", name="Revoke shop").click()
        await assert_accessible(page)
        await page.get_by_role("dialog").get_by_role("button", name="Revoke shop").click()
        await expect(page.get_by_role("row", name="shop")).to_have_count(0)
        assert (await shop.get("/api/v1/services")).status_code == 401
    await page.get_by_role("tab", name="API errors").click()
    await page.get_by_role("textbox", name="Correlation id").fill(refused.headers["X-Correlation-Id"])
    row = page.get_by_role("row").nth(1)
    await expect(row).to_contain_text("scope-missing")
    await expect(page.get_by_role("row")).to_have_count(2)
    await assert_accessible(page)


async def test_who_is_told_of_no_changes_is_not_said_to_be_live(site: Site, log_in: LogIn) -> None:
    await site.add_user("dev", Role.DEVELOPER)
    page = await log_in("dev", "/developer")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.reload()
    await page.get_by_role("tab", name="API errors").click()
    await expect(page.get_by_text("No call was refused")).to_be_visible()
    await expect(page.get_by_role("status").filter(has_text="Live")).to_have_count(0)
    assert any("/api/v1/" in url for url in asked)
    assert not any("/api/v1/events" in url for url in asked)


async def test_two_who_edit_the_same_key_do_not_overwrite_each_other(site: Site, log_in: LogIn) -> None:
    await site.add_user("dev", Role.DEVELOPER)
    first, second = [await log_in("dev", "/developer") for _ in range(2)]
    for page in (first, second):
        await page.get_by_role("button", name="Edit tester").click()
    expires = first.get_by_label("Expires")
    day = f"{site.clock.now() + timedelta(days=400):%Y-%m-%d}"
    await expires.fill(f"1{day}")
    await expect(first.get_by_text("A year has four digits, such as 2026-12-31")).to_be_visible()
    await first.get_by_role("button", name="Save").click()
    await expires.fill(day)
    await first.get_by_role("button", name="Save").click()
    await expect(first.get_by_role("row", name="tester")).to_contain_text(f"{day} 00:00")
    await second.get_by_role("checkbox", name="manage").uncheck()
    await second.get_by_role("button", name="Save").click()
    refusal = second.get_by_role("dialog").get_by_role("alert")
    await expect(refusal).to_contain_text(f"Somebody has changed tester meanwhile: it expires at {day} 00:00.")
    await expect(second.get_by_role("checkbox", name="manage")).not_to_be_checked()
