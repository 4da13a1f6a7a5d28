"""Who asks, and whether over TLS, when reverse proxies stand before the server.

Each proxy adds the address that it was asked from to the end of X-Forwarded-For, so the list is read from its end: as
long as an address is one of a trusted proxy, the one before it is believed too. Whatever a client wrote there itself
stands further left and is never reached. uvicorn's own reading takes anything for an address, and does not know a
trusted IPv4 address that comes in over an IPv6 socket.
"""

from collections.abc import Collection, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from litestar.types import ASGIApp, Receive, Scope, Send

Address = IPv4Address | IPv6Address

_SCHEMES = ("http", "https")


class BehindProxies:
    """An ASGI application that sees clients as the proxies of the `trusted` networks do; others' word is ignored."""

    def __init__(self, app: ASGIApp, trusted: Collection[str]) -> None:
        self._app = app
        self._trusted = [ip_network(network) for network in trusted]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["client"] is not None:
            host, port = scope["client"]
            peer = _address(host)
            if peer is not None:
                told = scope["headers"]
                client = self._client(peer, _values(told, b"x-forwarded-for"))
                scope["client"] = (str(client), port)
                scheme = _scheme(_values(told, b"x-forwarded-proto"))
                if scheme is not None and self._trusts(peer):
                    scope["scheme"] = scheme
        await self._app(scope, receive, send)

    def _client(self, peer: Address, forwarded_for: Sequence[str]) -> Address:
        client = peer
        for text in reversed(forwarded_for):
            before = _address(text)
            if before is None or not self._trusts(client):
                break
            client = before
        return client

    def _trusts(self, address: Address) -> bool:
        return any(address in network for network in self._trusted)


def _values(headers: Sequence[tuple[bytes, bytes]], wanted: bytes) -> list[str]:
    """The parts of all headers of that name, in order."""
    lines = (value.decode("latin-1") for name, value in headers if name == wanted)
    return [part.strip() for line in lines for part in line.split(",")]


def _address(text: str) -> Address | None:
    """An address, also with a port behind it; an IPv4 address that is written as one of IPv6 is one of IPv4."""
    bare = text.removeprefix("[").partition("]")[0] if text.startswith("[") else text
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _scheme(told: Sequence[str]) -> str | None:
    """What the outermost proxy was asked with."""
    return told[0] if told and told[0] in _SCHEMES else None
