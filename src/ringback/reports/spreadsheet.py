"""A report as CSV: RFC 4180, UTF-8, and nothing in it that a spreadsheet would take for a formula."""

import csv
import io
from collections.abc import Iterable, Iterator

from ringback.actors import Actor
from ringback.audit import journal
from ringback.callbacks.states import Result
from ringback.clock import Clock
from ringback.database.pool import Database
from ringback.reports.report import Period, Report

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


async def export(database: Database, clock: Clock, actor: Actor, report: Report) -> str:
    """The report as CSV, for somebody who takes it away."""
    services = {period.service for period in report.items}
    told: dict[str, object] = {"from_at": report.from_at, "to_at": report.to_at, "per": report.per}
    async with database.transaction() as connection:
        now = clock.now()
        await journal.record(connection, now, actor, "reports.exported", "reports", of_services=services, **told)
    return to_csv(report.items)


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
