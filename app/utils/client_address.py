"""Who a request comes from."""

from ipaddress import IPv4Network, IPv6Network, ip_address

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


def _within(address: str, networks: list[Network]) -> bool:
    try:
        return any(ip_address(address) in network for network in networks)
    except ValueError:
        return False
