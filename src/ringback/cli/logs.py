"""Where the logs of a process go, and what they look like: to stderr, as text or as JSON lines.

Logs never hold telephone numbers or names of customers: callbacks are named by their ids.
"""

import logging
import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any, cast

import asyncpg
import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, Processor

from ringback.settings import InvalidSetting, Settings

FORMATS = ("console", "json")
LEVELS = ("debug", "info", "warning", "error", "critical")


def set_up_logs(settings: Settings, *, at_least: str = "debug") -> None:
    """Make every log of this process, of libraries too, look as the settings say.

    `at_least`: nothing below this level is shown, whatever the settings say. Raises InvalidSetting.
    """
    _check("LOG_FORMAT", settings.log_format, FORMATS)
    _check("LOG_LEVEL", settings.log_level, LEVELS)
    level = logging.getLevelNamesMapping()[max(settings.log_level, at_least, key=LEVELS.index).upper()]
    first: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_values,
    ]
    last = _last(settings.log_format)
    structlog.configure(
        processors=[*first, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    _set_up_libraries(first, last, max(level, logging.WARNING))


def without_values(_logger: object, _method: str, entry: EventDict) -> EventDict:
    """Take from the database's errors what they tell of rows and arguments: numbers and names of customers."""
    told: Any = entry.get("exc_info")
    for each in _chain(_error(told)) if told else ():
        if isinstance(each, asyncpg.PostgresError):
            vars(each).update(detail=None, hint=None)
        if isinstance(each, asyncpg.DataError | asyncpg.InterfaceError):
            each.args = ("(its text is left out: it may have values in it)",)
    return entry


def _error(told: Any) -> BaseException | None:
    """The error of an `exc_info`: itself, with its type and traceback, or True for the one that is being handled."""
    if isinstance(told, tuple):
        return cast("tuple[Any, BaseException | None, Any]", told)[1]
    return told if isinstance(told, BaseException) else sys.exc_info()[1]


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and those that led to it."""
    if error is not None:
        yield error
        yield from _chain(error.__cause__ or error.__context__)
        inner: Sequence[BaseException] = getattr(error, "exceptions", ())
        for each in inner:
            yield from _chain(each)


def _last(log_format: str) -> list[Processor]:
    if log_format == "json":
        # Without the values of variables: telephone numbers are among them.
        tracebacks = structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))
        return [tracebacks, structlog.processors.JSONRenderer()]
    has_colours = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    return [structlog.dev.ConsoleRenderer(colors=has_colours, exception_formatter=structlog.dev.plain_traceback)]


def _set_up_libraries(first: Sequence[Processor], last: Sequence[Processor], level: int) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=first,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)


def _check(name: str, value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise InvalidSetting(f"RINGBACK_{name} is one of {', '.join(allowed)}; {value!r} is not")
