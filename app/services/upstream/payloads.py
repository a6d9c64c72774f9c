"""The body of a reply, from bytes to the JSON payloads in it, without I/O."""

from abc import ABC, abstractmethod
from typing import Any

import orjson

from app.errors import ReplyTooLong, UpstreamBadResponse
from app.services.upstream.failures import failure_in
from app.services.upstream.fields import parse_json
from app.services.upstream.sse import EventSplitter

TEXTLESS_MAX_BYTES = 16 * 1024 * 1024
"""About 50,000 events of a model that reasons without sending text. More is no reply but a load:
decoding them takes as long as decoding text, and no other limit would end it soon."""
JSON_BYTES_PER_TEXT_BYTE = 6
"""`\\u0001` is the longest way to write one byte."""
BEFORE_A_BODY = b"\xef\xbb\xbf \t\r\n"
"""A byte order mark and blanks."""
HEARTBEAT_MAX_BYTES = 256
LINES_MAX = 1000
"""Of one event that is no JSON as a whole."""


class PayloadReader(ABC):
    """Reads one body and hands each payload in it to `_payload`, at once.

    `feed` takes bytes however they are split and returns True once the reply is over. They are
    server-sent events, lines of JSON or one document of it: what they are is read from them, as
    their label is often wrong. Raises UpstreamBadResponse for what is none of these, has a line
    above `line_max_bytes` or brings no text for too many bytes, ReplyTooLong for a document too
    long to hold a reply of `reply_max_bytes`, and whatever an error event means.

    It is what ChatStream is made upon, and no part that it holds: a payload is one call away from
    its bytes.
    """

    def __init__(self, line_max_bytes: int, reply_max_bytes: int) -> None:
        self._line_max = line_max_bytes
        self._splitter = EventSplitter(self._event, self._error, line_max_bytes)
        self._textless_bytes = 0
        self._is_known = False
        """Whether the form of the body is known."""
        self._document: list[bytes] | None = None
        self._has_line: bool | None = False
        """Whether the document's first line has ended; None once it is known what follows it."""
        self._document_room = JSON_BYTES_PER_TEXT_BYTE * reply_max_bytes
        self._is_completion = False
        """Whether anything so far was part of a chat completion."""
        self.events = 0
        """Events with data so far."""
        self.is_finishing = False
        """Whether a finish reason came, and no text after it."""
        self.is_done = False
        self._is_closed = False

    @abstractmethod
    def _payload(self, payload: Any) -> None:
        """Take the next payload, whatever it is."""

    def feed(self, chunk: bytes) -> bool:
        """Takes the next bytes; True once `[DONE]` was read."""
        self._textless_bytes += len(chunk)
        if self._textless_bytes > TEXTLESS_MAX_BYTES:
            raise UpstreamBadResponse
        # Nearly every chunk is exactly one event; anything else takes the splitter's longer way.
        if (
            chunk.startswith(b"data: {")
            and chunk.find(b"\n") == len(chunk) - 2
            and chunk.endswith(b"}\n\n")
            and b"\r" not in chunk
            and self._splitter.is_between_events
            and len(chunk) <= self._line_max
        ):
            self._event(chunk[6:-2])
        else:
            self._read(chunk)
        return self.is_done

    def close(self) -> None:
        """Takes the end of the bytes, as far as they came.

        Half an event after a finished reply, such as its usage, does no harm.
        """
        if self._is_closed or self.is_done:
            return
        self._is_closed = True
        if self._document is not None:
            self._whole(parse_json(b"".join(self._document)))
            return
        try:
            self._splitter.close()
        except UpstreamBadResponse:
            if not self.is_finishing:
                raise

    def _read(self, chunk: bytes) -> None:
        if not (self._is_known or self.events):
            chunk = chunk.lstrip(BEFORE_A_BODY)
            if not chunk:
                return
            if chunk.startswith(b"<"):
                raise UpstreamBadResponse
            if chunk.startswith((b"{", b"[")):
                self._document = []
        self._is_known = True
        if self._document is None:
            self._splitter.feed(chunk)
        else:
            self._collect(self._document, chunk)

    def _collect(self, document: list[bytes], chunk: bytes) -> None:
        """Keep a document until its end; a first line that is one begins lines of JSON."""
        self._document_room -= len(chunk)
        self._textless_bytes = 0
        if self._document_room < 0:
            raise ReplyTooLong
        if self._has_line and chunk.isspace():
            return
        document.append(chunk)
        if self._has_line is None or not (self._has_line or b"\n" in chunk):
            return
        data = b"".join(document)
        line, _, rest = data.partition(b"\n")
        self._has_line = None if rest.strip() else True
        if self._has_line is None and _is_json(line):
            self._document = None
            self._splitter.feed(data)

    def _whole(self, payload: Any) -> None:
        self._payload(payload)
        if not self._is_completion:
            raise UpstreamBadResponse
        self.is_done = True

    def _event(self, data: bytes) -> None:
        if self.is_done:
            return
        try:
            payload = orjson.loads(data)
        except orjson.JSONDecodeError:
            self._odd_event(data.strip())
        else:
            self._payload(payload)

    def _odd_event(self, data: bytes) -> None:
        """The end mark, JSON that only a lenient reader reads, several events of a line each; or a
        heartbeat: a word that means nothing. What is no word was text before it was garbled."""
        if data.startswith(b"data:"):  # by a gateway that adds what is there already
            data = data[5:].strip()
        if data.upper() == b"[DONE]":
            self.is_done = True
        elif data.startswith(b"{"):
            try:
                self._payload(parse_json(data))
            except UpstreamBadResponse:
                if b"\n" not in data:
                    raise
                self._lines(data)
        elif b"\n" in data:
            self._lines(data)
        elif len(data) > HEARTBEAT_MAX_BYTES or not _is_utf8(data):
            raise UpstreamBadResponse

    def _lines(self, data: bytes) -> None:
        lines = data.split(b"\n", LINES_MAX)
        if len(lines) > LINES_MAX:
            raise UpstreamBadResponse
        for line in lines:
            self._event(line)

    def _error(self, data: bytes) -> None:
        if self.is_done:
            return
        try:
            payload = parse_json(data)
        except UpstreamBadResponse:
            payload = data.decode("utf-8", "replace")
        if isinstance(payload, dict):
            payload = payload.get("error") or payload
        raise failure_in(payload)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_json(line: bytes) -> bool:
    try:
        parse_json(line)
    except UpstreamBadResponse:
        return False
    return True
