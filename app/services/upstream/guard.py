"""Which model URLs may be called, and which addresses a connection may go to.

One parser reads a URL (`httpx2.URL`, which also builds the requests), and addresses are judged
after resolving, so that no other notation of a host or an address gets around the rules.
"""

import ipaddress
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass

import httpx2

from app.errors import ModelUrlNotAllowed, UpstreamUnavailable
from app.services.upstream.resolver import Resolver
from app.utils.client_address import IpAddress

URL_MAX_LENGTH = 500
HOST_MAX_LENGTH = 253
DEFAULT_PORTS = {"http": 80, "https": 443}
FORBIDDEN_IN_URL = re.compile(r"[\x00-\x20\x7f-\xa0\\@?#\s\u200b-\u200f\u2028-\u202e\ufeff]")
"""No credentials, query or fragment, and nothing that two parsers might read differently."""
HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._-]{0,251}[a-z0-9_])?|[0-9a-f:.]+")

METADATA_HOSTS = {
    "instance-data",
    "instance-data.ec2.internal",
    "metadata",
    "metadata.goog",
    "metadata.google.internal",
    "metadata.packet.net",
    "metadata.platformequinix.com",
    "metadata.tencentyun.com",
}
METADATA_NETWORKS = [
    ipaddress.ip_network(text)
    for text in (
        "169.254.0.0/16",  # AWS, Azure, GCP, OCI, DigitalOcean, Tencent, Scaleway: link-local
        "100.100.100.200/32",  # Alibaba
        "168.63.129.16/32",  # Azure's wire server
        "192.0.0.192/32",  # Oracle
        "fd00:ec2::/32",  # AWS
        "fd00:c1::/32",  # Oracle
        "fd00:42::42/128",  # Scaleway
        "fd20:ce::254/128",  # GCP
        "fe80::/10",  # OpenStack: link-local
    )
]
GLOBAL_UNICAST_V6 = ipaddress.IPv6Network("2000::/3")
"""RFC 4291 §2.4: IANA hands out global unicast addresses from this block only."""
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""RFC 6052 §2.1: the last 32 bits are the IPv4 address that is really called."""
SPECIAL_NETWORKS = [
    ipaddress.ip_network(text)
    for text in (
        "192.0.0.0/24",  # IANA special-purpose registries, RFC 6890
        "192.88.99.0/24",  # 6to4 relays
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "3fff::/20",
    )
]


@dataclass(frozen=True, slots=True)
class UrlOrigin:
    """Where a URL points: `host` is lower case ASCII without brackets or a trailing dot."""

    scheme: str
    host: str
    port: int


def origin_of(url: httpx2.URL) -> UrlOrigin:
    """The origin of an absolute http or https URL; raises ModelUrlNotAllowed for any other."""
    host = url.raw_host.decode("ascii").lower().removesuffix(".")
    port = url.port or DEFAULT_PORTS.get(url.scheme, 0)
    if url.scheme not in DEFAULT_PORTS or not 0 < port < 65536 or url.port == 0:
        raise ModelUrlNotAllowed(host_of(str(url)), "malformed")
    if url.userinfo or not HOST.fullmatch(host):
        raise ModelUrlNotAllowed(host_of(str(url)), "malformed")
    if host in METADATA_HOSTS:
        raise ModelUrlNotAllowed(host, "host")
    return UrlOrigin(url.scheme, host, port)


def parse_model_url(text: str) -> httpx2.URL:
    """A model's base URL, normalised, without trailing slashes; raises ModelUrlNotAllowed."""
    if len(text) > URL_MAX_LENGTH or FORBIDDEN_IN_URL.search(text):
        has_query = "?" in text and not FORBIDDEN_IN_URL.search(text.partition("?")[0])
        raise ModelUrlNotAllowed(host_of(text), "query" if has_query else "malformed")
    try:
        url = httpx2.URL(text)
        origin_of(url)
        url = url.copy_with(path=url.path.rstrip("/"))
        if len(str(url)) > URL_MAX_LENGTH:  # every byte that is not ASCII has become three
            raise ModelUrlNotAllowed(host_of(str(url)), "malformed")
        return url
    except (httpx2.InvalidURL, ValueError) as error:
        raise ModelUrlNotAllowed(host_of(text), "malformed") from error


def host_of(text: str) -> str | None:
    """The host of a URL, whether it may be called or not; None where there is none to be found.

    Never anything else of the URL: its path or its user may hold a secret.
    """
    try:
        return httpx2.URL(text[:URL_MAX_LENGTH]).raw_host.decode("ascii")[:HOST_MAX_LENGTH] or None
    except (httpx2.InvalidURL, ValueError):
        return None


def is_metadata(address: IpAddress) -> bool:
    """Whether a cloud's metadata service may answer there, in whatever way it is written."""
    return any(form in network for form in _forms(address) for network in METADATA_NETWORKS)


def is_global(address: IpAddress) -> bool:
    """Whether an address belongs to the public internet.

    Stricter than `ipaddress` and the same on every Python: IPv4-mapped and NAT64 addresses are
    judged by the IPv4 address that is called, tunnelled ones (6to4, Teredo) are refused.
    """
    if isinstance(address, ipaddress.IPv6Address):
        embedded = address.ipv4_mapped or _nat64(address)
        if embedded is not None:
            return is_global(embedded)
        if address not in GLOBAL_UNICAST_V6:
            return False
    if any(address in network for network in SPECIAL_NETWORKS):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def names_private_address(host: str) -> bool:
    """Whether a host is written as an address outside the public internet, or as `localhost`
    (RFC 6761 §6.3), so that no lookup is needed to know that it is private."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return not (is_global(address) or is_metadata(address))


def _nat64(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in NAT64 else None


def _forms(address: IpAddress) -> list[IpAddress]:
    """An address and every IPv4 address that is embedded in it."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    low32 = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    embedded = [address.ipv4_mapped, _nat64(address), address.sixtofour, *(address.teredo or ())]
    compatible = low32 if int(address) >> 32 == 0 else None
    return [form for form in (address, *embedded, compatible) if form is not None]


class AddressGuard:
    """Resolves hosts to the addresses that may be called.

    `allowed_hosts` holds `host` or `host:port` of private model servers; `default_url` is the
    operator's own model. Both may lie on private addresses; metadata services never.
    """

    def __init__(self, allowed_hosts: Iterable[str], default_url: str) -> None:
        self._hosts = {entry.strip().lower().removesuffix(".") for entry in allowed_hosts}
        try:
            self._default: UrlOrigin | None = origin_of(httpx2.URL(default_url))
        except (ModelUrlNotAllowed, httpx2.InvalidURL):
            self._default = None
        self._resolver = Resolver()

    async def addresses(self, origin: UrlOrigin) -> list[str]:
        """The address literals of an origin, in the resolver's order.

        Raises ModelUrlNotAllowed when there are none, or when one of them may not be called, and
        UpstreamUnavailable when no name server could say.
        """
        found = await self._resolve(origin)
        private = self.may_be_private(origin)
        for address in found:
            if is_metadata(address) or not (private or is_global(address)):
                raise self.refusal(origin)
        if not found:
            raise self.refusal(origin)
        return [str(address) for address in found]

    def refusal(self, origin: UrlOrigin) -> ModelUrlNotAllowed:
        """The error for an origin that is refused.

        What it says of the reason stands in the URL and the settings; whether a name was found,
        and what it leads to, is not told: it would answer questions about the server's network.
        """
        plain = names_private_address(origin.host) and not self.may_be_private(origin)
        return ModelUrlNotAllowed(origin.host, "private_address" if plain else "host")

    def may_be_private(self, origin: UrlOrigin) -> bool:
        """Whether the operator allows this origin to lie on a private address."""
        host, port = origin.host, origin.port
        if self._default and (host, port) == (self._default.host, self._default.port):
            return True
        names = {host, f"{host}:{port}"}
        if ":" in host:
            names = {host, f"[{host}]", f"[{host}]:{port}"}
        return not names.isdisjoint(self._hosts)

    async def _resolve(self, origin: UrlOrigin) -> list[IpAddress]:
        try:
            return [ipaddress.ip_address(origin.host)]
        except ValueError:
            pass
        try:
            return await self._resolver.addresses(origin.host)
        except (OSError, UnicodeError) as error:
            passing = isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN
            raise UpstreamUnavailable if passing else self.refusal(origin) from error
