"""A browser, a running installation, and people who are logged in to it. All of it lives in one event loop."""

import json
import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, async_playwright, expect

from ringback.clock import Clock, ManualClock, SystemClock
from ringback.console import files
from ringback.database.pool import Database
from tests.browser.site import Site, open_site
from tests.people import PASSWORD

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MILLISECONDS = 30_000
# After it a page has read again what it reads now and then.
HALF_A_MINUTE = 31_000
# WCAG 2.2 AA, and what else axe holds for good practice. Nothing but colours is different in the dark.
RULES = {
    "light": {"resultTypes": ["violations"]},
    "dark": {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]},
}

# What looks as if it could be clicked, and which no key reaches. An option is reached from its field; what is around a
# label, or around none, looks like that as well. The content of a page can be focused, and so can what scrolls: nothing
# within is reached by that.
ONLY_CLICKED = """scope => {
    const reached = "a[href], button, input, select, textarea, label, summary, [role=option]";
    const isPointed = element => getComputedStyle(element).cursor === "pointer";
    return [...document.querySelectorAll(`${scope}, ${scope} *`)]
        .filter(element => isPointed(element) && !isPointed(element.parentElement))
        .filter(element => !element.matches("[tabindex], div:empty, :has(> label)") && !element.closest(reached))
        .map(element => element.outerHTML.slice(0, 200));
}"""

expect.set_options(timeout=PATIENCE_MILLISECONDS)

LogIn = Callable[..., Awaitable[Page]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser belongs to the loop that it was started in: all tests here share one."""
    for item in items:
        if Path(__file__).parent in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncGenerator[Browser]:
    """Debian's Chromium."""
    path = shutil.which("chromium")
    assert path, "chromium is not installed: `make test` as root installs it"
    assert files.index(""), "the console is not built: `make console` builds it"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
def clock(request: pytest.FixtureRequest) -> Clock:
    """The site's clock: the machine's, or one that stands at the instant with which a test is marked by `standing_at`.

    Modules whose tests all need another time have their own fixture of this name, with a ManualClock.
    """
    return ManualClock(request.param) if hasattr(request, "param") else SystemClock()


def standing_at(instant: datetime) -> pytest.MarkDecorator:
    """A test in which it is this instant until the clock is moved."""
    return pytest.mark.parametrize("clock", [instant], indirect=True, ids=str)


@pytest_asyncio.fixture(loop_scope="session")
async def site(database_url: str, clock: Clock) -> AsyncGenerator[Site]:
    """A running server with the service "support", and nothing else in it."""
    async with Database(database_url) as database:
        site = await open_site(database, clock)
        await site.add_service("support", display_name="Support")
        async with site.api:
            yield site
        await site.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def log_in(chromium: Browser, site: Site, clock: Clock) -> AsyncGenerator[LogIn]:
    """Opens a page for a user who has logged in, in a browser of their own in Berlin. `path`: where they want to be.

    In the end, whatever a page logged as an error, and whatever it asked of any other server, fails the test.
    """
    complaints: list[str] = []
    async with AsyncExitStack() as browsers:

        async def enter(name: str, path: str = "/", **context: Any) -> Page:
            opened = await _open(chromium, clock, site.url, complaints, **context)
            browsers.push_async_callback(opened.close)
            # The form of the login is filled in where it is what is tested: each time would cost a page more.
            session = await opened.request.post(f"{site.url}/api/v1/session", data={"name": name, "password": PASSWORD})
            assert session.ok, await session.text()
            page = await opened.new_page()
            await page.goto(f"{site.url}{path}")
            await expect(page.get_by_role("navigation", name="Pages", exact=True)).to_be_visible()
            # What comes late moves what is below it: a click that is under way would miss.
            await page.wait_for_load_state("networkidle")
            return page

        yield enter
    assert complaints == []


async def _open(chromium: Browser, clock: Clock, origin: str, complaints: list[str], **more: Any) -> BrowserContext:
    chosen: dict[str, Any] = {
        "locale": "en-GB",
        "timezone_id": "Europe/Berlin",
        "viewport": {"width": 1280, "height": 800},
        "reduced_motion": "reduce",
        **more,
    }
    context = await chromium.new_context(**chosen)
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    if isinstance(clock, ManualClock):
        await context.clock.set_fixed_time(clock.now())

    def note(message: ConsoleMessage) -> None:
        # A refusal, or a server that is away, is told by the browser as well; the page shows it.
        is_told = message.text.startswith(("Failed to load resource", "TypeError: Failed to fetch dynamically"))
        if message.type == "error" and not is_told:
            complaints.append(message.text)

    context.on("console", note)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on(
        "request",
        lambda request: None if request.url.startswith((origin, "blob:", "data:")) else complaints.append(request.url),
    )
    return context


async def assert_accessible(page: Page, of: str | None = None) -> None:
    """axe finds nothing on the page as it is now, in light and in dark, and keys reach whatever can be clicked.

    `of`: a selector, else the whole page.
    """
    assert await page.evaluate(ONLY_CLICKED, of or "body") == []
    for scheme, rules in RULES.items():
        await page.emulate_media(color_scheme=scheme)  # pyright: ignore[reportArgumentType]
        await expect(page.locator(f"html[data-mantine-color-scheme={scheme}]")).to_be_attached()
        found = await Axe().run(page, context=of, options=rules)
        told = [
            f"{scheme}: {violation['id']}: {violation['help']}\n{json.dumps([n['html'] for n in violation['nodes']])}"
            for violation in found.response["violations"]
        ]
        assert told == [], "\n".join(told)
    await page.emulate_media(color_scheme="light")


async def become(page: Page, visibility: str) -> None:
    """Tell the page that its tab went to the background, or came back."""
    await page.evaluate(
        """visibility => {
            Object.defineProperty(document, "visibilityState", { value: visibility, configurable: true });
            document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
        }""",
        visibility,
    )


def sent(page: Page, method: str, path: str) -> list[str]:
    """What the page asks from now on by this method, of addresses that end so: it grows as the page asks."""
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.method == method and request.url.endswith(path):
            asked.append(request.url)

    page.on("request", note)
    return asked


def local(at: datetime) -> str:
    """An instant as the console shows it to somebody in Berlin."""
    return at.astimezone(ZoneInfo("Europe/Berlin")).strftime("%Y-%m-%d %H:%M")
