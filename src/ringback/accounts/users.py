"""The users of an installation: who they are, what they may do, and for which services.

They are disabled and never deleted, so that whatever they did keeps a name. Who changes users gives no more services
than they have, and changes nobody who has more. What is changed holds with the next request of that user.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from ringback.accounts import passwords, sessions, throttle
from ringback.accounts.principal import BeyondYourServices, Principal, lie_within
from ringback.accounts.rules import Role
from ringback.actors import COMMAND_LINE, Actor
from ringback.audit import journal
from ringback.choices import chosen
from ringback.choices import revision_of as revision_of_settings
from ringback.clock import Clock
from ringback.database.pool import Connection, Database
from ringback.database.queries import QueryFile
from ringback.errors import ConflictsNow, NeverPossible, NotAllowed, NotFound
from ringback.names import fits_a_path

MAX_TEXT = 200


class User(msgspec.Struct, frozen=True, kw_only=True):
    """A user as shown. `services`: the names of those they are given, None: all. `agent`: which one they are."""

    name: str
    display_name: str
    roles: tuple[Role, ...]
    services: tuple[str, ...] | None
    agent: str | None
    is_enabled: bool
    must_change_password: bool
    created_at: datetime
    last_login_at: datetime | None


class UserChoices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be set in a user; what is left out keeps its value.

    A new user has no role, no service and no agent. `roles` and `services` are then exactly theirs; `services` null:
    all, also those to come.
    """

    display_name: str | UnsetType = UNSET
    roles: list[Role] | UnsetType = UNSET
    services: list[str] | UnsetType | None = UNSET
    agent: str | UnsetType | None = UNSET
    is_enabled: bool | UnsetType = UNSET


class SavedUser(msgspec.Struct, frozen=True, kw_only=True):
    """A user as saved. `password`: of a new one, shown only now; they have to choose another at their first login."""

    user: User
    password: str | None


class UserNotFound(NotFound):
    """There is no user of this name."""

    code = "user-not-found"


class UserExists(ConflictsNow):
    """There is a user of this name already; capitals make no difference."""

    code = "user-exists"


class UserChanged(ConflictsNow):
    """The user is not any more what If-Match names; `user` in the details is how they are now."""

    code = "user-changed"


class InvalidUser(NeverPossible):
    """A field of a user has a value that cannot be; `field` says which."""

    code = "invalid-user"


class AgentHasUser(ConflictsNow):
    """The agent is another user already: an agent is at most one user."""

    code = "agent-has-user"


class LastAdministrator(ConflictsNow):
    """Nobody would be left who administers everything: an enabled ADMINISTRATOR with all services."""

    code = "last-administrator"


class WrongPassword(NotAllowed):
    """The present password is another one."""

    code = "wrong-password"


class _Own(msgspec.Struct, frozen=True):
    id: int
    password_hash: str


class _Agent(msgspec.Struct, frozen=True):
    id: int
    services: tuple[str, ...]
    user: str | None


_sql = QueryFile(__file__, "users.sql")
_LOCK = _sql.command("lock_users")
_USERS = _sql.query("users", User)
_IS_VISIBLE = _sql.query("is_visible", bool)
_CREATE = _sql.command("create_user")
_CHANGE = _sql.query("change_user", int)
_TAKE_SERVICES = _sql.command("take_services")
_GIVE_SERVICES = _sql.query("give_services", str)
_AGENT = _sql.query("agent_to_be", _Agent)
_HAS_ADMINISTRATOR = _sql.query("has_administrator", bool)
_OWN_PASSWORD = _sql.query("own_password", _Own)
_RESET_PASSWORD = _sql.query("reset_password", int)
_CHANGE_PASSWORD = _sql.command("change_password")


async def list_all(database: Database, within: Collection[int] | None = None) -> list[User]:
    """The users who have no other services than these (None: every user), by name.

    Whoever is an agent has those that the agent serves too: they are what is seen at the desk.
    """
    async with database.connection() as connection:
        return await _USERS.all(connection, name=None, within=within)


async def get(database: Database, name: str) -> User:
    """Raises UserNotFound."""
    async with database.connection() as connection:
        return await _named(connection, name)


async def find(connection: Connection, name: str) -> User | None:
    """The user of that name, in capitals or not."""
    return await _USERS.first(connection, name=name, within=None)


async def is_visible(connection: Connection, name: str, within: Collection[int]) -> bool | None:
    """Whether the user has no other services than these, as in `list_all`; None when there is no such user."""
    return await _IS_VISIBLE.first(connection, name=name, within=within)


async def lock(connection: Connection) -> None:
    """Let nobody else change users until this transaction is over."""
    await _LOCK.run(connection)


async def save(
    database: Database,
    clock: Clock,
    actor: Actor,
    name: str,
    choices: UserChoices,
    *,
    within: Mapping[str, int] | None = None,
    revision: str | None = None,
    is_new: bool | None = None,
) -> SavedUser:
    """Create a user, or change one.

    `within`: the ids by name of the services that who asks is given (None: all). `revision`: refuse if the user is not
    what this is the `revision_of`. `is_new`: refuse unless the user is (or is not) new. Raises InvalidUser,
    BeyondYourServices, UserChanged, UserExists, UserNotFound, AgentHasUser, LastAdministrator.
    """
    _check(name, choices)
    async with database.connection() as connection:
        password = passwords.random() if await find(connection, name) is None else None
    password_hash = None if password is None else await passwords.hashed(password)
    async with database.transaction() as connection:
        await lock(connection)
        now = clock.now()
        if password_hash is not None and not await _CREATE.run(
            connection, name=name, password_hash=password_hash, now=now
        ):
            password = None  # somebody else has just made them
        before = await _named(connection, name)
        _require(before, is_made=password is not None, is_new=is_new, revision=revision)
        after = await _change(connection, before, choices, within)
        await _note(connection, now, actor, before, after, is_made=password is not None)
        return SavedUser(user=after, password=password)


def revision_of(user: User) -> str:
    """A short text that changes with whatever can be set in a user."""
    settings = {field: getattr(user, field) for field in ("name", *UserChoices.__struct_fields__)}
    return revision_of_settings(settings)


def not_found(name: str) -> UserNotFound:
    """The error for a name that no user has, or none that whoever asks may see."""
    return UserNotFound(f"There is no user {name!r}", user=name)


async def reset_password(
    database: Database, clock: Clock, actor: Actor, name: str, *, within: Mapping[str, int] | None = None
) -> str:
    """Give a user a new password, which is returned, and end their sessions; they have to choose another one then.

    `within`: as for `save`. Raises UserNotFound, BeyondYourServices.
    """
    password = passwords.random()
    password_hash = await passwords.hashed(password)
    async with database.transaction() as connection:
        await lock(connection)
        user = await _named(connection, name)
        await _require_within(connection, user, within)
        user_id = await _RESET_PASSWORD.one(connection, name=name, password_hash=password_hash)
        await sessions.end_of_user(connection, user_id)
        await journal.record(
            connection, clock.now(), actor, "user.password-reset", user.name, of_services=user.services or ()
        )
    return password


async def change_password(database: Database, clock: Clock, who: Principal, current: str, new: str) -> None:
    """Change one's own password, which ends one's other sessions.

    Raises PasswordTooWeak, WrongPassword, TooManyLogins.
    """
    passwords.check(new, who.actor.name)
    passwords.require_different(new, current)
    async with database.transaction() as connection:
        attempt = await throttle.begin(connection, who.actor.name, who.actor.address, clock.now())
        own = await _OWN_PASSWORD.one(connection, id=who.user_id)
    if not await passwords.is_right(current, own.password_hash):
        raise _wrong_password()
    fresh = await passwords.hashed(new)
    async with database.transaction() as connection:
        if not await _CHANGE_PASSWORD.run(connection, id=own.id, before=own.password_hash, password_hash=fresh):
            raise _wrong_password()  # it was reset meanwhile
        await throttle.take_back(connection, attempt)
        await sessions.end_of_user(connection, own.id, but=who.session_id)
        await journal.record(connection, clock.now(), who.actor, "user.password-changed", who.actor.name)


async def _named(connection: Connection, name: str) -> User:
    user = await find(connection, name)
    if user is None:
        raise not_found(name)
    return user


def _require(user: User, *, is_made: bool, is_new: bool | None, revision: str | None) -> None:
    if is_new is True and not is_made:
        raise UserExists(f"There is a user {user.name!r} already", user=user.name)
    if is_new is False and is_made:
        raise not_found(user.name)
    if revision is not None and (is_made or revision != revision_of(user)):
        text = f"The user {user.name!r} was changed meanwhile: read it again"
        raise UserChanged(text, user=None if is_made else user)


async def _require_within(connection: Connection, user: User, within: Mapping[str, int] | None) -> None:
    if within is not None and not await is_visible(connection, user.name, within.values()):
        raise _beyond(user)


async def _change(connection: Connection, before: User, choices: UserChoices, within: Mapping[str, int] | None) -> User:
    wanted = _chosen(before, choices)
    await _require_within(connection, before, within)
    if not lie_within(wanted.services, within):
        raise _beyond(wanted)
    agent_id = await _agent_id(connection, before, wanted, within)
    user_id = await _CHANGE.one(
        connection,
        name=before.name,
        display_name=wanted.display_name,
        roles=wanted.roles,
        sees_all_services=wanted.services is None,
        agent_id=agent_id,
        is_enabled=wanted.is_enabled,
    )
    await _give(connection, user_id, wanted.services or ())
    if not wanted.is_enabled:
        await sessions.end_of_user(connection, user_id)
    await _require_administrator(connection, before, wanted)
    return await _named(connection, before.name)


def _chosen(user: User, choices: UserChoices) -> User:
    values = chosen(choices)
    if "roles" in values:
        values["roles"] = tuple(role for role in Role if role in values["roles"])
    if values.get("services") is not None:
        values["services"] = tuple(sorted(set(values["services"])))
    return msgspec.structs.replace(user, **values)


async def _agent_id(connection: Connection, before: User, wanted: User, within: Mapping[str, int] | None) -> int | None:
    if wanted.agent is None:
        return None
    agent = await _AGENT.first(connection, name=wanted.agent)
    if agent is None or not lie_within(agent.services, within):
        raise _invalid("agent", wanted.agent, "is the name of an agent")
    if agent.user not in (None, before.name):
        raise AgentHasUser(f"The agent {wanted.agent!r} is another user already", agent=wanted.agent)
    return agent.id


async def _give(connection: Connection, user_id: int, services: Collection[str]) -> None:
    await _TAKE_SERVICES.run(connection, user_id=user_id, but=list(services))
    given = await _GIVE_SERVICES.all(connection, user_id=user_id, services=list(services))
    for service in services:
        if service not in given:
            raise _invalid("services", service, "are names of services")


async def _require_administrator(connection: Connection, before: User, after: User) -> None:
    if _administers_all(before) and not _administers_all(after) and not await _HAS_ADMINISTRATOR.one(connection):
        text = f"{before.name!r} is the last enabled ADMINISTRATOR with all services: make another one first"
        raise LastAdministrator(text, user=before.name)


def _administers_all(user: User) -> bool:
    return user.is_enabled and user.services is None and Role.ADMINISTRATOR in user.roles


async def _note(
    connection: Connection, now: datetime, actor: Actor, before: User, after: User, *, is_made: bool
) -> None:
    services = {*(before.services or ()), *(after.services or ())}
    changes = journal.changes(before, after)
    if is_made or changes:
        action = "user.created" if is_made else "user.changed"
        await journal.record(connection, now, actor, action, after.name, of_services=services, changes=changes)


def _check(name: str, choices: UserChoices) -> None:
    if not fits_a_path(name) or not name.isprintable():
        raise _invalid("name", name, "has 1 to 64 characters, none of them a slash, blanks only inside, no mere dots")
    if name.casefold().endswith(COMMAND_LINE):
        raise _invalid("name", name, f"does not end with {COMMAND_LINE}, as of those who sit there")
    shown = choices.display_name
    if shown is not UNSET and not (shown.strip() and shown.isprintable() and len(shown) <= MAX_TEXT):
        raise _invalid("display_name", shown, f"is one line of 1 to {MAX_TEXT} characters")


def _invalid(field: str, value: object, allowed: str) -> InvalidUser:
    return InvalidUser(f"{field} {allowed}; {value!r} is not", field=field, value=value)


def _beyond(user: User) -> BeyondYourServices:
    return BeyondYourServices(f"The user {user.name!r} has, or would have, services that you are not given")


def _wrong_password() -> WrongPassword:
    return WrongPassword("The present password is another one")
