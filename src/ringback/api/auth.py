"""Who asks, and may they: checked here and nowhere else, and refused unless a route says otherwise.

A route says `opt=needs(Permission.SEE_CALLBACKS)`, `opt=SIGNED_IN` or `opt=PUBLIC`. One that says nothing is open to
nobody. Whoever asks shows an API key, or the cookie of a session; with a cookie whatever changes something needs the
session's CSRF token too. What the path names must be within the services that they are given (`visibility`), and what
concerns all services (`needs(..., for_all_services=True)`) is for who is given all. OPTIONS, which only tells the
methods of a path, needs nothing.
"""

import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from ringback.accounts import sessions
from ringback.accounts.api_keys import Authenticator
from ringback.accounts.principal import Principal
from ringback.accounts.rules import Permission, roles_with, scopes_with
from ringback.actors import Actor
from ringback.api import visibility
from ringback.api.backend import Backend
from ringback.api.limits import RateLimits, check_head
from ringback.errors import NotAllowed, NotAuthenticated

HEADER = "X-API-Key"
COOKIE = "ringback_session"
CSRF_HEADER = "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
PUBLIC: Mapping[str, Any] = {"is_public": True}
UNCOUNTED: Mapping[str, Any] = {**PUBLIC, "is_uncounted": True}
SIGNED_IN: Mapping[str, Any] = {"is_for_users": True}
NO_KEY: Sequence[dict[str, list[str]]] = [{}]  # what OpenAPI calls that

AnyConnection = ASGIConnection[Any, Any, Any, Any]
LookAgain = Callable[[AnyConnection], Awaitable[Principal]]
Guard = Callable[[AnyConnection, BaseRouteHandler], Awaitable[None]]


class CredentialsMissing(NotAuthenticated):
    """The request does not say who asks: send an API key in the X-API-Key header, or log in."""

    code = "credentials-missing"


class ScopeMissing(NotAllowed):
    """The API key is good, but does not have the scope that this call needs, or no API key may make it."""

    code = "scope-missing"


class RoleMissing(NotAllowed):
    """The user is known, but does not have a role that may do this."""

    code = "role-missing"


class CsrfTokenMissing(NotAllowed):
    """A call with a session's cookie that changes something needs the session's own X-CSRF-Token header."""

    code = "csrf-token-missing"


class PasswordChangeRequired(NotAllowed):
    """The password was given by somebody else: choose one of your own first (POST /api/v1/session/password)."""

    code = "password-change-required"


def needs(*permissions: Permission, for_all_services: bool = False, may_be_new: bool = False) -> dict[str, Any]:
    """What a route says that needs this permission, or any of several.

    `for_all_services`: only who is given all services may do it. `may_be_new`: what its path names is made if it is
    not there.
    """
    return {"permissions": permissions, "for_all_services": for_all_services, "may_be_new": may_be_new}


def guard(backend: Backend, authenticator: Authenticator, limits: RateLimits) -> Guard:
    """The guard of all routes."""

    async def check(connection: AnyConnection, handler: BaseRouteHandler) -> None:
        check_head(connection.scope)
        if handler.opt.get("is_public") or _method(connection) == "OPTIONS":
            if not handler.opt.get("is_uncounted"):
                limits.take(_address(connection), None)
            return
        principal = await _counted(connection, backend, authenticator, limits)
        _require_permission(principal, handler.opt)
        await visibility.require_visible(_visit(backend, principal, handler.opt), connection.path_params)
        connection.scope["user"] = principal

    return check


def look_again(backend: Backend, authenticator: Authenticator) -> LookAgain:
    """What tells who it is that asked some time ago and is still being answered, and refuses them as the guard does.

    To be answered for long is no use of a session: it ends idle all the same.
    """

    async def check(connection: AnyConnection) -> Principal:
        principal = await _principal(connection, backend, authenticator, is_use=False)
        _require_permission(principal, connection.route_handler.opt)
        return principal

    return check


def actor(request: Request[Principal, Any, Any]) -> Actor:
    """Who asks, as the actor of what they change."""
    return request.user.actor


def principal(request: Request[Principal, Any, Any]) -> Principal:
    """Who asks."""
    return request.user


async def _counted(
    connection: AnyConnection, backend: Backend, authenticator: Authenticator, limits: RateLimits
) -> Principal:
    credential = connection.headers.get(HEADER) or connection.cookies.get(COOKIE)
    limits.take(_address(connection), credential)
    try:
        found = await _principal(connection, backend, authenticator)
    except NotAuthenticated:
        if credential is not None:
            limits.refused(credential)
        raise
    if credential is not None:
        limits.accepted(credential)
    return found


async def _principal(
    connection: AnyConnection, backend: Backend, authenticator: Authenticator, *, is_use: bool = True
) -> Principal:
    address = _address(connection)
    secret = connection.headers.get(HEADER)
    if secret is not None:
        return await authenticator.authenticate(secret, address)
    token = connection.cookies.get(COOKIE)
    if token is None:
        raise CredentialsMissing(f"Send an API key in the {HEADER} header, or log in")
    found = await sessions.authenticate(backend.database, backend.clock, token, address, is_use=is_use)
    if _method(connection) not in SAFE_METHODS:
        _require_csrf_token(connection, token)
    return found


def _require_csrf_token(connection: AnyConnection, token: str) -> None:
    shown = connection.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(shown.encode(), sessions.csrf_token(token).encode()):
        raise CsrfTokenMissing(f"Send the session's csrf_token (GET /api/v1/session) in the {CSRF_HEADER} header")


def _require_permission(principal: Principal, opt: Mapping[str, Any]) -> None:
    is_user = principal.user_id is not None
    if is_user and opt.get("is_for_users"):
        return
    permissions: Sequence[Permission] = opt.get("permissions", ())
    if is_user and principal.must_change_password:
        raise PasswordChangeRequired("Choose a password of your own first: POST /api/v1/session/password")
    if principal.may(*permissions):
        if opt.get("for_all_services"):
            visibility.require_all_services(principal)
        return
    if is_user:
        roles = " or ".join(roles_with(permissions)) or "that nobody has"
        raise RoleMissing(f"Your roles do not allow this: it needs the role {roles}", roles=roles_with(permissions))
    scope = " or ".join(scopes_with(permissions))
    needed = f"it needs the scope {scope}" if scope else "it is for users who log in"
    text = f"The API key {principal.actor.name!r} may not do this: {needed}"
    raise ScopeMissing(text, scope=scope or None)


def _address(connection: AnyConnection) -> str | None:
    return connection.client.host if connection.client else None


def _visit(backend: Backend, principal: Principal, opt: Mapping[str, Any]) -> visibility.Visit:
    return visibility.Visit(
        database=backend.database,
        principal=principal,
        permissions=principal.permissions & set(opt.get("permissions", ())),
        may_be_new=opt.get("may_be_new", False),
    )


def _method(connection: AnyConnection) -> str:
    return connection.method if isinstance(connection, Request) else "GET"
