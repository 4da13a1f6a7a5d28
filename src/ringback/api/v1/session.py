"""`/api/v1/session`: logging in and out, who one is, one's own password and preferences."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, delete, get, post, put
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import JSONBody

from ringback.accounts import logins, preferences, sessions, users
from ringback.accounts.preferences import Preferences
from ringback.accounts.principal import Principal
from ringback.accounts.rules import Permission, Role, of_roles
from ringback.accounts.sessions import NamedService, SignedIn
from ringback.actors import Actor
from ringback.agents import roster
from ringback.agents.model import Presence
from ringback.api.auth import COOKIE, NO_KEY, PUBLIC, SIGNED_IN
from ringback.api.backend import Backend
from ringback.api.problems import WHEN_CHANGING, WHEN_READING, MalformedRequest
from ringback.errors import NotAllowed

PATH = "/api/v1/session"
LOGGED_OUT = "logged out"
MAX_TYPED = 1_000
_FOREIGN = frozenset({"cross-site", "same-site"})

Typed = Annotated[str, msgspec.Meta(max_length=MAX_TYPED)]


class CrossSiteRequest(NotAllowed):
    """A page of another site tries to log somebody in here."""

    code = "cross-site-request"


class Login(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who wants to log in."""

    name: Typed
    password: Typed


class PasswordChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The present password, and the one that holds from now on."""

    current_password: Typed
    new_password: Typed


class SessionUser(msgspec.Struct, frozen=True, kw_only=True):
    """Who is logged in. `agent`: which one they are. `permissions`: all that their roles allow."""

    name: str
    display_name: str
    roles: tuple[Role, ...]
    permissions: tuple[Permission, ...]
    agent: str | None
    must_change_password: bool


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A session. `services`: those that the user is given, by name; with `sees_all_services` those to come are too.

    `csrf_token` goes into the X-CSRF-Token header of whatever changes something. It ends at `expires_at`, and before
    that when 12 hours pass without a request.
    """

    user: SessionUser
    sees_all_services: bool
    services: tuple[NamedService, ...]
    csrf_token: str
    expires_at: datetime


_BY_COOKIE = [{"Session": list[str]()}]


@post(
    opt=PUBLIC,
    security=NO_KEY,
    status_code=201,
    summary="Log in",
    responses={**WHEN_CHANGING, 201: ResponseSpec(Session, description="Its cookie is set", generate_examples=False)},
)
async def log_in(
    data: JSONBody[Login], request: Request[Any, Any, Any], backend: NamedDependency[Backend]
) -> Response[Session]:
    """With name and password as JSON, from no page of another site. A session that was there before ends.

    The answer sets the cookie `ringback_session`. After 5 wrong passwords within 15 minutes for a name from one
    address (20 from an address, 100 for a name) further ones are refused without being looked at.
    """
    _require_own_page(request)
    begun = await logins.log_in(
        backend.database,
        backend.clock,
        data.name,
        data.password,
        request.client.host if request.client else None,
        instead_of=request.cookies.get(COOKIE),
    )
    principal = await sessions.authenticate(backend.database, backend.clock, begun.token)
    session = await _session(backend, principal, begun.token)
    return Response(session, status_code=201, cookies=[_cookie(request, begun.token)])


@get(opt=SIGNED_IN, security=_BY_COOKIE, summary="Who is logged in", responses=WHEN_READING)
async def show(
    request: Request[Any, Any, Any], backend: NamedDependency[Backend], principal: NamedDependency[Principal]
) -> Session:
    """The user of this session with their rights and services as they are now, and the session's CSRF token."""
    return await _session(backend, principal, request.cookies[COOKIE])


@delete(opt=SIGNED_IN, security=_BY_COOKIE, status_code=204, summary="Log out", responses=WHEN_CHANGING)
async def log_out(
    request: Request[Any, Any, Any], backend: NamedDependency[Backend], principal: NamedDependency[Principal]
) -> Response[None]:
    """The session ends, and its cookie goes. Whoever is an agent is NOT_READY from then on."""
    async with backend.database.transaction() as connection:
        await logins.log_out(connection, backend.clock.now(), principal)
    if principal.agent is not None and principal.may(Permission.USE_DESK):
        await _leave_the_desk(backend, principal.actor, principal.agent)
    return Response(None, status_code=204, cookies=[_cookie(request, None)])


@post(
    "/password",
    opt=SIGNED_IN,
    security=_BY_COOKIE,
    status_code=204,
    summary="Change one's own password",
    responses=WHEN_CHANGING,
)
async def change_password(
    data: JSONBody[PasswordChange], backend: NamedDependency[Backend], principal: NamedDependency[Principal]
) -> None:
    """Ends one's other sessions. Wrong passwords count as wrong logins do."""
    await users.change_password(backend.database, backend.clock, principal, data.current_password, data.new_password)


@get("/preferences", opt=SIGNED_IN, security=_BY_COOKIE, summary="One's own preferences", responses=WHEN_READING)
async def show_preferences(backend: NamedDependency[Backend], principal: NamedDependency[Principal]) -> Preferences:
    """How the console looks for this user; the defaults, until something else was chosen."""
    return await preferences.of_user(backend.database, principal)


@put(
    "/preferences", opt=SIGNED_IN, security=_BY_COOKIE, summary="Change one's own preferences", responses=WHEN_CHANGING
)
async def save_preferences(
    data: JSONBody[Preferences], backend: NamedDependency[Backend], principal: NamedDependency[Principal]
) -> Preferences:
    """They are then exactly these; what is left out is as by default."""
    await preferences.save(backend.database, principal, data)
    return data


async def _session(backend: Backend, principal: Principal, token: str) -> Session:
    async with backend.database.connection() as connection:
        found = await sessions.signed_in(connection, principal)
    return Session(
        user=_user(found),
        sees_all_services=found.sees_all_services,
        services=found.services,
        csrf_token=sessions.csrf_token(token),
        expires_at=found.expires_at,
    )


def _user(found: SignedIn) -> SessionUser:
    return SessionUser(
        name=found.name,
        display_name=found.display_name,
        roles=found.roles,
        permissions=tuple(sorted(of_roles(found.roles))),
        agent=found.agent,
        must_change_password=found.must_change_password,
    )


async def _leave_the_desk(backend: Backend, actor: Actor, agent: str) -> None:
    if (await roster.get(backend.database, agent)).presence is not Presence.OFFLINE:
        await roster.ask_presence(backend.database, backend.clock, actor, agent, Presence.NOT_READY, LOGGED_OUT)


def _cookie(request: Request[Any, Any, Any], token: str | None) -> Cookie:
    """The session's cookie: no script reads it, no other site sends it; it goes when the browser is closed."""
    is_secure = request.url.scheme == "https"
    max_age = None if token is not None else 0
    return Cookie(COOKIE, value=token, max_age=max_age, secure=is_secure, httponly=True, samesite="strict")


def _require_own_page(request: Request[Any, Any, Any]) -> None:
    """Another site's page cannot send JSON unasked, and browsers say where a request comes from."""
    if request.headers.get("Sec-Fetch-Site") in _FOREIGN:
        raise CrossSiteRequest("A page of another site cannot log anybody in here")
    if request.content_type[0] != "application/json":
        raise MalformedRequest("Send name and password as JSON, with Content-Type: application/json")


HANDLERS = [log_in, show, log_out, change_password, show_preferences, save_preferences]
