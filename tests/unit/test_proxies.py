"""Whose word on a client's address is believed."""

from collections.abc import Collection
from typing import Any

import pytest

from ringback.api.proxies import BehindProxies
from ringback.settings import InvalidSetting, Settings

TRUSTED = ("127.0.0.1/32", "10.0.0.0/24", "2001:db8::/32")


async def seen(
    peer: str, *headers: tuple[str, str], trusted: Collection[str] = TRUSTED, port: int = 4711
) -> tuple[str, str]:
    """The address and the scheme that the application sees."""
    told: dict[str, Any] = {}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        told.update(scope)

    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    scope: Any = {"type": "http", "client": (peer, port), "scheme": "http", "headers": raw}
    nothing: Any = None
    await BehindProxies(app, trusted)(scope, nothing, nothing)
    assert told["client"][1] == port
    return told["client"][0], told["scheme"]


def forwarded(value: str) -> tuple[str, str]:
    """That header."""
    return ("x-forwarded-for", value)


@pytest.mark.parametrize(
    ("peer", "chain", "client"),
    [
        ("127.0.0.1", "192.0.2.1", "192.0.2.1"),
        ("127.0.0.1", "192.0.2.1, 10.0.0.7", "192.0.2.1"),
        ("127.0.0.1", "203.0.113.9, 192.0.2.1", "192.0.2.1"),  # the client wrote the first one itself
        ("127.0.0.1", "127.0.0.1, 192.0.2.1, 10.0.0.7", "192.0.2.1"),
        ("127.0.0.1", "10.0.0.9, 10.0.0.7", "10.0.0.9"),  # a proxy itself asks
        ("192.0.2.9", "203.0.113.9", "192.0.2.9"),
        ("192.0.2.9", "127.0.0.1", "192.0.2.9"),
        ("127.0.0.1", "unknown", "127.0.0.1"),
        ("127.0.0.1", "<script>, 10.0.0.7", "10.0.0.7"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "192.0.2.1:5060", "192.0.2.1"),
        ("127.0.0.1", "[2001:db9::1]:5060, 2001:db8::1", "2001:db9::1"),
        ("::ffff:127.0.0.1", "192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.9", "203.0.113.9", "192.0.2.9"),
    ],
)
async def test_the_client_is_the_first_before_the_trusted_proxies(peer: str, chain: str, client: str) -> None:
    assert (await seen(peer, forwarded(chain)))[0] == client


async def test_several_headers_are_one_list() -> None:
    chain = (forwarded("203.0.113.9"), forwarded("192.0.2.1"), forwarded("10.0.0.7"))
    assert (await seen("127.0.0.1", *chain))[0] == "192.0.2.1"


@pytest.mark.parametrize(
    ("peer", "told", "scheme"),
    [
        ("127.0.0.1", "https", "https"),
        ("127.0.0.1", "https, http", "https"),
        ("127.0.0.1", "http", "http"),
        ("127.0.0.1", "gopher", "http"),
        ("192.0.2.9", "https", "http"),
    ],
)
async def test_only_a_trusted_proxy_says_that_it_was_asked_over_tls(peer: str, told: str, scheme: str) -> None:
    assert (await seen(peer, ("x-forwarded-proto", told)))[1] == scheme


async def test_without_trusted_proxies_nobody_is_believed() -> None:
    headers = (forwarded("192.0.2.1"), ("x-forwarded-proto", "https"))
    assert await seen("127.0.0.1", *headers, trusted=()) == ("127.0.0.1", "http")


def test_trusted_proxies_are_given_as_addresses_and_networks() -> None:
    settings = Settings.from_environment({"RINGBACK_TRUSTED_PROXIES": "10.0.0.7, 10.1.0.0/24 2001:db8::1"})
    assert settings.trusted_proxies == ("10.0.0.7/32", "10.1.0.0/24", "2001:db8::1/128")
    assert Settings.from_environment({"RINGBACK_TRUSTED_PROXIES": ""}).trusted_proxies == ()


@pytest.mark.parametrize("value", ["proxy.example.org", "10.0.0.7/24", "*"])
def test_what_is_no_network_is_told_at_the_start(value: str) -> None:
    with pytest.raises(InvalidSetting, match=r"RINGBACK_TRUSTED_PROXIES: .*such as 10\.0\.0\.7"):
        Settings.from_environment({"RINGBACK_TRUSTED_PROXIES": value})
