"""What the Callbacks page feels like with a million callbacks: painting, searching, scrolling, and what it loads.

    python bench/console.py [--callbacks 1000000] [--loads 9] [--numbers 20]

A server of its own on a database of its own, the console as it is built (`make console`), and the machine's Chromium
without a window; all of it on 127.0.0.1, and gone in the end. `bench/dataset.py` says what is in the database. Beside
each figure stands its limit, and its ratio to a ceiling of the same run.
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import statistics
from collections.abc import AsyncGenerator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from dataset import fill, temporary_server
from playwright.async_api import Browser, BrowserContext, Page, Request, async_playwright
from processes import api, memory_mb

from ringback.accounts import sessions, users
from ringback.accounts.rules import Role
from ringback.accounts.users import UserChoices
from ringback.actors import ENGINE
from ringback.api.auth import COOKIE
from ringback.clock import SystemClock
from ringback.console import files
from ringback.database.changes import CHANNEL
from ringback.database.pool import Database

ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
WINDOW = {"width": 1440, "height": 900}
NOTES = Path(__file__).with_suffix(".js")
CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline", "toplevel"]
PATIENCE_SECONDS = 20
TYPED = 7  # digits of each number
BETWEEN_KEYS = (0.11, 0.23)  # seconds, as people type numbers they read
WHEEL = 100  # pixels of a step of the wheel
SCROLLINGS = 3  # down and up again
RATE = 20  # changes in a second
SETTLING = 1.5  # seconds until a page rests

NUMBERS = """
    SELECT DISTINCT ON (first) first, digits FROM (
        SELECT right(phone_number, $1) AS digits, left(right(phone_number, $1), 1) AS first FROM callbacks
        WHERE desired_at BETWEEN now() - interval '13 days' AND now()
    ) AS numbers ORDER BY first, random()"""
CHANGE = """
    UPDATE callbacks SET result = CASE result WHEN 'AGENT' THEN 'NO_ANSWER' ELSE 'AGENT' END,
        updated_at = clock_timestamp() WHERE id = ANY ($1::uuid[])"""


@dataclass
class Bench:
    """What every measurement uses."""

    browser: Browser
    client: httpx.AsyncClient
    connection: "asyncpg.Connection[asyncpg.Record]"
    token: str

    @property
    def url(self) -> str:
        return str(self.client.base_url).rstrip("/")

    @asynccontextmanager
    async def context(self) -> AsyncGenerator[BrowserContext]:
        """A browser with an empty cache, logged in."""
        context = await self.browser.new_context(viewport=WINDOW, locale="en-GB", timezone_id="Europe/Berlin")  # pyright: ignore[reportArgumentType]
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        await context.add_cookies([{"name": COOKIE, "value": self.token, "url": self.url}])
        await context.add_init_script(path=NOTES)
        yield context
        await context.close()

    async def opened(self, page: Page) -> Page:
        """The page with the Callbacks page in it, painted and at rest."""
        await page.goto(f"{self.url}/callbacks")
        await until(page, "noted.rowsAt")
        await asyncio.sleep(SETTLING)
        return page


async def main(callbacks: int, loads: int, numbers: int) -> None:
    if not files.index(""):
        raise SystemExit("the console is not built: `make console` builds it")
    async with temporary_server() as url:
        print(f"filling in {callbacks:,} callbacks ...", flush=True)
        connection = await asyncpg.connect(url)
        await fill(connection, callbacks)
        await measure(url, connection, loads, numbers)
        await connection.close()


async def measure(url: str, connection: "asyncpg.Connection[asyncpg.Record]", loads: int, numbers: int) -> None:
    token = await logged_in(url)
    path = shutil.which("chromium") or shutil.which("google-chrome")
    async with api("serve", url) as (client, pid), async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        bench = Bench(browser, client, connection, token)
        print(f"load of the machine before {os.getloadavg()[0]:.1f}; Chromium {browser.version}", flush=True)
        await measure_loading(bench, loads)
        await measure_typing(bench, numbers)
        await measure_tasks(bench)
        print(f"load of the machine after {os.getloadavg()[0]:.1f}; the server has {memory_mb(pid):.0f} MB")
        await browser.close()


async def logged_in(url: str) -> str:
    """The token of a session of a new supervisor."""
    async with Database(url) as database:
        name = f"bench-{os.urandom(4).hex()}"
        await users.save(database, SystemClock(), ENGINE, name, UserChoices(roles=[Role.SUPERVISOR], services=None))
        async with database.transaction() as connection:
            made = "UPDATE users SET must_change_password = false WHERE name = $1 RETURNING id"
            user_id = await connection.fetchval(made, name)
            return (await sessions.begin(connection, user_id, SystemClock().now())).token


async def measure_loading(bench: Bench, loads: int) -> None:
    """From the navigation until the first rows are painted, and what is loaded for that."""
    await answer_time(bench, [f"{bench.url}/api/v1/callbacks?limit=250"])
    cold: list[float] = []
    sizes: list[int] = []
    for _ in range(loads):
        async with bench.context() as context:
            at, size = await first_load(bench, await context.new_page())
            cold.append(at)
            sizes.append(size)
    async with bench.context() as context:
        page = await context.new_page()
        await first_load(bench, page)
        warm = [await rows_at(await bench.opened(page)) for _ in range(loads)]
        empty = [await empty_paint(bench, page) for _ in range(loads)]
    ceiling = statistics.median(empty)
    report("empty page painted", empty)
    report("first rows painted, empty cache", cold, limit=1200, ceiling=ceiling)
    report("first rows painted, with cache", warm, limit=1200, ceiling=ceiling)
    size = statistics.median(sizes) / 1000
    print(f"{'first load: HTML, JS, CSS':44} {size:8.1f} kB gzip{'':29} limit 250", flush=True)


async def first_load(bench: Bench, page: Page) -> tuple[float, int]:
    """When the first rows were painted, and how many bytes of documents, scripts and styles were loaded by then."""
    requests: list[Request] = []

    def note(request: Request) -> None:
        requests.append(request)

    page.on("requestfinished", note)
    await bench.opened(page)
    page.remove_listener("requestfinished", note)
    loaded = [each for each in requests if each.resource_type in ("document", "script", "stylesheet")]
    return await rows_at(page), sum([(await each.sizes())["responseBodySize"] for each in loaded])


async def rows_at(page: Page) -> float:
    return float(await page.evaluate("noted.rowsAt"))


async def empty_paint(bench: Bench, page: Page) -> float:
    """When a page of a few bytes is painted."""
    await page.goto(f"{bench.url}/healthz")
    return float(await until(page, "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"))


async def until(page: Page, expression: str) -> Any:
    """The value of an expression of the page once it has one; Playwright's own wait is stopped by the page's CSP."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (value := await page.evaluate(expression)):  # noqa: ASYNC110 (the page is another process)
            await asyncio.sleep(0.05)
        return value


async def measure_typing(bench: Bench, numbers: int) -> None:
    """From a key until the table that it asks for is painted, or one that a later key asks for."""
    parts: dict[str, list[float]] = {"all": [], "pace": [], "server": [], "browser": []}
    addresses: list[str] = []
    later = 0
    for _ in range(-(-numbers // 10)):
        async with bench.context() as context:
            page = await bench.opened(await context.new_page())
            # No two begin alike, so that no answer is in the page already.
            found = await bench.connection.fetch(NUMBERS, TYPED)
            for row in random.sample(found, min(numbers, len(found))):
                await type_number(page, str(row["digits"]))
            noted = await page.evaluate("({keys: noted.keys, shown: noted.shown, answers: noted.answers()})")
        answers = {each["search"]: each for each in noted["answers"]}
        for key in noted["keys"]:
            shown = next(each for each in noted["shown"] if is_shown(key, each))
            answer = answers.get(shown["search"])
            parts["all"].append(shown["at"] - key["at"])
            if answer is None or shown["search"] != key["search"]:
                later += 1
                continue
            addresses.append(answer["address"])
            parts["pace"].append(answer["sentAt"] - key["at"])
            parts["server"].append(answer["at"] - answer["sentAt"])
            parts["browser"].append(shown["at"] - answer["at"])
    ceiling = statistics.median(await answer_time(bench, addresses))
    print(f"{len(parts['all'])} keys; of {later} the next one's result was painted at once")
    report("key to painted result", parts["all"], limit=250, ceiling=ceiling)
    report("  until it is asked (pace)", parts["pace"])
    report("  until it is answered (server)", parts["server"], ceiling=ceiling)
    report("  until it is painted (browser)", parts["browser"])


def is_shown(key: dict[str, Any], shown: dict[str, Any]) -> bool:
    return shown["at"] >= key["at"] and str(shown["search"]).startswith(key["search"])


async def type_number(page: Page, digits: str) -> None:
    box = page.get_by_role("textbox", name="Search by Phone Number")
    await box.focus()
    for digit in digits:
        await page.keyboard.press(digit)
        await asyncio.sleep(random.uniform(*BETWEEN_KEYS))
    await until(page, f"noted.shown.at(-1).search === '{digits}' && noted.shown.at(-1).at")
    await page.keyboard.press("Escape")
    await until(page, "noted.shown.at(-1).search === '' && noted.shown.at(-1).at")
    await asyncio.sleep(0.5)


async def answer_time(bench: Bench, addresses: Sequence[str]) -> list[float]:
    """Milliseconds that the server takes for each when nothing else is asked of it."""
    took: list[float] = []
    for address in addresses:
        started_at = asyncio.get_running_loop().time()
        (await bench.client.get(address)).raise_for_status()
        took.append((asyncio.get_running_loop().time() - started_at) * 1000)
    return took


async def measure_tasks(bench: Bench) -> None:
    """The longest tasks of the main thread at rest, while the rows are scrolled through, and while they change."""
    async with bench.context() as context:
        page = await bench.opened(await context.new_page())
        ids = await ids_of_page(bench, page)
        await page.mouse.move(WINDOW["width"] / 2, WINDOW["height"] / 2)
        rest = await longest_task(bench, page, asyncio.sleep(5))
        scrolling = await longest_task(bench, page, scroll(page, len(ids)))
        both = await longest_task(bench, page, scroll_and_change(bench, page, ids))
        changing = await longest_task(bench, page, change(bench, ids, 8))
    for name, (wall, cpu, over) in {
        "at rest (the machine)": rest,
        "scrolling 250 rows": scrolling,
        f"scrolling, {RATE} rows a second changing": both,
        f"{RATE} rows a second changing": changing,
    }.items():
        limit = "" if name.startswith("at rest") else "     limit 50"
        figures = f"{wall:8.1f} ms; the most work of one {cpu:6.1f}; {over} over 50"
        print(f"{'longest task ' + name:44} {figures}{limit}", flush=True)


async def longest_task(bench: Bench, page: Page, act: Awaitable[object]) -> tuple[float, float, int]:
    """Milliseconds of the main thread's longest task and of the most work in one; how many the page saw over 50."""
    await page.evaluate("noted.tasks.length = 0")
    await bench.browser.start_tracing(page=page, categories=CATEGORIES)
    await act
    events = json.loads(await bench.browser.stop_tracing())["traceEvents"]
    over = await page.evaluate("noted.tasks.length")
    tasks: dict[tuple[int, int], list[tuple[float, float]]] = {}
    mains = {
        (e["pid"], e["tid"]) for e in events if e["name"] == "thread_name" and e["args"]["name"] == "CrRendererMain"
    }
    for event in events:
        thread = (event["pid"], event["tid"])
        if event["ph"] == "X" and event["name"].endswith("RunTask") and thread in mains:
            tasks.setdefault(thread, []).append((event["dur"] / 1000, event.get("tdur", 0) / 1000))
    busiest = max(tasks.values(), key=lambda each: sum(wall for wall, _ in each))
    return max(wall for wall, _ in busiest), max(cpu for _, cpu in busiest), over


async def ids_of_page(bench: Bench, page: Page) -> list[str]:
    address = await page.evaluate("noted.answers()[0].address")
    return [each["id"] for each in (await bench.client.get(address)).json()["items"]]


async def scroll(page: Page, rows: int) -> None:
    steps = rows * 35 // WHEEL
    for step in [WHEEL] * steps + [-WHEEL] * steps:
        await page.mouse.wheel(0, step)
        await asyncio.sleep(0.016)


async def scroll_and_change(bench: Bench, page: Page, ids: list[str]) -> None:
    changing = asyncio.create_task(change(bench, ids, 3600))
    for _ in range(SCROLLINGS):
        await scroll(page, len(ids))
    changing.cancel()
    await asyncio.gather(changing, return_exceptions=True)


async def change(bench: Bench, ids: list[str], seconds: float) -> None:
    """Change rows of the page, and announce it as other processes do."""
    for _ in range(int(seconds * RATE)):
        await bench.connection.execute(CHANGE, random.sample(ids, 1))
        await bench.connection.execute(f"NOTIFY {CHANNEL}")
        await asyncio.sleep(1 / RATE)


def report(name: str, took: Sequence[float], limit: int | None = None, ceiling: float | None = None) -> None:
    median, p95 = statistics.median(took), sorted(took)[int(len(took) * 0.95)]
    told = f"{name:44} median {median:7.1f}   p95 {p95:7.1f}   most {max(took):7.1f} ms"
    ratio = f"   {median / ceiling:6.1f} x ceiling" if ceiling else ""
    print(told + (f"   limit {limit}" if limit else "") + ratio, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--callbacks", type=int, default=1_000_000)
    parser.add_argument("--loads", type=int, default=9)
    parser.add_argument("--numbers", type=int, default=20)
    given = parser.parse_args()
    asyncio.run(main(given.callbacks, given.loads, given.numbers))
