"""Logging in over all servers: how often one may guess, what is written down, and who is the first."""

import asyncio
from collections.abc import Awaitable, Coroutine
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from argon2 import PasswordHasher

from ringback.accounts import first_administrator, logins, passwords, sessions, throttle, users
from ringback.accounts.first_administrator import FirstAdministrator
from ringback.accounts.logins import LoginRefused
from ringback.accounts.rules import Role
from ringback.accounts.throttle import TooManyLogins
from ringback.accounts.users import LastAdministrator, UserChoices, WrongPassword
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.records import retention
from ringback.settings import InvalidSetting
from tests.people import PASSWORD, ROOT, make_user

T = TypeVar("T")
HERE = "192.0.2.1"


@pytest.fixture
def clock() -> ManualClock:
    """Monday, 2026-11-23 09:00 UTC."""
    return ManualClock()


async def refused(attempt: Awaitable[object]) -> str:
    """How an attempt to log in ends; "" when it works."""
    try:
        await attempt
    except (LoginRefused, TooManyLogins) as refusal:
        return refusal.code
    return ""


async def test_the_sixth_guess_is_not_looked_at_until_the_first_is_old(database: Database, clock: ManualClock) -> None:
    await make_user(database, clock, "anna", Role.MONITOR)
    for _ in range(throttle.PER_NAME_AND_ADDRESS):
        assert await refused(logins.log_in(database, clock, "anna", "wrong", HERE)) == "login-refused"
        await clock.advance(60)
    with pytest.raises(TooManyLogins) as refusal:
        await logins.log_in(database, clock, "Anna", PASSWORD, HERE)
    assert refusal.value.retry_after_seconds == 600
    assert await refused(logins.log_in(database, clock, "anna", PASSWORD, "192.0.2.2")) == ""
    await clock.advance(600)
    assert await refused(logins.log_in(database, clock, "anna", PASSWORD, HERE)) == ""


async def test_guesses_at_the_same_time_count_as_those_one_after_the_other(
    database_url: str, clock: ManualClock
) -> None:
    async with Database(database_url) as one, Database(database_url) as other:
        await make_user(one, clock, "anna", Role.MONITOR)
        guesses = [logins.log_in(server, clock, "anna", "wrong", HERE) for server in (one, other) for _ in range(10)]
        ends = await asyncio.gather(*(refused(guess) for guess in guesses))
    assert sorted(ends) == ["login-refused"] * throttle.PER_NAME_AND_ADDRESS + ["too-many-logins"] * 15


@pytest.mark.parametrize("name", ["anna", "nobody"])
async def test_a_name_is_guessed_at_no_more_often_from_many_addresses(
    database: Database, clock: ManualClock, name: str
) -> None:
    await make_user(database, clock, "anna", Role.MONITOR)
    for number in range(throttle.PER_NAME):
        async with database.transaction() as connection:
            await throttle.begin(connection, name, f"198.51.100.{number}", clock.now())
    assert await refused(logins.log_in(database, clock, name, PASSWORD, HERE)) == "too-many-logins"


@pytest.mark.parametrize(
    ("addresses", "other"),
    [(["192.0.2.7", "::ffff:192.0.2.7"], "192.0.2.8"), (["2001:db8::1", "2001:db8::2:3:4:5"], "2001:db8:0:1::1")],
)
async def test_an_address_guesses_at_many_names_no_more_often(
    database: Database, clock: ManualClock, addresses: list[str], other: str
) -> None:
    await make_user(database, clock, "anna", Role.MONITOR)
    for number in range(throttle.PER_ADDRESS):
        async with database.transaction() as connection:
            await throttle.begin(connection, f"name {number}", addresses[number % 2], clock.now())
    for address in addresses:
        assert await refused(logins.log_in(database, clock, "anna", PASSWORD, address)) == "too-many-logins"
    assert await refused(logins.log_in(database, clock, "anna", PASSWORD, other)) == ""


async def test_a_right_password_does_not_count_and_takes_back_no_wrong_one(
    database: Database, clock: ManualClock
) -> None:
    await make_user(database, clock, "anna", Role.MONITOR)
    for password in ("wrong", "wrong", "wrong", "wrong", *[PASSWORD] * 10, "wrong"):
        await refused(logins.log_in(database, clock, "anna", password, HERE))
    assert await refused(logins.log_in(database, clock, "anna", PASSWORD, HERE)) == "too-many-logins"


async def test_who_logs_in_and_who_is_refused_is_written_down_but_no_name_of_nobody(
    database: Database, clock: ManualClock
) -> None:
    await make_user(database, clock, "anna", Role.MONITOR)
    await refused(logins.log_in(database, clock, "ANNA", "wrong", HERE))
    await refused(logins.log_in(database, clock, "my secret password", "", HERE))
    token = (await logins.log_in(database, clock, "anna", PASSWORD, HERE)).token
    who = await sessions.authenticate(database, clock, token, HERE)
    async with database.transaction() as connection:
        await logins.log_out(connection, clock.now(), who)
        written = await connection.fetch(
            "SELECT action, actor_name, address, details FROM audit_entries WHERE subject <> 'anna' OR address <> ''"
            " ORDER BY id"
        )
        kept = await connection.fetch("SELECT a::text AS text FROM login_attempts AS a")
    assert [tuple(entry.values()) for entry in written] == [
        ("login.refused", "anna", HERE, {"reason": "wrong-password"}),
        ("login.refused", "", HERE, {"reason": "unknown"}),
        ("user.logged-in", "anna", HERE, {}),
        ("user.logged-out", "anna", HERE, {}),
    ]
    assert len(kept) == 2
    assert not [row for row in kept if "secret" in row["text"]]


async def test_a_hash_of_earlier_parameters_is_renewed_at_the_next_login(
    database: Database, clock: ManualClock
) -> None:
    await make_user(database, clock, "anna", Role.MONITOR)
    weak = PasswordHasher(time_cost=1, memory_cost=1_024, parallelism=1).hash(PASSWORD)
    async with database.transaction() as connection:
        await connection.execute("UPDATE users SET password_hash = $1", weak)
    await logins.log_in(database, clock, "anna", PASSWORD, HERE)
    async with database.connection() as connection:
        stored: str = await connection.fetchval("SELECT password_hash FROM users")
    assert not passwords.is_outdated(stored)
    assert await refused(logins.log_in(database, clock, "anna", PASSWORD, HERE)) == ""


async def test_of_two_changes_of_a_password_at_once_one_holds(database: Database, clock: ManualClock) -> None:
    await make_user(database, clock, "anna", Role.MONITOR)
    token = (await logins.log_in(database, clock, "anna", PASSWORD, HERE)).token
    who = await sessions.authenticate(database, clock, token, HERE)
    new = ["another good password", "yet another password"]
    ends = await asyncio.gather(
        *(users.change_password(database, clock, who, PASSWORD, password) for password in new), return_exceptions=True
    )
    assert [type(end) for end in ends if end is not None] == [WrongPassword]
    codes = [await refused(logins.log_in(database, clock, "anna", password, HERE)) for password in new]
    assert [code == "" for code in codes] == [end is None for end in ends]


async def test_old_attempts_and_ended_sessions_are_cleaned_up(database: Database, clock: ManualClock) -> None:
    await make_user(database, clock, "anna", Role.MONITOR)
    await refused(logins.log_in(database, clock, "anna", "wrong", HERE))
    await logins.log_in(database, clock, "anna", PASSWORD, HERE)
    assert await left(database, clock) == (1, 1)
    await clock.advance(throttle.WINDOW.total_seconds())
    assert await left(database, clock) == (0, 1)
    await clock.advance((sessions.IDLE - throttle.WINDOW - timedelta(seconds=1)).total_seconds())
    assert await left(database, clock) == (0, 1)
    await clock.advance(1)
    assert await left(database, clock) == (0, 0)


async def left(database: Database, clock: ManualClock) -> tuple[int, int]:
    """How many attempts and sessions are left when it is cleaned up."""
    await retention.remove_old(database, clock)
    async with database.connection() as connection:
        attempts: int = await connection.fetchval("SELECT count(*) FROM login_attempts")
        open_sessions: int = await connection.fetchval("SELECT count(*) FROM sessions")
    return attempts, open_sessions


async def test_of_two_administrators_who_disable_each_other_one_remains(database: Database, clock: ManualClock) -> None:
    for name in ("anna", "boris"):
        await make_user(database, clock, name, Role.ADMINISTRATOR)
    disabled, demoted = UserChoices(is_enabled=False), UserChoices(roles=[Role.MONITOR])
    ends = await all_at_once(
        database,
        users.save(database, clock, ROOT, "anna", disabled),
        users.save(database, clock, ROOT, "boris", demoted),
    )
    assert [type(end) for end in ends if isinstance(end, BaseException)] == [LastAdministrator]


async def all_at_once(database: Database, *changes: Coroutine[Any, Any, T]) -> list[T | BaseException]:
    """How changes of users end that all have come to where they wait for each other."""
    async with database.transaction() as connection:
        await users.lock(connection)
        tasks = [asyncio.create_task(change) for change in changes]
        while await waiting(database) < len(tasks):
            assert not [task for task in tasks if task.done()], "it has not waited"
            await asyncio.sleep(0.01)
    return await asyncio.gather(*tasks, return_exceptions=True)


async def waiting(database: Database) -> int:
    """How many wait for a lock of this database."""
    async with database.connection() as connection:
        found: int = await connection.fetchval(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
    return found


@pytest.mark.parametrize(
    "choices",
    [UserChoices(is_enabled=False), UserChoices(roles=[Role.SUPERVISOR]), UserChoices(services=[])],
)
async def test_the_last_administrator_of_everything_stays(
    database: Database, clock: ManualClock, choices: UserChoices
) -> None:
    await make_user(database, clock, "anna", Role.ADMINISTRATOR)
    await make_user(database, clock, "boris", Role.ADMINISTRATOR, services=[])
    await make_user(database, clock, "carla", Role.ADMINISTRATOR)
    await users.save(database, clock, ROOT, "carla", UserChoices(is_enabled=False))
    with pytest.raises(LastAdministrator):
        await users.save(database, clock, ROOT, "anna", choices)
    await users.save(database, clock, ROOT, "boris", UserChoices(services=None))
    await users.save(database, clock, ROOT, "anna", choices)


async def test_of_many_who_start_at_once_one_makes_the_first_administrator(
    database_url: str, clock: ManualClock
) -> None:
    async with Database(database_url) as one, Database(database_url) as other:
        starts = (first_administrator.make(server, clock, None) for server in (one, other) for _ in range(2))
        made = await all_at_once(one, *starts)
        assert not [end for end in made if isinstance(end, BaseException)]
        (first,) = [end for end in made if isinstance(end, FirstAdministrator)]
        assert first.password is not None
        assert await refused(logins.log_in(one, clock, "admin", first.password, HERE)) == ""
        assert await first_administrator.make(one, clock, None) is None
        (user,) = await users.list_all(one)
    assert (user.roles, user.services, user.must_change_password) == ((Role.ADMINISTRATOR,), None, True)


async def test_the_first_password_may_be_given_and_has_to_be_good(database: Database, clock: ManualClock) -> None:
    with pytest.raises(InvalidSetting, match="RINGBACK_ADMIN_PASSWORD cannot be used"):
        await first_administrator.make(database, clock, "password123")
    assert await first_administrator.make(database, clock, PASSWORD) == FirstAdministrator("admin", None)
    assert await refused(logins.log_in(database, clock, "admin", PASSWORD, HERE)) == ""
    assert not (await users.get(database, "admin")).must_change_password
