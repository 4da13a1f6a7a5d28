"""The configuration as a file: what is exported is taken over without a difference, and files are taken whole."""

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from ringback.actors import ENGINE
from ringback.agents import roster
from ringback.booking import setup
from ringback.clock import ManualClock
from ringback.configuration import exchange
from ringback.configuration.difference import Change, Kind
from ringback.configuration.exchange import Applied
from ringback.configuration.mistakes import InvalidConfiguration
from ringback.database.pool import Database
from ringback.numbers.model import BlockedPattern, NumberRules, PatternKind
from ringback.services import catalog, trunks
from ringback.services.bounds import RANGES, RETRIABLE, SLOT_MINUTES
from ringback.services.catalog import ServiceChoices
from ringback.services.model import AtClosing, Mode, RetryChoice, Strategy
from ringback.services.schedule import CallingHours, CapacityRange, OpenRange, PublicHolidays, SpecialDay, Weekday
from ringback.services.trunks import TrunkChoices
from tests.integration.world import World

CLOCK = ManualClock()
CUSTOMER = "+493012345001"


async def apply(database: Database, text: str, *, is_rehearsal: bool = False, prunes: bool = False) -> Applied:
    return await exchange.apply(database, CLOCK, ENGINE, text, is_rehearsal=is_rehearsal, prunes=prunes)


async def mistakes_of(database: Database, text: str, *, prunes: bool = False) -> list[str]:
    before = await exchange.export(database)
    with pytest.raises(InvalidConfiguration) as refusal:
        await apply(database, text, prunes=prunes)
    assert await exchange.export(database) == before
    return [str(mistake) for mistake in refusal.value.mistakes]


def told(changes: list[Change]) -> list[tuple[str, str, str]]:
    return [(change.kind.value, change.section, change.name) for change in changes]


PRINTABLE = st.characters(categories=("L", "M", "N", "P", "S"), include_characters=" ")
TEXTS = st.text(PRINTABLE, max_size=20)
TIMES = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
RANGES_OF_A_DAY = st.lists(
    st.tuples(TIMES, TIMES | st.just("24:00")).filter(lambda ends: ends[0] != ends[1]), max_size=3
)
OPEN = RANGES_OF_A_DAY.map(lambda ranges: [OpenRange(*ends) for ends in ranges])
CAPACITIES = st.none() | st.integers(0, 1000)
SPECIAL_DAYS = st.lists(
    st.builds(SpecialDay, date=st.dates(), name=TEXTS, yearly=st.booleans(), ranges=OPEN, slot_capacity=CAPACITIES),
    max_size=3,
    unique_by=lambda day: (day.date.month, day.date.day),
)
SEATS = st.lists(
    st.builds(
        CapacityRange,
        weekday=st.sampled_from(Weekday),
        starts=st.just("06:00") | st.just("07:30"),
        ends=st.just("12:00") | st.just("24:00"),
        capacity=st.integers(0, 9),
    ),
    max_size=3,
    unique_by=lambda seats: seats.weekday,
)
NUMBER_RULES = st.builds(
    NumberRules,
    permitted_countries=st.lists(st.sampled_from(["NO", "DE", "SE"]), unique=True),
    blocked=st.lists(
        st.builds(BlockedPattern, kind=st.just(PatternKind.PREFIX), pattern=st.just("+49180"), note=TEXTS)
    ),
)
RETRIES = st.dictionaries(
    st.sampled_from(sorted(RETRIABLE)),
    st.builds(RetryChoice, limit=st.none() | st.integers(0, 100), delay_seconds=st.none() | st.integers(0, 86_400)),
)
NUMBERS: dict[str, st.SearchStrategy[Any]] = {
    field: st.integers(*ends) if field != "slot_capacity" else CAPACITIES for field, ends in RANGES.items()
}
SERVICES = st.builds(
    ServiceChoices,
    display_name=TEXTS.map("Service {}".format),
    mode=st.sampled_from(Mode),
    is_immediate_enabled=st.booleans(),
    is_scheduled_enabled=st.booleans(),
    time_zone=st.sampled_from(["UTC", "Europe/Oslo", "America/St_Johns"]),
    default_region=st.sampled_from(["NO", None]),
    trunk=st.just("main"),
    route_point=TEXTS,
    strategy=st.sampled_from(Strategy),
    caller_id=TEXTS,
    caller_name=TEXTS,
    retries=RETRIES,
    at_closing=st.sampled_from(AtClosing),
    hours=st.none() | st.dictionaries(st.sampled_from(Weekday), OPEN),
    special_days=SPECIAL_DAYS,
    public_holidays=st.sampled_from([None, PublicHolidays("NO"), PublicHolidays("DE", "BY")]),
    slot_minutes=st.sampled_from(SLOT_MINUTES),
    weekly_capacity=SEATS,
    number_rules=NUMBER_RULES,
    calling_hours=st.sampled_from([None, CallingHours(), CallingHours("09:30", "24:00")]),
    dispositions=st.lists(st.sampled_from(["Resolved", "null", "12", "Später: ja"]), unique=True),
    crm_url=st.sampled_from(["", "https://crm.example.com/?p={phone_number}#{user_data.t}"]),
    **NUMBERS,
)
NAMES = st.sampled_from(["support", "NO", "12", "08:00", "null", "a: b", "# 1", "'q'", 'é \\ "x"', "-", "{}"])


@given(name=NAMES, choices=SERVICES)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
async def test_whatever_a_service_says_is_exported_and_taken_over_without_a_difference(
    database: Database, name: str, choices: ServiceChoices
) -> None:
    assert UNSET not in msgspec.structs.asdict(choices).values(), "a setting is not tried"
    await setup.save(database, CLOCK, ENGINE, name, choices)
    text = await exchange.export(database)
    assert (await apply(database, text, prunes=True)).changes == []
    before = await catalog.get(database, name)
    await catalog.delete(database, CLOCK, ENGINE, name)
    assert told((await apply(database, text)).changes) == [("ADDED", "services", name)]
    again = await catalog.get(database, name)
    assert (again.hours, again.special_days, again.retries) == (before.hours, before.special_days, before.retries)
    assert await exchange.export(database) == text
    await catalog.delete(database, CLOCK, ENGINE, name)


async def test_an_installation_with_nothing_but_defaults_is_taken_over_without_a_difference(database: Database) -> None:
    await setup.create(database, CLOCK, ENGINE, "support", ServiceChoices())
    await roster.save(database, CLOCK, ENGINE, "anna", endpoint="1", services=["support"])
    applied = await apply(database, await exchange.export(database), prunes=True)
    assert (applied.changes, applied.unlisted) == ([], [])


async def test_an_installation_is_made_from_a_file(database: Database) -> None:
    text = """
version: 1
trunks:
  carrier: {link: main, channels: 30, calls_per_second: 0.1}
services:
  support: {time_zone: Europe/Oslo, trunk: carrier, number_rules: {permitted_countries: [NO, SE]}}
agents:
  anna: {endpoint: "201", services: [support], display_name: Anna Berg}
"""
    applied = await apply(database, text)
    assert told(applied.changes) == [
        ("ADDED", "trunks", "carrier"),
        ("ADDED", "services", "support"),
        ("ADDED", "agents", "anna"),
    ]
    stated = {field.field: field.after for field in applied.changes[1].fields}
    assert stated["number_rules"] == {"permitted_countries": ["NO", "SE"], "blocked": []}
    assert set(stated) == {"time_zone", "trunk", "number_rules"}
    service = await catalog.get(database, "support")
    assert (service.trunk, service.wrap_up_seconds, service.number_rules.permitted_countries) == (
        "carrier",
        45,
        ["NO", "SE"],
    )
    assert (await trunks.get(database, "carrier")).calls_per_second == 0.1
    assert (await roster.get(database, "anna")).services == ("support",)
    assert (await apply(database, text)).changes == []


async def test_a_change_is_told_field_by_field_and_a_rehearsal_changes_nothing(database: Database) -> None:
    await setup.create(database, CLOCK, ENGINE, "support", ServiceChoices(wrap_up_seconds=30))
    text = "version: 1\nservices: {support: {wrap_up_seconds: 7, mode: PAUSED, early_seconds: 300}}\n"
    rehearsed = await apply(database, text, is_rehearsal=True)
    (change,) = rehearsed.changes
    assert (change.kind, change.name) == (Kind.CHANGED, "support")
    assert [(field.field, field.before, field.after) for field in change.fields] == [
        ("mode", "RUNNING", "PAUSED"),
        ("wrap_up_seconds", 30, 7),
    ]
    assert (await catalog.get(database, "support")).wrap_up_seconds == 30
    assert (await apply(database, text)).changes == rehearsed.changes
    assert (await catalog.get(database, "support")).wrap_up_seconds == 7


async def test_what_the_file_does_not_name_stays_unless_it_is_pruned(database: Database) -> None:
    for name in ("support", "sales"):
        await setup.create(database, CLOCK, ENGINE, name, ServiceChoices())
    await trunks.save(database, CLOCK, ENGINE, "old", TrunkChoices(link="main"))
    await roster.save(database, CLOCK, ENGINE, "anna", endpoint="1", services=["sales", "support"])
    text = "version: 1\ntrunks: {}\nservices: {support: {}}\n"
    applied = await apply(database, text)
    unlisted = [("REMOVED", "services", "sales"), ("REMOVED", "trunks", "old")]
    assert (applied.changes, told(applied.unlisted)) == ([], unlisted)
    pruned = await apply(database, text, prunes=True)
    assert told(pruned.changes) == [
        ("REMOVED", "trunks", "old"),
        ("REMOVED", "services", "sales"),
        ("CHANGED", "agents", "anna"),
    ]
    assert [trunk.name for trunk in await trunks.list_all(database)] == ["main"]
    assert (await roster.get(database, "anna")).services == ("support",)


async def test_every_mistake_is_told_at_once_and_nothing_is_taken(database: Database) -> None:
    text = """version: 1
trunks:
  " x": {link: main}
services:
  good: {wrap_up_seconds: 9}
  bad:
    window_seconds: 0
    time_zone: Mars/Olympus
    trunk: nowhere
    hours: {MONDAY: [{opens: 09:00, closes: 09:00}]}
    number_rules: {permitted_countries: [XX]}
agents:
  anna: {endpoint: " ", services: [good, worse]}
"""
    mistakes = await mistakes_of(database, text)
    assert [mistake.partition(": ")[0] for mistake in mistakes] == [
        "line 3, trunks. x",
        "line 7, services.bad.window_seconds",
        "line 8, services.bad.time_zone",
        "line 9, services.bad.trunk",
        "line 10, services.bad.hours",
        "line 11, services.bad.number_rules",
        "line 13, agents.anna.endpoint",
        "line 13, agents.anna.services.1",
    ]
    assert await catalog.list_all(database) == []


async def test_what_is_in_use_is_not_pruned_and_the_whole_file_is_refused(world: World) -> None:
    await world.add_service("support")
    await world.add_agent("anna")
    await world.ask(CUSTOMER)
    await world.until(world.is_dialled(CUSTOMER))
    mistakes = await mistakes_of(world.database, "version: 1\nservices: {new: {}}\nagents: {}\n", prunes=True)
    assert len(mistakes) == 2
    assert "agents.anna: The agent 'anna' has had calls" in mistakes[1]
    assert "services.support: The service 'support' has callbacks" in mistakes[0]


async def test_practice_is_neither_exported_nor_overwritten_nor_pruned(database: Database) -> None:
    await trunks.save(database, CLOCK, ENGINE, "practice", TrunkChoices(link="practice"), is_practice=True)
    await catalog.create(database, CLOCK, ENGINE, "play", ServiceChoices(trunk="practice"), is_practice=True)
    await roster.save(database, CLOCK, ENGINE, "actor", endpoint="1", services=["play"], is_practice=True)
    await roster.save(database, CLOCK, ENGINE, "anna", endpoint="2", services=["play"])
    text = await exchange.export(database)
    assert not {"play", "practice", "actor"} & {line.strip(" :-") for line in text.splitlines()}
    assert (await apply(database, text, prunes=True)).changes == []
    assert (await roster.get(database, "anna")).services == ("play",)
    taken = (
        "version: 1\ntrunks: {practice: {link: x}}\nservices: {play: {}}\n"
        "agents: {actor: {endpoint: '1', services: []}}\n"
    )
    assert len(await mistakes_of(database, taken)) == 3
    assert {service.name for service in await catalog.list_all(database)} == {"play"}
