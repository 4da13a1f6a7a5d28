"""The Agents page: who can take calls, live; their presence, and who they are."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Locator, Page, expect

from ringback.accounts.rules import Role
from tests.browser.conftest import LogIn, assert_accessible
from tests.browser.site import Site

CSV = b"name,display_name,endpoint,services\nanna,Anna Berg,301,support\ncarl,,302,support;sales\n"


async def staffed(site: Site) -> None:
    """Anna and Ben, who serve different services; nobody is ready yet."""
    await site.add_service("sales", display_name="Sales")
    await site.add_agent("anna", "support", endpoint="201", display_name="Anna Berg")
    await site.add_agent("ben", "sales", endpoint="202", display_name="Ben Brown")


async def presence(site: Site, name: str, state: str, reason: str | None = None) -> None:
    """Ask for a presence over the API."""
    path = f"/api/v1/agents/{name}/presence"
    (await site.api.post(path, json={"state": state, "reason": reason})).raise_for_status()


def row(page: Page, name: str) -> Locator:
    """The line of an agent."""
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name))


async def test_presences_reasons_and_callbacks_in_hand_are_seen_as_they_change(site: Site, log_in: LogIn) -> None:
    await staffed(site)
    await site.add_user("mona", Role.MONITOR)
    page = await log_in("mona", "/agents")
    await expect(row(page, "Anna Berg")).to_contain_text("Offline")
    await presence(site, "ben", "NOT_READY", "Lunch")
    await expect(row(page, "Ben Brown")).to_contain_text("Lunch")
    site.start_engine()
    await presence(site, "anna", "READY")
    callback = await site.ask_for_call("support", "+4930123456701")
    await expect(row(page, "Anna Berg")).to_contain_text("Talking")
    link = row(page, "Anna Berg").get_by_role("link", name=f"Callback {callback['id']} of support")
    await expect(link).to_have_attribute("href", f"/tools/search?q={callback['id']}")
    await expect(page.get_by_text("202")).to_have_count(0)
    await expect(page.get_by_role("button", name="Presence of anna")).to_have_count(0)

    await page.get_by_role("button", name="Not ready: 1").click()
    await expect(row(page, "Anna Berg")).to_have_count(0)
    await expect(row(page, "Ben Brown")).to_be_visible()
    await expect(page).to_have_url(f"{site.url}/agents?presence=NOT_READY")
    await assert_accessible(page)


@pytest.mark.parametrize("minutes", [-10, 10])
async def test_how_long_a_presence_lasts_is_told_by_the_servers_clock_however_wrong_the_browsers_is(
    site: Site, log_in: LogIn, minutes: int
) -> None:
    await staffed(site)
    await presence(site, "ben", "READY")
    await site.add_user("mona", Role.MONITOR)
    page = await log_in("mona")
    await page.context.clock.install(time=datetime.now(UTC) + timedelta(minutes=minutes))
    await page.goto(f"{site.url}/agents")
    lasts = row(page, "Ben Brown").get_by_role("cell").filter(has_text="since")
    await expect(lasts).to_have_text(re.compile(r"^(?!0:00)[0-4]:\d\d since \d\d:\d\d$"))


async def test_a_supervisor_changes_a_presence_and_is_told_that_it_waits_for_the_end_of_the_call(
    site: Site, log_in: LogIn
) -> None:
    await staffed(site)
    site.start_engine()
    await presence(site, "anna", "READY")
    await site.ask_for_call("support", "+4930123456701")
    await site.add_user("sonja", Role.SUPERVISOR)
    page = await log_in("sonja", "/agents")
    await expect(row(page, "Anna Berg")).to_contain_text("Talking")
    await page.get_by_role("button", name="Presence of anna").click()
    dialog = page.get_by_role("dialog", name="Presence of Anna Berg")
    await expect(dialog.get_by_role("status")).to_contain_text("takes effect when it is over")
    await assert_accessible(page)
    await dialog.get_by_role("radio", name="Not ready").check()
    await dialog.get_by_role("textbox", name="Reason").fill("Team meeting")
    await dialog.get_by_role("button", name="Change").click()
    await expect(row(page, "Anna Berg")).to_contain_text("then Not ready: Team meeting")
    await expect(page.get_by_role("button", name="Presence of anna")).to_be_focused()
    await expect(page.get_by_role("button", name="Edit anna")).to_have_count(0)


async def test_an_administrator_creates_and_changes_agents_and_overwrites_nobody(site: Site, log_in: LogIn) -> None:
    await staffed(site)
    await site.add_user("admin", Role.ADMINISTRATOR)
    page = await log_in("admin", "/agents")
    await page.get_by_role("button", name="Create Agent").click()
    dialog = page.get_by_role("dialog", name="Create Agent")
    await dialog.get_by_role("textbox", name="Name", exact=True).fill("anna")
    await expect(dialog.get_by_text("There is an agent anna already")).to_be_visible()
    await dialog.get_by_role("textbox", name="Name", exact=True).fill("carl/night")
    await expect(dialog.get_by_text("1 to 64 characters, without a slash")).to_be_visible()
    await dialog.get_by_role("textbox", name="Name", exact=True).fill("carl ")
    await dialog.get_by_role("textbox", name="Telephone").fill("203")
    await dialog.get_by_role("combobox", name="Services").click()
    await page.get_by_role("option", name="Sales").click()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("option")).to_have_count(0)
    await assert_accessible(page, "[role=dialog]")
    await dialog.get_by_role("button", name="Create Agent").click()
    await expect(row(page, "carl")).to_contain_text("sales")

    await page.get_by_role("button", name="Edit anna").click()
    edit = page.get_by_role("dialog", name="Edit Agent anna")
    await edit.get_by_role("textbox", name="Telephone").fill("299")
    body = {"endpoint": "250", "services": ["support"]}
    (await site.api.put("/api/v1/agents/anna", json=body)).raise_for_status()
    await edit.get_by_role("button", name="Save").click()
    await expect(edit.get_by_role("alert")).to_contain_text("Somebody has changed anna meanwhile: the telephone is 250")
    await expect(edit.get_by_role("textbox", name="Telephone")).to_have_value("299")


async def test_many_agents_come_from_a_csv_file_after_it_is_said_what_becomes_of_them(
    site: Site, log_in: LogIn
) -> None:
    await staffed(site)
    await site.add_user("admin", Role.ADMINISTRATOR)
    page = await log_in("admin", "/agents")
    await page.get_by_role("button", name="Import").click()
    dialog = page.get_by_role("dialog", name="Import Agents")
    file = dialog.get_by_label("CSV file")
    wrong = CSV.replace(b"sales", b"nowhere")
    await file.set_input_files({"name": "agents.csv", "mimeType": "text/csv", "buffer": wrong})
    await expect(dialog.get_by_role("alert")).to_contain_text("Agent 2 (carl)")
    await file.set_input_files({"name": "agents.csv", "mimeType": "text/csv", "buffer": CSV})
    await expect(dialog.get_by_text("1 would be created, 1 changed; 0 are like that already.")).to_be_visible()
    await assert_accessible(page)
    await dialog.get_by_role("button", name="Import 2 agents").click()
    await expect(row(page, "carl")).to_contain_text("302")
    await expect(row(page, "Anna Berg")).to_contain_text("301")
