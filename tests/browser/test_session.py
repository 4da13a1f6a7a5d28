"""A session that runs out: people go on where they were, and nothing typed is lost."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from playwright.async_api import Locator, Page, Route, expect

from ringback.accounts import users
from ringback.accounts.rules import Role
from ringback.accounts.users import UserChoices
from tests.browser.conftest import HALF_A_MINUTE, LogIn, assert_accessible, become
from tests.browser.site import Site
from tests.people import PASSWORD, ROOT

OWN = "something quite else"

PATIENCE_SECONDS = 30


async def end_sessions(site: Site) -> None:
    """Nobody is logged in any more."""
    async with site.database.transaction() as connection:
        await connection.execute("DELETE FROM sessions")


@asynccontextmanager
async def late_answer(
    page: Page, path: str, first: Callable[[], Awaitable[None]] | None = None
) -> AsyncGenerator[Callable[[], Awaitable[None]]]:
    """The next that is read at a path is answered by the server as ever, but arrives at the end only.

    Gives what waits until that answer is held back. `first`: what happens when it is asked, before it is answered.
    """
    is_held, may_arrive = asyncio.Event(), asyncio.Event()
    arriving: list[asyncio.Task[None]] = []

    async def hold(route: Route) -> None:
        if first is not None:
            await first()
        answer = await route.fetch()
        is_held.set()
        await may_arrive.wait()
        await route.fulfill(response=answer)

    async def take(route: Route) -> None:
        if arriving or route.request.method != "GET":
            await route.fallback()
            return
        arriving.append(asyncio.create_task(hold(route)))
        await asyncio.wait(arriving)

    async def until_held() -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await is_held.wait()

    await page.route(f"**{path}", take)
    try:
        yield until_held
    finally:
        may_arrive.set()
        async with asyncio.timeout(PATIENCE_SECONDS):
            failures = [each for each in await asyncio.gather(*arriving, return_exceptions=True) if each]
        await page.unroute(f"**{path}")
    assert failures == []


async def test_a_session_that_ran_out_asks_for_the_password_and_goes_on_with_what_was_typed(
    site: Site, log_in: LogIn
) -> None:
    await site.add_user("olga", Role.ADMINISTRATOR)
    await site.add_user("sue", Role.MONITOR)
    page = await log_in("olga", "/users")
    await page.get_by_role("button", name="Edit sue").click()
    await page.get_by_role("textbox", name="Display Name").fill("Sue of the night")

    async def too_late(route: Route) -> None:
        await end_sessions(site)
        await route.continue_()

    await page.route("**/api/v1/users/sue", too_late, times=1)
    await page.get_by_role("button", name="Save").click()
    again = page.get_by_role("dialog", name="Your session has run out")
    await expect(again).to_be_visible()
    await assert_accessible(page)
    await page.keyboard.press("Escape")
    await again.get_by_role("textbox", name="Password").fill(PASSWORD)
    await again.get_by_role("button", name="Log in", exact=True).click()
    await expect(again).to_be_hidden()
    await expect(page).to_have_url(f"{site.url}/users")
    await expect(page.get_by_role("textbox", name="Display Name")).to_have_value("Sue of the night")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("row", name="sue")).to_contain_text("Sue of the night")
    await expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible()


async def _choose_password(where: Page | Locator, given: str) -> None:
    await where.get_by_role("textbox", name="Present password").fill(given)
    await where.get_by_role("textbox", name="New password", exact=True).fill(OWN)
    await where.get_by_role("textbox", name="New password, once more").fill(OWN)
    await where.get_by_role("button", name="Change Password").click()


async def test_a_password_that_was_reset_is_changed_over_the_page_and_nothing_typed_is_lost(
    site: Site, log_in: LogIn
) -> None:
    await site.add_user("olga", Role.ADMINISTRATOR)
    await site.add_user("sue", Role.MONITOR)
    page = await log_in("olga", "/users")
    await page.get_by_role("button", name="Edit sue").click()
    await page.get_by_role("textbox", name="Display Name").fill("Sue of the night")
    given = await users.reset_password(site.database, site.clock, ROOT, "olga")
    again = page.get_by_role("dialog", name="Your session has run out")
    await again.get_by_role("textbox", name="Password").fill(given)
    await again.get_by_role("button", name="Log in", exact=True).click()
    choosing = page.get_by_role("dialog", name="Choose a password of your own")
    await expect(choosing.get_by_role("textbox", name="Present password")).to_be_focused()
    await assert_accessible(page)
    await page.keyboard.press("Escape")
    await _choose_password(choosing, given)
    await expect(choosing).to_be_hidden()
    await expect(page.get_by_role("textbox", name="Display Name")).to_have_value("Sue of the night")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("row", name="sue")).to_contain_text("Sue of the night")
    await expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible()


async def test_a_session_that_is_over_before_a_password_was_chosen_leads_to_the_login(
    site: Site, log_in: LogIn
) -> None:
    await site.add_user("olga", Role.ADMINISTRATOR)
    await site.add_user("sue", Role.MONITOR)
    given = await users.reset_password(site.database, site.clock, ROOT, "sue")
    page = await log_in("olga", "/users")
    await page.get_by_role("button", name="Account of olga").click()
    await page.get_by_role("menuitem", name="Log out").click()
    for text in ("Log in", "Your session has run out. Log in again to go on."):
        await expect(page.get_by_text(text, exact=True).first).to_be_visible()
        await page.get_by_role("textbox", name="Name").fill("sue")
        await page.get_by_role("textbox", name="Password").fill(given)
        await page.get_by_role("button", name="Log in").click()
        await expect(page.get_by_role("heading", name="Choose a password of your own")).to_be_visible()
        async with site.database.transaction() as connection:
            await connection.execute("DELETE FROM sessions")
        await _choose_password(page, given)
    await expect(page.get_by_role("heading", name="Log in")).to_be_visible()


async def test_whoever_is_told_of_no_changes_has_new_services_and_roles_without_another_login(
    site: Site, log_in: LogIn
) -> None:
    async def give(*roles: Role) -> None:
        await users.save(site.database, site.clock, ROOT, "dev", UserChoices(roles=list(roles)))
        await page.clock.fast_forward(HALF_A_MINUTE)

    await site.add_user("dev", Role.DEVELOPER)
    page = await log_in("dev")
    await page.context.clock.install()
    await page.reload()
    await expect(page.get_by_role("button", name="Create API Key")).to_be_visible()
    await site.add_service("sales", display_name="Sales")
    for seen in ("hidden", "visible"):
        await become(page, seen)
    await page.get_by_role("button", name="Create API Key").click()
    await page.get_by_role("combobox", name="The services given").click()
    await expect(page.get_by_role("option", name="Sales")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Cancel").click()
    await give()
    await expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    await give(Role.MONITOR)
    await page.get_by_role("link", name="Callbacks").click()
    await expect(page.get_by_role("heading", name="Callbacks")).to_be_visible()


async def test_whoever_logged_in_again_in_another_tab_tries_again_and_needs_no_reload(
    site: Site, log_in: LogIn
) -> None:
    await site.add_user("dev", Role.DEVELOPER)
    page = await log_in("dev")
    await page.get_by_role("button", name="Revoke tester").click()
    other = await page.context.new_page()
    await other.goto(site.url)
    await other.get_by_role("button", name="Account of dev").click()
    await other.get_by_role("menuitem", name="Log out").click()
    await other.get_by_role("textbox", name="Name").fill("dev")
    await other.get_by_role("textbox", name="Password").fill(PASSWORD)
    await other.get_by_role("button", name="Log in").click()
    await expect(other.get_by_role("button", name="Account of dev")).to_be_visible()
    dialog = page.get_by_role("dialog")
    async with page.expect_response("**/api/v1/session"):
        await dialog.get_by_role("button", name="Revoke tester").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("in another tab. Try again.")
    await dialog.get_by_role("button", name="Revoke tester").click()
    await expect(page.get_by_role("checkbox", name="Show revoked keys (1)")).to_be_visible()


async def test_who_logs_in_as_somebody_else_instead_sees_nothing_of_what_was_there(site: Site, log_in: LogIn) -> None:
    await site.add_user("olga", Role.ADMINISTRATOR)
    await site.add_user("sue", Role.MONITOR)
    page = await log_in("olga", "/users")
    await end_sessions(site)
    again = page.get_by_role("dialog", name="Your session has run out")
    # Nobody has to press anything: whoever listens for changes is told that the session is over.
    await again.get_by_role("button", name="Log in as somebody else").click()
    await page.get_by_role("textbox", name="Name").fill("sue")
    await page.get_by_role("textbox", name="Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    await expect(page.get_by_text("olga")).to_have_count(0)


async def test_who_logs_in_as_somebody_else_in_another_tab_is_that_in_both(site: Site, log_in: LogIn) -> None:
    await site.add_user("olga", Role.ADMINISTRATOR)
    await site.add_user("mona", Role.MONITOR)
    await site.ask_for_call("support", "+49301234567")
    page = await log_in("olga", "/callbacks")
    await page.get_by_role("button", name="Advanced Options").click()
    options = page.get_by_role("dialog", name="Advanced Options")
    await options.get_by_role("checkbox", name="Attempts").click()
    await options.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("columnheader", name="Attempts")).to_be_visible()
    # As another tab does: the browser's cookie is mona's from one moment to the next.
    login = {"name": "mona", "password": PASSWORD}
    assert (await page.context.request.post(f"{site.url}/api/v1/session", data=login)).ok
    # A service more, of which every page is told.
    await site.add_service("sales")
    await expect(page.get_by_role("button", name="Account of mona")).to_be_visible()
    await expect(page.get_by_role("columnheader", name="State")).to_be_visible()
    await expect(page.get_by_role("columnheader", name="Attempts")).to_have_count(0)


async def test_whoever_has_logged_out_stays_so_whatever_still_arrives(site: Site, log_in: LogIn) -> None:
    await site.add_user("sonja", Role.SUPERVISOR)
    await site.add_user("mona", Role.MONITOR)
    page = await log_in("sonja", "/callbacks")
    await expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible()
    async with late_answer(page, "/api/v1/session") as until_held:
        # Every page is told of a new service, and asks who is logged in and for what.
        await site.add_service("sales")
        await until_held()
        await page.get_by_role("button", name="Account of sonja").click()
        await page.get_by_role("menuitem", name="Log out").click()
        await expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    await page.get_by_role("textbox", name="Name").fill("mona")
    await page.get_by_role("textbox", name="Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_role("button", name="Account of mona")).to_be_visible()


async def test_whoever_logged_in_again_is_not_asked_once_more_by_what_still_arrives(site: Site, log_in: LogIn) -> None:
    await site.add_user("olga", Role.ADMINISTRATOR)
    page = await log_in("olga", "/services")
    await expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible()
    again = page.get_by_role("dialog", name="Your session has run out")
    async with late_answer(page, "/api/v1/users", first=lambda: end_sessions(site)) as until_held:
        await page.get_by_role("link", name="Users").click()
        await until_held()
        # Every page is told of a new service, and finds that nobody is logged in any more.
        await site.add_service("sales")
        await again.get_by_role("textbox", name="Password").fill(PASSWORD)
        await again.get_by_role("button", name="Log in", exact=True).click()
        await expect(page.get_by_role("button", name="Edit olga")).to_be_visible()
        await expect(again).to_be_hidden()
    await page.get_by_role("button", name="Edit olga").click()
    await page.get_by_role("textbox", name="Display Name").fill("Olga")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("row", name="olga")).to_contain_text("Olga")
    await expect(again).to_be_hidden()


async def test_a_part_that_cannot_be_loaded_is_told_and_the_rest_stays(site: Site, log_in: LogIn) -> None:
    await site.add_user("sonja", Role.SUPERVISOR)
    page = await log_in("sonja", "/callbacks")
    await expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible()
    await page.route("**/assets/KeysDialog-*.js", lambda route: route.abort())
    await page.route("**/assets/ReportsPage-*.js", lambda route: route.abort())
    await page.get_by_role("textbox", name="Search by Phone Number").fill("030")
    await page.get_by_role("heading", name="Callbacks").click()
    await page.keyboard.press("?")
    await expect(page.get_by_role("alert")).to_contain_text("Something in this page failed. Reload it")
    await expect(page.get_by_role("textbox", name="Search by Phone Number")).to_have_value("030")
    await page.get_by_role("link", name="Reports").click()
    await expect(page.get_by_role("heading", name="This cannot be shown right now")).to_be_visible()
    await page.get_by_role("link", name="Callbacks").click()
    await expect(page.get_by_role("heading", name="Callbacks")).to_be_visible()
    await page.get_by_role("link", name="Reports").click()
    await page.unroute("**/assets/ReportsPage-*.js")
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("heading", name="Reports", exact=True)).to_be_visible()
