"""Where the logs of a process go, and what they look like: to stderr, as text or as JSON lines.

Logs never hold telephone numbers or names of customers: callbacks are named by their ids.
"""

import logging
import os
import sys
from collections.abc import Sequence

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import Processor

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
    ]
    last = _last(settings.log_format)
    structlog.configure(
        processors=[*first, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    _set_up_libraries(first, last, max(level, logging.WARNING))


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
