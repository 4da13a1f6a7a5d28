"""Agents from a list, such as a spreadsheet saved as CSV: all of them, or none and every mistake named."""

import csv
from collections.abc import Collection, Iterator, Sequence, Set

import msgspec

from ringback.actors import Actor
from ringback.agents import roster
from ringback.agents.roster import AgentChanges, AgentChoices
from ringback.audit import journal
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.errors import NeverPossible
from ringback.services import catalog

MAX_AGENTS = 10_000
COLUMNS = ("name", "display_name", "endpoint", "services")
REQUIRED_COLUMNS = frozenset({"name", "endpoint", "services"})
BETWEEN_SERVICES = ";"


class ImportProblem(msgspec.Struct, frozen=True):
    """What is wrong with one entry, and where it is: "line 3" of a file, "items[2]" of a request."""

    place: str
    name: str
    problem: str


class InvalidImport(NeverPossible):
    """The list of agents has mistakes, and nothing of it was taken; `problems` names each with its place."""

    code = "invalid-import"

    def __init__(self, problems: Sequence[ImportProblem]) -> None:
        first = "; ".join(f"{problem.place}: {problem.problem}" for problem in problems[:3])
        more = f"; and {len(problems) - 3} more" if len(problems) > 3 else ""
        super().__init__(f"The list has mistakes, nothing of it was taken. {first}{more}", problems=list(problems))
        self.problems = problems


class Entry(msgspec.Struct, frozen=True):
    """An agent of the list, and where it stands there."""

    place: str
    agent: AgentChoices


async def import_all(
    database: Database,
    clock: Clock,
    actor: Actor,
    entries: Sequence[Entry],
    *,
    is_rehearsal: bool,
    within: Collection[int] | None = None,
) -> AgentChanges:
    """Create or change these agents, in one transaction; repeating it changes nothing more.

    `is_rehearsal`: only see what would become of them. `within`: the ids of the services that may be changed (None:
    all); there are no others for who asks. Raises InvalidImport.
    """
    if len(entries) > MAX_AGENTS:
        text = f"at most {MAX_AGENTS} agents are taken at once; these are {len(entries)}"
        raise InvalidImport([ImportProblem("list", "", text)])
    async with database.rehearsal() if is_rehearsal else database.transaction() as connection:
        problems = await _problems(connection, entries, within)
        if problems:
            raise InvalidImport(problems)
        now, agents = clock.now(), [entry.agent for entry in entries]
        changes = await roster.save_all_with(connection, now, actor, agents, within=within)
        if changes.created or changes.changed:
            created, changed = len(changes.created), len(changes.changed)
            await journal.record(connection, now, actor, "agents.imported", "agents", created=created, changed=changed)
        return changes


def read_csv(text: str) -> list[Entry]:
    """The agents of a CSV file with the columns name, endpoint, services (separated by semicolons), display_name.

    Raises InvalidImport.
    """
    reader = csv.reader(text.removeprefix("\ufeff").splitlines(keepends=True), strict=True)
    try:
        header = [column.strip() for column in next(reader, list[str]())]
        _check_header(header)
        rows = [(reader.line_num, row) for row in reader if any(row)]
    except csv.Error as problem:
        raise InvalidImport([ImportProblem(f"line {reader.line_num}", "", str(problem))]) from None
    uneven = [
        ImportProblem(f"line {line}", row[0], f"it has {len(row)} columns, and the first line has {len(header)}")
        for line, row in rows
        if len(row) != len(header)
    ]
    if uneven:
        raise InvalidImport(uneven)
    return [Entry(f"line {line}", _agent(dict(zip(header, row, strict=True)))) for line, row in rows]


def _check_header(header: Sequence[str]) -> None:
    unknown = [column for column in header if column not in COLUMNS]
    missing = sorted(REQUIRED_COLUMNS - set(header))
    if unknown or missing or len(set(header)) != len(header):
        text = f"the first line names the columns {', '.join(COLUMNS)}, each once; display_name may be left out"
        raise InvalidImport([ImportProblem("line 1", "", text)])


def _agent(row: dict[str, str]) -> AgentChoices:
    services = [service.strip() for service in row["services"].split(BETWEEN_SERVICES)]
    return AgentChoices(
        name=row["name"].strip(),
        endpoint=row["endpoint"].strip(),
        services=[service for service in services if service],
        display_name=row.get("display_name", "").strip() or None,
    )


async def _problems(
    connection: Connection, entries: Sequence[Entry], within: Collection[int] | None
) -> list[ImportProblem]:
    services = {service.name for service in await catalog.list_with(connection, within=within)}
    names = [entry.agent.name for entry in entries if _is_sound(entry)]
    practice = await roster.practice_among(connection, names)
    foreign = set[str]() if within is None else await roster.foreign_among(connection, names, within)
    places: dict[str, str] = {}
    found: list[ImportProblem] = []
    for entry in entries:
        name = entry.agent.name
        texts = [*_mistakes(entry.agent, services)]
        if name in foreign:
            texts.append(f"there is an agent {name!r} already, of services that you are not given")
        elif name in practice:
            texts.append(f"{name!r} is an agent of practice; `ringback practice remove` takes it away")
        if name in places:
            texts.append(f"{name!r} stands in {places[name]} already")
        places.setdefault(name, entry.place)
        found += [ImportProblem(entry.place, name, text) for text in texts]
    return found


def _is_sound(entry: Entry) -> bool:
    return not [*_mistakes(entry.agent, set(entry.agent.services))]


def _mistakes(agent: AgentChoices, services: Set[str]) -> Iterator[str]:
    try:
        roster.check(agent)
    except roster.InvalidAgent as problem:
        yield str(problem)
    for service in sorted(set(agent.services) - services):
        yield f"there is no service {service!r}"
