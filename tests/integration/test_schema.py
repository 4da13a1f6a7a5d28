"""The schema is built from nothing, and says the same as the code: a difference either way fails here."""

import re
from collections.abc import Iterable
from itertools import product

import asyncpg
import pytest

from ringback.accounts.rules import Scope
from ringback.actors import ENGINE, ActorKind
from ringback.agents.model import ASKABLE, ENGAGED, Presence
from ringback.callbacks import rules
from ringback.callbacks.hard_rules import HARD_RULES
from ringback.callbacks.rules import AttemptOutcome
from ringback.callbacks.states import TRANSITIONS, Event, Result, State
from ringback.clock import ManualClock
from ringback.database.migrate import migrate, migrations, pending
from ringback.database.pool import Connection, Database
from ringback.services import bounds, catalog
from ringback.services.catalog import ServiceChoices
from ringback.services.model import AtClosing, Mode, Strategy
from ringback.telephony.port import EndedBy, LegRole, Outcome
from tests.databases import create_database, drop_database

_CHECK = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = $1"

# Foreign keys into these have no index of their own: few rows of them are ever deleted, and by hand.
_SELDOM_DELETED = {"agents", "api_keys", "links", "trunks", "users"}

_FOREIGN_KEYS_WITHOUT_INDEX = r"""
    SELECT c.conrelid::regclass::text AS child, c.confrelid::regclass::text AS parent, c.conname AS name
    FROM pg_constraint AS c
    WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace AND NOT EXISTS (
        SELECT FROM pg_index AS i
        WHERE i.indrelid = c.conrelid
            AND coalesce(pg_get_expr(i.indpred, i.indrelid) ~ '^\(\w+ IS NOT NULL\)$', true)
            AND (i.indkey::int2[])[0:cardinality(c.conkey) - 1] = c.conkey
    )
"""

_ASKED = (
    "SELECT from_state, event, to_state "
    "FROM unnest($1::text[], $2::text[], $3::text[]) AS asked(from_state, event, to_state) WHERE "
)


async def test_the_schema_is_built_from_nothing_and_a_second_time_does_nothing(server_url: str) -> None:
    url = await create_database(server_url)
    connection = await asyncpg.connect(url)
    try:
        assert await pending(connection) == migrations()
        assert await migrate(connection) == migrations()
        assert await migrate(connection) == []
        assert await pending(connection) == []
    finally:
        await connection.close()
        await drop_database(url)


@pytest.mark.parametrize(
    ("constraint", "words"),
    [
        ("state_is_known", State),
        ("result_is_known", Result),
        ("presence_is_known", Presence),
        ("actor_is_known", ActorKind),
        ("strategy_is_known", Strategy),
        ("attempt_strategy_is_known", Strategy),
        ("attempt_outcome_is_known", AttemptOutcome),
        ("role_is_known", LegRole),
        ("leg_outcome_is_known", Outcome),
        ("ended_by_is_known", EndedBy),
        ("mode_is_known", Mode),
        ("at_closing_is_known", AtClosing),
        ("bulk_actor_is_known", ActorKind),
        ("scopes_are_known", Scope),
        ("wanted_presence_only_while_engaged", ASKABLE | ENGAGED),
    ],
)
async def test_code_and_schema_know_the_same_words(database: Database, constraint: str, words: Iterable[str]) -> None:
    async with database.connection() as connection:
        definition: str = await connection.fetchval(_CHECK, constraint)
    assert set(re.findall(r"'(\w+)'", definition)) == set(words)


async def test_the_schema_allows_exactly_the_transitions_of_the_state_machine(database: Database) -> None:
    async with database.connection() as connection:
        definition: str = await connection.fetchval(_CHECK, "transition_is_legal")
        every = zip(*product([None, *State], Event, State), strict=True)
        allowed = await connection.fetch(_ASKED + definition.removeprefix("CHECK"), *map(list, every))
    wanted = {(before, event, then) for (before, event), then in TRANSITIONS.items()}
    assert {tuple(row) for row in allowed} == wanted


async def test_every_event_leads_somewhere_and_every_state_is_reached() -> None:
    assert {event for _, event in TRANSITIONS} == set(Event)
    assert set(TRANSITIONS.values()) == set(State)


async def test_every_hard_rule_is_in_the_schema(database: Database) -> None:
    async with database.connection() as connection:
        assert set(HARD_RULES) <= await _constraints(connection) | await _unique_indexes(connection)


async def test_every_unique_index_of_the_schema_is_told_as_a_hard_rule(database: Database) -> None:
    async with database.connection() as connection:
        named = {index for index in await _unique_indexes(connection) if not index.endswith("_pkey")}
    assert named <= set(HARD_RULES)


async def test_every_check_that_ties_columns_together_is_told_as_a_hard_rule(database: Database) -> None:
    domains = re.compile(r".*(_is_known|_are_known|_are_sensible|_is_sensible|_fits_a_path|_not_null)$")
    async with database.connection() as connection:
        checks = await connection.fetch(
            "SELECT conname FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
        )
    assert {row["conname"] for row in checks if not domains.match(row["conname"])} <= set(HARD_RULES)


def test_a_service_may_name_exactly_the_outcomes_that_can_be_retried() -> None:
    assert set(rules.RETRIABLE) == bounds.RETRIABLE


@pytest.mark.parametrize(("field", "low", "high"), [(field, *ends) for field, ends in bounds.RANGES.items()])
async def test_code_and_schema_allow_the_same_range(database: Database, field: str, low: int, high: int) -> None:
    await catalog.create(database, ManualClock(), ENGINE, "support")
    async with database.connection() as connection:
        for value in (low, high):
            await connection.execute(f"UPDATE services SET {field} = $1", value)  # noqa: S608
        for value in (low - 1, high + 1):
            with pytest.raises(asyncpg.CheckViolationError):
                await connection.execute(f"UPDATE services SET {field} = $1", value)  # noqa: S608


def test_every_number_of_a_service_has_a_range() -> None:
    numbers = {name for name, kind in ServiceChoices.__annotations__.items() if "int" in str(kind)}
    documents = {"retries", "slot_minutes"}
    assert numbers - documents == set(bounds.RANGES)


async def test_every_foreign_key_has_an_index_for_the_deletion_of_what_it_refers_to(database: Database) -> None:
    async with database.connection() as connection:
        bare = await connection.fetch(_FOREIGN_KEYS_WITHOUT_INDEX)
    assert [dict(key) for key in bare if key["parent"] not in _SELDOM_DELETED] == []


async def _constraints(connection: Connection) -> set[str]:
    rows = await connection.fetch("SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace")
    return {row["conname"] for row in rows}


async def _unique_indexes(connection: Connection) -> set[str]:
    rows = await connection.fetch(
        "SELECT c.relname FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid "
        "WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace"
    )
    return {row["relname"] for row in rows}
