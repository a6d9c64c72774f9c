"""uvicorn's HTTP protocol with two bounds that it lacks: on the time and the size of a head.

The head is the request line and the headers. Whoever opens a connection and sends nothing, or half
a head, or one without end, would otherwise hold it, and memory, for as long as they like (RFC 9110
§15.5.9, RFC 6585 §5). The body is the application's to wait for, see `app.middleware.limits`.
"""

from asyncio import BaseTransport, TimerHandle, Transport
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

HEAD_BYTES = 64 * 1024


class BoundedHttpProtocol(HttpToolsProtocol):
    """Cuts a connection that has sent no whole head after `head_seconds`.

    The same limit holds for the rest of a body that is dropped because it was answered already.
    Responses under way, sockets and idle connections are not touched; uvicorn ends the idle ones
    (`timeout_keep_alive`).
    """

    def __init__(self, *args: Any, head_seconds: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_seconds = head_seconds
        self._head_timer: TimerHandle | None = None
        self._head_bytes = 0
        self._is_in_body = self._body_ended = False

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(cast(Transport, transport))
        self._start_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._body_ended = False
        super().data_received(data)
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            return  # refused, or upgraded to a socket
        if self._head_timer is None and self._is_idle():
            self._start_head()
        if self._head_timer is not None and not (self._is_in_body or self._body_ended):
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self._refuse(431)

    def on_headers_complete(self) -> None:
        self._end_head()
        self._is_in_body = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._is_in_body, self._body_ended = False, True
        super().on_message_complete()

    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _start_head(self) -> None:
        self._head_bytes = 0
        self._head_timer = self.loop.call_later(self._head_seconds, self._refuse, 408)

    def _end_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _refuse(self, status: int) -> None:
        """Answer with the reason and close; without an answer where no request was begun."""
        self._end_head()
        if self.transport.is_closing():
            return
        if self._head_bytes:
            end = b"content-length: 0\r\nconnection: close\r\n\r\n"
            self.transport.write(STATUS_LINE[status] + end)
        self.transport.close()
