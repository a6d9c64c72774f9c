"""Binds the sockets before the app is loaded, so that a port in use is reported at once."""

import errno
import ipaddress
import socket
from typing import Any

ABSENT = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}
"""Errors for an address that this machine does not have, though a name stands for it."""


class CannotListen(Exception):
    """The sockets cannot be bound; the text says why, in one line."""


def bound_sockets(host: str, port: int) -> list[socket.socket]:
    """A socket for every address of `host`, all on one port; port 0 takes a free one."""
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


def page_address(host: str, port: int) -> str:
    """The address to open in a browser on this machine."""
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return f"http://{host}:{port}"
    if ip.is_unspecified or ip.is_loopback:
        return f"http://localhost:{port}"
    return f"http://[{host}]:{port}" if ip.version == 6 else f"http://{host}:{port}"


def _addresses(host: str, port: int) -> list[tuple[int, tuple[Any, ...]]]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return list(dict.fromkeys((family, address) for family, _, _, _, address in found))


def _bound(family: int, address: tuple[Any, ...]) -> socket.socket:
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
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
