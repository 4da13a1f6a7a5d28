"""Many callbacks at once: bulk cancel, and bulk reschedule and recreate, which work the same way (point 13)."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from playwright.async_api import Locator, Page, Route, expect

from ringback.accounts.rules import Role
from ringback.bulk.worker import BulkWorker
from ringback.callbacks.states import Result, State
from ringback.clock import ManualClock
from tests.browser.callbacks import row_of
from tests.browser.conftest import LogIn, assert_accessible, local, sent, standing_at
from tests.browser.site import Site
from tests.integration.past import add_callback

ALL = "Cancel All Callbacks In Current Time Range"
OPEN = "/callbacks?range=OPEN"


async def add(site: Site, count: int, first: int = 0, **more: object) -> list[UUID]:
    """Scheduled callbacks for the coming hours, one a minute, each with a number of its own."""
    soon = site.clock.now().replace(second=0, microsecond=0) + timedelta(hours=1)
    given: dict[str, object] = {"state": State.SCHEDULED, **more}
    return [
        await add_callback(
            site.database,
            **{"desired_at": soon + timedelta(minutes=place), **given},  # pyright: ignore[reportArgumentType]
            number=f"+4930{1_234_000 + first + place}",
        )
        for place in range(count)
    ]


async def with_an_agent(site: Site, number: str) -> None:
    """A callback in PROCESSING."""
    await site.add_agent("anna", "support")
    callback = await add_callback(site.database, state=State.QUEUED, number=number, desired_at=site.clock.now())
    async with site.database.transaction() as connection:
        await connection.execute(
            "UPDATE callbacks SET state = 'PROCESSING', agent_id = (SELECT id FROM agents) WHERE id = $1", callback
        )


async def work(site: Site) -> None:
    """What an engine does."""
    await BulkWorker(site.database, site.clock).run_once()


async def state_of(site: Site, callback: UUID) -> str:
    shown = (await site.api.get(f"/api/v1/callbacks/{callback}")).json()
    return f"{shown['state']} ({shown['result']})"


async def open_all(site: Site, log_in: LogIn, path: str = OPEN) -> Page:
    """A supervisor's page with every row selected."""
    await site.add_user("sonja", Role.SUPERVISOR)
    page = await log_in("sonja", path)
    await page.get_by_role("checkbox", name="Select all").check()
    return page


def confirm(page: Page, name: str) -> Locator:
    return page.get_by_role("dialog").get_by_role("button", name=name, exact=True)


async def test_those_selected_are_listed_and_cancelled_and_no_others(site: Site, log_in: LogIn) -> None:
    first, second, other = await add(site, 3)
    await site.add_user("sonja", Role.SUPERVISOR)
    page = await log_in("sonja", OPEN)
    cancel = page.get_by_role("button", name="Cancel Callbacks")
    await expect(cancel).to_be_disabled()
    for number in ("+49 30 1234000", "+49 30 1234001"):
        await page.get_by_role("checkbox", name=f"Select {number}").check()
    await cancel.click()
    dialog = page.get_by_role("dialog", name="Cancel Callbacks Confirmation")
    await expect(dialog.get_by_role("row")).to_have_count(3)
    await expect(dialog.get_by_role("cell", name="+49 30 1234001")).to_be_visible()
    await assert_accessible(page)
    await dialog.get_by_label("Reason").fill("storm")
    await confirm(page, "Confirm: cancel 2 callbacks").dblclick()
    await expect(page.get_by_role("dialog").get_by_text("Cancelling: 0 of 2 callbacks")).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("Cancelling 0 of 2 callbacks")).to_have_count(1)
    await page.get_by_role("button", name="Show cancelling").click()
    await work(site)
    done = page.get_by_role("dialog", name="Cancel Callbacks")
    await expect(done.get_by_text("2 callbacks were cancelled.")).to_be_visible()
    await expect(done.get_by_role("cell", name="COMPLETED (CANCELLED_BY_ADMIN)")).to_have_count(2)
    await assert_accessible(page)
    assert [await state_of(site, each) for each in (first, second, other)] == [
        "COMPLETED (CANCELLED_BY_ADMIN)",
        "COMPLETED (CANCELLED_BY_ADMIN)",
        "SCHEDULED (None)",
    ]


async def test_all_of_the_range_overrides_the_selection_and_spares_who_is_with_an_agent(
    site: Site, log_in: LogIn, tmp_path: Path
) -> None:
    await add(site, 300)
    await with_an_agent(site, "+493011112222")
    [queued] = await add(site, 1, first=900, state=State.QUEUED, desired_at=site.clock.now())
    await site.add_user("sonja", Role.SUPERVISOR)
    page = await log_in("sonja", f"{OPEN}&search=1234005")
    await page.get_by_role("checkbox", name="Select +49 30 1234005").check()
    await page.get_by_role("button", name="Cancel Callbacks").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("table")).to_be_visible()
    await dialog.get_by_role("checkbox", name=ALL).check()
    await expect(dialog.get_by_role("table")).to_have_count(0)
    await expect(dialog.get_by_role("status")).to_have_text("301 callbacks will be cancelled300SCHEDULED1QUEUED")
    await expect(dialog.get_by_role("note")).to_contain_text("Left alone: 1 callback in PROCESSING")
    await assert_accessible(page)
    await confirm(page, "Confirm: cancel 301 callbacks").click()
    await expect(dialog.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "0")
    await work(site)
    await expect(dialog.get_by_text("301 callbacks were cancelled, 1 left alone.")).to_be_visible()
    left = dialog.get_by_role("region", name="Left alone (1)").get_by_role("row").last
    await expect(left).to_contain_text("+49 30 11112222")
    await expect(left).to_contain_text("PROCESSING")
    async with page.expect_download() as download:
        await dialog.get_by_role("button", name="Cancellation Summary Report (CSV)").click()
    file = tmp_path / "summary.csv"
    await (await download.value).save_as(file)
    lines = list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"), newline="")))
    assert len(lines) == 302
    assert {line["outcome"] for line in lines if line["id"] == str(queued)} == {"CANCELLED"}
    assert [line["state_before"] for line in lines if line["outcome"] != "CANCELLED"] == ["PROCESSING"]


async def test_all_of_the_range_is_all_of_the_states_and_services_that_the_user_sees(site: Site, log_in: LogIn) -> None:
    await site.add_service("sales", display_name="Sales")
    shown = await add(site, 2)
    hidden = [*await add(site, 1, first=500, state=State.QUEUED), *await add(site, 1, first=700, service="sales")]
    await site.add_user("sonja", Role.SUPERVISOR)
    async with site.database.transaction() as connection:
        seen = """update users set preferences = '{"visible_states": ["SCHEDULED"], "visible_services": ["support"]}'"""
        await connection.execute(seen)
    page = await log_in("sonja", OPEN)
    await page.get_by_role("checkbox", name="Select +49 30 1234000").check()
    await page.get_by_role("button", name="Cancel Callbacks").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("checkbox", name=ALL).check()
    await expect(dialog.get_by_text("Open; only SCHEDULED; only support. Also those that")).to_be_visible()
    await expect(dialog.get_by_role("status")).to_have_text("2 callbacks will be cancelled2SCHEDULED")
    await confirm(page, "Confirm: cancel 2 callbacks").click()
    await expect(dialog.get_by_text("Cancelling: 0 of 2 callbacks")).to_be_visible()
    await work(site)
    await expect(dialog.get_by_text("2 callbacks were cancelled.")).to_be_visible()
    after = ["COMPLETED (CANCELLED_BY_ADMIN)"] * 2 + ["QUEUED (None)", "SCHEDULED (None)"]
    assert [await state_of(site, each) for each in [*shown, *hidden]] == after


@standing_at(datetime(2026, 11, 23, 9, tzinfo=UTC))
async def test_the_range_is_what_it_was_when_the_dialog_opened(site: Site, log_in: LogIn, clock: ManualClock) -> None:
    await add(site, 2)
    page = await open_all(site, log_in, "/callbacks?range=NEXT_24_HOURS")
    await page.get_by_role("button", name="Cancel Callbacks").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("checkbox", name=ALL).check()
    described = dialog.get_by_text("Next 24 Hours, 2026-11-23 10:00 to 2026-11-24 10:00; all services.")
    await expect(described).to_be_visible()
    await expect(dialog.get_by_role("status")).to_have_text("2 callbacks will be cancelled2SCHEDULED")
    # Of the 24 hours from now on, and not of those from when the dialog opened.
    later = clock.now() + timedelta(hours=24, minutes=5)
    clock.jump(600)
    await page.context.clock.set_fixed_time(clock.now())
    [beyond] = await add(site, 1, first=500, desired_at=later)
    await add(site, 1, first=700)
    await expect(dialog.get_by_role("status")).to_have_text("3 callbacks will be cancelled3SCHEDULED")
    await expect(described).to_be_visible()
    await confirm(page, "Confirm: cancel 3 callbacks").click()
    await expect(dialog.get_by_text("of 3 callbacks")).to_be_visible()
    await work(site)
    await expect(dialog.get_by_text("3 callbacks were cancelled.")).to_be_visible()
    assert await state_of(site, beyond) == "SCHEDULED (None)"


async def test_work_stays_visible_when_its_dialog_is_closed_and_the_page_read_anew(site: Site, log_in: LogIn) -> None:
    await add(site, 2)
    page = await open_all(site, log_in)
    await page.get_by_role("button", name="Cancel Callbacks").click()
    await confirm(page, "Confirm: cancel 2 callbacks").click()
    await expect(page.get_by_text("Cancelling: 0 of 2 callbacks")).to_be_visible()
    await page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    await expect(page.get_by_text("Cancelling 0 of 2 callbacks")).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("Cancelling 0 of 2 callbacks")).to_be_visible()
    await assert_accessible(page)
    await work(site)
    await expect(page.get_by_text("2 callbacks were cancelled", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Show cancelling").click()
    dialog = page.get_by_role("dialog", name="Cancel Callbacks")
    await expect(dialog.get_by_role("cell", name="COMPLETED (CANCELLED_BY_ADMIN)")).to_have_count(2)
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_text("2 callbacks were cancelled", exact=True)).to_be_hidden()


async def test_many_are_rescheduled_by_a_shift_or_to_one_time(site: Site, log_in: LogIn) -> None:
    scheduled = (await add(site, 2))[0]
    await add(site, 1, first=900, state=State.QUEUED, desired_at=site.clock.now())
    was = (await site.api.get(f"/api/v1/callbacks/{scheduled}")).json()["desired_at"]
    page = await open_all(site, log_in)
    await page.get_by_role("button", name="More for the selected callbacks").click()
    await page.get_by_role("menuitem", name="Reschedule Callbacks").click()
    dialog = page.get_by_role("dialog", name="Reschedule Callbacks Confirmation")
    await expect(dialog.get_by_role("note")).to_contain_text("1 callback in QUEUED (its time has come)")
    await dialog.get_by_role("radio", name="Move all to one time").check()
    await expect(confirm(page, "Confirm: reschedule 2 callbacks")).to_be_disabled()
    await dialog.get_by_label("Date and time (Europe/Berlin)").fill("2020-01-01T09:00")
    await expect(dialog.get_by_text("This is in the past")).to_be_visible()
    await assert_accessible(page)
    await dialog.get_by_role("radio", name="Move each by the same time").check()
    await dialog.get_by_label("By how much").fill("2")
    posted = sent(page, "POST", "/api/v1/reschedulings")
    await confirm(page, "Confirm: reschedule 2 callbacks").dblclick()
    await expect(page.get_by_text("Rescheduling: 0 of 3 callbacks")).to_be_visible()
    assert len(posted) == 1
    await work(site)
    await expect(page.get_by_text("2 callbacks were rescheduled, 1 left alone.")).to_be_visible()
    await expect(page.get_by_role("button", name="Close", exact=True).last).to_be_focused()
    moved = datetime.fromisoformat(was) + timedelta(hours=2)
    await expect(page.get_by_role("dialog").get_by_role("cell", name=local(moved))).to_be_visible()
    assert (await site.api.get(f"/api/v1/callbacks/{scheduled}")).json()["desired_at"] == f"{moved:%Y-%m-%dT%H:%M:%SZ}"
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Refresh")).to_be_focused()
    await expect(row_of(page, "+49 30 1234000")).to_contain_text(local(moved))


async def test_a_shift_is_at_most_62_days(site: Site, log_in: LogIn) -> None:
    await add(site, 2)
    page = await open_all(site, log_in)
    await page.get_by_role("button", name="More for the selected callbacks").click()
    await page.get_by_role("menuitem", name="Reschedule Callbacks").click()
    dialog = page.get_by_role("dialog", name="Reschedule Callbacks Confirmation")
    await dialog.get_by_role("combobox", name="Unit").select_option("days")
    await dialog.get_by_label("By how much").fill("63")
    await expect(dialog.get_by_text("At most 62 days")).to_be_visible()
    await expect(dialog.get_by_role("button", name="Confirm")).to_be_disabled()
    await assert_accessible(page)
    await dialog.get_by_label("By how much").fill("62")
    await expect(dialog.get_by_text("At most 62 days")).to_have_count(0)
    await confirm(page, "Confirm: reschedule 2 callbacks").click()
    await expect(page.get_by_text("Rescheduling: 0 of 2 callbacks")).to_be_visible()


async def test_what_was_selected_for_one_piece_of_work_is_not_taken_into_the_next(site: Site, log_in: LogIn) -> None:
    first, second = await add(site, 2)
    earlier = site.clock.now() - timedelta(hours=3)
    await add(site, 1, first=900, state=State.COMPLETED, result=Result.NO_ANSWER, desired_at=earlier)
    await site.add_user("sonja", Role.SUPERVISOR)
    page = await log_in("sonja", "/callbacks?range=own:-300:300:Around now")
    for number in ("1234000", "1234001"):
        await page.get_by_role("checkbox", name=f"Select +49 30 {number}").check()
    await page.get_by_role("button", name="Cancel Callbacks").click()
    await confirm(page, "Confirm: cancel 2 callbacks").click()
    await expect(page.get_by_text("Cancelling: 0 of 2 callbacks")).to_be_visible()
    await work(site)
    dialog = page.get_by_role("dialog", name="Cancel Callbacks")
    await expect(dialog.get_by_role("cell", name="COMPLETED (CANCELLED_BY_ADMIN)")).to_have_count(2)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Cancel Callbacks")).to_be_disabled()
    await expect(page.get_by_role("button", name="Refresh")).to_be_focused()
    await page.get_by_role("checkbox", name="Select +49 30 1234900").check()
    await page.get_by_role("button", name="More for the selected callbacks").click()
    await page.get_by_role("menuitem", name="Recreate Callbacks").click()
    await expect(confirm(page, "Confirm: recreate 1 callback")).to_be_visible()
    assert [await state_of(site, each) for each in (first, second)] == ["COMPLETED (CANCELLED_BY_ADMIN)"] * 2


async def test_many_are_recreated_now(site: Site, log_in: LogIn) -> None:
    earlier = site.clock.now() - timedelta(hours=3)
    await add(site, 2, state=State.COMPLETED, result=Result.NO_ANSWER, desired_at=earlier)
    page = await open_all(site, log_in, "/callbacks")
    await page.get_by_role("button", name="More for the selected callbacks").click()
    await page.get_by_role("menuitem", name="Recreate Callbacks").click()
    await expect(page.get_by_role("dialog", name="Recreate Callbacks Confirmation")).to_be_visible()
    await expect(page.get_by_role("radio", name="As soon as an agent is free")).to_be_checked()
    await assert_accessible(page)
    posted = sent(page, "POST", "/api/v1/recreations")
    await confirm(page, "Confirm: recreate 2 callbacks").dblclick()
    await expect(page.get_by_text("Recreating: 0 of 2 callbacks")).to_be_visible()
    assert len(posted) == 1
    await work(site)
    await expect(page.get_by_text("2 callbacks were recreated.")).to_be_visible()
    waiting = (await site.api.get("/api/v1/callbacks", params={"state": "QUEUED"})).json()["items"]
    assert len(waiting) == 2
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="2 new callbacks - show").click()
    await expect(row_of(page, "QUEUED")).to_have_count(2)


async def test_all_of_the_range_are_rescheduled_or_recreated_at_one_time(site: Site, log_in: LogIn) -> None:
    await add(site, 3)
    await add(site, 2, first=500, state=State.COMPLETED, result=Result.NO_ANSWER)
    await site.add_user("sonja", Role.SUPERVISOR)
    page = await log_in("sonja", "/callbacks?range=NEXT_24_HOURS")
    dialog = page.get_by_role("dialog")
    soon = site.clock.now().replace(second=0, microsecond=0) + timedelta(hours=5)
    for number, kind, way, count, doing, done in (
        ("1234000", "Reschedule", "Move all to one time", 3, "Rescheduling", "rescheduled"),
        ("1234500", "Recreate", "At a time", 2, "Recreating", "recreated"),
    ):
        await page.get_by_role("checkbox", name=f"Select +49 30 {number}").check()
        await page.get_by_role("button", name="More for the selected callbacks").click()
        await page.get_by_role("menuitem", name=f"{kind} Callbacks").click()
        await dialog.get_by_role("checkbox", name=f"{kind} All Callbacks In Current Time Range").check()
        await dialog.get_by_role("radio", name=way).check()
        await dialog.get_by_label("Date and time (Europe/Berlin)").fill(local(soon).replace(" ", "T"))
        await confirm(page, f"Confirm: {kind.lower()} {count} callbacks").click()
        await expect(dialog.get_by_text(f"{doing}: 0 of")).to_be_visible()
        await work(site)
        await expect(dialog.get_by_text(re.compile(f"{count} callbacks were {done}"))).to_be_visible()
        await dialog.get_by_role("button", name="Close").last.click()
        await expect(dialog).to_be_hidden()
    scheduled = (await site.api.get("/api/v1/callbacks", params={"state": "SCHEDULED"})).json()["items"]
    assert [each["desired_at"] for each in scheduled] == [f"{soon:%Y-%m-%dT%H:%M:%SZ}"] * 5


async def lose(route: Route) -> None:
    """The request arrives, the answer does not."""
    await route.fetch()
    await route.abort()


async def test_what_was_confirmed_again_because_the_answer_was_lost_is_done_once(site: Site, log_in: LogIn) -> None:
    await add(site, 2)
    page = await open_all(site, log_in)
    await page.get_by_role("button", name="Cancel Callbacks").click()
    await page.route("**/api/v1/cancellations", lose, times=1)
    again = confirm(page, "Confirm: cancel 2 callbacks")
    await again.click()
    await expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("it is not done twice")
    await again.click()
    await expect(page.get_by_role("dialog").get_by_text("Cancelling: 0 of 2 callbacks")).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("Cancelling 0 of 2 callbacks")).to_have_count(1)
    await work(site)
    await expect(page.get_by_text("2 callbacks were cancelled", exact=True)).to_have_count(1)


async def test_what_was_changed_after_the_answer_was_lost_is_not_sent_unasked(site: Site, log_in: LogIn) -> None:
    await add(site, 2)
    page = await open_all(site, log_in)
    await page.get_by_role("button", name="Cancel Callbacks").click()
    dialog = page.get_by_role("dialog")
    await page.route("**/api/v1/cancellations", lose, times=1)
    confirm = dialog.get_by_role("button", name="Confirm: cancel 2 callbacks")
    await confirm.click()
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await dialog.get_by_label("Reason").fill("Flood")
    await confirm.click()
    await expect(dialog.get_by_role("alert")).to_contain_text("Send this only if you want it as well")
    await confirm.click()
    await expect(dialog.get_by_text("Cancelling: 0 of 2 callbacks")).to_be_visible()
