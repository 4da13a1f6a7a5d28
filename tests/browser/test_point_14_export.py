"""The callbacks shown as CSV, and the reports of what one has cancelled (point 14)."""

import csv
import io
from datetime import timedelta
from pathlib import Path

from playwright.async_api import Page, expect

from ringback.accounts.rules import Role
from ringback.callbacks.states import State
from tests.browser.conftest import LogIn, assert_accessible
from tests.browser.site import Site
from tests.integration.past import add_callback

REPORTS = "Export Cancelled Reports"


async def export(page: Page, item: str, folder: Path) -> tuple[str, bytes]:
    """Choose from the menu, and wait for the file: its name, and what is in it."""
    await page.get_by_role("button", name="Export").click()
    async with page.expect_download() as download:
        await page.get_by_role("menuitem", name=item, exact=True).click()
    file = folder / "file.csv"
    await (await download.value).save_as(file)
    return (await download.value).suggested_filename, file.read_bytes()


def numbers(content: bytes) -> list[str]:
    lines = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
    return [line["phone_number"] for line in lines]


async def test_what_is_shown_is_exported_and_nothing_else(site: Site, log_in: LogIn, tmp_path: Path) -> None:
    soon = site.clock.now() + timedelta(hours=1)
    for place in range(260):
        number = f"+4930{1_234_000 + place}"
        await add_callback(site.database, state=State.SCHEDULED, number=number, desired_at=soon)
    await add_callback(site.database, number="+493099999999", desired_at=site.clock.now() - timedelta(hours=1))
    await site.add_user("sonja", Role.SUPERVISOR)
    page = await log_in("sonja", "/callbacks?range=OPEN")
    await expect(page.get_by_role("row", name="+49 30 1234000")).to_be_visible()
    name, content = await export(page, "Callbacks shown (CSV)", tmp_path)
    assert (name.endswith(".csv"), content[:3] == b"\xef\xbb\xbf") == (True, False)
    assert sorted(numbers(content)) == [f"+4930{1_234_000 + place}" for place in range(260)]
    await page.get_by_role("textbox", name="Search").fill("30 1234007")
    await expect(page.get_by_role("row", name="+49 30 1234000")).to_be_hidden()
    _, content = await export(page, "Callbacks shown (CSV for Excel)", tmp_path)
    assert content[:3] == b"\xef\xbb\xbf"
    assert numbers(content) == ["+49301234007"]


async def test_reports_of_what_was_cancelled_are_offered_to_who_cancelled_some(
    site: Site, log_in: LogIn, tmp_path: Path
) -> None:
    ids = [
        await add_callback(
            site.database, state=State.QUEUED, number=f"+493012340{place:02}", desired_at=site.clock.now()
        )
        for place in range(2)
    ]
    await site.add_user("sonja", Role.SUPERVISOR)
    page = await log_in("sonja", "/callbacks?range=OPEN")
    await open_once_told_what_was_cancelled(page)
    await expect(page.get_by_text(REPORTS)).to_be_hidden()
    await page.keyboard.press("Escape")
    await (await site.api.post(f"/api/v1/callbacks/{ids[1]}/cancel")).aread()
    await cancel_alone(page, "+49 30 1234000")
    await page.get_by_role("button", name="Export").click()
    await expect(page.get_by_text(REPORTS)).to_be_visible()
    await assert_accessible(page)
    await page.keyboard.press("Escape")
    _, content = await export(page, "Recently cancelled callbacks (CSV)", tmp_path)
    assert numbers(content) == ["+49301234000"]
    _, content = await export(page, "Cancellation Summary Report (CSV)", tmp_path)
    [line] = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert (line["id"], line["state_before"], line["outcome"]) == (str(ids[0]), "QUEUED", "CANCELLED")
    async with site.database.transaction() as connection:
        await connection.execute("UPDATE transitions SET at = at - interval '24 hours'")
    await open_once_told_what_was_cancelled(page)
    await expect(page.get_by_text(REPORTS)).to_be_hidden()


async def open_once_told_what_was_cancelled(page: Page) -> None:
    """Open the menu of exports, and wait for what decides which there are."""
    async with page.expect_response("**/api/v1/cancellations/recent"):
        await page.get_by_role("button", name="Export").click()
    await expect(page.get_by_role("menuitem", name="Callbacks shown (CSV)", exact=True)).to_be_visible()


async def cancel_alone(page: Page, number: str) -> None:
    """As somebody does with one callback: from its row."""
    await page.get_by_role("row", name=number).get_by_role("button", name="Edit Callback").click()
    await page.get_by_role("button", name="Cancel Callback", exact=True).click()
    await page.get_by_role("dialog").get_by_role("button", name="Cancel Callback").last.click()
    await expect(page.get_by_role("dialog")).to_be_hidden()


async def test_an_export_that_is_refused_says_why(site: Site, log_in: LogIn) -> None:
    await site.add_user("sonja", Role.SUPERVISOR)
    page = await log_in("sonja", "/callbacks?range=OPEN")
    await page.get_by_role("button", name="Export").click()
    await site.stop_server()
    await page.get_by_role("menuitem", name="Callbacks shown (CSV)", exact=True).click()
    refusal = page.get_by_role("alert").filter(has_text="Nothing was exported")
    await expect(refusal).to_contain_text("The server does not answer")
    await site.start()


async def test_a_monitor_exports_nothing_and_cancels_nothing(site: Site, log_in: LogIn) -> None:
    await site.add_user("mona", Role.MONITOR)
    page = await log_in("mona", "/callbacks")
    await expect(page.get_by_role("button", name="Refresh")).to_be_visible()
    await expect(page.get_by_role("button", name="Export")).to_have_count(0)
    await expect(page.get_by_role("button", name="Cancel Callbacks")).to_have_count(0)
