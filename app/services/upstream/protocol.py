"""One connection to an endpoint: HTTP/1.1 responses, handed on inside `data_received`."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

import httptools

from app.errors import UpstreamBadResponse, UpstreamInterrupted, UpstreamUnavailable

HEAD_MAX_BYTES = 64 * 1024
HEADER_MAX_COUNT = 200
TURN_BYTES = 64 * 1024
"""How much is decoded in one turn of the event loop. One read may bring four times that, and libuv
reads 32 times in a row where more is there: a second of nothing else."""

Sink = Callable[[bytes], bool]
"""Takes body bytes; True says that nothing more is needed."""
OnRead = Callable[[], None]
"""Told after each read from the network, however many pieces of the body it brought."""


@dataclass(slots=True)
class ResponseHead:
    """Status and headers (lower-case names; of repeated ones the last) of a response."""

    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)


class ResponseProtocol(asyncio.Protocol):
    """Sends one request at a time and feeds the body of its response to a sink, synchronously.

    No task is woken for a piece of a body: only for its head and its end. Failures are ReplyError
    subclasses: UpstreamBadResponse for what is not HTTP, UpstreamInterrupted for a cut body,
    UpstreamUnavailable for a connection that ends before the head.
    """

    def __init__(self) -> None:
        self.head = ResponseHead()
        self.is_reusable = False
        self.has_answered = False
        """Whether a first byte of the current response came."""
        self._on_end: Callable[[], None] | None = None
        self._transport: asyncio.Transport | None = None
        self._connection: asyncio.Transport | None = None
        self._parser: httptools.HttpResponseParser | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._failure: BaseException | None = None
        self._sink: Sink | None = None
        self._on_read: OnRead | None = None
        self._waiting: list[bytes] = []
        self._unread = b""
        self._headers = 0
        self._unparsed_bytes = 0
        self._has_head = self._has_ended = False
        self._ends_at_eof = self._is_satisfied = self._is_held_up = False

    # What the transport of the SDK calls

    async def send(self, request: bytes, on_sent: Callable[[], None] | None = None) -> ResponseHead:
        """Writes a request; returns once the head of its response is there."""
        self._parser = httptools.HttpResponseParser(self)
        self._failure = self._sink = None
        self._waiting.clear()
        self._unread = b""
        self._headers = self._unparsed_bytes = 0
        self._has_head = self._has_ended = self._ends_at_eof = self._is_satisfied = False
        self._is_held_up = False
        self.head, self.has_answered, self.is_reusable = ResponseHead(), False, False
        self._on_end = None
        if self._transport is None or self.is_closed:
            raise UpstreamUnavailable
        self._transport.write(request)
        if on_sent is not None:
            on_sent()
        await self._wait(lambda: self._has_head)
        return self.head

    async def receive(self, sink: Sink, on_read: OnRead | None = None) -> None:
        """Feeds the whole body to `sink`; returns at its end, or once the sink has enough."""
        waiting, self._waiting = self._waiting, []
        for data in waiting:
            if sink(data):
                self._is_satisfied = True
                break
        if on_read is not None:
            on_read()
        if self._is_satisfied:
            return
        self._sink, self._on_read = sink, on_read
        self._read_on()
        try:
            await self._wait(lambda: self._has_ended or self._is_satisfied)
        finally:
            self._sink = self._on_read = None

    def hold_up(self) -> None:
        """Read no more of the body until `go_on`: whoever takes it has not passed it on yet."""
        self._is_held_up = True
        if self._connection is not None and not self.is_closed:
            self._connection.pause_reading()

    def go_on(self) -> None:
        """Read on after `hold_up`."""
        self._is_held_up = False
        self._read_on()

    def leave(self, on_end: Callable[[], None]) -> None:
        """Drops what still comes; `on_end` is called when the response or the connection ends."""
        self._on_end = on_end
        self._is_held_up = False
        self._waiting.clear()
        self._read_on()

    def abort(self) -> None:
        """Closes the connection at once, without sending what is left."""
        if self._transport is not None:
            self._transport.abort()

    @property
    def has_ended(self) -> bool:
        """Whether the current response has been received to its end."""
        return self._has_ended

    @property
    def is_closed(self) -> bool:
        """Whether the connection cannot be used any more."""
        return any(
            each is None or each.is_closing() for each in (self._transport, self._connection)
        )

    async def _wait(self, is_there: Callable[[], bool]) -> None:
        if self._failure is None and not is_there():
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            except asyncio.CancelledError:
                self.abort()
                raise
            finally:
                self._waiter = None
        # The connection may have failed after what was waited for had come.
        if self._failure is not None and not is_there():
            raise self._failure

    def _wake(self) -> None:
        if self._waiter is not None:
            if not self._waiter.done():
                self._waiter.set_result(None)
        elif self._on_end is not None:
            self._on_end()

    def _fail(self, failure: BaseException) -> None:
        if self._failure is None:
            self._failure = failure
        self._sink = None
        self.is_reusable = False
        self.abort()
        self._wake()

    def _read_on(self) -> None:
        """Decode more of the last read, or read again; not before somebody takes the body."""
        self._decode(self._next_share())
        if not (self._unread or self._is_unclaimed or self.is_closed):
            assert self._connection is not None
            self._connection.resume_reading()

    def _next_share(self) -> bytes:
        """The part that is decoded in this turn of the event loop; schedules the next turn for the
        rest."""
        if self._is_unclaimed or self.is_closed:
            return b""
        data, self._unread = self._unread[:TURN_BYTES], self._unread[TURN_BYTES:]
        if self._unread:
            asyncio.get_running_loop().call_soon(self._read_on)
        return data

    @property
    def _is_unclaimed(self) -> bool:
        """Whether a body has begun that nothing takes yet, or at this moment."""
        taken = self._sink or self._is_satisfied or self._on_end
        return self._is_held_up or (self._has_head and not (self._has_ended or taken))

    def _decode(self, data: bytes) -> None:
        if self._failure is not None or not data:
            return
        if self._parser is None or self._has_ended:  # data without a request
            self.is_reusable = False
            self.abort()
            return
        self.has_answered = True
        self._unparsed_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._end_badly()
        if self._on_read is not None:
            self._on_read()
        # The parser gathers a header or trailer without bounds until its line ends.
        if self._unparsed_bytes > HEAD_MAX_BYTES:
            self._end_badly()

    def _end_badly(self) -> None:
        if self._has_ended:
            self.is_reusable = False
            self.abort()
        else:
            self._fail(UpstreamBadResponse())

    # What the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = self._connection = cast(asyncio.Transport, transport)

    def secured(self, tls: asyncio.Transport) -> None:
        """Speaks through TLS from now on.

        Reading is held up beneath it all the same: uvloop's TLS throws away what it has not handed
        on when the peer closes meanwhile.
        """
        self._transport = tls

    def data_received(self, data: bytes) -> None:
        if self._unread:
            self._unread += data  # decrypted before reading was paused
        elif len(data) > TURN_BYTES and self._connection is not None and not self.is_closed:
            self._connection.pause_reading()
            self._unread = data
            self._decode(self._next_share())
        else:
            self._decode(data)

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, error: Exception | None) -> None:
        self.is_reusable = False
        if self._unread:
            data, self._unread = self._unread, b""
            self._decode(data)
        if self._failure is None and not self._has_ended:
            if self._has_head and self._ends_at_eof and error is None:
                self._has_ended = True
            else:
                self._failure = UpstreamInterrupted() if self._has_head else UpstreamUnavailable()
        self._wake()

    # What the parser calls

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers += 1
        if self._headers > HEADER_MAX_COUNT or self._has_ended:
            raise ValueError("more headers than a response has")
        if not self._has_head:
            self.head.headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        assert self._parser is not None and self._connection is not None
        if self._has_head:
            raise ValueError("a second response")
        status = self._parser.get_status_code()
        if status < 200:
            self.head.headers.clear()
            return
        headers = self.head.headers
        chunked = headers.get(b"transfer-encoding", b"").lower().endswith(b"chunked")
        bodiless = status in (204, 304)
        self._ends_at_eof = not (chunked or bodiless or b"content-length" in headers)
        self.is_reusable = self._parser.should_keep_alive() and not self._ends_at_eof
        self.head.status = status
        self._has_head = True
        self._unparsed_bytes = 0
        # The body is taken by `receive`; until then, what was read with the head waits.
        self._connection.pause_reading()
        self._wake()

    def on_body(self, data: bytes) -> None:
        if self._sink is not None:
            self._unparsed_bytes = 0
            try:
                if self._sink(data):
                    self._sink, self._is_satisfied = None, True
                    self._wake()
            except Exception as error:
                self._fail(error)
        elif self._failure is None and not self._is_satisfied:
            self._unparsed_bytes = 0
            self._waiting.append(data)

    def on_message_complete(self) -> None:
        # The rest of a read is parsed after a failure, too; the failure stands.
        if self._has_head and self._failure is None:
            self._has_ended = True
            self._wake()
