"""What the commands that end by themselves work with, and how they are run."""

import os
import pwd
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from ringback.actors import COMMAND_LINE, Actor, ActorKind
from ringback.cli.database import open_database, require_schema
from ringback.cli.process import run_briefly
from ringback.cli.start import start
from ringback.clock import SystemClock
from ringback.database.pool import Database
from ringback.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True)
class Installation:
    """The database, open and migrated; the clock, set by it; and who sits at the command line."""

    settings: Settings
    database: Database
    clock: SystemClock
    actor: Actor


def ask(what: Callable[[Installation], Awaitable[T]]) -> T:
    """Let a command do its work and return what it found. Raises RingbackError."""
    return run_briefly(ask_with(start(at_least="warning"), what))


async def ask_with(settings: Settings, what: Callable[[Installation], Awaitable[T]]) -> T:
    """Open the installation, wait for nothing, do it. Raises RingbackError."""
    clock = SystemClock()
    async with open_database(settings) as database:
        await require_schema(database)
        await database.set_clock(clock)
        return await what(Installation(settings, database, clock, actor()))


def actor() -> Actor:
    """Who is typing: the login name, behind sudo the one who called it."""
    return Actor(ActorKind.USER, f"{_login()} {COMMAND_LINE}")


def _login() -> str:
    uid = os.getuid()
    behind_sudo = os.environ.get("SUDO_USER") if uid == 0 else None
    try:
        return behind_sudo or pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user id {uid}"
