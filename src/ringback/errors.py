"""Every error that Ringback raises on purpose, in one tree.

    RingbackError
      Refused                       what was asked for is not done; nothing has changed
        NeverPossible    (422)      it can never work as asked: change the request
        ConflictsNow     (409)      it conflicts with how things stand now: look again, then ask again
        TooManyRequests  (429)      ask again later
        NotFound         (404)      there is no such thing, or it is not yours to see
        NotAuthenticated (401)      say who you are
        NotAllowed       (403)      you may not
      Unavailable        (503)      a part that is needed is away; nothing has changed: ask again soon
      SetupError                    the installation has to be mended by its operator

A refusal names the rule that refuses (`code`, stable and documented) and the value that broke it. The API turns
these into problem details by their class, the command line prints their text.
"""

from collections.abc import Mapping
from typing import ClassVar


class RingbackError(Exception):
    """The root of the tree. The text is for people and says what they can do."""


class Refused(RingbackError):
    """What was asked for is refused; nothing has changed.

    `code` is the stable name of the rule; `details` are the values a program needs to go on, such as the id of the
    callback that is waiting already.
    """

    code: ClassVar[str] = "refused"

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.details: Mapping[str, object] = details


class NeverPossible(Refused):
    """It can never work as asked: change the request."""


class ConflictsNow(Refused):
    """It conflicts with how things stand now: look again, then ask again."""


class TooManyRequests(Refused):
    """Too much was asked in too short a time.

    `retry_after_seconds` says when to ask again.
    """

    code = "too-many-requests"

    def __init__(self, message: str, *, retry_after_seconds: int, **details: object) -> None:
        super().__init__(message, **details)
        self.retry_after_seconds = retry_after_seconds


class NotFound(Refused):
    """There is no such thing, or it is not yours to see."""

    code = "not-found"


class NotAuthenticated(Refused):
    """Nobody, or nobody we know, is asking."""

    code = "not-authenticated"


class NotAllowed(Refused):
    """The one who asks is known and may not."""

    code = "not-allowed"


class Unavailable(RingbackError):
    """A part that is needed is away for now; nothing has changed.

    `retry_after_seconds` says when it is worth asking again.
    """

    code: ClassVar[str] = "unavailable"
    retry_after_seconds: ClassVar[int] = 2


class DatabaseUnavailable(Unavailable):
    """PostgreSQL cannot be reached, or went away while it worked for us."""

    code = "database-unavailable"


class SetupError(RingbackError):
    """The installation has to be mended by its operator; the text says how."""
