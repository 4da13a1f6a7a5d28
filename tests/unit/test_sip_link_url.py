"""The URL of a direct SIP link."""

import pytest

from ringback.telephony.port import DialRefused, LegRole
from ringback.telephony.sip.link_url import InvalidSipLink, parse_sip_link


def test_host_alone_is_a_trunk_without_registration_over_udp() -> None:
    link = parse_sip_link("sip:trunk.example.org")
    assert (link.host, link.transport, link.user, link.realm) == ("trunk.example.org", "udp", "ringback", link.host)
    assert (link.local_address, link.local_port, link.is_registered, link.with_plus) == (None, 0, False, True)


def test_every_parameter_is_understood() -> None:
    url = "sip:[2001:db8::5]:5061?transport=tls&user=+49301&auth=acc-7&realm=example.org&local=192.0.2.1:5070"
    link = parse_sip_link(f"{url}&register=yes&plus=no")
    assert (link.host, link.transport, link.user, link.auth_user) == ("[2001:db8::5]:5061", "tls", "+49301", "acc-7")
    assert (link.realm, link.local_address, link.local_port) == ("example.org", "192.0.2.1", 5070)
    assert (link.is_registered, link.with_plus) == (True, False)


def test_trunk_on_this_machine_is_reached_from_the_loopback_address() -> None:
    assert parse_sip_link("sip:127.0.0.1:5060").local_address == "127.0.0.1"
    named = parse_sip_link("sip:localhost:5060")
    assert (named.host, named.local_address) == ("127.0.0.1:5060", "127.0.0.1")


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("sip:", "no SIP link"),
        ("sips:trunk.example.org", "no SIP link"),
        ("sip:trunk.example.org:70000", "no port 70000"),
        ("sip:me:secret@trunk.example.org", "RINGBACK_SIP_PASSWORD"),
        ("sip:trunk.example.org?transport=sctp", "one of udp, tcp, tls"),
        ("sip:trunk.example.org?register=1", "one of no, yes"),
        ("sip:trunk.example.org?password=x", "not understood"),
        ("sip:trunk.example.org?user=a&user=b", "repeated"),
        ("sip:trunk.example.org?user=a%20b", "user part"),
        ("sip:trunk.example.org?realm=a%22b", "no domain"),
        ("sip:trunk.example.org?local=eth0", "ADDRESS:PORT"),
    ],
)
def test_url_that_cannot_be_used_says_why(url: str, complaint: str) -> None:
    with pytest.raises(InvalidSipLink, match=complaint):
        parse_sip_link(url)


def test_customers_and_extensions_go_by_the_trunk_and_addresses_straight() -> None:
    link = parse_sip_link("sip:trunk.example.org:5060?transport=tcp")
    customer = link.request_uri(LegRole.CUSTOMER, "+4930123456")
    extension = link.request_uri(LegRole.AGENT, "201")
    phone = link.request_uri(LegRole.AGENT, "sip:anna@10.0.0.5:5060")
    assert customer == "sip:+4930123456@trunk.example.org:5060;transport=tcp"
    assert extension == "sip:201@trunk.example.org:5060;transport=tcp"
    assert phone == "sip:anna@10.0.0.5:5060"
    assert [link.is_through_trunk(uri) for uri in (customer, extension, phone)] == [True, True, False]


def test_realm_takes_the_place_of_the_host_in_addresses() -> None:
    link = parse_sip_link("sip:sbc.example.org?realm=customer.example")
    assert link.request_uri(LegRole.CUSTOMER, "+4930123456") == "sip:+4930123456@customer.example;transport=udp"
    assert link.is_through_trunk("sip:+4930123456@customer.example;transport=udp")


def test_customer_is_a_number_and_nothing_else() -> None:
    link = parse_sip_link("sip:trunk.example.org")
    for destination in ("030123", "+0123", "sip:anna@10.0.0.5", "+49301234567890123", ""):
        with pytest.raises(DialRefused):
            link.request_uri(LegRole.CUSTOMER, destination)
