"""The URL of a direct SIP link, such as `sip:trunk.example.org:5060?user=4930123&transport=udp` (docs/telephony.md)."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

import msgspec

from ringback.errors import SetupError
from ringback.telephony.port import DialRefused, LegRole, Outcome

_URL = re.compile(r"sip:(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::(?P<port>\d{1,5}))?(?:\?(?P<query>.*))?")
_LOCAL = re.compile(r"(?P<address>\[[0-9A-Fa-f:.]+\]|[0-9.]+)(?::(?P<port>\d{1,5}))?")
_NUMBER = re.compile(r"\+[1-9]\d{1,14}")
_EXTENSION = re.compile(r"[A-Za-z0-9_.!~*+-]{1,64}")
_PHONE = re.compile(
    r"sip:[A-Za-z0-9_.!~*'()&=+$,%-]{1,64}@(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?(;[a-z]+=[A-Za-z0-9_.-]+)*"
)
_USER = re.compile(r"[A-Za-z0-9_.!~*+-]{1,64}")
_REALM = re.compile(r"[A-Za-z0-9.:\[\]-]+")
_PARAMETERS = frozenset({"transport", "user", "auth", "realm", "local", "register", "plus"})


class InvalidSipLink(SetupError):
    """The URL of a direct SIP link cannot be used; the text names the part and what it may be."""


class SipLink(msgspec.Struct, frozen=True, kw_only=True):
    """One SIP trunk (or one phone that takes every call) as its URL describes it.

    `host` may carry a port. `user` is the account and the caller id of legs that name none; `auth_user` the name for
    digest authentication where it differs; `realm` the domain of our address where it is not the trunk's host.
    `local_address` and `local_port` are bound (port 0: any). `is_registered`: register there and hold the
    registration. `with_plus`: customers are dialled as +49..., else as 49... .
    """

    host: str
    transport: str
    user: str
    auth_user: str | None
    realm: str
    local_address: str | None
    local_port: int
    is_registered: bool
    with_plus: bool

    def request_uri(self, role: LegRole, destination: str) -> str:
        """The URI to invite. Raises DialRefused for what can be no number (customer) or endpoint (agent)."""
        if role is LegRole.CUSTOMER:
            if not _NUMBER.fullmatch(destination):
                raise DialRefused("the customer has no E.164 number such as +4930123456", Outcome.INVALID_NUMBER)
            return self._at_trunk(destination if self.with_plus else destination.removeprefix("+"))
        if _PHONE.fullmatch(destination):
            return destination
        if not _EXTENSION.fullmatch(destination):
            reason = f"{destination!r} is no agent endpoint such as 201 or sip:anna@10.0.0.5:5060"
            raise DialRefused(reason, Outcome.INVALID_NUMBER)
        return self._at_trunk(destination)

    def is_through_trunk(self, uri: str) -> bool:
        """Whether calls to that URI go by the trunk's host (rather than straight to a phone)."""
        return uri.partition("@")[2].partition(";")[0] in (self.host, self.realm)

    def caller(self, caller_id: str) -> str:
        """The user part of our address for a caller id. Raises DialRefused if it cannot be one."""
        user = caller_id or self.user
        if not _USER.fullmatch(user):
            raise DialRefused(f"caller id {caller_id!r} cannot be the user part of a SIP address")
        return user if self.with_plus else user.removeprefix("+")

    def _at_trunk(self, user: str) -> str:
        return f"sip:{user}@{self.realm};transport={self.transport}"


def parse_sip_link(url: str) -> SipLink:
    """The link that a URL describes. Raises InvalidSipLink."""
    if "@" in url.partition("?")[0]:
        # Not the URL: a password may be in it.
        raise InvalidSipLink("A SIP link names its account as user=...; the password belongs in RINGBACK_SIP_PASSWORD")
    parts = _URL.fullmatch(url)
    if parts is None:
        raise InvalidSipLink(f"{url!r} is no SIP link such as sip:trunk.example.org:5060?user=4930123")
    given = _parameters(url, parts["query"] or "")
    machine = "127.0.0.1" if parts["host"] == "localhost" else parts["host"]  # baresip asks DNS only
    host = machine + (f":{_port(url, parts['port'])}" if parts["port"] else "")
    address, port = _local(url, given.get("local"), machine)
    return SipLink(
        host=host,
        transport=_one_of(url, given, "transport", ("udp", "tcp", "tls")),
        user=_user(url, given.get("user", "ringback")),
        auth_user=_user(url, given["auth"]) if "auth" in given else None,
        realm=_realm(url, given.get("realm", host)),
        local_address=address,
        local_port=port,
        is_registered=_one_of(url, given, "register", ("no", "yes")) == "yes",
        with_plus=_one_of(url, given, "plus", ("yes", "no")) == "yes",
    )


def _parameters(url: str, query: str) -> Mapping[str, str]:
    pairs = parse_qsl(query.replace("+", "%2B"), keep_blank_values=True)
    given = dict(pairs)
    unknown = sorted(set(given) - _PARAMETERS)
    if unknown or len(given) != len(pairs):
        known = ", ".join(sorted(_PARAMETERS))
        where = repr(url.partition("?")[0])
        raise InvalidSipLink(f"{where}: {unknown or 'a repeated parameter'} is not understood; there are {known}")
    return given


def _one_of(url: str, given: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    """The value given, else the first of the choices."""
    value = given.get(name, choices[0])
    if value not in choices:
        raise InvalidSipLink(f"{url!r}: {name}={value} has to be one of {', '.join(choices)}")
    return value


def _user(url: str, value: str) -> str:
    if not _USER.fullmatch(value):
        raise InvalidSipLink(f"{url!r}: {value!r} cannot be the user part of a SIP address")
    return value


def _realm(url: str, value: str) -> str:
    if not _REALM.fullmatch(value):
        raise InvalidSipLink(f"{url!r}: realm={value} is no domain such as customer.example.org")
    return value


def _port(url: str, text: str) -> int:
    port = int(text)
    if port > 65535:
        raise InvalidSipLink(f"{url!r}: there is no port {port}")
    return port


def _local(url: str, local: str | None, host: str) -> tuple[str | None, int]:
    """Where to bind; a trunk on this machine needs the loopback address, which nobody should have to know."""
    if local is None:
        return ("127.0.0.1", 0) if host.startswith("127.") else (None, 0)
    parts = _LOCAL.fullmatch(local)
    if parts is None:
        raise InvalidSipLink(f"{url!r}: local={local} is no ADDRESS:PORT such as 192.0.2.10:5060")
    return parts["address"], _port(url, parts["port"] or "0")
