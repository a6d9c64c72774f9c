"""Who a request comes from, and how."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

IpAddress = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

ADDRESSES = 1_000
"""Kept parsed."""
UNKNOWN = "unknown"
"""The address of clients without one: over a Unix socket, or from a header that uvicorn believed.
"""


def client_address(peer: str | None, forwarded_for: str, proxies: list[Network]) -> str:
    """The client's address: the peer's or, behind trusted proxies, the last one that they vouch
    for.

    The header is read from its end, because everything before the last trusted proxy's entry is the
    client's own claim. An entry that is no plain address ends the reading.
    """
    address = _parsed(peer or "")
    hops = [hop.strip() for hop in forwarded_for.split(",") if hop.strip()]
    while hops and _within(address, proxies) and (hop := _parsed(hops[-1])):
        address = hop
        hops.pop()
    return str(address or UNKNOWN)


def is_encrypted(
    scheme: str, peer: str | None, forwarded_proto: str, proxies: list[Network]
) -> bool:
    """Whether the client itself used https: by the connection, or by a trusted proxy's word."""
    if forwarded_proto and _within(_parsed(peer or ""), proxies):
        scheme = forwarded_proto.rpartition(",")[2].strip().lower()
    return scheme in ("https", "wss")


def network_of(address: str, v4_bits: int, v6_bits: int) -> str:
    """The network of so many bits that an address is in; one host holds a /64 (RFC 6177)."""
    try:
        bits = v4_bits if ip_address(address).version == 4 else v6_bits
        return str(ip_network((address, bits), strict=False))
    except ValueError:
        return address


@lru_cache(ADDRESSES)
def _parsed(text: str) -> IpAddress | None:
    """An address, one of IPv4 also where it is written as IPv6 (RFC 4291, section 2.5.5.2)."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv4Address):
        return address
    if address.scope_id is not None:  # a zone is of the proxy's own machine
        return None
    return address.ipv4_mapped or address


def _within(address: IpAddress | None, networks: list[Network]) -> bool:
    return address is not None and any(address in network for network in networks)
