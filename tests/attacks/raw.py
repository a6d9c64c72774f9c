"""Bytes on a connection, for requests and frames that no honest client sends."""

import asyncio
import base64
import os
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from tests.attacks.target import Target

PATIENCE_SECONDS = 5.0
BURST_SECONDS = 60.0


async def exchange(target: Target, data: bytes, seconds: float = PATIENCE_SECONDS) -> bytes:
    """Send bytes, and all that comes back until the server closes or `seconds` have passed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
    answer = bytearray()
    sending = asyncio.create_task(_send(writer, data))
    try:
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(seconds):
                while piece := await reader.read(65536):
                    answer += piece
    finally:
        sending.cancel()
        writer.transport.abort()
    return bytes(answer)


async def _send(writer: asyncio.StreamWriter, data: bytes) -> None:
    with suppress(ConnectionError):
        writer.write(data)
        await writer.drain()


def frame(
    opcode: int, payload: bytes, *, fin: bool = True, rsv: int = 0, mask: bool = True
) -> bytes:
    """A client's frame (RFC 6455, section 5.2), or nearly one."""
    head = bytearray([(fin << 7) | (rsv << 4) | opcode])
    length, masked = len(payload), mask << 7
    if length < 126:
        head.append(masked | length)
    elif length < 65536:
        head += bytes([masked | 126]) + struct.pack("!H", length)
    else:
        head += bytes([masked | 127]) + struct.pack("!Q", length)
    return bytes(head) + (bytes(4) if mask else b"") + payload


class RawSocket:
    """A WebSocket after its handshake, in bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def until(self, word: bytes) -> bytes:
        """All that the server sends, up to a word."""
        told = bytearray()
        async with asyncio.timeout(BURST_SECONDS):
            while word not in told[-10_000:]:
                piece = await self._reader.read(8_192)
                assert piece, "the server closed"
                told += piece
        return bytes(told)

    async def close_code(self) -> int:
        """The close code that the server sends; 0 where it just closes."""
        async with asyncio.timeout(BURST_SECONDS):
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                while True:
                    opcode, payload = await self._frame()
                    if opcode == 8:
                        return int(struct.unpack("!H", payload[:2])[0])
        return 0

    async def _frame(self) -> tuple[int, bytes]:
        first, second = await self._reader.readexactly(2)
        length = second & 127
        if length >= 126:
            size = 2 if length == 126 else 8
            length = int.from_bytes(await self._reader.readexactly(size))
        return first & 15, await self._reader.readexactly(length)


@asynccontextmanager
async def raw_socket(
    target: Target, conversation: int, token: str, extensions: str = ""
) -> AsyncIterator[RawSocket]:
    """An open socket of a conversation."""
    reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
    key = base64.b64encode(os.urandom(16)).decode()
    extra = f"Sec-WebSocket-Extensions: {extensions}\r\n" if extensions else ""
    head = (
        f"GET /ws/conversations/{conversation}?token={token} HTTP/1.1\r\nHost: x\r\n"
        f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
        f"Sec-WebSocket-Version: 13\r\n{extra}\r\n"
    )
    try:
        writer.write(head.encode())
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 101"), answer
        yield RawSocket(reader, writer)
    finally:
        writer.transport.abort()
