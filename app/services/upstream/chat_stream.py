"""A streamed chat completion, from bytes to deltas, without I/O."""

from typing import Any

import orjson

from app.errors import ReplyTooLong, UpstreamBadResponse, UpstreamInterrupted
from app.schemas.message import TextKind, UsageRead
from app.services.upstream.failures import failure_in
from app.services.upstream.fields import finish_reason_of, parse_json, text_of, usage_of
from app.services.upstream.sse import EventSplitter
from app.services.upstream.types import Completion, OnDelta

TEXTLESS_MAX_BYTES = 16 * 1024 * 1024
"""About 50,000 events of a model that reasons without sending text. More is no reply but a load:
decoding them takes as long as decoding text, and no other limit would end it soon."""
HIGH_SURROGATES = ("\ud800", "\udbff")


class ChatStream:
    """Decodes the SSE of one reply and calls `on_delta` for each piece of text, at once.

    `feed` takes bytes however they are split and returns True once the reply is over. `finish`
    takes the end of the stream. Both raise ReplyError subclasses: UpstreamBadResponse for what is
    no chat completion, has a line above `line_max_bytes` or brings no text for too many bytes,
    ReplyTooLong for more text (UTF-8) than `reply_max_bytes`, UpstreamInterrupted for an end that
    the model did not announce.
    """

    def __init__(self, on_delta: OnDelta, line_max_bytes: int, reply_max_bytes: int) -> None:
        self._on_delta = on_delta
        self._line_max = line_max_bytes
        self._room = reply_max_bytes
        self._splitter = EventSplitter(self._event, line_max_bytes)
        self._halves: dict[TextKind, str] = {}
        self._textless_bytes = 0
        self.events = 0
        """Events with data so far; comments are none, so a count that stands still is silence."""
        self.has_text = False
        self.finish_reason: str | None = None
        self.usage: UsageRead | None = None
        self.is_done = False

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
            self._splitter.feed(chunk)
        return self.is_done

    def feed_whole(self, data: bytes) -> None:
        """Takes a completion that came as one JSON document."""
        self._completion(parse_json(data))
        if not (self.has_text or self.finish_reason):
            raise UpstreamBadResponse
        self.is_done = True

    def finish(self) -> Completion:
        """Takes the end of the stream and says how the reply ended."""
        if not self.is_done:
            self._close()
        for kind in list(self._halves):
            del self._halves[kind]
            self._text(kind, "\ufffd")
        if self.finish_reason is None and not self.is_done:
            raise UpstreamInterrupted if self.events else UpstreamBadResponse
        return Completion(self.finish_reason or "stop", self.usage)

    def _close(self) -> None:
        """Take what follows the last line's end.

        Half an event after a finished reply, such as its usage, does no harm.
        """
        try:
            self._splitter.close()
        except UpstreamBadResponse:
            if self.finish_reason is None:
                raise

    def _event(self, data: bytes) -> None:
        if self.is_done:
            return
        if data == b"[DONE]" or data.strip() == b"[DONE]":
            self.is_done = True
            return
        try:
            payload = orjson.loads(data)
        except orjson.JSONDecodeError:
            payload = parse_json(data)
        self._completion(payload)

    def _completion(self, payload: Any) -> None:
        if not isinstance(payload, dict):
            raise UpstreamBadResponse
        if payload.get("error") or payload.get("object") == "error":
            raise failure_in(payload.get("error") or payload)
        self.events += 1
        choices = payload.get("choices")
        if choices and isinstance(choices, list) and isinstance(choices[0], dict):
            self._choice(choices[0])
        if payload.get("usage"):
            self.usage = usage_of(payload["usage"]) or self.usage

    def _choice(self, choice: dict[str, Any]) -> None:
        delta = choice.get("delta")
        if delta is None and not self.has_text:
            # A whole completion; some endpoints repeat the reply like this at a stream's end.
            delta = choice.get("message")
        if isinstance(delta, dict):
            reasoning = delta.get("reasoning_content") or delta.get("reasoning")
            if reasoning:
                self._text("reasoning", text_of(reasoning))
            content = delta.get("content")
            if content:
                self._text("content", content if type(content) is str else text_of(content))
        reason = choice.get("finish_reason")
        if reason:
            self.finish_reason = finish_reason_of(reason) or self.finish_reason

    def _text(self, kind: TextKind, text: str) -> None:
        if "\0" in text:
            text = text.replace("\0", "")
        if kind in self._halves:
            text = self._halves.pop(kind) + text
        try:
            size = len(text.encode())
        except UnicodeEncodeError:
            text = self._mended(kind, text)
            size = len(text.encode())
        if not size:
            return
        self._room -= size
        if self._room < 0:
            raise ReplyTooLong
        self.has_text = True
        self._textless_bytes = 0
        self._on_delta(kind, text)

    def _mended(self, kind: TextKind, text: str) -> str:
        """Text with its surrogate halves joined; a last high half is kept for the next piece."""
        if HIGH_SURROGATES[0] <= text[-1] <= HIGH_SURROGATES[1]:
            self._halves[kind] = text[-1]
            text = text[:-1]
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
