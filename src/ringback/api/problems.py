"""Every refusal as RFC 9457 problem details, with a stable `code` that docs/api.md lists.

The status follows from the class of the error. What nobody foresaw becomes a 500 that tells nothing but a correlation
id, under which the log has the rest.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import asyncpg
import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi import ResponseSpec

from ringback.accounts.users import UserChanged
from ringback.api import correlation
from ringback.callbacks.hard_rules import HARD_RULES
from ringback.errors import (
    ConflictsNow,
    DatabaseUnavailable,
    NeverPossible,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    Refused,
    RingbackError,
    TooManyRequests,
    Unavailable,
)
from ringback.services.catalog import ServiceChanged

MEDIA_TYPE = "application/problem+json"

log = structlog.get_logger(__name__)


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """RFC 9457 problem details. `code` names the rule that refuses; `details` are the values a program goes on with."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    details: Mapping[str, Any]


class InvalidRequest(NeverPossible):
    """The request does not have the documented fields and types; the text names the place."""

    code = "invalid-request"


class MalformedRequest(Refused):
    """The body is not JSON, or the request is not proper HTTP."""

    code = "malformed-request"


class BodyTooLarge(Refused):
    """The body is larger than the server takes (RINGBACK_BODY_LIMIT_BYTES; a name recording: 1 MB)."""

    code = "body-too-large"


class UrlTooLong(Refused):
    """Path and query together are longer than the server takes (8,192 bytes)."""

    code = "url-too-long"


class HeadersTooLarge(Refused):
    """The headers together are larger than the server takes (16,384 bytes)."""

    code = "headers-too-large"


class EncodingNotSupported(Refused):
    """The body is compressed; the server takes bodies as they are."""

    code = "encoding-not-supported"


class RequestTooSlow(Refused):
    """The request came too slowly: its head must come within 10 s, its body within 30 s or 10 kB a second."""

    code = "request-too-slow"


class TooManyConnections(Unavailable):
    """The server has as many connections as it may (RINGBACK_CONNECTION_LIMIT)."""

    code = "too-many-connections"


class RouteNotFound(NotFound):
    """There is nothing at this path."""

    code = "route-not-found"


class MethodNotAllowed(Refused):
    """This path does not have this method; the Allow header says which it has."""

    code = "method-not-allowed"


class HardRuleBroken(ConflictsNow):
    """A rule that the database itself keeps forbids it, because of something that happened at the same time."""

    code = "hard-rule-broken"


class SchemaMissing(Unavailable):
    """The database has not (all of) Ringback's tables yet: `ringback migrate` makes them."""

    code = "schema-missing"


class InternalError(RingbackError):
    """Something failed that should not; the log has it under the correlation id of the details."""

    code: ClassVar[str] = "internal-error"

    def __init__(self, correlation_id: str) -> None:
        self.correlation_id = correlation_id
        super().__init__(f"Something failed that should not; the log has it under {correlation_id}")


Known = Refused | Unavailable | InternalError


# The nearest class counts.
_STATUSES: Mapping[type[Exception], int] = {
    MalformedRequest: 400,
    NotAuthenticated: 401,
    NotAllowed: 403,
    NotFound: 404,
    MethodNotAllowed: 405,
    RequestTooSlow: 408,
    ConflictsNow: 409,
    ServiceChanged: 412,
    UserChanged: 412,
    BodyTooLarge: 413,
    UrlTooLong: 414,
    EncodingNotSupported: 415,
    NeverPossible: 422,
    TooManyRequests: 429,
    HeadersTooLarge: 431,
    InternalError: 500,
    Unavailable: 503,
}
_TITLES = {
    400: "Malformed request",
    401: "Not authenticated",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    408: "Too slow",
    409: "Conflicts with how things stand now",
    412: "Changed meanwhile",
    413: "Body too large",
    414: "URL too long",
    415: "Not understood in this encoding",
    422: "Never possible as asked",
    429: "Too many requests",
    431: "Headers too large",
    500: "Internal error",
    503: "Not available now",
}
_ELSEWHERE = ("ringback.engine", "ringback.cli", "ringback.practice", "ringback.configuration")


def _responses(texts: Mapping[int, str]) -> dict[int, ResponseSpec]:
    return {
        status: ResponseSpec(Problem, description=text, media_type=MEDIA_TYPE, generate_examples=False)
        for status, text in texts.items()
    }


# What a route that reads, or one that changes something, declares beside its answer.
WHEN_READING = _responses(
    {
        400: "The request is not proper HTTP",
        401: "Nobody asks, or nobody known: no API key or session, or not a good one",
        403: "Whoever asks may not: the scope, the role, or some services are missing",
        404: "There is no such thing",
        414: "Path and query are too long",
        415: "The body is compressed",
        422: "It can never work as asked",
        429: "Too much was asked: ask again after Retry-After seconds",
        431: "The headers are too large",
        500: "Something failed that should not",
        503: "The database is away: ask again after Retry-After seconds",
    }
)
WHEN_CHANGING = {
    **WHEN_READING,
    **_responses({409: "It conflicts with how things stand now", 413: "The body is too large"}),
}
WHEN_REPLACING = {**WHEN_CHANGING, **_responses({412: "It was changed since the ETag of If-Match"})}


class DocumentedError(msgspec.Struct, frozen=True, order=True):
    """One error code of the API."""

    status: int
    code: str
    meaning: str


def documented_errors() -> list[DocumentedError]:
    """Every code that the API may answer with, by status; those of mere groups of errors are not among them."""
    return sorted(
        DocumentedError(_status(kind), kind.code, (kind.__doc__ or "").partition("\n")[0])
        for root in (Refused, Unavailable, InternalError)
        for kind in _concrete(root)
        if not kind.__module__.startswith(_ELSEWHERE)
    )


def answer(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The answer to a request that ended in an error."""
    known = _known(request, error)
    headers = dict((error.headers or {}) if isinstance(error, HTTPException) else {})
    if isinstance(known, Unavailable | TooManyRequests):
        headers["Retry-After"] = str(known.retry_after_seconds)
    if isinstance(known, NotAuthenticated):
        headers["WWW-Authenticate"] = 'ApiKey realm="ringback"'
    problem = problem_of(known)
    correlation.answered_with(request.scope, problem.code)
    return Response(problem, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)


def problem_of(error: Known) -> Problem:
    """What is told of an error."""
    status = _status(type(error))
    return Problem(
        type=f"/api/docs#{error.code}",
        title=_TITLES[status],
        status=status,
        detail=str(error),
        code=error.code,
        details=_details(error),
    )


def _details(error: Known) -> Mapping[str, Any]:
    if isinstance(error, InternalError):
        return {"correlation_id": error.correlation_id}
    return error.details if isinstance(error, Refused) else {}


def _known(request: Request[Any, Any, Any], error: Exception) -> Known:
    """The error in our own terms."""
    if isinstance(error, DatabaseUnavailable):
        # Its text tells of hosts, paths and roles: that is for the log.
        log.warning("database unavailable", problem=str(error))
        return DatabaseUnavailable("The database is away: ask again (with the same Idempotency-Key it happens once)")
    if isinstance(error, Refused | Unavailable):
        return error
    if isinstance(error, HTTPException) and error.status_code < 500:
        return _of_http(request, error)
    if isinstance(error, asyncpg.PostgresError):
        told = _of_database(error)
        if told is not None:
            return told
    return _unforeseen(request, error)


def _of_http(request: Request[Any, Any, Any], error: HTTPException) -> Refused:
    if isinstance(error, ValidationException):
        problems = _named(request, error)
        return InvalidRequest(_invalid_text(problems) or error.detail, problems=problems)
    match error.status_code:
        case 404:
            return RouteNotFound(f"There is nothing at {request.url.path}; /api/docs lists what there is")
        case 405:
            return MethodNotAllowed(f"{request.method} is not possible at {request.url.path}")
        case 413:
            limit = request.route_handler.resolve_request_max_body_size()
            return BodyTooLarge(f"The body is larger than {limit} bytes", limit_bytes=limit)
        case _:
            return MalformedRequest(error.detail)


def _named(request: Request[Any, Any, Any], error: ValidationException) -> list[dict[str, Any]]:
    """What does not fit, each by the name that it has for clients."""
    problems: list[dict[str, Any]] = error.extra if isinstance(error.extra, list) else []
    names: Mapping[str, str] = request.app.state.parameters[request.route_handler].names
    return [{**problem, "key": names.get(key, key)} for problem in problems for key in [problem.get("key", "request")]]


def _invalid_text(problems: list[dict[str, Any]]) -> str:
    parts = [f"{problem['key']}: {problem.get('message', '')}" for problem in problems]
    return "The request needs a JSON body" if "data: 'data'" in parts else "; ".join(parts)


def _of_database(error: asyncpg.PostgresError) -> Refused | Unavailable | None:
    if isinstance(error, asyncpg.ForeignKeyViolationError):
        return HardRuleBroken("What this belongs to was removed at this very moment")
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        rule = HARD_RULES.get(getattr(error, "constraint_name", None) or "")
        return HardRuleBroken(f"Refused by the database: {rule}", rule=rule) if rule else None
    if isinstance(error, asyncpg.UndefinedTableError | asyncpg.UndefinedColumnError):
        return SchemaMissing("The database lacks Ringback's tables: run `ringback migrate`")
    if isinstance(error, asyncpg.TransactionRollbackError | asyncpg.LockNotAvailableError):
        return DatabaseUnavailable("The database could not do it beside other work: ask again")
    if isinstance(error, asyncpg.DataError):
        why = f": {error.args[0]}" if error.severity else ""  # else it is of asyncpg, with our arguments in it
        return InvalidRequest(f"The database cannot keep this text, number or time{why}")
    return None


def _unforeseen(request: Request[Any, Any, Any], error: Exception) -> InternalError:
    log.error("unforeseen error", method=request.method, exc_info=error)
    return InternalError(correlation.of(request.scope))


def _status(kind: type[Exception]) -> int:
    return next(_STATUSES[parent] for parent in kind.__mro__ if parent in _STATUSES)


def _concrete(kind: type[Any]) -> Iterator[type[Any]]:
    if not kind.__subclasses__():
        yield kind
    for subclass in kind.__subclasses__():
        yield from _concrete(subclass)
