"""uvicorn's WebSocket protocol with a limit on what one turn of the event loop reads.

One read may bring 40,000 frames of six bytes. uvicorn would handle them all, and answer the pings
among them, before anything else runs: half a second.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import State

if TYPE_CHECKING:
    from uvicorn._types import ASGIReceiveEvent

TURN_BYTES = 8 * 1024
"""Some 1,300 of the smallest frames: 20 ms."""


def _frame(text: bytes) -> bytes:
    """A server's frame: a head with the length, and the text (RFC 6455, section 5.2)."""
    size = len(text)
    if size < 126:
        return b"\x81%c%b" % (size, text)
    if size < 65536:
        return b"\x81\x7e%b%b" % (size.to_bytes(2), text)
    return b"\x81\x7f%b%b" % (size.to_bytes(8), text)


class BoundedWebSocketProtocol(WebSocketsSansIOProtocol):
    """Reads a few kilobytes a turn, and no more until the application has taken their frames."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._unread = b""

    def send_now(self, texts: Sequence[bytes]) -> bool:
        """Write text frames; False, and none is written, where their sender has to wait (for the
        client has left 64 KB unread, asyncio's high-water mark) or the socket is not open."""
        if not (
            self.handshake_complete
            and self.writable.is_set()
            and self.conn.state is State.OPEN
            and not (self.disconnected or self.close_sent or self.conn.extensions)
            and not self.transport.is_closing()
        ):
            return False
        self.transport.write(b"".join([_frame(text) for text in texts]))
        return True

    def data_received(self, data: bytes) -> None:
        if self._unread:
            self._unread += data  # uvicorn has resumed reading, to see the peer close
            self._hold_on()
        else:
            self._read(data)

    def _read(self, data: bytes) -> None:
        self._unread = data[TURN_BYTES:]
        if self._unread:
            self._hold_on()
        super().data_received(data[:TURN_BYTES])

    def _hold_on(self) -> None:
        if not self.transport.is_closing():
            self.transport.pause_reading()
            self.loop.call_soon(self._read_on)

    def _read_on(self) -> None:
        if self.transport.is_closing():
            self._unread = b""
        elif self._unread and not self.read_paused:
            self._read(self._unread)
            if not (self._unread or self.read_paused or self.transport.is_closing()):
                self.transport.resume_reading()

    async def receive(self) -> "ASGIReceiveEvent":
        message = await super().receive()
        if self._unread and not self.read_paused:
            self._hold_on()  # uvicorn has resumed reading because its queue is empty
        return message
