"""The addresses that requests come from."""

from ipaddress import IPv6Address, ip_address, ip_network

# Who has an IPv6 address usually has all of its network.
_IPV6_NETWORK_BITS = 64


def neighbourhood(address: str | None) -> str:
    """What is counted as one: an IPv4 address, or the network of one of IPv6; "" for what is no address."""
    try:
        parsed = ip_address((address or "").partition("%")[0])
    except ValueError:
        return ""
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or ip_network((parsed, _IPV6_NETWORK_BITS), strict=False))
