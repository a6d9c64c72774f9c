"""A chat completion, from payloads to deltas, without I/O."""

from contextlib import suppress
from typing import Any

from app.errors import (
    ReplyTooLong,
    UpstreamBadResponse,
    UpstreamInterrupted,
    UpstreamUnavailable,
)
from app.schemas.message import TextKind, UsageRead
from app.services.upstream.counts import TokenCounts, counts_of
from app.services.upstream.failures import failure_in, failure_told_by
from app.services.upstream.fields import (
    finish_reason_of,
    parts_of,
    reasoning_of,
    usage_of,
)
from app.services.upstream.payloads import PayloadReader
from app.services.upstream.thoughts import ThoughtSplitter
from app.services.upstream.types import Completion, OnDelta

HIGH_SURROGATES = ("\ud800", "\udbff")
WORDS_READ_MAX = 4
"""So many events that are no part of a completion are read for words that tell an error."""
AFTER_FINISH_SECONDS = 10.0
"""A reply that said it had finished waits this long for more: some say so too early."""
AFTER_USAGE_SECONDS = 3.0
"""And so long once its usage came, which is sent last."""


class ChatStream(PayloadReader):
    """Decodes one reply and calls `on_delta` for each piece of text, at once.

    `feed` takes its bytes (see PayloadReader), `finish` the end of the stream. Both raise
    ReplyError subclasses: UpstreamBadResponse for what is no chat completion, ReplyTooLong for more
    text (UTF-8) than `reply_max_bytes`, UpstreamInterrupted for an end that the model did not
    announce, and whatever an error in it means.

    A finish reason announces an end and is none: text may follow. `opened`: see ThoughtSplitter.
    """

    def __init__(
        self, on_delta: OnDelta, line_max_bytes: int, reply_max_bytes: int, opened: str = ""
    ) -> None:
        super().__init__(line_max_bytes, reply_max_bytes)
        self._on_delta = on_delta
        self._room = reply_max_bytes
        self._thoughts = ThoughtSplitter(self._text, opened)
        self._halves: dict[TextKind, str] = {}
        self.has_content = False
        self.has_reasoning = False
        self.finish_reason: str | None = None
        self._finished_early = False
        self._words_read = 0
        self._is_counted = False
        self.usage: UsageRead | None = None
        self.counts: TokenCounts | None = None

    @property
    def has_text(self) -> bool:
        return self.has_content or self.has_reasoning

    @property
    def has_begun(self) -> bool:
        """Whether anything of it came at all."""
        return self.events > 0 or self._textless_bytes > 0

    @property
    def progress(self) -> tuple[int, int]:
        """Changes with every byte that comes, comments included."""
        return self.events, self._textless_bytes

    @property
    def may_end(self) -> bool:
        """Whether a stream that breaks off here has brought the reply all the same."""
        return self.is_finishing and (self.has_text or self.finish_reason != "stop")

    @property
    def grace_seconds(self) -> float | None:
        """How long a reply that has finished may still bring nothing before it counts as over;
        None where it has to be waited for like any other."""
        if not self.is_finishing or not (self.has_content or self.finish_reason != "stop"):
            return None
        if self._is_counted:
            return AFTER_USAGE_SECONDS
        return None if self._finished_early else AFTER_FINISH_SECONDS

    def release(self) -> None:
        """Takes the end of a reply that breaks off: what was held back is text."""
        with suppress(ReplyTooLong):
            self._thoughts.close()

    def finish(self) -> Completion:
        """Takes the end of the stream and says how the reply ended."""
        self.close()
        is_unclosed = bool(self._thoughts.opened) and self._thoughts.is_inside
        self._thoughts.close()
        for kind in list(self._halves):
            del self._halves[kind]
            self._text(kind, "\ufffd")
        if self.finish_reason is None and not self.is_done:
            raise UpstreamInterrupted if self._is_completion else UpstreamBadResponse
        if self.finish_reason == "error":
            raise UpstreamInterrupted if self.has_text else UpstreamUnavailable
        return Completion(self.finish_reason or "stop", self.usage, is_unclosed)

    def _payload(self, payload: Any) -> None:
        if not isinstance(payload, dict):
            if isinstance(payload, list) and len(payload) == 1 and isinstance(payload[0], dict):
                self._payload(payload[0])  # as Gemini wraps its errors
            return
        if payload.get("error") or payload.get("object") == "error":
            raise failure_in(payload.get("error") or payload)
        self.events += 1
        choices = payload.get("choices")
        if choices and isinstance(choices, list):
            self._is_completion = True
            if isinstance(choices[0], dict):
                self._choice(choices[0])
        else:
            self._without_choices(payload)
        if payload.get("usage"):
            # The last one stands: some servers count on with every piece, and none is added.
            self.usage = usage_of(payload["usage"]) or self.usage
            self.counts = counts_of(payload["usage"]) or self.counts

    def _without_choices(self, payload: dict[str, Any]) -> None:
        if isinstance(payload.get("choices"), list):
            self._is_completion = True
            self._is_counted = self.is_finishing and bool(payload.get("usage"))
        elif not self.is_finishing and self._words_read < WORDS_READ_MAX:
            self._words_read += 1
            if failure := failure_told_by(payload):
                raise failure

    def _choice(self, choice: dict[str, Any]) -> None:
        delta = choice.get("delta")
        if delta is None and not self.has_content:
            # A whole completion; some endpoints repeat the reply like this at a stream's end.
            delta = choice.get("message")
        if isinstance(delta, dict):
            content = delta.get("content")
            size = len(delta)
            # Many send one other field with every piece, as null.
            if not content or (size > 1 and (size > 2 or delta.get("reasoning_content", content))):
                content = self._beside(choice, delta) or content
            if content:
                if type(content) is str and self._thoughts.is_plain:
                    self._text("content", content)
                else:
                    self._content(content)
        reason = choice.get("finish_reason")
        if reason and (reason := finish_reason_of(reason)):
            self.finish_reason = reason
            self.is_finishing = True

    def _beside(self, choice: dict[str, Any], delta: dict[str, Any]) -> str:
        """Take the thought in a delta; gives the text of a refusal, which stands for content."""
        is_repeated = "delta" not in choice and self.has_reasoning
        if not is_repeated and (thought := reasoning_of(delta)):
            self._thoughts.opened = ""
            self._text("reasoning", thought)
        refusal = delta.get("refusal")
        return refusal if isinstance(refusal, str) and not delta.get("content") else ""

    def _content(self, content: Any) -> None:
        for kind, text in parts_of(content):
            if kind == "reasoning":
                self._thoughts.opened = ""
                self._text(kind, text)
            elif self._thoughts.is_plain:
                self._text(kind, text)
            else:
                self._thoughts.feed(text)

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
        if kind == "content":
            self.has_content = True
        else:
            self.has_reasoning = True
        if self.is_finishing:
            self.is_finishing = self._is_counted = False
            self._finished_early = True
        self._textless_bytes = 0
        self._on_delta(kind, text)

    def _mended(self, kind: TextKind, text: str) -> str:
        """Text with its surrogate halves joined; a last high half is kept for the next piece."""
        if HIGH_SURROGATES[0] <= text[-1] <= HIGH_SURROGATES[1]:
            self._halves[kind] = text[-1]
            text = text[:-1]
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
