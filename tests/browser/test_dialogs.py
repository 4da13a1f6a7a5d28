"""Dialogs shut nobody out, in light and in dark: those that no other test looks at."""

from playwright.async_api import Page, expect

from ringback.accounts.rules import Role
from tests.browser.callbacks import opened, row_of
from tests.browser.conftest import LogIn, assert_accessible, sent
from tests.browser.site import Site

DIALOG = "[role=dialog]"


async def look_at(page: Page, opener: str, title: str) -> None:
    """Open a dialog, see that it shuts nobody out, and close it."""
    await page.get_by_role("button", name=opener).click()
    dialog = page.get_by_role("dialog", name=title)
    await expect(dialog).to_be_visible()
    # Beside it, the tooltip of the button that opened it may still be there.
    await assert_accessible(page, DIALOG)
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()


async def test_dialogs_of_services_and_trunks_shut_nobody_out(site: Site, log_in: LogIn) -> None:
    (await site.api.put("/api/v1/trunks/backup", json={"link": "main"})).raise_for_status()
    await site.add_user("ada", Role.ADMINISTRATOR)
    page = await log_in("ada", "/services")
    await look_at(page, "Create Service", "Create Service")
    await page.goto(f"{site.url}/services/trunks")
    await look_at(page, "Create Trunk", "Create Trunk")
    await look_at(page, "Edit backup", "Edit Trunk backup")
    await look_at(page, "Delete backup", "Delete Trunk backup")
    await page.goto(f"{site.url}/services/support/general")
    await look_at(page, "Delete This Service", "Delete Support")


async def test_giving_a_new_password_shuts_nobody_out_and_gives_one(site: Site, log_in: LogIn) -> None:
    await site.add_user("olga", Role.ADMINISTRATOR)
    await site.add_user("sue", Role.MONITOR)
    page = await log_in("olga", "/users")
    await page.get_by_role("button", name="Edit sue").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Reset Password").click()
    await expect(dialog.get_by_text("It ends their sessions.")).to_be_visible()
    await assert_accessible(page, DIALOG)
    posted = sent(page, "POST", "/api/v1/users/sue/reset-password")
    await dialog.get_by_role("button", name="Reset it").dblclick()
    await expect(dialog.get_by_text("The password of sue is shown only now")).to_be_visible()
    await assert_accessible(page, DIALOG)
    assert len(posted) == 1


async def test_what_is_being_called_can_be_cancelled_and_nothing_else(site: Site, log_in: LogIn) -> None:
    await site.ask_for_call("support", "030 1111111")
    await site.add_agent("anna", "support")
    async with site.database.transaction() as connection:
        reserved = "update callbacks set state = 'ROUTING', agent_id = (select id from agents)"
        await connection.execute(reserved)
    page = await opened(site, log_in, "/callbacks?range=OPEN")
    row = row_of(page, "+49 30 1111111")
    await expect(row).to_contain_text("ROUTING")
    await row.get_by_role("button", name="Edit Callback").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("status")).to_contain_text("It is being called: its time cannot be changed.")
    await expect(dialog.get_by_role("button", name="Reschedule")).to_have_count(0)
    await expect(dialog.get_by_role("button", name="Call now")).to_have_count(0)
    await assert_accessible(page, DIALOG)
    for _ in range(2):
        await dialog.get_by_role("button", name="Cancel Callback").click()
    await expect(dialog).to_be_hidden()
    await expect(row).to_contain_text("COMPLETED (CANCELLED_BY_ADMIN)")
