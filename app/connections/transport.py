"""Cutting a connection whose other end does not read."""

import asyncio
import contextlib
import socket
import struct

AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER: on, zero seconds (socket(7))."""


def cut(transport: asyncio.Transport) -> None:
    """Drop a connection and its unread data at once.

    An ordinary close would leave megabytes in the system's buffer for minutes.
    """
    connection = transport.get_extra_info("socket")
    if connection is not None:
        with contextlib.suppress(OSError):  # closed already
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
    transport.abort()
