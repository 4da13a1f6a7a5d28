"""How often somebody may ask, and how large a request's head may be: checked before the database has any work.

Whoever has shown good credentials has a bucket of tokens of their own; everybody else shares that of their address,
so that made-up keys give nobody more. A bucket holds what may be asked in a minute and fills up evenly. Each process
counts for itself: two servers allow twice as much.
"""

import hashlib
import math
import time
from collections import OrderedDict
from collections.abc import Callable

from litestar.types import Scope

from ringback.addresses import neighbourhood
from ringback.api.problems import EncodingNotSupported, HeadersTooLarge, InvalidRequest, UrlTooLong
from ringback.errors import TooManyRequests

MINUTE = 60.0
# What one process remembers at most, and for how long. Who is forgotten begins with a full bucket.
MOST_BUCKETS = 20_000
KEPT_SECONDS = 3_600.0
# What a limit of 0 means.
UNLIMITED = 1_000_000_000

URL_BYTES = 8_192
HEADERS_BYTES = 16_384
# As many services as somebody may choose to see.
PARAMETERS = 500


class RateLimitReached(TooManyRequests):
    """Too many requests in a minute with this key or session, or without one from this address."""

    code = "rate-limit-reached"


class Buckets:
    """Buckets of tokens, one for each name, each for `per_minute` requests (0: as many as they like)."""

    def __init__(self, per_minute: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute or UNLIMITED
        self._monotonic = monotonic
        self._levels: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._levels)

    def __contains__(self, name: bytes) -> bool:
        return name in self._levels

    def take(self, name: bytes) -> None:
        """Take a token. Raises RateLimitReached when there is none."""
        now = self._monotonic()
        level = self._level(name, now)
        is_enough = level >= 1
        self._levels[name] = (level - 1 if is_enough else level, now)
        self._levels.move_to_end(name)
        self._forget(now)
        if not is_enough:
            seconds = math.ceil((1 - level) * MINUTE / self._per_minute)
            text = f"More than {self._per_minute} requests in a minute: ask again in {seconds} s"
            raise RateLimitReached(text, retry_after_seconds=seconds, limit=self._per_minute)

    def know(self, name: bytes) -> None:
        """Give a name a full bucket, unless it has one."""
        if name not in self._levels:
            now = self._monotonic()
            self._levels[name] = (float(self._per_minute), now)
            self._forget(now)

    def forget(self, name: bytes) -> None:
        """Take its bucket from a name."""
        self._levels.pop(name, None)

    def _level(self, name: bytes, now: float) -> float:
        level, at = self._levels.get(name, (float(self._per_minute), now))
        return min(level + (now - at) * self._per_minute / MINUTE, float(self._per_minute))

    def _forget(self, now: float) -> None:
        """Drop the bucket longest unused, if that is long ago or there are too many. One a request is enough."""
        name, (_, at) = next(iter(self._levels.items()))
        if now - at >= KEPT_SECONDS or len(self._levels) > MOST_BUCKETS:
            del self._levels[name]


class RateLimits:
    """The buckets of one process."""

    def __init__(self, per_minute: int, per_minute_and_address: int) -> None:
        self._of_credentials = Buckets(per_minute)
        self._of_addresses = Buckets(per_minute_and_address)

    def take(self, address: str | None, credential: str | None) -> None:
        """Count a request. Raises RateLimitReached."""
        name = _hashed(credential) if credential is not None else None
        if name is not None and name in self._of_credentials:
            self._of_credentials.take(name)
        else:
            self._of_addresses.take(neighbourhood(address).encode())

    def accepted(self, credential: str) -> None:
        """The credential is good: it has a bucket of its own from now on."""
        self._of_credentials.know(_hashed(credential))

    def refused(self, credential: str) -> None:
        """The credential is not good, or not any more: whoever shows it counts with their address."""
        self._of_credentials.forget(_hashed(credential))


def check_head(scope: Scope) -> None:
    """Raises UrlTooLong, HeadersTooLarge, EncodingNotSupported, InvalidRequest (too many query parameters)."""
    query = scope["query_string"]
    if len(scope["raw_path"]) + len(query) > URL_BYTES:
        raise UrlTooLong(f"Path and query are longer than {URL_BYTES} bytes", limit_bytes=URL_BYTES)
    if query.count(b"&") >= PARAMETERS:
        raise InvalidRequest(f"There are more than {PARAMETERS} query parameters", limit=PARAMETERS)
    if sum(len(name) + len(value) for name, value in scope["headers"]) > HEADERS_BYTES:
        raise HeadersTooLarge(f"The headers are larger than {HEADERS_BYTES} bytes", limit_bytes=HEADERS_BYTES)
    if any(name == b"content-encoding" and value.lower() != b"identity" for name, value in scope["headers"]):
        raise EncodingNotSupported("Send the body as it is, without Content-Encoding")


def _hashed(credential: str) -> bytes:
    # Not the credential itself: memory is dumped sometimes.
    return hashlib.blake2b(credential.encode(), digest_size=16).digest()
