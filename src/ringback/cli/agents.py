"""`ringback agents`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from ringback.agents import bulk_import, roster
from ringback.agents.bulk_import import InvalidImport
from ringback.agents.model import Presence
from ringback.agents.roster import AgentChanges, AgentView
from ringback.cli.input import read_text
from ringback.cli.installation import Installation, ask
from ringback.cli.output import JsonOption, marked_practice, print_json, say, say_mistakes, table, time_text

commands = typer.Typer(no_args_is_help=True, help="Agents: the people who are joined with customers.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of the agent.")]
Reason = Annotated[str | None, typer.Option("--reason", help="Why, for the others to read.")]

_STYLES = {
    Presence.READY: "green",
    Presence.NOT_READY: "red",
    Presence.BUSY_ELSEWHERE: "yellow",
    Presence.RESERVED: "magenta",
    Presence.TALKING: "bold green",
    Presence.WRAP_UP: "cyan",
    Presence.OFFLINE: "dim",
}


@commands.command("list")
def list_all(
    service: Annotated[str | None, typer.Option("--service", help="Only those who serve this service.")] = None,
    json: JsonOption = False,
) -> None:
    """List the agents with their presence and the services they serve."""
    found = ask(lambda on: roster.list_all(on.database, service=service))
    if json:
        print_json(found)
    elif found:
        _show(found)
    else:
        say("There is no agent yet; `ringback agents add NAME --endpoint …` makes one.")


@commands.command()
def show(name: Name, json: JsonOption = False) -> None:
    """Show one agent."""
    agent = ask(lambda on: roster.get(on.database, name))
    if json:
        print_json(agent)
    else:
        _show([agent])


@commands.command()
def add(
    name: Name,
    endpoint: Annotated[str, typer.Option("--endpoint", help="What is rung, such as sip:anna@10.0.0.7.")],
    service: Annotated[list[str] | None, typer.Option("--service", help="A service to serve; may be repeated.")] = None,
    display_name: Annotated[str | None, typer.Option("--display-name", help="The name that is shown.")] = None,
) -> None:
    """Add an agent, who is OFFLINE at first.

    For example: ringback agents add anna --endpoint sip:anna@10.0.0.7 --service support
    """

    async def do(on: Installation) -> AgentView:
        return await roster.create(
            on.database,
            on.clock,
            on.actor,
            name,
            endpoint=endpoint,
            services=service or [],
            display_name=display_name,
        )

    _show([ask(do)])


@commands.command("set")
def change(
    name: Name,
    endpoint: Annotated[str | None, typer.Option("--endpoint", help="What is rung.")] = None,
    service: Annotated[
        list[str] | None, typer.Option("--service", help="The services to serve, all of them; may be repeated.")
    ] = None,
    display_name: Annotated[str | None, typer.Option("--display-name", help="The name that is shown.")] = None,
    no_services: Annotated[bool, typer.Option("--no-services", help="Serve no service any more.")] = False,
) -> None:
    """Change an agent; what is left out stays."""
    if no_services and service:
        raise typer.BadParameter("--no-services and --service exclude each other")

    async def do(on: Installation) -> AgentView:
        now = await roster.get(on.database, name)
        saved = await roster.save(
            on.database,
            on.clock,
            on.actor,
            name,
            endpoint=endpoint or now.endpoint,
            services=[] if no_services else service or list(now.services),
            display_name=display_name,
        )
        return saved.what

    _show([ask(do)])


@commands.command("import")
def import_all(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The CSV file; - reads it from the standard input.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would become of them.")] = False,
    json: JsonOption = False,
) -> None:
    """Add or change the agents of a CSV file: all of them, or none and every mistake told.

    Columns: name, display_name, endpoint, services (separated by semicolons). Agents who are not in it stay as they
    are. For example: ringback agents import agents.csv
    """

    async def do(on: Installation) -> AgentChanges:
        entries = bulk_import.read_csv(read_text(file))
        return await bulk_import.import_all(on.database, on.clock, on.actor, entries, is_rehearsal=dry_run)

    try:
        changes = ask(do)
    except InvalidImport as problem:
        mistakes = (f"{each.place}: {each.problem}" for each in problem.problems)
        say_mistakes(mistakes, f"{file} was not taken and nothing has changed")
        raise typer.Exit(1) from None
    if json:
        print_json(changes)
    else:
        tense = "would be " if dry_run else ""
        say(
            f"{len(changes.created)} {tense}created, {len(changes.changed)} {tense}changed, "
            f"{changes.unchanged} {tense}unchanged."
        )


@commands.command()
def remove(name: Name) -> None:
    """Remove an agent who has never had a call.

    One who has can go OFFLINE and serve no service: ringback agents set NAME --no-services
    """
    ask(lambda on: roster.delete(on.database, on.clock, on.actor, name))
    say(f"The agent {name!r} is removed.")


@commands.command()
def presence(
    name: Name,
    wanted: Annotated[
        Presence,
        typer.Argument(metavar="PRESENCE", help="READY, NOT_READY, BUSY_ELSEWHERE or OFFLINE.", case_sensitive=False),
    ],
    reason: Reason = None,
) -> None:
    """Ask for a presence; during a call it takes effect afterwards."""
    _show([ask(lambda on: roster.ask_presence(on.database, on.clock, on.actor, name, wanted, reason))])


def _show(agents: list[AgentView]) -> None:
    columns = ("Agent", "Presence", "Since", "Endpoint", "Services")
    say(table(columns, [_row(agent) for agent in agents], kept_whole=("Presence", "Since")))


def _row(agent: AgentView) -> list[Text | str]:
    name = agent.name if agent.display_name == agent.name else f"{agent.name} ({agent.display_name})"
    return [
        marked_practice(name, agent.is_practice),
        _presence_text(agent),
        time_text(agent.presence_since),
        agent.endpoint,
        ", ".join(agent.services) or Text("none", style="red"),
    ]


def _presence_text(agent: AgentView) -> Text:
    text = Text(agent.presence, style=_STYLES[agent.presence])
    if agent.presence_reason:
        text.append(f"\n{agent.presence_reason}", style="dim")
    if agent.wanted_presence:
        text.append(f"\nthen {agent.wanted_presence}", style="dim")
    return text
