"""The correlation id of a request: under which its client, the log and the list of API errors tell of the same.

A client may send one of its own in X-Correlation-Id; every answer has it there.
"""

import re
import uuid
from collections.abc import Iterable

from litestar.types import Scope

HEADER = "X-Correlation-Id"

# With a letter: what has none might be a telephone number, which no log and no list of errors may hold.
_TAKEN_OVER = re.compile(rb"(?=.*[A-Za-z])[A-Za-z0-9._-]{1,64}")
_KEY = "correlation_id"
_CODE = "problem_code"


def begin(scope: Scope) -> str:
    """Give a request its id: the client's own if it fits, else a new one."""
    chosen = _chosen(scope["headers"])
    scope["state"][_KEY] = chosen
    return chosen


def of(scope: Scope) -> str:
    """The id that a request was given."""
    return scope["state"][_KEY]


def answered_with(scope: Scope, code: str) -> None:
    """Note the code of the problem that is the answer."""
    scope["state"][_CODE] = code


def code_of(scope: Scope) -> str | None:
    """The code of the problem that was the answer, if one was."""
    return scope["state"].get(_CODE)


def _chosen(headers: Iterable[tuple[bytes, bytes]]) -> str:
    own = next((value for name, value in headers if name == HEADER.lower().encode()), b"")
    return own.decode() if _TAKEN_OVER.fullmatch(own) else uuid.uuid4().hex
