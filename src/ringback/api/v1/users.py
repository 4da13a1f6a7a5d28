"""`/api/v1/users`."""

from typing import Any

import msgspec
from litestar import Response, get, post, put
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, JSONBody

from ringback.accounts import users
from ringback.accounts.principal import Principal
from ringback.accounts.rules import Permission
from ringback.accounts.users import SavedUser, User, UserChoices
from ringback.api.auth import needs
from ringback.api.backend import Backend
from ringback.api.etags import IfMatch, etag, revision
from ringback.api.problems import WHEN_CHANGING, WHEN_READING, WHEN_REPLACING

PATH = "/api/v1/users"


class Users(msgspec.Struct, frozen=True):
    """Users, by name."""

    items: list[User]


class NewPassword(msgspec.Struct, frozen=True):
    """A password that is shown only now; the user has to choose another one with it."""

    password: str


@get(opt=needs(Permission.SEE_USERS), summary="List users", responses=WHEN_READING)
async def list_all(backend: NamedDependency[Backend], principal: NamedDependency[Principal]) -> Users:
    """Those who have no other services than you have."""
    return Users(await users.list_all(backend.database, principal.within))


@get("/{user_name:str}", opt=needs(Permission.SEE_USERS), summary="One user", responses=WHEN_READING)
async def show(user_name: FromPath[str], backend: NamedDependency[Backend]) -> Response[User]:
    """A user with roles and services; the ETag is for If-Match when they are changed."""
    user = await users.get(backend.database, user_name)
    return Response(user, headers=etag(users.revision_of(user)))


@put(
    "/{user_name:str}",
    opt=needs(Permission.CHANGE_USERS, may_be_new=True),
    summary="Create or change a user",
    responses={
        **WHEN_REPLACING,
        201: ResponseSpec(SavedUser, description="They are new: with their first password", generate_examples=False),
    },
)
async def save(
    user_name: FromPath[str],
    data: JSONBody[UserChoices],
    backend: NamedDependency[Backend],
    principal: NamedDependency[Principal],
    if_match: IfMatch = None,
) -> Response[Any]:
    """What is left out keeps its value. A new user can do nothing until they are given roles and services.

    You can give only services that you have. It holds at once, in open sessions too.
    """
    saved = await users.save(
        backend.database,
        backend.clock,
        principal.actor,
        user_name,
        data,
        within=principal.services,
        revision=revision(if_match),
    )
    headers = etag(users.revision_of(saved.user))
    return Response(saved, status_code=200 if saved.password is None else 201, headers=headers)


@post(
    "/{user_name:str}/reset-password",
    opt=needs(Permission.CHANGE_USERS),
    status_code=200,
    summary="Give a user a new password",
    responses=WHEN_CHANGING,
)
async def reset_password(
    user_name: FromPath[str], backend: NamedDependency[Backend], principal: NamedDependency[Principal]
) -> NewPassword:
    """It is random and shown once. The user's sessions end, and they have to choose another one."""
    password = await users.reset_password(
        backend.database, backend.clock, principal.actor, user_name, within=principal.services
    )
    return NewPassword(password)


HANDLERS = [list_all, show, save, reset_password]
