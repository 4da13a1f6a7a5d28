"""My desk: an agent's own day, with an engine that makes the calls."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from playwright.async_api import Locator, Page, expect

from ringback.accounts.rules import Role
from tests.acceptance.sip.processes import RingbackProcess
from tests.acceptance.sip.waiting import until
from tests.browser.conftest import LogIn, assert_accessible, sent
from tests.browser.site import LINK, Site
from tests.telephony.rig import Behaviour
from tests.telephony.sipp import SippPhone

SETTINGS: dict[str, Any] = {
    "display_name": "Sales",
    "strategy": "PREVIEW",
    "dispositions": ["Sold", "Not interested"],
    "crm_url": "https://crm.example/find?n={phone_number}",
    "wrap_up_seconds": 60,
    # An offer waits for as long as a test looks at it.
    "reserve_timeout_seconds": 300,
}
ADA = "+4930123456701"
CUSTOMER_TONE, AGENT_TONE, LOUD = 440, 660, 0.2
HANGS_UP_AFTER_3_SECONDS = "+4930123456707"
# Nobody looks at the tab, and what the browser would tell then is kept.
LOOK_AWAY = """() => {
    Object.defineProperty(document, "hidden", { get: () => true });
    window.told = [];
    window.Notification = class {
        static permission = "granted";
        constructor(title, { body }) { window.told.push(body); }
        close() { window.told.push("closed"); }
    };
}"""


@dataclass
class Seat:
    """An agent who sits at My desk."""

    site: Site
    page: Page

    def button(self, name: str) -> Locator:
        """A button by exactly its name."""
        return self.page.get_by_role("button", name=name, exact=True)

    @property
    def presence(self) -> Locator:
        """What says whether the agent can be called."""
        return self.page.get_by_role("region", name="Presence")

    def call(self, name: str) -> Locator:
        """The call, in a phase by its name."""
        return self.page.get_by_role("region", name=name)

    async def ready(self) -> None:
        """Be ready."""
        await self.presence.get_by_role("button", name="Ready", exact=True).click()
        await expect(self.presence).to_contain_text(re.compile("Ready.*since|Reserved"))

    async def talk_is_over(self, **customer: Any) -> Locator:
        """Take the call of a customer who hangs up after 3 seconds (see `hanging_up`); what is shown of it then."""
        await self.site.ask_for_call("sales", HANGS_UP_AFTER_3_SECONDS, **customer)
        await self.ready()
        await self.button("Take the call").click()
        left = self.page.get_by_role("region", name=re.compile("Not finished yet|The call is over"))
        await expect(left).to_be_visible()
        return left

    async def state_of(self, callback_id: str) -> dict[str, Any]:
        """The callback as the API shows it."""
        return (await self.site.api.get(f"/api/v1/callbacks/{callback_id}")).raise_for_status().json()


async def at_desk(site: Site, log_in: LogIn, endpoint: str = "201", **settings: Any) -> Seat:
    """Anna at her desk, OFFLINE; she serves a service that asks agents before it rings anybody."""
    await site.add_service("sales", **{**SETTINGS, **settings})
    await site.add_agent("anna", "sales", endpoint=endpoint)
    await site.add_user("anna", Role.AGENT, services=[], agent="anna")
    return Seat(site, await log_in("anna", "/desk"))


async def seated(site: Site, log_in: LogIn, **settings: Any) -> Seat:
    """The same with an engine, which calls simulated people."""
    site.start_engine()
    return await at_desk(site, log_in, **settings)


async def hanging_up(site: Site, log_in: LogIn, **settings: Any) -> Seat:
    """The same, with customers who do what the last digit of their number says."""
    site.settings = msgspec.structs.replace(site.settings, links={"main": "simulator:?far_ends=digits"})
    return await seated(site, log_in, **settings)


async def agrees_on_tomorrow(form: Locator) -> None:
    """Say that the customer is to be called again tomorrow at ten."""
    await form.get_by_role("checkbox", name="Call again").check()
    await form.get_by_label("Date").fill((datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%d"))
    await form.get_by_label("Time", exact=True).fill("10:00")


async def ada_asks(site: Site, **more: Any) -> str:
    """Ada Lovelace asks to be called; the id of her callback."""
    data = {"Topic": "Invoice 4711"}
    return str((await site.ask_for_call("sales", ADA, customer_name="Ada Lovelace", user_data=data, **more))["id"])


async def test_an_agent_sees_who_and_why_takes_the_call_talks_and_finishes(site: Site, log_in: LogIn) -> None:
    seat = await seated(site, log_in)
    callback_id = await ada_asks(site)
    await site.record_name(callback_id)
    await seat.ready()

    offer = seat.call("Call offered")
    await expect(offer.get_by_role("heading", name="Ada Lovelace")).to_be_focused()
    await expect(offer).to_contain_text("+49 30 123456701")
    await expect(offer).to_contain_text("Invoice 4711")
    await expect(offer.get_by_role("timer")).to_contain_text(re.compile(r"\d+:\d\d to answer"))
    await expect(offer.get_by_label("Name recording")).to_be_visible()
    crm = offer.get_by_role("link", name="Open the customer")
    await expect(crm).to_have_attribute("href", "https://crm.example/find?n=%2B4930123456701")
    await expect(seat.page).to_have_title(re.compile("Call offered - Ada Lovelace, Sales"))
    await expect(seat.page.get_by_role("alert")).to_have_text("Call offered - Ada Lovelace, Sales")
    await assert_accessible(seat.page)

    taken = sent(seat.page, "POST", "/accept")
    await seat.button("Take the call").dblclick()
    talk = seat.call("You are talking")
    await expect(talk.get_by_role("timer")).to_be_visible()
    assert len(taken) == 1
    await seat.button("Finish and end the call").click()
    await expect(talk.get_by_text("Say what came of it")).to_be_visible()
    await talk.get_by_role("radio", name="Sold").check()
    await talk.get_by_role("textbox", name="Note").fill("wants the invoice again")
    await assert_accessible(seat.page)
    finished = sent(seat.page, "POST", "/finish")
    await seat.button("Finish and end the call").dblclick()
    await expect(
        seat.page.get_by_role("status").filter(has_text="Ada Lovelace: finished. Nothing follows.")
    ).to_be_visible()
    await expect(seat.page.get_by_text("No call right now")).to_be_visible()
    await expect(seat.page.get_by_text("Not sent")).to_have_count(0)
    await expect(seat.page.get_by_role("region", name="Today")).to_contain_text("Talks1")
    assert len(finished) == 1
    assert (await seat.state_of(callback_id))["result"] == "AGENT"


async def test_a_call_over_sip_is_taken_at_the_desk_talked_and_finished(
    site: Site, log_in: LogIn, tmp_path: Path
) -> None:
    with (
        SippPhone(tmp_path / "trunk", tone=CUSTOMER_TONE) as trunk,
        SippPhone(tmp_path / "agents", tone=AGENT_TONE) as phone,
    ):
        seat = await at_desk(site, log_in, endpoint=phone.uri(f"anna{Behaviour.ANSWERS}"))
        settings = {"RINGBACK_DATABASE_URL": site.database.url, "RINGBACK_LINKS": f"main=sip:{trunk.address}"}
        engine = RingbackProcess("engine", tmp_path / "engine.log", settings)
        try:
            await engine.says("link up")
            callback_id = await ada_asks(site)
            await seat.ready()
            await seat.button("Take the call").click()
            talk = seat.call("You are talking")
            await expect(talk.get_by_role("timer")).to_be_visible()
            await until(lambda: phone.sound.loudest(CUSTOMER_TONE) > LOUD, "the agent hears the customer")
            await until(lambda: trunk.sound.loudest(AGENT_TONE) > LOUD, "the customer hears the agent")
            await talk.get_by_role("radio", name="Sold").check()
            await seat.button("Finish and end the call").click()
            await expect(seat.page.get_by_text("No call right now")).to_be_visible()
            await until(lambda: all(each.bye_from for each in [*phone.calls(), *trunk.calls()]), "the hangups")
            assert [each.bye_from for each in [*phone.calls(), *trunk.calls()]] == ["caller", "caller"]
            assert (await seat.state_of(callback_id))["result"] == "AGENT"
            assert not engine.complaints
        finally:
            engine.kill()


async def test_a_typed_note_survives_a_reload_and_the_end_of_the_call_and_can_be_finished_then(
    site: Site, log_in: LogIn
) -> None:
    seat = await hanging_up(site, log_in, wrap_up_seconds=0)
    callback_id = str((await site.ask_for_call("sales", HANGS_UP_AFTER_3_SECONDS, customer_name="Ada Lovelace"))["id"])
    await seat.ready()
    await seat.button("Take the call").click()
    note = seat.page.get_by_role("textbox", name="Note")
    await note.fill("half a sen")
    await seat.page.get_by_role("radio", name="Person not reached").check()
    await seat.page.reload()
    await expect(note).to_have_value("half a sen")

    await note.press("End")
    await note.press_sequentially("tence")
    left = seat.call("Not finished yet")
    await expect(left).to_contain_text("Ada Lovelace")
    await expect(note).to_have_value("half a sentence")
    await expect(note).to_be_focused()
    await expect(left.get_by_role("radio", name="Person not reached")).to_be_checked()
    await left.get_by_role("button", name="Finish").click()
    await expect(seat.page.get_by_text("A new callback waits in the place of this one")).to_be_visible()
    assert (await seat.state_of(callback_id))["result"] == "AGENT"


async def test_an_offer_is_rejected_with_a_reason_or_snoozed(site: Site, log_in: LogIn) -> None:
    seat = await seated(site, log_in)
    callback_id = await ada_asks(site)
    await seat.ready()
    await seat.button("Snooze").click()
    await seat.page.get_by_role("menuitem", name="15 minutes").click()
    await expect(seat.page.get_by_text("Ada Lovelace: snoozed for 15 min.")).to_be_visible()
    await expect(seat.page.get_by_text("No call right now")).to_be_visible()
    await expect(seat.page.get_by_role("region", name="Who waits")).to_contain_text("Sales1")

    other = str((await site.ask_for_call("sales", "+4930123456702"))["id"])
    await expect(seat.call("Call offered").get_by_role("heading", name="+49 30 123456702")).to_be_visible()
    await seat.button("Reject").click()
    await expect(seat.page.get_by_role("textbox", name="Reason")).to_be_focused()
    await assert_accessible(seat.page)
    await seat.page.get_by_role("textbox", name="Reason").fill("I know her")
    await seat.page.get_by_role("button", name="Reject the call").click()
    await expect(seat.page.get_by_role("region", name="Today")).to_contain_text("Rejected1")
    for each, text in ((callback_id, "snoozed"), (other, "anna: I know her")):
        metrics = (await site.api.get(f"/api/v1/callbacks/{each}/metrics")).text
        assert text in metrics.replace("SNOOZED", "snoozed"), metrics


async def test_an_agent_is_not_ready_for_a_reason_and_sees_why_when_forced(site: Site, log_in: LogIn) -> None:
    seat = await seated(site, log_in, reserve_timeout_seconds=10)
    await expect(seat.presence).to_contain_text("Offline")
    await seat.ready()
    await seat.button("Not ready").click()
    await seat.page.get_by_role("menuitem", name="Lunch").click()
    await expect(seat.presence).to_contain_text("Not ready")
    await expect(seat.presence).to_contain_text("Lunch")
    await expect(seat.page.get_by_role("menu")).to_have_count(0)
    await assert_accessible(seat.page)

    await seat.page.route("**/presence", lambda route: route.abort(), times=1)
    await seat.button("Not ready").click()
    await seat.page.get_by_role("menuitem", name="Another reason").click()
    dialog = seat.page.get_by_role("dialog", name="Not ready")
    await dialog.get_by_role("textbox", name="Reason").fill("Dentist")
    await assert_accessible(seat.page, "[role=dialog]")
    await dialog.get_by_role("button", name="Not ready").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("The server does not answer")
    await expect(dialog.get_by_role("textbox", name="Reason")).to_have_value("Dentist")
    await dialog.get_by_role("button", name="Not ready").click()
    await expect(dialog).to_be_hidden()
    await expect(seat.presence).to_contain_text("Dentist")
    await expect(seat.presence.get_by_role("alert")).to_have_count(0)

    await ada_asks(site)
    await seat.ready()
    await expect(seat.call("Call offered")).to_be_visible()
    await expect(seat.presence).to_contain_text("You did not answer an offered call.")
    await expect(seat.presence.get_by_role("button", name="Ready", exact=True)).to_be_enabled()


async def test_an_agent_sees_who_made_them_not_ready_and_why_it_will_be_so_after_the_call(
    site: Site, log_in: LogIn
) -> None:
    seat = await seated(site, log_in)
    await site.add_user("sonja", Role.SUPERVISOR)
    supervisor = await log_in("sonja", "/agents")

    async def makes_not_ready(reason: str) -> None:
        await supervisor.get_by_role("button", name="Presence of anna").click()
        dialog = supervisor.get_by_role("dialog", name="Presence of Anna")
        await dialog.get_by_role("radio", name="Not ready").check()
        await dialog.get_by_role("textbox", name="Reason").fill(reason)
        await dialog.get_by_role("button", name="Change").click()
        await expect(dialog).to_be_hidden()

    await seat.ready()
    await makes_not_ready("")
    await expect(seat.presence).to_contain_text(re.compile("Not ready.*set by sonja"))

    await ada_asks(site)
    await seat.ready()
    await seat.button("Take the call").click()
    await expect(seat.call("You are talking")).to_be_visible()
    await makes_not_ready("Team meeting")
    await expect(seat.presence).to_contain_text("After this call: Not ready (Team meeting)")


async def test_after_the_wrap_up_a_time_to_call_again_is_still_told_by_the_customers_clock(
    site: Site, log_in: LogIn
) -> None:
    seat = await hanging_up(site, log_in, wrap_up_seconds=0)
    left = await seat.talk_is_over(time_zone="America/New_York")
    await expect(seat.call("Not finished yet")).to_be_visible()
    await agrees_on_tomorrow(left)
    await expect(left).to_contain_text("for the customer (America/New_York)")


async def test_an_agent_whose_customer_has_asked_again_meanwhile_is_told_what_an_agent_can_do(
    site: Site, log_in: LogIn
) -> None:
    seat = await hanging_up(site, log_in)
    form = await seat.talk_is_over(customer_name="Ada Lovelace")
    await site.ask_for_call("sales", HANGS_UP_AFTER_3_SECONDS, customer_name="Ada Lovelace")
    await form.get_by_role("radio", name="Sold").check()
    await agrees_on_tomorrow(form)
    await seat.button("Finish").click()
    await expect(form.get_by_role("alert")).to_have_text(
        "This customer has asked again meanwhile, and that callback waits. Untick “Call again” to finish."
    )
    await form.get_by_role("checkbox", name="Call again").uncheck()
    await seat.button("Finish").click()
    await expect(seat.page.get_by_text("Ada Lovelace: finished. Nothing follows.")).to_be_visible()


async def test_a_note_that_can_no_longer_be_sent_is_told_and_stays_until_its_agent_is_done_with_it(
    site: Site, log_in: LogIn
) -> None:
    seat = await hanging_up(site, log_in, wrap_up_seconds=0)
    left = await seat.talk_is_over(customer_name="Ada Lovelace")
    await left.get_by_role("textbox", name="Note").fill("wants the inv")
    async with site.database.transaction() as connection:
        await connection.execute(
            "UPDATE attempts SET opened_at = opened_at - span, joined_at = joined_at - span, "
            "closed_at = closed_at - span FROM (SELECT interval '15 minutes' AS span)"
        )
    await seat.button("Not ready").click()
    await seat.page.get_by_role("menuitem", name="Lunch").click()
    told = seat.page.get_by_role("status").filter(has_text="Ada Lovelace: it can no longer be finished. Not sent:")
    await expect(told).to_contain_text("wants the inv")
    await expect(left).to_have_count(0)
    await assert_accessible(seat.page)

    await seat.page.reload()
    await expect(told).to_contain_text("wants the inv")
    await expect(told.get_by_role("button", name="Copy the note")).to_be_visible()
    await told.get_by_role("button", name="Close the notice").click()
    await expect(told).to_have_count(0)
    await seat.page.reload()
    await expect(seat.presence).to_contain_text("Lunch")
    await expect(told).to_have_count(0)


async def test_between_a_rejection_and_what_an_engine_makes_of_it_nobody_is_told_to_choose_ready(
    site: Site, log_in: LogIn, tmp_path: Path
) -> None:
    seat = await at_desk(site, log_in)
    settings = {"RINGBACK_DATABASE_URL": site.database.url, "RINGBACK_LINKS": f"main={LINK}"}
    engine = RingbackProcess("engine", tmp_path / "engine.log", settings)
    try:
        await engine.says("link up")
        await ada_asks(site)
        await seat.ready()
        await expect(seat.call("Call offered")).to_be_visible()
    finally:
        engine.kill()
    await seat.button("Reject").click()
    await seat.page.get_by_role("button", name="Reject the call").click()
    await expect(seat.page.get_by_text("Ada Lovelace: rejected")).to_be_visible()
    await expect(seat.presence).to_contain_text("Reserved")
    await expect(seat.page.get_by_text("One moment")).to_be_visible()
    await expect(seat.page.get_by_text("You are not called")).to_have_count(0)


async def test_whoever_is_no_agent_is_told_what_to_do(site: Site, log_in: LogIn) -> None:
    await site.add_user("nobody", Role.AGENT)
    page = await log_in("nobody", "/desk")
    await expect(page.get_by_text("Ask an administrator to choose in your user which agent you are")).to_be_visible()
    await assert_accessible(page)


async def test_an_agent_who_looks_at_another_page_sees_that_a_call_is_offered(site: Site, log_in: LogIn) -> None:
    await site.add_service("sales", **SETTINGS)
    await site.add_agent("anna", "sales")
    await site.add_user("both", Role.AGENT, Role.MONITOR, agent="anna")
    site.start_engine()
    page = await log_in("both", "/desk")
    await page.get_by_role("button", name="Ready", exact=True).click()
    await page.get_by_role("link", name="Callbacks").click()
    await ada_asks(site)
    desk = page.get_by_role("link", name="My desk")
    await expect(desk.get_by_text("Call", exact=True)).to_be_visible()
    await assert_accessible(page)
    await desk.click()
    await expect(page.get_by_role("heading", name="Ada Lovelace")).to_be_visible()


async def test_an_offered_call_is_told_on_every_page_also_without_the_navigation_and_from_the_background(
    site: Site, log_in: LogIn
) -> None:
    await site.add_service("sales", **SETTINGS)
    await site.add_agent("anna", "sales")
    await site.add_user("both", Role.AGENT, Role.SUPERVISOR, agent="anna")
    site.start_engine()
    page = await log_in("both", "/desk", viewport={"width": 800, "height": 800})
    await page.get_by_role("button", name="Ready", exact=True).click()
    await page.get_by_role("button", name="Navigation").click()
    await page.get_by_role("link", name="Callbacks").click()
    await expect(page).to_have_title("Callbacks - Ringback")
    await page.evaluate(LOOK_AWAY)

    callback_id = await ada_asks(site)
    await expect(page).to_have_title("Call offered - Ada Lovelace, Sales")
    await expect(page).to_have_title("Callbacks - Ringback")
    assert await page.evaluate("told") == ["Call offered - Ada Lovelace, Sales"]
    offered = page.get_by_role("banner").get_by_role("link", name="Call offered")
    await expect(offered).to_be_visible()
    await assert_accessible(page)
    await offered.click()
    await expect(page.get_by_role("heading", name="Ada Lovelace")).to_be_visible()
    await expect(page).to_have_title("Call offered - Ada Lovelace, Sales")

    (await site.api.post(f"/api/v1/callbacks/{callback_id}/cancel")).raise_for_status()
    await expect(offered).to_have_count(0)
    await expect(page).to_have_title("My desk - Ringback")
    assert await page.evaluate("told") == ["Call offered - Ada Lovelace, Sales", "closed"]
