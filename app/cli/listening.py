"""Binds the sockets before the app is loaded, so that a port in use is reported at once."""

import errno
import ipaddress
import socket
import sys
from typing import Any

ABSENT = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}
"""Errors for an address that this machine does not have, though a name stands for it."""


class CannotListen(Exception):
    """The sockets cannot be bound; the text says why, in one line."""


ANY_V4, ANY_V6 = "0.0.0.0", "::"


def bare_host(host: str) -> str:
    """A host as sockets take it: an address of IPv6 without the brackets that it has in URLs."""
    return host.strip().removeprefix("[").removesuffix("]")


def bound_sockets(host: str, port: int) -> list[socket.socket]:
    """A socket for every address of `host`, all on one port; port 0 takes a free one.

    `::` means every address of both families: each gets a socket of its own, since one for both
    would show clients of IPv4 under addresses of IPv6.
    """
    host = bare_host(host)
    sockets: list[socket.socket] = []
    try:
        for family, address in _addresses(host, port):
            if sockets and port == 0:
                address = (address[0], sockets[0].getsockname()[1], *address[2:])
            try:
                sockets.append(_bound(family, address))
            except OSError as error:
                if error.errno not in ABSENT:
                    raise
    except OSError as error:
        for opened in sockets:
            opened.close()
        raise CannotListen(_reason(host, port, error)) from error
    if not sockets:
        raise CannotListen(f"HOST {host} is not an address of this machine")
    return sockets


def beside(sockets: list[socket.socket]) -> list[socket.socket]:
    """One more socket for the address of each of these, which are bound and never listen.

    The system spreads connections over such sockets evenly; workers that share one get up to three
    times as many as others. What listens keeps every other server off the port, these included.
    """
    if sys.platform != "linux":
        return [opened.dup() for opened in sockets]  # there one socket would get them all
    return [_bound(opened.family, opened.getsockname(), is_one_of_many=True) for opened in sockets]


def missing_family(host: str, sockets: list[socket.socket]) -> str | None:
    """The family that `::` stands for and that this machine does not have."""
    if bare_host(host) != ANY_V6 or len(sockets) > 1:
        return None
    return "IPv4" if sockets[0].family == socket.AF_INET6 else "IPv6"


def page_address(host: str, port: int) -> str:
    """The address to open in a browser on this machine."""
    host = bare_host(host)
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return f"http://{host}:{port}"
    if ip.is_unspecified or ip.is_loopback:
        return f"http://localhost:{port}"
    return f"http://[{host}]:{port}" if ip.version == 6 else f"http://{host}:{port}"


def _addresses(host: str, port: int) -> list[tuple[int, tuple[Any, ...]]]:
    hosts = [ANY_V6, ANY_V4] if host == ANY_V6 else [host]
    found = [
        (family, address)
        for name in hosts
        for family, _, _, _, address in socket.getaddrinfo(
            name, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    ]
    return list(dict.fromkeys(found))


def _bound(family: int, address: tuple[Any, ...], is_one_of_many: bool = False) -> socket.socket:
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if is_one_of_many:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind(address)
    except OSError:
        opened.close()
        raise
    return opened


def _reason(host: str, port: int, error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return f"HOST {host} is not the name of an address"
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is in use; choose another one with --port or PORT"
    return f"Cannot listen on {host}:{port}: {error.strerror}"
