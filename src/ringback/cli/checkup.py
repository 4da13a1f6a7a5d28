"""The checks of `ringback doctor`, from the settings up to the services."""

import asyncio
import importlib.util
import socket
import statistics
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.error import URLError
from urllib.request import urlopen

import msgspec

from ringback import practice
from ringback.booking import rules
from ringback.booking.plan import plan_of
from ringback.callbacks import queue
from ringback.callbacks.queue import PausedTrunk
from ringback.cli.database import names_of, open_database, refusals_explained
from ringback.cli.finding import Finding, note, ok, wrong
from ringback.cli.output import time_text
from ringback.cli.welcome import address_of
from ringback.clock import SystemClock
from ringback.database import migrate
from ringback.database.migrate import MINIMUM_VERSION
from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile
from ringback.errors import NeverPossible, RingbackError, SetupError
from ringback.services.model import Service
from ringback.settings import Settings, exposed_secret_files
from ringback.telephony.links import adapter_name, open_telephony

SLOW_MILLISECONDS = 20.0
CLOCKS_APART = timedelta(seconds=2)
QUESTIONS = 5
OPEN_WITHIN_DAYS = 31
SIP_PACKAGE = "baresip"


class _Link(msgspec.Struct, frozen=True):
    id: str
    holder: str | None
    is_held: bool
    is_up: bool
    problem: str | None


class _Service(msgspec.Struct, frozen=True):
    name: str
    trunk: str
    link_id: str
    is_practice: bool
    agents: int
    logged_in: int


_sql = QueryFile(__file__, "checkup.sql")
_LINKS = _sql.query("links", _Link)
_SERVICES = _sql.query("services", _Service)
_HOURS = _sql.query("services_with_hours", Service)


async def check_everything(settings: Settings) -> AsyncIterator[Finding]:
    """Look at one thing after the other. What cannot be looked at because something else is wrong is left out."""
    yield ok("settings", f"every RINGBACK_* variable is known; data directory {settings.data_dir}")
    for finding in check_secret_files():
        yield finding
    yield await asyncio.to_thread(check_address, settings)
    usable = dict(settings.links)
    for name, url in settings.links.items():
        if finding := check_link_url(name, url, settings):
            del usable[name]
            yield finding
    try:
        async with open_database(settings) as database:
            async for finding in _check_database(database, usable):
                yield finding
    except RingbackError as problem:
        yield wrong("database", str(problem), _mend_database(settings))


def check_secret_files() -> Iterator[Finding]:
    """Whether others on this machine may read a secret."""
    for path in exposed_secret_files():
        yield note("secrets", f"every user of this machine may read {path}", f"`chmod o= {path}`")


def check_address(settings: Settings) -> Finding:
    """Whether the API server has, or could have, its port."""
    address = address_of(settings)
    try:
        with urlopen(f"{address}/healthz", timeout=3) as answer:  # noqa: S310 (an http address of our own making)
            if answer.status == 200:
                return ok("API", f"Ringback answers at {address}")
    except (URLError, OSError, ValueError):
        pass
    try:
        family = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.host, settings.port))
    except OSError as problem:
        mend = "stop the program that uses it, or set RINGBACK_HOST and RINGBACK_PORT to an address that is free"
        return wrong("API", f"{address} cannot be served at: {problem.strerror or problem}", mend)
    return note("API", f"nothing serves at {address}; the port is free", "start `ringback serve` if it is meant to")


def check_link_url(name: str, url: str, settings: Settings) -> Finding | None:
    """What keeps a configured link from ever working on this machine, if anything."""
    what = f"link {name}"
    try:
        open_telephony(name, url, SystemClock(), settings)
    except SetupError as problem:
        return wrong(what, str(problem), "mend its URL in RINGBACK_LINKS")
    if adapter_name(url) == "sip" and importlib.util.find_spec(SIP_PACKAGE) is None:
        return wrong(what, "direct SIP is not installed", "install it: pip install 'ringback[sip]'")
    return None


async def _check_database(database: Database, links: Mapping[str, str]) -> AsyncIterator[Finding]:
    with refusals_explained():
        async with database.connection() as connection:
            yield await _check_version(connection)
            yield await _check_latency(connection)
            yield await _check_clock(connection)
            missing = await migrate.pending(connection)
            if missing:
                yield wrong("schema", f"{names_of(missing)} to be applied", "run `ringback migrate`")
                return
            yield ok("schema", "up to date")
            now = await connection.fetchval("SELECT clock_timestamp()")
            known = {link.id: link for link in await _LINKS.all(connection, now=now)}
            for finding in check_links(links, known):
                yield finding
            for finding in check_trunks(await queue.paused_trunks(connection, now)):
                yield finding
            for finding in check_services(await _SERVICES.all(connection), links, known):
                yield finding
            for finding in check_hours(await _HOURS.all(connection), now):
                yield finding


async def _check_version(connection: Connection) -> Finding:
    version = await connection.fetchval("SHOW server_version")
    if connection.get_server_version().major * 10_000 < MINIMUM_VERSION:
        return wrong("database", f"PostgreSQL {version} is too old", "use PostgreSQL 15 or newer")
    return ok("database", f"PostgreSQL {version} is reachable")


async def _check_latency(connection: Connection) -> Finding:
    clock, taken = SystemClock(), list[float]()
    for _ in range(QUESTIONS):
        asked_at = clock.monotonic()
        await connection.fetchval("SELECT 1")
        taken.append((clock.monotonic() - asked_at) * 1_000)
    milliseconds = statistics.median(taken)
    text = f"it answers in {milliseconds:.1f} ms"
    if milliseconds > SLOW_MILLISECONDS:
        return note("latency", text, "bring Ringback and its database nearer to each other")
    return ok("latency", text)


async def _check_clock(connection: Connection) -> Finding:
    database_time: datetime = await connection.fetchval("SELECT clock_timestamp()")
    apart = database_time - datetime.now(UTC)
    text = f"this machine and the database differ by {abs(apart.total_seconds()):.1f} s"
    if abs(apart) > CLOCKS_APART:
        return note("clock", f"{text}; Ringback goes by the database's", "let NTP set the clocks of both")
    return ok("clock", text)


def check_links(configured: Mapping[str, str], known: Mapping[str, _Link]) -> Iterator[Finding]:
    """Whether an engine works each link that is configured here, or was ever worked."""
    for name in sorted({*configured, *known}):
        what, link = f"link {name}", known.get(name)
        if link is None or not link.is_held:
            if name == practice.LINK:
                yield note(what, "practice is not running", "`ringback run --practice`, or `ringback practice remove`")
            else:
                yield wrong(what, "no engine holds it: nothing is called over it", "start `ringback engine`")
        elif not link.is_up:
            yield wrong(what, f"held by {link.holder}, and down: {link.problem or 'not connected yet'}")
        elif link.problem:
            yield wrong(what, f"held by {link.holder}; {link.problem}")
        else:
            yield ok(what, f"up, held by {link.holder}")


def check_trunks(paused: Sequence[PausedTrunk]) -> Iterator[Finding]:
    """Whether a trunk is paused because its calls failed alike."""
    for trunk in paused:
        text = f"paused until {time_text(trunk.paused_until)}: {trunk.reason}"
        yield wrong(f"trunk {trunk.name}", text, "ask who runs the trunk; it is tried again by itself")


def check_services(
    services: Sequence[_Service], configured: Mapping[str, str], known: Mapping[str, _Link]
) -> Iterator[Finding]:
    """Whether each service that is not CLOSED has agents and a link."""
    if not services:
        yield note("services", "there is none, or all are CLOSED", "`ringback services add NAME`")
    for service in services:
        what, name = f"service {service.name}", service.name
        link = known.get(service.link_id)
        is_worked = link is not None and link.is_held
        if service.link_id not in configured and not is_worked and not service.is_practice:
            mend = f"add {service.link_id}=URL to RINGBACK_LINKS, or `ringback services set {name} trunk=NAME`"
            text = f"calls over the trunk {service.trunk!r}, whose link {service.link_id!r} is not configured"
            yield wrong(what, text, mend)
        if not service.agents:
            yield wrong(what, "no agent serves it", f"`ringback agents add NAME --endpoint … --service {name}`")
        elif not service.logged_in:
            yield note(what, f"none of its {service.agents} agents is logged in")
        else:
            yield ok(what, f"{service.logged_in} of {service.agents} agents logged in")


def check_hours(services: Sequence[Service], now: datetime) -> Iterator[Finding]:
    """Whether each service that is not CLOSED opens at all in the weeks to come."""
    for service in services:
        what = f"service {service.name}"
        try:
            plan = plan_of(service)
        except NeverPossible as problem:
            yield wrong(what, f"its hours are not understood: {problem}", "set them anew")
            continue
        if not rules.openings(plan, now, now + timedelta(days=OPEN_WITHIN_DAYS)):
            mend = f"`ringback services set {service.name} hours=…`, or its special_days, or mode=CLOSED"
            yield wrong(what, f"has no opening in the next {OPEN_WITHIN_DAYS} days: nobody of it is called", mend)


def _mend_database(settings: Settings) -> str:
    if settings.database_url is None:
        return "see the log in the data directory, or set RINGBACK_DATABASE_URL to another PostgreSQL"
    return "see that PostgreSQL runs and that RINGBACK_DATABASE_URL names it"
