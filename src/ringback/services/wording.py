"""What does not fit a setting, in words for people who never saw a type."""

from enum import StrEnum
from typing import Any, get_args

from ringback.services.schedule import TIME_OF_DAY

_WORDS = {
    f"Expected `str` matching regex '{TIME_OF_DAY}'": "a time of day is written like 08:00, at most 24:00",
}


def plain(problem: str, kind: Any) -> str:
    """A text of msgspec's about a value that should be a `kind`, with the values that may be."""
    for theirs, ours in _WORDS.items():
        problem = problem.replace(theirs, ours)
    text, at, place = problem.partition(" - at ")
    choices = [each for each in (kind, *get_args(kind)) if isinstance(each, type) and issubclass(each, StrEnum)]
    if text.startswith("Invalid enum value") and choices:
        value = text.removeprefix("Invalid enum value ")
        text = f"{value} is none of {', '.join(choices[0])}"
    return f"{text}{at}{place}"
