"""What the audit tells of each deed: in its transaction, what changed, and nothing of what changed nothing."""

import asyncio
from typing import Any

import pytest

from ringback.actors import Actor, ActorKind
from ringback.agents import bulk_import, roster
from ringback.agents.bulk_import import Entry
from ringback.agents.model import Presence
from ringback.agents.roster import AgentChoices
from ringback.audit import journal
from ringback.booking import setup
from ringback.bulk import jobs
from ringback.bulk.model import Cancellation
from ringback.bulk.worker import BulkWorker
from ringback.callbacks import requests
from ringback.callbacks.creation import CallbackRequest
from ringback.clock import ManualClock
from ringback.configuration import exchange
from ringback.database.pool import Database
from ringback.errors import Refused
from ringback.numbers.model import BlockedPattern, NumberRules, PatternKind
from ringback.practice import Players, set_up
from ringback.records import erasure
from ringback.services import catalog, trunks
from ringback.services.catalog import ServiceChoices
from ringback.services.schedule import OpenRange, Weekday
from ringback.services.trunks import TrunkChoices

ANNA = Actor(ActorKind.USER, "anna", "10.0.0.7")
NUMBER = "+49301234567"
CLOCK = ManualClock()


async def written(database: Database) -> list[tuple[str, str, list[str], dict[str, Any]]]:
    """What the audit tells, the oldest first."""
    async with database.connection() as connection:
        rows = await connection.fetch("SELECT * FROM audit_entries ORDER BY id")
    assert {(row["actor_name"], row["address"], row["at"]) for row in rows} <= {("anna", "10.0.0.7", CLOCK.now())}
    return [(row["action"], row["subject"], row["of_services"], row["details"]) for row in rows]


async def actions(database: Database) -> list[str]:
    """What was done, the oldest first."""
    return [action for action, *_ in await written(database)]


async def test_a_change_of_a_service_tells_each_field_before_and_after(database: Database) -> None:
    await setup.create(database, CLOCK, ANNA, "support", ServiceChoices(wrap_up_seconds=30))
    hours = {Weekday.MONDAY: [OpenRange("09:00", "17:00")]}
    await setup.change(database, CLOCK, ANNA, "support", ServiceChoices(wrap_up_seconds=5, hours=hours))
    await catalog.delete(database, CLOCK, ANNA, "support")
    monday = {"MONDAY": [{"opens": "09:00", "closes": "17:00"}]}
    assert await written(database) == [
        (
            "service.created",
            "support",
            ["support"],
            {"changes": [{"field": "wrap_up_seconds", "before": 45, "after": 30}]},
        ),
        (
            "service.changed",
            "support",
            ["support"],
            {
                "changes": [
                    {"field": "wrap_up_seconds", "before": 30, "after": 5},
                    {"field": "hours", "before": None, "after": monday},
                ]
            },
        ),
        ("service.deleted", "support", ["support"], {}),
    ]


async def test_of_settings_that_may_hold_numbers_only_the_change_is_told(database: Database) -> None:
    await setup.create(database, CLOCK, ANNA, "support", ServiceChoices())
    rules = NumberRules(blocked=(BlockedPattern(kind=PatternKind.PREFIX, pattern=NUMBER),))
    choices = ServiceChoices(caller_id=NUMBER, caller_name=NUMBER, route_point=NUMBER, number_rules=rules)
    await setup.change(database, CLOCK, ANNA, "support", choices)
    await roster.save(database, CLOCK, ANNA, "ben", endpoint="1", services=[])
    await roster.save(database, CLOCK, ANNA, "ben", endpoint=NUMBER, services=[])
    entries = await written(database)
    fields = ("route_point", "caller_id", "caller_name", "number_rules")
    assert sorted(change["field"] for change in entries[1][3]["changes"]) == sorted(fields)
    assert entries[3][3] == {"changes": [{"field": "endpoint"}]}
    assert NUMBER[3:] not in str(entries)


async def test_what_changes_nothing_is_not_told(database: Database) -> None:
    async def do_all() -> None:
        hours = {Weekday.MONDAY: [OpenRange("09:00", "17:00")]}
        await setup.save(database, CLOCK, ANNA, "support", ServiceChoices(hours=hours, special_days=[]))
        await trunks.save(database, CLOCK, ANNA, "carrier", TrunkChoices(link="main", channels=3))
        await trunks.resume(database, CLOCK, ANNA, "carrier")
        await roster.save(database, CLOCK, ANNA, "ben", endpoint="1", services=["support"])
        await roster.ask_presence(database, CLOCK, ANNA, "ben", Presence.READY)
        await bulk_import.import_all(database, CLOCK, ANNA, [entry("ben", "support")], is_rehearsal=False)
        await exchange.apply(database, CLOCK, ANNA, configuration, is_rehearsal=False, prunes=False)

    configuration = "version: 1\n"
    await do_all()
    before = await actions(database)
    assert before == ["service.created", "trunk.created", "agent.created", "presence.asked"]
    configuration = await exchange.export(database)
    await do_all()
    assert await actions(database) == before


async def test_a_rehearsal_is_not_told(database: Database) -> None:
    await setup.create(database, CLOCK, ANNA, "support", ServiceChoices())
    text = await exchange.export(database)
    changed = text.replace("wrap_up_seconds: 45", "wrap_up_seconds: 7")
    assert changed != text
    applied = await exchange.apply(database, CLOCK, ANNA, changed, is_rehearsal=True, prunes=True)
    assert applied.changes
    await bulk_import.import_all(database, CLOCK, ANNA, [entry("ben")], is_rehearsal=True)
    assert await actions(database) == ["service.created"]


async def test_a_configuration_tells_of_itself_and_of_each_thing_that_it_changes(database: Database) -> None:
    await setup.create(database, CLOCK, ANNA, "support", ServiceChoices())
    await setup.create(database, CLOCK, ANNA, "old", ServiceChoices())
    text = await exchange.export(database)
    await catalog.delete(database, CLOCK, ANNA, "old")
    await setup.create(database, CLOCK, ANNA, "other", ServiceChoices())
    changed = text.replace("wrap_up_seconds: 45", "wrap_up_seconds: 7")
    await exchange.apply(database, CLOCK, ANNA, changed, is_rehearsal=False, prunes=True)
    told = (await written(database))[4:]
    assert sorted((action, subject) for action, subject, *_ in told) == [
        ("configuration.applied", "configuration"),
        ("service.changed", "support"),
        ("service.created", "old"),
        ("service.deleted", "other"),
    ]
    assert told[-1][3] == {"counts": {"added": 1, "changed": 1, "removed": 1}}


async def test_agents_are_told_with_the_services_before_and_after(database: Database) -> None:
    for name in ("sales", "support"):
        await setup.create(database, CLOCK, ANNA, name, ServiceChoices())
    entries = [entry("ben", "sales"), entry("cleo")]
    await bulk_import.import_all(database, CLOCK, ANNA, entries, is_rehearsal=False)
    await roster.save(database, CLOCK, ANNA, "ben", endpoint="1", services=["support"])
    await roster.delete(database, CLOCK, ANNA, "ben")
    assert (await written(database))[2:] == [
        ("agent.created", "ben", ["sales"], {"display_name": "ben", "services": ["sales"]}),
        ("agent.created", "cleo", [], {"display_name": "cleo", "services": []}),
        ("agents.imported", "agents", [], {"created": 2, "changed": 0}),
        (
            "agent.changed",
            "ben",
            ["sales", "support"],
            {"changes": [{"field": "services", "before": ["sales"], "after": ["support"]}]},
        ),
        ("agent.deleted", "ben", ["support"], {}),
    ]


async def test_what_is_refused_leaves_nothing(database: Database) -> None:
    await setup.create(database, CLOCK, ANNA, "support", ServiceChoices())
    await asked(database)
    before = await written(database)
    for refused in (
        setup.create(database, CLOCK, ANNA, "support", ServiceChoices(wrap_up_seconds=1)),
        setup.change(database, CLOCK, ANNA, "support", ServiceChoices(wrap_up_seconds=-1)),
        catalog.delete(database, CLOCK, ANNA, "support"),
        catalog.delete(database, CLOCK, ANNA, "nowhere"),
        trunks.create(database, CLOCK, ANNA, "main", TrunkChoices(link="main", channels=7)),
        trunks.delete(database, CLOCK, ANNA, "main"),
        trunks.resume(database, CLOCK, ANNA, "nowhere"),
        roster.delete(database, CLOCK, ANNA, "nobody"),
        roster.ask_presence(database, CLOCK, ANNA, "nobody", Presence.READY),
        requests.create(database, CLOCK, ANNA, CallbackRequest(service="support", phone_number=NUMBER)),
        bulk_import.import_all(database, CLOCK, ANNA, [entry("a"), entry("b", "nowhere")], is_rehearsal=False),
        exchange.apply(
            database,
            CLOCK,
            ANNA,
            "version: 1\nservices: {support: {window_seconds: 0}}\n",
            is_rehearsal=False,
            prunes=False,
        ),
    ):
        with pytest.raises(Refused):
            await refused
    assert await written(database) == before


async def test_a_transaction_that_is_rolled_back_takes_its_entry_with_it(database: Database) -> None:
    async with database.rehearsal() as connection:
        await setup.save_with(connection, CLOCK.now(), ANNA, "support", ServiceChoices())
        assert await connection.fetchval("SELECT count(*) FROM audit_entries") == 1
    assert await written(database) == []


async def test_bulk_work_is_told_once_and_each_callback_by_its_own_transitions(database: Database) -> None:
    await setup.create(database, CLOCK, ANNA, "support", ServiceChoices(max_waiting_per_number=0))
    ids = [await asked(database) for _ in range(3)]
    request = Cancellation(ids=ids, reason=f"call {NUMBER}")
    job = await jobs.ask(database, CLOCK, ANNA, request)
    assert await BulkWorker(database, CLOCK).run_once() == 3
    told = await written(database)
    assert told[4:] == [("cancellation.asked", str(job.id), [], {"total": 3, "request": {}})]


async def test_an_erasure_tells_how_many_callbacks_there_were_and_never_the_number(database: Database) -> None:
    await setup.create(database, CLOCK, ANNA, "support", ServiceChoices(max_waiting_per_number=0))
    for _ in range(2):
        await asked(database)
    await erasure.erase(database, CLOCK, ANNA, NUMBER)
    told = await written(database)
    assert told[-1] == ("customer.erased", "customer", [], {"callbacks": 2})
    assert NUMBER[3:] not in str(told)


async def test_practice_plays_without_filling_the_audit(database: Database) -> None:
    clock = ManualClock()
    await set_up(database, clock)
    players = Players(database, clock)
    for _ in range(5):
        await players.run_once()
        await clock.advance(30)
    async with database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM callbacks") > 0
        assert await connection.fetchval("SELECT count(*) FROM audit_entries") == 0


async def test_who_save_the_same_trunk_at_once_tell_one_creation(database: Database) -> None:
    choices = [TrunkChoices(link="main", channels=1 + n) for n in range(8)]
    saved = await asyncio.gather(*(trunks.save(database, CLOCK, ANNA, "new", choice) for choice in choices))
    assert sum(each.is_new for each in saved) == 1
    told = await written(database)
    assert [action for action, *_ in told] == ["trunk.created", *["trunk.changed"] * 7]
    befores = [details["changes"][0]["before"] for *_, details in told[1:]]
    afters = [told[0][3]["channels"], *(details["changes"][0]["after"] for *_, details in told[1:])]
    assert befores == afters[:-1]


async def test_many_deeds_are_written_at_once_in_their_order(database: Database) -> None:
    deeds = [journal.Deed(action="agent.created", subject=f"a{n}", of_services=["x"]) for n in range(50)]
    async with database.transaction() as connection:
        await journal.record_all(connection, CLOCK.now(), ANNA, deeds)
    assert [subject for _, subject, *_ in await written(database)] == [deed.subject for deed in deeds]


def entry(name: str, *services: str) -> Entry:
    """An agent of a list."""
    return Entry("line 1", AgentChoices(name=name, endpoint="1", services=services))


async def asked(database: Database) -> Any:
    """A callback, by its id."""
    request = CallbackRequest(service="support", phone_number=NUMBER)
    return (await requests.create(database, CLOCK, ANNA, request)).callback.id
