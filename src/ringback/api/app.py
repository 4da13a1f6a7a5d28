"""The HTTP application. Only HTTP is in this package: what is done is done by the use cases beneath it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Request, Router
from litestar.di import Provide
from litestar.exceptions import NotFoundException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme

import ringback
from ringback.accounts.api_keys import Authenticator
from ringback.api import auth, health, pages, problems, visibility
from ringback.api.backend import Backend
from ringback.api.dates import Dated
from ringback.api.docs_page import DOCS_POLICY, DocsPage, DocumentPage
from ringback.api.failures import Failures
from ringback.api.limits import RateLimits
from ringback.api.methods import HeadLikeGet, methods_by_path
from ringback.api.observation import Metrics, Observed
from ringback.api.problems import documented_errors
from ringback.api.proxies import BehindProxies
from ringback.api.requests import ApiRequest, check_parameters, parameters
from ringback.api.security import POLICY, Secured
from ringback.api.v1 import (
    agents,
    api_errors,
    api_keys,
    audit,
    bulk,
    callbacks,
    customers,
    desk,
    events,
    exports,
    live_queues,
    number_rules,
    recordings,
    reports,
    service_settings,
    service_statuses,
    services,
    session,
    slots,
    trunks,
    users,
)
from ringback.clock import Clock
from ringback.database.pool import Database
from ringback.events import Watcher
from ringback.settings import Settings

_V1 = {
    callbacks: "Callbacks",
    exports: "Callbacks",
    recordings: "Callbacks",
    services: "Services",
    service_settings: "Services",
    service_statuses: "Services",
    slots: "Services",
    live_queues: "Services",
    number_rules: "Services",
    trunks: "Trunks",
    agents: "Agents",
    desk: "Desk",
    reports: "Reports",
    audit: "Audit",
    customers: "Customers",
    session: "Session",
    users: "Users",
    events: "Events",
    api_keys: "API keys",
    api_errors: "API keys",
}


def create_app(database: Database, settings: Settings, clock: Clock) -> Litestar:
    """The application over an open `database`, which need not be up: until it is, calls that need it answer 503."""
    backend = Backend(database, clock)
    authenticator = Authenticator(database, clock)
    metrics = Metrics(backend)
    failures = Failures(backend, metrics.note_dropped)
    watcher = Watcher(database, clock)
    look_again = auth.look_again(backend, authenticator)
    limits = RateLimits(settings.rate_limit_per_minute, settings.address_rate_limit_per_minute)

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncGenerator[None]:
        async with failures.being_kept():
            yield
        await watcher.close()
        await authenticator.close()

    app = Litestar(
        route_handlers=[*health.HANDLERS, *pages.HANDLERS, *_routers()],
        guards=[auth.guard(backend, authenticator, limits)],
        dependencies={
            "backend": Provide(lambda: backend, sync_to_thread=False),
            "numbers": Provide(lambda: metrics, sync_to_thread=False),
            "actor": Provide(auth.actor, sync_to_thread=False),
            "principal": Provide(auth.principal, sync_to_thread=False),
            "watcher": Provide(lambda: watcher, sync_to_thread=False),
            "look_again": Provide(lambda: look_again, sync_to_thread=False),
        },
        exception_handlers={Exception: problems.answer, NotFoundException: pages.nothing_there},
        before_request=_check_parameters,
        request_class=ApiRequest,
        request_max_body_size=settings.body_limit_bytes,
        openapi_config=_openapi(),
        lifespan=[lifespan],
        logging_config=None,
    )
    visibility.check_routes(app)
    app.state.parameters = parameters(app)
    app.state.stop_streams = watcher.stop
    answering = HeadLikeGet(Observed(app.asgi_handler, metrics, failures), methods_by_path(app))
    app.asgi_handler = BehindProxies(Dated(Secured(answering), clock), settings.trusted_proxies)
    return app


def _routers() -> list[Router]:
    by_module = [Router(path=module.PATH, route_handlers=module.HANDLERS, tags=[tag]) for module, tag in _V1.items()]
    return [*by_module, *bulk.routers()]


async def _check_parameters(request: Request[Any, Any, Any]) -> None:
    check_parameters(request, request.app.state.parameters[request.route_handler])


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Ringback",
        version=ringback.__version__,
        description=_description(),
        security=[{"ApiKey": []}, {"Session": []}],
        components=Components(
            security_schemes={
                "ApiKey": SecurityScheme(type="apiKey", name=auth.HEADER, security_scheme_in="header"),
                "Session": SecurityScheme(type="apiKey", name=auth.COOKIE, security_scheme_in="cookie"),
            }
        ),
        use_handler_docstrings=True,
        openapi_router=Router(
            "/api",
            route_handlers=[],
            opt=dict(auth.PUBLIC),
            include_in_schema=False,
            response_headers={POLICY: DOCS_POLICY},
        ),
        render_plugins=[DocumentPage(path="/openapi.json"), DocsPage(path="/docs")],
    )


def _description() -> str:
    codes = "\n".join(f"- {error.status} `{error.code}`: {error.meaning}" for error in documented_errors())
    return (
        "A self-hosted callback system for contact centres. Every refusal is RFC 9457 problem details "
        f"with a stable `code`:\n\n{codes}"
    )
