"""`ringback run`, `ringback serve` and `ringback engine`: the processes that work until they are told to stop."""

import asyncio
from typing import Annotated

import msgspec
import typer

from ringback.accounts import first_administrator
from ringback.accounts.first_administrator import FirstAdministrator
from ringback.cli.database import open_database, until_done, wait_until_ready
from ringback.cli.practice import say_stage, with_practice_link
from ringback.cli.process import run_until_stopped, together
from ringback.cli.start import start
from ringback.cli.welcome import say_first_login, welcome
from ringback.clock import SystemClock
from ringback.database.pool import Database
from ringback.errors import SetupError
from ringback.practice import Players, set_up
from ringback.settings import Settings, parse_links
from ringback.telephony.links import open_telephony

LINK_HELP = "A telephony link to work, as NAME=URL; may be repeated. Without it: those of RINGBACK_LINKS."


def run(
    practice: Annotated[
        bool, typer.Option("--practice", help="Bring services, agents and customers that are simulated, to try it.")
    ] = False,
) -> None:
    """Run all of Ringback in one process.

    That is the database, its migrations, the API server and an engine. The database is the embedded one unless
    RINGBACK_DATABASE_URL names another. Ctrl-C stops everything in order.
    """
    settings = start()
    run_until_stopped(_run(with_practice_link(settings) if practice else settings, with_practice=practice))


def serve() -> None:
    """Run an API server. Any number of them may share a database.

    Until the database is there and migrated it answers 503.
    """
    run_until_stopped(_serve(start()))


def engine(
    link: Annotated[list[str] | None, typer.Option("--link", metavar="NAME=URL", help=LINK_HELP)] = None,
) -> None:
    """Run an engine, which makes the calls. Any number of them may share a database.

    Each telephony link is worked by one engine at a time; when that dies another takes over within seconds.
    """
    settings = start()
    if link:
        settings = msgspec.structs.replace(settings, links=parse_links(" ".join(link)))
    run_until_stopped(_engine(settings))


async def _run(settings: Settings, *, with_practice: bool) -> None:
    check_links(settings)
    clock = SystemClock()
    async with open_database(settings) as database:
        await together(
            _serving(database, settings, clock),
            _working_after_migration(database, settings, clock, with_practice=with_practice),
        )


async def _serve(settings: Settings) -> None:
    clock = SystemClock()
    async with open_database(settings) as database:
        await together(_serving(database, settings, clock), _keeping(database, settings, clock))


async def _engine(settings: Settings) -> None:
    check_links(settings)
    clock = SystemClock()
    async with open_database(settings) as database:
        await wait_until_ready(database, clock, migrates=False)
        await together(_working(database, settings, clock), database.keep_clock_set(clock))


# The server and the engine are loaded when they are needed: every other command starts twice as fast without them.


async def _serving(database: Database, settings: Settings, clock: SystemClock) -> None:
    from ringback.api.app import create_app
    from ringback.api.server import serve as serve_app

    await serve_app(create_app(database, settings, clock), settings, handles_signals=False)


async def _keeping(database: Database, settings: Settings, clock: SystemClock) -> None:
    await wait_until_ready(database, clock, migrates=False)
    first = await _first_administrator(database, settings, clock)
    if first is not None:
        say_first_login(first)
    await database.keep_clock_set(clock)


async def _first_administrator(database: Database, settings: Settings, clock: SystemClock) -> FirstAdministrator | None:
    return await until_done(lambda: first_administrator.make(database, clock, settings.admin_password), clock)


async def _working_after_migration(
    database: Database, settings: Settings, clock: SystemClock, *, with_practice: bool
) -> None:
    await wait_until_ready(database, clock, migrates=True)
    first = await _first_administrator(database, settings, clock)
    works = [_working(database, settings, clock), database.keep_clock_set(clock)]
    stage = await set_up(database, clock) if with_practice else None
    welcome(settings, first)
    if stage is not None:
        say_stage(stage, settings)
        works.append(Players(database, clock).run())
    await together(*works)


async def _working(database: Database, settings: Settings, clock: SystemClock) -> None:
    from ringback.engine.runner import Engine

    await Engine(database, clock, settings).run(asyncio.Event())


def check_links(settings: Settings) -> None:
    """Raises SetupError for the first link that can never work."""
    for name, url in settings.links.items():
        try:
            open_telephony(name, url, SystemClock(), settings)
        except SetupError as problem:
            raise SetupError(f"The telephony link {name!r} cannot be used: {problem}") from None
