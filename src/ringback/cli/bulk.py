"""`ringback bulk`."""

from typing import Annotated

import typer
from rich.console import RenderableType

from ringback.bulk import jobs
from ringback.bulk.model import BulkJob
from ringback.cli.installation import Installation, ask
from ringback.cli.output import SHORT_ID, JsonOption, fields, print_json, say, table, time_text

commands = typer.Typer(no_args_is_help=True, help="Bulk work: many callbacks changed at once.")

Id = Annotated[
    str, typer.Argument(metavar="ID", help=f"The id of the work, or its last characters (at least {SHORT_ID}).")
]


@commands.command("list")
def list_all(json: JsonOption = False) -> None:
    """List the bulk work of the last 24 hours, whoever asked for it, and how far it is."""
    found = ask(lambda on: jobs.recent_of_all(on.database, on.clock))
    if json:
        print_json(found)
    elif found:
        columns = ("Asked", "Kind", "By", "Done", "Succeeded", "Refused", "Id")
        say(table(columns, [_row(job) for job in found], kept_whole=("Asked", "Id")))
    else:
        say("No bulk work was asked for within the last 24 hours.")


@commands.command()
def show(work: Id, json: JsonOption = False) -> None:
    """Show how far bulk work is, and what became of its callbacks."""

    async def do(on: Installation) -> BulkJob:
        return await jobs.ending(on.database, work.lower().lstrip("…"))

    job = ask(do)
    if json:
        print_json(job)
        return
    state = f"finished {time_text(job.finished_at)}" if job.is_finished else "under way"
    say(f"{job.kind} {job.id}")
    lines = {
        "Asked": f"{time_text(job.asked_at)} by {job.asked_by.name}",
        "State": state,
        "Done": f"{job.done:,} of {job.total:,}",
        "Succeeded": f"{job.succeeded:,}",
        "Refused": f"{job.refused:,}",
    }
    say(fields(lines.items()))
    if job.counts:
        say()
        rows = [(count.state_before or "", count.outcome, f"{count.number:,}") for count in job.counts]
        say(table(("State before", "Outcome", "Callbacks"), rows))


def _row(job: BulkJob) -> list[RenderableType]:
    done = f"{job.done:,} of {job.total:,}"
    shown_id = f"…{str(job.id)[-SHORT_ID:]}"
    return [
        time_text(job.asked_at),
        job.kind,
        job.asked_by.name,
        done,
        f"{job.succeeded:,}",
        f"{job.refused:,}",
        shown_id,
    ]
