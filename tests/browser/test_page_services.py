"""The Services page: how every service stands, as it changes, and who may do what there."""

from playwright.async_api import expect

from ringback.accounts.rules import Role
from tests.browser.conftest import LogIn, assert_accessible
from tests.browser.site import Site


async def test_the_list_shows_how_services_stand_as_it_changes(site: Site, log_in: LogIn) -> None:
    await site.add_service("sales", display_name="Sales")
    await site.add_user("mona", Role.MONITOR)
    page = await log_in("mona", "/services")
    row = page.get_by_role("row", name="Support")
    await expect(row).to_contain_text("RUNNING")
    await expect(row).to_contain_text("Always open")
    await expect(row).to_contain_text("callbacks only")
    await expect(row).to_contain_text("No engine holds the link main")
    await site.ask_for_call("support", "+4930123456")
    await expect(row.get_by_role("cell").nth(1)).to_have_text("1")
    report = {"waiting": 5, "longest_wait_seconds": 100}
    (await site.api.put("/api/v1/services/support/live-queue", json=report)).raise_for_status()
    await site.api.put("/api/v1/services/support", json={"mode": "DRAINING"})
    await expect(row).to_contain_text("DRAINING")
    await expect(row).to_contain_text("5 on the line")
    await page.get_by_role("button", name="Waiting").click()
    await expect(page.get_by_role("rowheader")).to_contain_text(["Support", "Sales"])
    await page.get_by_role("textbox", name="Filter services").fill("sal")
    await expect(row).to_have_count(0)
    await assert_accessible(page)


async def test_a_monitor_sees_the_state_and_no_setup(site: Site, log_in: LogIn) -> None:
    await site.add_user("mona", Role.MONITOR)
    page = await log_in("mona", "/services")
    await expect(page.get_by_role("rowheader", name="Support")).to_be_visible()
    await expect(page.get_by_role("main").get_by_role("link", name="Support")).to_have_count(0)
    await expect(page.get_by_role("button", name="Pause Support")).to_have_count(0)
    await page.goto(f"{site.url}/services/support/hours")
    await expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()


async def test_pausing_says_what_it_does_and_resuming_ends_it(site: Site, log_in: LogIn) -> None:
    await site.ask_for_call("support", "+4930123456")
    await site.add_user("ada", Role.ADMINISTRATOR)
    page = await log_in("ada", "/services")
    row = page.get_by_role("row", name="Support")
    await page.get_by_role("button", name="Pause Support").click()
    dialog = page.get_by_role("dialog", name="Pause Support")
    await expect(dialog).to_contain_text("The 1 that waits keeps its place.")
    # Beside it, the tooltip of the button that opened it may still be there.
    await assert_accessible(page, of="[role=dialog]")
    await dialog.get_by_role("button", name="Pause").click()
    await expect(row).to_contain_text("PAUSED")
    await page.get_by_role("button", name="Resume Support").click()
    await page.get_by_role("dialog").get_by_role("button", name="Resume").click()
    await expect(row).to_contain_text("RUNNING")


async def test_a_service_is_created_and_deleted_unless_callbacks_belong_to_it(site: Site, log_in: LogIn) -> None:
    await site.ask_for_call("support", "+4930123456")
    await site.add_user("ada", Role.ADMINISTRATOR)
    page = await log_in("ada", "/services")
    await page.get_by_role("button", name="Create service").click()
    dialog = page.get_by_role("dialog", name="Create service")
    name = dialog.get_by_role("textbox", name="Name", exact=True)
    await name.fill("support")
    await dialog.get_by_role("button", name="Create service").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("There is a service support already")
    await name.fill("claims")
    await dialog.get_by_role("button", name="Create service").click()
    await expect(page.get_by_role("heading", name="claims", level=1)).to_be_visible()
    for service, outcome in (("claims", None), ("support", "1 callback belongs to it")):
        await page.goto(f"{site.url}/services/{service}/general")
        await page.get_by_role("button", name="Delete this service").click()
        await page.get_by_role("textbox", name="Write its name").fill(service)
        await page.get_by_role("button", name=f"Delete {service}").click()
        if outcome is not None:
            await expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text(outcome)
        else:
            await expect(page.get_by_role("heading", name="Services", level=1)).to_be_visible()
            await expect(page.get_by_role("link", name="claims")).to_have_count(0)


async def test_a_paused_trunk_is_told_and_resumed(site: Site, log_in: LogIn) -> None:
    async with site.database.transaction() as connection:
        await connection.execute(
            "UPDATE trunks SET paused_until = $1::timestamptz + interval '1 hour', pause_reason = $2",
            site.clock.now(),
            "ten numbers were UNREACHABLE",
        )
    await site.add_user("ada", Role.ADMINISTRATOR)
    page = await log_in("ada", "/services")
    await expect(page.get_by_role("row", name="Support")).to_contain_text("ten numbers were UNREACHABLE")
    await page.get_by_role("link", name="Trunks").click()
    await expect(page.get_by_role("heading", name="Trunks")).to_be_visible()
    trunk = page.get_by_role("row", name="main")
    await expect(trunk).to_contain_text("ten numbers were UNREACHABLE")
    await assert_accessible(page)
    await trunk.get_by_role("button", name="Resume").click()
    await expect(trunk).to_contain_text("Not paused")
    await page.get_by_role("button", name="Create trunk").click()
    dialog = page.get_by_role("dialog", name="Create trunk")
    await dialog.get_by_role("textbox", name="Name").fill("backup")
    await dialog.get_by_role("textbox", name="Channels").fill("30")
    await dialog.get_by_role("button", name="Create trunk").click()
    await expect(page.get_by_role("row", name="backup")).to_contain_text("30")
    await page.get_by_role("button", name="Delete backup").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete backup").click()
    await expect(page.get_by_role("row", name="backup")).to_have_count(0)
