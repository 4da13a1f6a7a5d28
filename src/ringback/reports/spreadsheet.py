"""A report as CSV: RFC 4180, UTF-8, and nothing in it that a spreadsheet would take for a formula."""

import csv
import io
from collections.abc import Iterable, Iterator

from ringback.callbacks.states import Result
from ringback.reports.report import Period

_NUMBERS = (
    "asked",
    "scheduled",
    "open",
    "kept",
    "withdrawn",
    "kept_rate",
    "on_time",
    "late",
    "on_time_rate",
    "late_seconds",
    "mean_late_seconds",
    "dialled",
    "wait_seconds",
    "mean_wait_seconds",
    "talk_seconds",
    "mean_talk_seconds",
    "attempts",
)
# A spreadsheet that finds one of these at the beginning of a text computes it (OWASP, CSV Injection).
_STARTS_OF_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def to_csv(periods: Iterable[Period]) -> str:
    """A header and a line for each period, with a column for each result."""
    text = io.StringIO()
    lines = csv.writer(text)  # its lines end with CRLF, as RFC 4180 wants
    lines.writerow(["service", "is_practice", "time_zone", "starts_at", "local_start", *_NUMBERS, *Result])
    lines.writerows(list(_cells(period)) for period in periods)
    return text.getvalue()


def _cells(period: Period) -> Iterator[object]:
    yield _harmless(period.service)
    yield str(period.is_practice).lower()
    yield period.time_zone
    yield f"{period.starts_at:%Y-%m-%dT%H:%M:%SZ}"
    yield f"{period.local_start:%Y-%m-%d %H:%M}"
    yield from (getattr(period, number) for number in _NUMBERS)
    yield from (period.results.get(result, 0) for result in Result)


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_STARTS_OF_FORMULAS) else text
