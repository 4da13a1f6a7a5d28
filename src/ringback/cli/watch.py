"""Watching callbacks move, on a terminal or line by line."""

import asyncio
import sys
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from ringback.callbacks.states import MEANING, Event, Result, State
from ringback.cli.installation import Installation, ask_with
from ringback.cli.output import SHORT_ID, console, state_text, table
from ringback.database.queries import QueryFile
from ringback.errors import DatabaseUnavailable
from ringback.settings import Settings

POLL_SECONDS = 1.0
AT_MOST_EVERY_SECONDS = 0.1
NEWEST = 500
BEFORE_WE_CAME = 10
COMPLETED_WITHIN = timedelta(hours=24)
COMPLETED_COLUMN = "Completed (24 h)"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A transition, with what a reader wants to see beside it."""

    id: int
    callback_id: UUID
    service: str
    at: datetime
    from_state: State | None
    to_state: State
    event: Event
    result: Result | None
    reason: str
    agent: str | None


class NumberInState(msgspec.Struct, frozen=True):
    """How many callbacks of a service are in a state."""

    service: str
    state: State
    number: int


class Shown(msgspec.Struct, frozen=True):
    """What is to be seen at one moment."""

    changes: list[Change]
    numbers: list[NumberInState]


_sql = QueryFile(__file__, "callbacks.sql")
_LATEST_CHANGES = _sql.query("latest_changes", Change)
_NUMBERS = _sql.query("numbers_by_service", NumberInState)


async def watch(settings: Settings) -> None:
    """Show what happens until cancelled. Raises RingbackError when it cannot begin."""
    await ask_with(settings, _watch_live if sys.stdout.isatty() else _watch_lines)


class NewChanges:
    """Tells which changes were not shown before.

    Transitions do not become visible in the order of their ids, so it remembers what it has shown instead of how
    far it has come.
    """

    def __init__(self) -> None:
        self._shown: deque[int] = deque(maxlen=NEWEST * 4)
        self._is_first = True

    def of(self, newest_first: Sequence[Change]) -> list[Change]:
        """The new ones, the oldest first; at first only the last few of the past."""
        new = [change for change in reversed(newest_first) if change.id not in self._shown]
        self._shown.extend(change.id for change in new)
        if self._is_first:
            self._is_first = False
            return new[-BEFORE_WE_CAME:]
        return new


async def _watch_lines(on: Installation) -> None:
    out, new = console(), NewChanges()
    listener = on.database.changes.listener()
    while True:
        shown = await _look(on)
        for change in new.of(shown.changes):
            out.print(_line(change), soft_wrap=True)
        sys.stdout.flush()
        await listener.wait(POLL_SECONDS)


async def _watch_live(on: Installation) -> None:
    listener = on.database.changes.listener()
    with Live(console=console(), auto_refresh=False, screen=True) as live:
        while True:
            try:
                live.update(_screen(await _look(on), live.console), refresh=True)
            except DatabaseUnavailable as problem:
                live.update(Text(str(problem), style="red"), refresh=True)
            await listener.wait(POLL_SECONDS)
            await asyncio.sleep(AT_MOST_EVERY_SECONDS)


async def _look(on: Installation) -> Shown:
    async with on.database.connection() as connection:
        changes = await _LATEST_CHANGES.all(connection, limit=NEWEST)
        return Shown(changes, await _NUMBERS.all(connection, since=on.clock.now() - COMPLETED_WITHIN))


def _screen(shown: Shown, screen: Console) -> RenderableType:
    numbers = _numbers_table(shown.numbers)
    room = max(screen.height - len({number.service for number in shown.numbers}) - 6, 3)
    rows = [_cells(change) for change in shown.changes[:room]]
    happened = table(("When", "Callback", "Service", "State", "What happened"), rows, kept_whole=("When", "Callback"))
    return Group(numbers, "", happened, Text("Ctrl-C ends the watch.", style="dim"))


def _numbers_table(numbers: Sequence[NumberInState]) -> RenderableType:
    if not numbers:
        return Text("No callback yet.")
    found = {(number.service, number.state): number.number for number in numbers}
    columns = [COMPLETED_COLUMN if state is State.COMPLETED else state.title() for state in State]
    rows = [
        (service, *(str(found.get((service, state), 0)) for state in State))
        for service in sorted({number.service for number in numbers})
    ]
    totals = (str(sum(number for (_, of), number in found.items() if of is state)) for state in State)
    return table(("Service", *columns), [*rows, ("all", *totals)])


def _cells(change: Change) -> list[RenderableType]:
    when, short_id = f"{change.at.astimezone():%H:%M:%S}", str(change.callback_id)[-SHORT_ID:]
    what = Text(change.reason or MEANING[change.event], no_wrap=True, overflow="ellipsis")
    return [when, f"…{short_id}", change.service, state_text(change.to_state, change.result), what]


def _line(change: Change) -> Text:
    when, short_id = f"{change.at.astimezone():%Y-%m-%d %H:%M:%S}", str(change.callback_id)[-SHORT_ID:]
    before = f"{change.from_state} -> " if change.from_state else ""
    state = state_text(change.to_state, change.result)
    return Text.assemble(f"{when} …{short_id} {change.service} {before}", state, f": {change.reason}")
