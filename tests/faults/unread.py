"""Clients that open a connection, ask for something, and never read the answer."""

import asyncio
import base64
import os
import socket
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from tests.support.server import Person

Unread = AbstractAsyncContextManager[socket.socket]

SMALL_BUFFER = 4096
TCP_CLOSE = 7
"""The state of a connection that was reset: the seventh of RFC 9293's in Linux's numbering."""


def unread_socket(person: Person, conversation: int) -> Unread:
    """A WebSocket whose client reads nothing after the handshake (RFC 6455, section 4.1)."""
    key = base64.b64encode(os.urandom(16)).decode()
    request = (
        f"GET /ws/conversations/{conversation}?token={person.token} HTTP/1.1\r\n"
        "Host: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    return _asked(person, request, b"HTTP/1.1 101")


def unread_events(person: Person, conversation: int) -> Unread:
    """Server-sent events of the running reply that nobody reads."""
    return _asked(person, _get(person, f"/conversations/{conversation}/stream"))


def unread_history(person: Person, conversation: int) -> Unread:
    """A page of messages that nobody reads."""
    return _asked(person, _get(person, f"/conversations/{conversation}/messages"))


def unread_export(person: Person, conversation: int) -> Unread:
    """A conversation as a file that nobody reads."""
    return _asked(person, _get(person, f"/conversations/{conversation}/export"))


def unread_path(person: Person, path: str) -> Unread:
    """Whatever is at a path, which nobody reads."""
    return _asked(person, _get(person, path))


def is_cut(connection: socket.socket) -> bool:
    """Whether the server has cut the connection; looks without reading (tcp(7), TCP_INFO)."""
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == TCP_CLOSE


def _get(person: Person, path: str) -> str:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {person.token}\r\n\r\n"


@asynccontextmanager
async def _asked(
    person: Person, request: str, begins: bytes = b"HTTP/1.1 200"
) -> AsyncIterator[socket.socket]:
    """The connection once the answer begins so; no more of it is read."""
    loop = asyncio.get_running_loop()
    with socket.socket() as connection:
        connection.setblocking(False)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        await loop.sock_connect(connection, ("127.0.0.1", person.server.port))
        await loop.sock_sendall(connection, request.encode())
        assert await loop.sock_recv(connection, len(begins)) == begins
        yield connection
