"""Who a request comes from, and how."""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network


def client_address(peer: str | None, forwarded_for: str | None, proxies: list[Network]) -> str:
    """The client's address: the peer's, or, behind trusted proxies, the last one they vouch for.

    The header is read from its end, because everything before the last trusted proxy's entry is
    the client's own claim.
    """
    address = peer or "unknown"
    hops = [hop.strip() for hop in (forwarded_for or "").split(",") if hop.strip()]
    while hops and _within(address, proxies):
        address = hops.pop()
    return address


def is_encrypted(
    scheme: str, peer: str | None, forwarded_proto: str | None, proxies: list[Network]
) -> bool:
    """Whether the client itself used https: by the connection, or by a trusted proxy's word."""
    if forwarded_proto is not None and _within(peer or "", proxies):
        scheme = forwarded_proto.rpartition(",")[2].strip().lower()
    return scheme in ("https", "wss")


def network_of(address: str, v4_bits: int, v6_bits: int) -> str:
    """The network of so many bits that an address is in; one host holds a /64 (RFC 6177)."""
    try:
        bits = v4_bits if ip_address(address).version == 4 else v6_bits
        return str(ip_network((address, bits), strict=False))
    except ValueError:
        return address


def _within(address: str, networks: list[Network]) -> bool:
    try:
        return any(ip_address(address) in network for network in networks)
    except ValueError:
        return False
