"""Every route x every role and scope x own and foreign services: whoever asks gets what the table says, and no more."""

import asyncio
from collections.abc import AsyncGenerator

import httpx
import pytest
from litestar.routes import HTTPRoute

from ringback.accounts.rules import Role, Scope
from ringback.api.app import create_app
from ringback.clock import ManualClock
from ringback.database.pool import Database
from ringback.settings import Settings
from tests.api.access_site import ABSENT, FOREIGN, OWN, Caller, Door, build, opened, shows, told
from tests.api.access_table import TABLE, Kind, Route
from tests.databases import build_template, create_database, drop_database

SUPPORT, NOTHING, ALL = ("support",), (), None
ROLES = [
    *((role,) for role in Role),
    (),
    (Role.AGENT, Role.MONITOR),
    (Role.AGENT, Role.SUPERVISOR),
    (Role.DEVELOPER, Role.MONITOR),
]
SCOPES = [*((scope,) for scope in Scope), (Scope.CREATE, Scope.READ)]
WHO = [
    *((frozenset(roles), frozenset[Scope]()) for roles in ROLES),
    *((frozenset[Role](), frozenset(scopes)) for scopes in SCOPES),
]
OF_SUPPORT = [Caller(roles, scopes, SUPPORT) for roles, scopes in WHO]
OF_ALL = [Caller(roles, scopes, ALL) for roles, scopes in WHO if len(roles | scopes) == 1]
OF_NOTHING = [
    Caller(frozenset({Role.ADMINISTRATOR}), services=NOTHING),
    Caller(scopes=frozenset(Scope), services=NOTHING),
]
AGENT_OF_ALL = Caller(frozenset({Role.AGENT}), services=ALL)
ONE_OF_MANY = frozenset({Kind.ONE, Kind.ONE_OR_NEW, Kind.OWN_AGENT})
Problems = list[str]


@pytest.fixture(scope="session")
def site(server_url: str) -> str:
    """The name of a database with the site."""
    return asyncio.run(build_template(server_url, "access", build))


@pytest.fixture
async def site_url(server_url: str, site: str) -> AsyncGenerator[str]:
    """The URL of this test's own site."""
    url = await create_database(server_url, site)
    yield url
    await drop_database(url)


def test_every_route_is_in_the_table() -> None:
    app = create_app(Database("postgresql://nowhere"), Settings(), ManualClock())
    routes = {
        (method, route.path_format)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method in route.methods - {"OPTIONS"}
    }
    assert {(route.method, route.path) for route in TABLE} == routes


@pytest.mark.parametrize("caller", [*OF_SUPPORT, *OF_NOTHING, AGENT_OF_ALL], ids=str)
async def test_what_is_not_theirs_is_refused_as_if_it_did_not_exist_and_nothing_changes(
    site_url: str, caller: Caller
) -> None:
    async with opened(site_url, caller) as door:
        before = await door.dump()
        problems = [problem for route in TABLE for problem in await _not_theirs(door, caller, route)]
        await door.work()
        after = await door.dump()
    assert not problems, "\n".join(problems)
    assert [name for name in before if before[name] != after[name]] == []


@pytest.mark.parametrize("caller", [*OF_SUPPORT, *OF_ALL], ids=str)
async def test_what_is_theirs_is_open_to_them_and_shows_nothing_else(site_url: str, caller: Caller) -> None:
    async with opened(site_url, caller) as door:
        problems = [problem for route in TABLE for problem in await _theirs(door, caller, route)]
    assert not problems, "\n".join(problems)


async def test_who_says_not_who_they_are_gets_nothing_but_what_is_public(site_url: str) -> None:
    async with opened(site_url, None) as door:
        answers = {str(route): await door.ask(route, OWN) for route in TABLE if route.kind is not Kind.PUBLIC}
        public = [(await door.ask(route, OWN)).status_code for route in TABLE if route.kind is Kind.PUBLIC]
    assert {
        name: answer.text for name, answer in answers.items() if _code(answer) != (401, "credentials-missing")
    } == {}
    assert {401, 403}.isdisjoint(public)


async def test_who_has_a_password_of_somebody_else_can_only_change_it(site_url: str) -> None:
    caller = Caller(frozenset(Role), must_change_password=True)
    closed = [route for route in TABLE if route.kind not in (Kind.PUBLIC, Kind.OF_USERS)]
    async with opened(site_url, caller) as door:
        answers = {str(route): await door.ask(route, OWN) for route in closed}
    wrong = {
        name: answer.text for name, answer in answers.items() if _code(answer) != (403, "password-change-required")
    }
    assert wrong == {}


async def _not_theirs(door: Door, caller: Caller, route: Route) -> Problems:
    """What is wrong with the refusals of a route."""
    if route.kind is Kind.PUBLIC or (route.kind is Kind.OF_USERS and caller.is_user):
        return []
    if not route.allows(caller.roles, caller.scopes):
        code = "role-missing" if caller.is_user else "scope-missing"
        return [problem for names in (OWN, FOREIGN) for problem in _refused(route, await door.ask(route, names), code)]
    if caller.services is None and not _has_only_the_desk(caller, route):
        return []
    if route.kind is Kind.ALL:
        answers = [await door.ask(route, names) for names in (OWN, FOREIGN, ABSENT)]
        return [problem for answer in answers for problem in _refused(route, answer, "all-services-needed")]
    if route.kind is Kind.GIVEN:
        return _refused(route, await door.ask(route, FOREIGN), route.also)
    if route.kind in ONE_OF_MANY:
        return await _alike(door, route)
    return []


async def _alike(door: Door, route: Route) -> Problems:
    """A foreign thing is answered as one that does not exist."""
    foreign = await door.ask(route, FOREIGN)
    if route.kind is Kind.ONE_OR_NEW:
        return [] if foreign.status_code == 404 else [f"{route}: {foreign.text}"]
    absent = await door.ask(route, ABSENT)
    is_alike = told(foreign, FOREIGN) == told(absent, ABSENT)
    return [] if is_alike else [f"{route}: {told(foreign, FOREIGN)} is not {told(absent, ABSENT)}"]


async def _theirs(door: Door, caller: Caller, route: Route) -> Problems:
    """What is wrong with the answers about what they may see."""
    if route.kind is Kind.PUBLIC or not _is_open(caller, route):
        return []
    if route.kind is Kind.STREAM:
        status = await door.first_status(route.path)
        return [] if status == 200 else [f"{route}: {status}"]
    answer = await door.ask(route, OWN)
    problems = [] if _is_let_in(route, answer) else [f"{route}: {answer.status_code} {answer.text}"]
    foreign = shows(answer, FOREIGN)
    if caller.services is not None and foreign:
        problems.append(f"{route} shows {foreign}: {answer.text}")
    if route.kind is Kind.MANY:
        if not shows(answer, OWN):
            problems.append(f"{route} shows nothing of theirs: {answer.text}")
        if caller.services is None and not foreign:
            problems.append(f"{route} does not show all: {answer.text}")
    return problems


def _is_open(caller: Caller, route: Route) -> bool:
    if route.kind is Kind.OF_USERS:
        return caller.is_user
    if route.kind is Kind.ALL and caller.services is not None:
        return False
    return route.allows(caller.roles, caller.scopes)


def _is_let_in(route: Route, answer: httpx.Response) -> bool:
    if answer.status_code in (403, 404):
        return _code(answer)[1] == route.also
    return answer.status_code != 401 and answer.status_code < 500


def _has_only_the_desk(caller: Caller, route: Route) -> bool:
    return route.kind is Kind.OWN_AGENT and not route.allows(caller.roles - {Role.AGENT}, caller.scopes)


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"] if answer.status_code >= 400 else ""


def _refused(route: Route, answer: httpx.Response, code: str) -> Problems:
    return [] if _code(answer) == (403, code) else [f"{route}: {answer.status_code} {answer.text} is not {code}"]
