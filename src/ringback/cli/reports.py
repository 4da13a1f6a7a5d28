"""`ringback reports`."""

import sys
from typing import Annotated

import typer
from rich.text import Text

from ringback.cli.input import instant_if_given
from ringback.cli.installation import Installation, ask
from ringback.cli.output import JsonOption, duration_text, marked_practice, print_json, say, table
from ringback.reports import report, spreadsheet
from ringback.reports.report import Per, Period, Report


def reports(
    from_at: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="From when on; 14 days before --to if left out.")
    ] = None,
    to_at: Annotated[str | None, typer.Option("--to", metavar="TIME", help="Until when; now if left out.")] = None,
    service: Annotated[
        list[str] | None, typer.Option("--service", help="Only of this service; may be repeated.")
    ] = None,
    per: Annotated[Per, typer.Option("--per", help="How long the periods are.")] = Per.DAY,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV with every number, for spreadsheets.")] = False,
    json: JsonOption = False,
) -> None:
    """Tell what became of callbacks, by service and day or hour.

    Kept: joined with an agent; rate: of those that completed and were not withdrawn. On time: first dialled by the time
    that was promised. The numbers hold no personal data and outlive the callbacks.
    """
    from_time, to_time = instant_if_given(from_at), instant_if_given(to_at)

    async def do(on: Installation) -> tuple[Report, str]:
        found = await report.report(
            on.database, on.clock, from_at=from_time, to_at=to_time, services=service or (), per=per
        )
        is_exported = csv and not json
        return found, await spreadsheet.export(on.database, on.clock, on.actor, found) if is_exported else ""

    found, text = ask(do)
    if json:
        print_json(found)
    elif csv:
        sys.stdout.write(text)
    elif found.items:
        columns = ("Start", "Service", "Asked", "Open", "Kept", "Rate", "On time", "Late by", "Wait", "Talk")
        say(table(columns, [_row(period, per) for period in found.items], kept_whole=("Start", "Service", "Kept")))
    else:
        say("No callback was wanted in that time.")


def _row(period: Period, per: Per) -> list[Text | str]:
    start = f"{period.local_start:%Y-%m-%d}" if per is Per.DAY else f"{period.local_start:%m-%d %H:%M}"
    return [
        start,
        marked_practice(period.service, period.is_practice),
        str(period.asked),
        str(period.open),
        str(period.kept),
        _rate(period.kept_rate),
        _rate(period.on_time_rate),
        _duration(period.mean_late_seconds),
        _duration(period.mean_wait_seconds),
        _duration(period.mean_talk_seconds),
    ]


def _rate(rate: float | None) -> str:
    return "" if rate is None else f"{rate:.0%}"


def _duration(seconds: float | None) -> str:
    return "" if seconds is None else duration_text(seconds)
