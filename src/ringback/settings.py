"""The installation's settings: read once at start from `RINGBACK_*`, then frozen.

Every setting `NAME` may be given as `RINGBACK_NAME` or, for secrets, as `RINGBACK_NAME_FILE`, the path of a file
that holds the value. What belongs to a service (hours, retries, texts) is data, not a setting.
"""

import os
import re
import stat
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Self

import msgspec

from ringback.errors import SetupError

PREFIX = "RINGBACK_"
# Never shown, neither by commands nor in logs or errors.
SECRETS = frozenset({"database_url", "sip_password", "admin_password"})
ROOT_DATA_DIR = Path("/var/lib/ringback")
AUDIT_DAYS = 730
# As for the trunk that a link begins with.
_LINK_NAME = re.compile(r"[^/\x00-\x1f\x7f-\x9f]{1,64}")


class InvalidSetting(SetupError):
    """A setting cannot be used; the text names it, its value and what it may be."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one process needs to know about its surroundings.

    `database_url`: any PostgreSQL >= 15; None: the embedded one, kept in `data_dir`. `links`: the telephony links
    by name, each a URL (docs/telephony.md); an engine holds what no other engine holds. `link_lease_seconds`: how
    long a link stays with an engine that is silent; it renews three times as often and stops itself after two
    thirds. `admin_password`: of the first user, made when there is none yet. `audit_days`: how long entries of the
    audit are kept. `body_limit_bytes`: the largest request body. `trusted_proxies`: the networks whose word on who
    asks is taken. `rate_limit_per_minute`: requests with one key or session (0: no limit);
    `address_rate_limit_per_minute`: those without one from one address. `connection_limit`: connections that are
    served at the same time. Each process counts for itself.
    """

    database_url: str | None = None
    data_dir: Path = ROOT_DATA_DIR
    database_connections: Annotated[int, msgspec.Meta(ge=2, le=1_000)] = 20
    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65_535)] = 8080
    links: Mapping[str, str] = msgspec.field(default_factory=lambda: {"main": "simulator:"})
    link_lease_seconds: Annotated[float, msgspec.Meta(ge=0.1, le=3_600)] = 6.0
    sip_password: str | None = None
    admin_password: str | None = None
    log_format: str = "console"
    log_level: str = "info"
    audit_days: Annotated[int, msgspec.Meta(ge=1, le=36_500)] = AUDIT_DAYS
    body_limit_bytes: Annotated[int, msgspec.Meta(ge=1)] = 1_000_000
    trusted_proxies: tuple[str, ...] = ("127.0.0.1/32", "::1/128")
    rate_limit_per_minute: Annotated[int, msgspec.Meta(ge=0)] = 60_000
    address_rate_limit_per_minute: Annotated[int, msgspec.Meta(ge=0)] = 600
    connection_limit: Annotated[int, msgspec.Meta(ge=1)] = 800

    def __repr__(self) -> str:
        shown = ((name, getattr(self, name)) for name in self.__struct_fields__)
        return f"Settings({', '.join(f'{name}={value!r}' for name, value in shown if name not in SECRETS)})"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Read every `RINGBACK_*`. Raises InvalidSetting for an unknown name, an unreadable file or a bad value."""
        given = _given(os.environ if environment is None else environment)
        values: dict[str, object] = {"data_dir": default_data_dir(), **given}
        if "links" in given:
            values["links"] = parse_links(given["links"])
        if "trusted_proxies" in given:
            values["trusted_proxies"] = parse_networks(given["trusted_proxies"])
        try:
            return msgspec.convert(values, cls, strict=False, dec_hook=_decode)
        except msgspec.ValidationError as problem:
            raise _invalid(given, str(problem)) from None


def exposed_secret_files(environment: Mapping[str, str] | None = None) -> list[str]:
    """The files of secrets that every user of this machine may read."""
    given = os.environ if environment is None else environment
    paths = (given.get(f"{PREFIX}{name.upper()}_FILE") for name in sorted(SECRETS))
    return [path for path in paths if path and Path(path).stat().st_mode & stat.S_IROTH]


def default_data_dir() -> Path:
    """Where the embedded database lives unless told otherwise: /var/lib/ringback for root, else below the home."""
    if os.geteuid() == 0:
        return ROOT_DATA_DIR
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local/share") / "ringback"


def parse_links(text: str) -> dict[str, str]:
    """`main=sip:... second=simulator:` (blanks between) as a map of link names to URLs."""
    links: dict[str, str] = {}
    for part in text.split():
        name, separator, url = part.partition("=")
        if not (separator and name and ":" in url) or name in links:
            told = repr(part) if "@" not in part else "one with an @"  # a password may be in it
            raise InvalidSetting(f"{PREFIX}LINKS: {told} is not a new NAME=URL, such as main=sip:trunk.example.org")
        if not _LINK_NAME.fullmatch(name):
            raise InvalidSetting(f"{PREFIX}LINKS: {name!r} is no link's name: 1 to 64 characters, none of them a slash")
        links[name] = url
    if not links:
        raise InvalidSetting(f"{PREFIX}LINKS names no link; write at least one NAME=URL")
    return links


def parse_networks(text: str) -> tuple[str, ...]:
    """`10.0.0.1 2001:db8::/32` (blanks or commas between) as networks."""
    try:
        return tuple(str(ip_network(part)) for part in text.replace(",", " ").split())
    except ValueError as problem:
        raise InvalidSetting(
            f"{PREFIX}TRUSTED_PROXIES: {problem}; write addresses and networks, such as 10.0.0.7 or 10.0.0.0/24"
        ) from None


def _invalid(given: Mapping[str, str], problem: str) -> InvalidSetting:
    why, _, path = problem.partition(" - at `$.")
    name = path.rstrip("`")
    value = "what it is" if name in SECRETS else repr(given.get(name))
    return InvalidSetting(f"{PREFIX}{name.upper()} cannot be {value}: {why.lower().replace('`', '')}")


def _given(environment: Mapping[str, str]) -> dict[str, str]:
    known = set(Settings.__struct_fields__)
    given: dict[str, str] = {}
    for variable, value in sorted(environment.items()):
        if not variable.startswith(PREFIX) or variable.startswith(f"{PREFIX}TEST_"):
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name not in known and name.endswith("_file") and name.removesuffix("_file") in known:
            name, value = name.removesuffix("_file"), _file_content(variable, value)
        if name not in known:
            raise InvalidSetting(f"{variable} is no setting of Ringback; see docs/settings.md")
        given[name] = value
    return given


def _file_content(variable: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except UnicodeDecodeError:
        raise InvalidSetting(f"{variable}: {path} is no text in UTF-8") from None
    except OSError as problem:
        raise InvalidSetting(f"{variable}: {problem}") from None


def _decode(wanted: type, value: object) -> object:
    if wanted is Path and isinstance(value, str | Path):
        return Path(value)
    raise NotImplementedError(wanted)
