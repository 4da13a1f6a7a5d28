"""Users in tests: making them with a password that is known, and logging in as they do."""

from collections.abc import Collection
from functools import cache

import httpx
from argon2 import PasswordHasher

from ringback.accounts import users
from ringback.accounts.rules import Role
from ringback.accounts.users import User, UserChoices
from ringback.actors import Actor, ActorKind
from ringback.clock import Clock
from ringback.database.pool import Database

PASSWORD = "correct horse battery"
ROOT = Actor(ActorKind.USER, "root (command line)")
CSRF = "X-CSRF-Token"


async def make_user(
    database: Database,
    clock: Clock,
    name: str,
    *roles: Role,
    services: Collection[str] | None = None,
    agent: str | None = None,
) -> User:
    """A user with PASSWORD, which is their own; `services` None: all."""
    given = None if services is None else list(services)
    choices = UserChoices(roles=list(roles), services=given, agent=agent)
    saved = await users.save(database, clock, ROOT, name, choices)
    async with database.transaction() as connection:
        await connection.execute(
            "UPDATE users SET password_hash = $1, must_change_password = false WHERE name = $2", _hash(), name
        )
    return saved.user


async def log_in(browser: httpx.AsyncClient, name: str, password: str = PASSWORD) -> httpx.Response:
    """Log in; from then on the browser sends its cookie and its CSRF token, as the console does."""
    answer = await browser.post("/api/v1/session", json={"name": name, "password": password})
    if answer.status_code == 201:
        browser.headers[CSRF] = answer.json()["csrf_token"]
    return answer


@cache
def _hash() -> str:
    return PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1).hash(PASSWORD)
