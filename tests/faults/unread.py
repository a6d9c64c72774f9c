"""Clients that open a connection, ask for something, and never read the answer."""

import asyncio
import base64
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.server import Person

SMALL_BUFFER = 4096
TCP_CLOSE = 7
"""The state of a connection that was reset: the seventh of RFC 9293's in Linux's numbering."""


@asynccontextmanager
async def unread_socket(person: Person, conversation: int) -> AsyncIterator[socket.socket]:
    """A WebSocket whose client reads nothing after the handshake (RFC 6455, section 4.1)."""
    key = base64.b64encode(os.urandom(16)).decode()
    request = (
        f"GET /ws/conversations/{conversation}?token={person.token} HTTP/1.1\r\n"
        "Host: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    async with _asked(person.server.port, request) as connection:
        head = await asyncio.get_running_loop().sock_recv(connection, 12)
        assert head == b"HTTP/1.1 101"
        yield connection


@asynccontextmanager
async def unread_events(person: Person, conversation: int) -> AsyncIterator[socket.socket]:
    """Server-sent events of the running reply that nobody reads."""
    request = (
        f"GET /conversations/{conversation}/stream HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {person.token}\r\n\r\n"
    )
    async with _asked(person.server.port, request) as connection:
        head = await asyncio.get_running_loop().sock_recv(connection, 12)
        assert head == b"HTTP/1.1 200"
        yield connection


@asynccontextmanager
async def unread_history(person: Person, conversation: int) -> AsyncIterator[socket.socket]:
    """A page of messages that nobody reads."""
    request = (
        f"GET /conversations/{conversation}/messages HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {person.token}\r\n\r\n"
    )
    async with _asked(person.server.port, request) as connection:
        head = await asyncio.get_running_loop().sock_recv(connection, 12)
        assert head == b"HTTP/1.1 200"
        yield connection


def is_cut(connection: socket.socket) -> bool:
    """Whether the server has cut the connection; looks without reading (tcp(7), TCP_INFO)."""
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == TCP_CLOSE


@asynccontextmanager
async def _asked(port: int, request: str) -> AsyncIterator[socket.socket]:
    loop = asyncio.get_running_loop()
    with socket.socket() as connection:
        connection.setblocking(False)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        await loop.sock_connect(connection, ("127.0.0.1", port))
        await loop.sock_sendall(connection, request.encode())
        yield connection
