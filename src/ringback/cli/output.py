"""How things look on a terminal: tables, states, times, numbers; or JSON, as the API gives them."""

import os
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated

import msgspec
import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from ringback.callbacks.states import Result, State

WIDTH_OF_FILES = 160
SHORT_ID = 8

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, as the API gives it.")]

_STATE_STYLES = {
    State.SCHEDULED: "cyan",
    State.QUEUED: "yellow",
    State.ROUTING: "magenta",
    State.PROCESSING: "bold green",
    State.COMPLETED: "",
}
_GOOD = frozenset({Result.AGENT, Result.CLAIMED_BY_CALLER})
_MEANT = frozenset({Result.CANCELLED, Result.CANCELLED_BY_ADMIN})
# What a terminal obeys instead of showing it: control characters, and those that turn the direction of the text.
_COMMANDS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class HarmlessConsole(Console):
    """A terminal that nobody commands who only gave a name or wrote a note."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """What is printed, without what a terminal would obey; colours are ours and stay."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=_COMMANDS.sub("", segment.text))


def console() -> Console:
    """The standard output, as wide as the terminal; wide when it is a file, for others to read."""
    is_for_eyes = sys.stdout.isatty() or "COLUMNS" in os.environ
    return HarmlessConsole(width=None if is_for_eyes else WIDTH_OF_FILES, highlight=False, soft_wrap=False)


def say(text: RenderableType = "") -> None:
    """Print for people."""
    console().print(text, markup=False)


def say_mistakes(mistakes: Iterable[str], result: str) -> None:
    """Print what is wrong with a file to stderr, a line each, and then what comes of it."""
    for mistake in mistakes:
        sys.stderr.write(f"{mistake}\n")
    sys.stderr.write(f"ringback: {result}\n")


def print_json(value: object) -> None:
    """Print for programs; on a terminal it commands nothing either."""
    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    sys.stdout.write(_COMMANDS.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")


def table(columns: Sequence[str], rows: Iterable[Sequence[RenderableType]], *, kept_whole: Sequence[str] = ()) -> Table:
    """A plain table. Columns that are `kept_whole` never wrap; the others do when the terminal is narrow."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", show_header=any(columns))
    for column in columns:
        made.add_column(column, no_wrap=column in kept_whole, overflow="fold")
    for row in rows:
        made.add_row(*row)
    return made


def fields(pairs: Iterable[tuple[str, RenderableType]]) -> Table:
    """Names and values beneath each other, indented."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    made.add_column(no_wrap=True, style="dim")
    made.add_column(overflow="fold")
    for name, value in pairs:
        made.add_row(f"  {name}", value)
    return made


def state_text(state: State, result: Result | None = None) -> Text:
    """A state with its result, coloured; the text alone says everything."""
    if result is None:
        return Text(state, style=_STATE_STYLES[state])
    style = "green" if result in _GOOD else "dim" if result in _MEANT else "red"
    return Text(f"{state} ({result})", style=style)


def time_text(instant: datetime | None, *, has_seconds: bool = False) -> str:
    """An instant on the clock of this machine's time zone."""
    if instant is None:
        return ""
    return f"{instant.astimezone():%Y-%m-%d %H:%M:%S}" if has_seconds else f"{instant.astimezone():%Y-%m-%d %H:%M}"


def duration_text(seconds: float) -> str:
    """A duration, such as 12 s, 3 min 20 s or 2 h 5 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3_600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3_600} h {whole % 3_600 // 60} min"


def marked_practice(name: str, is_practice: bool) -> Text:
    """A name; practice is told from the real by a word."""
    return Text.assemble(name, (" (practice)", "dim") if is_practice else "")
