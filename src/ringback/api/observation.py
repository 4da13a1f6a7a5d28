"""What the server tells of itself: a log line and numbers for each request, and gauges for Prometheus.

No telephone number gets in here: routes are logged as templates, query strings and bodies not at all.
"""

import asyncio
import time
from http import HTTPMethod

import structlog
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from ringback.api import correlation
from ringback.api.backend import Backend
from ringback.api.failures import Failures
from ringback.api.gauges import Gauges

UNMATCHED = "unmatched"
OTHER = "other"
KEPT_SECONDS = 5.0

_METHODS = frozenset(HTTPMethod)

log = structlog.get_logger(__name__)


class Metrics:
    """The numbers of one process; the gauges come from the database, at most every `KEPT_SECONDS`."""

    def __init__(self, backend: Backend) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "ringback_http_requests", "HTTP requests", ["method", "route", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "ringback_http_request_seconds", "Duration of HTTP requests", ["method", "route"], registry=self._registry
        )
        self._dropped = Counter(
            "ringback_api_errors_dropped",
            "API errors that were not kept: too many waited, or the database was away",
            registry=self._registry,
        )
        self._gauges = Gauges(backend, self._registry)
        self._read_at: float | None = None
        self._reading = asyncio.Lock()

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def note_dropped(self, api_errors: int) -> None:
        """Count API errors that are not kept."""
        self._dropped.inc(api_errors)

    async def text(self) -> bytes:
        """Everything in Prometheus' text format; without a database only what needs none."""
        async with self._reading:
            if self._read_at is None or time.monotonic() - self._read_at >= KEPT_SECONDS:
                await self._gauges.read()
                self._read_at = time.monotonic()
        return generate_latest(self._registry)


class Observed:
    """An ASGI application, each of whose requests is logged and counted, and kept if it was refused or failed."""

    def __init__(self, app: ASGIApp, metrics: Metrics, failures: Failures) -> None:
        self._app = app
        self._metrics = metrics
        self._failures = failures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.monotonic()
        status = 500
        correlation_id = correlation.begin(scope)

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                told = (correlation.HEADER.lower().encode(), correlation_id.encode())
                message["headers"] = [*message["headers"], told]
            await send(message)

        with structlog.contextvars.bound_contextvars(correlation_id=correlation_id):
            try:
                await self._app(scope, receive, watched)
            finally:
                route = scope.get("path_template") or UNMATCHED
                seconds = time.monotonic() - started
                # Whatever word a client sends for a method must not become numbers of its own that are kept for ever.
                method = scope["method"] if scope["method"] in _METHODS else OTHER
                self._metrics.note(method, route, status, seconds)
                self._failures.note(scope, method, route, status)
                log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))
