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
# How an IPv4 address begins that comes in over a socket of IPv6.
_MAPPED = "::ffff:"


class BehindProxies:
    """An ASGI application that sees clients as the proxies of the `trusted` networks do; others' word is ignored."""

    def __init__(self, app: ASGIApp, trusted: Collection[str]) -> None:
        self._app = app
        self._trusted = [ip_network(network) for network in trusted]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["client"] is not None:
            host, port = scope["client"]
            forwarded_for = _values(scope["headers"], b"x-forwarded-for")
            schemes = _values(scope["headers"], b"x-forwarded-proto")
            peer = _address(host) if forwarded_for or schemes or host.startswith(_MAPPED) else None
            if peer is not None:
                scope["client"] = (str(self._client(peer, forwarded_for)), port)
                # What the outermost proxy was asked with comes first.
                if schemes and schemes[0] in _SCHEMES and self._trusts(peer):
                    scope["scheme"] = schemes[0]
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
